//! The summary for a terminal of 80 columns or more.

use std::fmt::Write;

use comfy_table::{Cell, CellAlignment, ColumnConstraint, Table, Width, presets};

use super::Language;
use super::label::label;
use super::method::removal;
use crate::case::summary::{Eur, Figure, Summary};
use crate::output::terminal_text;

/// Lines of a list that are shown; the rest is counted.
const LONGEST_LIST: usize = 10;

/// Columns that the numbers take at least.
const NARROWEST: [u16; 5] = [6, 7, 9, 11, 9];

/// Returns the summary as text for a terminal of `width` columns, in colour or not.
#[must_use]
pub fn terminal(summary: &Summary, width: u16, language: Language, coloured: bool) -> String {
    let page = Page { summary, width: width.clamp(60, 110), language, coloured };
    let mut text = page.head();
    for (list, figures) in summary.lists() {
        if !figures.is_empty() {
            text += &page.list(list, figures);
        }
    }
    let sellers: Vec<Figure> = summary.sellers.iter().map(|one| one.figure.clone()).collect();
    if !sellers.is_empty() {
        text += &page.list("seller", &sellers);
    }
    text + &page.foot()
}

struct Page<'a> {
    summary: &'a Summary,
    width: u16,
    language: Language,
    coloured: bool,
}

impl Page<'_> {
    fn head(&self) -> String {
        let Summary { case, totals, looked_at, .. } = self.summary;
        let mut text = String::new();
        let number = case.number.as_ref().map(|number| format!(" · {number}")).unwrap_or_default();
        let title = terminal_text::escape(&format!("{}{number}", case.title)).into_owned();
        let _ = writeln!(text, "{}\n", self.strong(&title));
        let n = |number: u64| self.language.number(number);
        let merged = totals.ads - totals.unique_ads;
        let priced = totals.ads - totals.without_price;
        let lines = [
            (
                "ads",
                n(totals.ads),
                self.say(
                    "of-records",
                    &[
                        ("records", &n(looked_at.records)),
                        ("clear", &n(looked_at.clear)),
                        ("review", &n(looked_at.open)),
                    ],
                ),
            ),
            ("offers", n(totals.unique_ads), self.say("merged", &[("merged", &n(merged))])),
            (
                "specimens",
                n(totals.specimens),
                self.say("assumed", &[("assumed", &n(totals.specimens_assumed))]),
            ),
            (
                "value",
                self.euro(totals.value_eur),
                self.say(
                    "priced",
                    &[
                        ("median", &totals.median_eur.map_or("–".to_owned(), |eur| self.euro(eur))),
                        ("priced", &n(priced)),
                        ("without_rate", &n(totals.without_rate)),
                    ],
                ),
            ),
            ("sellers", n(totals.sellers), String::new()),
        ];
        for (key, number, note) in lines {
            let word = self.language.word(key);
            let _ = writeln!(text, "{}", format!("{word:<15} {number:>11}   {note}").trim_end());
        }
        if let Some(sentence) = removal(self.summary, self.language) {
            let _ = writeln!(text, "\n{sentence}");
        }
        text + "\n"
    }

    fn list(&self, list: &str, figures: &[Figure]) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let heads = [list, "ads", "offers", "specimens", "value-short", "median"];
        let heads = heads.map(|key| self.language.word(key));
        table.set_header(row(heads.map(str::to_owned)));
        let heads_and_least = heads[1..].iter().zip(NARROWEST);
        let numbers: Vec<u16> = heads_and_least
            .map(|(head, least)| {
                u16::try_from(head.chars().count()).unwrap_or(least).max(least) + 1
            })
            .collect();
        let name = self.width.saturating_sub(numbers.iter().sum()).max(12);
        for figure in figures.iter().take(LONGEST_LIST) {
            table.add_row(row(self.cells(list, figure, usize::from(name) - 1)));
        }
        let widths = std::iter::once(name).chain(numbers);
        for (column, width) in table.column_iter_mut().zip(widths) {
            column.set_padding((0, 1));
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width)));
        }
        let mut text = String::new();
        for (at, line) in table.lines().enumerate() {
            let line = line.trim_end();
            let _ = match at {
                0 => writeln!(text, "{}", self.strong(line)),
                _ => writeln!(text, "{line}"),
            };
        }
        if figures.len() > LONGEST_LIST {
            let rest = (figures.len() - LONGEST_LIST).to_string();
            let _ = writeln!(text, "{}", self.say("and-more", &[("rest", &rest)]));
        }
        text + "\n"
    }

    fn cells(&self, list: &str, figure: &Figure, room: usize) -> [String; 6] {
        let name = label(list, &figure.key, self.language);
        [
            shorten(&terminal_text::escape(&one_line(&name)), room),
            self.language.number(figure.ads),
            self.language.number(figure.unique_ads),
            self.language.number(figure.specimens),
            self.euro(figure.value_eur),
            figure.median_eur.map_or_else(|| "–".to_owned(), |eur| self.euro(eur)),
        ]
    }

    fn foot(&self) -> String {
        let law = self.summary.data_date.map_or("–".to_owned(), |date| date.to_string());
        let verdicts = self.summary.thresholds.verdicts.join(", ");
        let values = [
            ("verdicts", verdicts.as_str()),
            ("law", law.as_str()),
            ("rates", &self.summary.rates_date.to_string()),
        ];
        self.say("terms", &values) + "\n"
    }

    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.language.say(key, values)
    }

    fn strong(&self, text: &str) -> String {
        if self.coloured { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// Whole euro, rounded.
    fn euro(&self, amount: Eur) -> String {
        self.language.number((amount.cents() + 50).div_euclid(100))
    }
}

/// The first cell to the left, the numbers to the right.
fn row(cells: [String; 6]) -> impl Iterator<Item = Cell> {
    cells.into_iter().enumerate().map(|(column, text)| {
        let alignment = if column == 0 { CellAlignment::Left } else { CellAlignment::Right };
        Cell::new(text).set_alignment(alignment)
    })
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Cuts `text` to `room` columns; East Asian characters take two.
fn shorten(text: &str, room: usize) -> String {
    let columns = |c: char| if c >= '\u{1100}' { 2 } else { 1 };
    if text.chars().map(columns).sum::<usize>() <= room {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += columns(*c);
        used <= room
    };
    text.chars().take_while(fits).chain(['…']).collect()
}
