//! One answer as a page for a person.

use std::collections::BTreeSet;
use std::io::{self, Write};

use jiff::civil::Date;

use crate::cli::Streams;
use crate::cli::wrap::wrap;
use crate::output::terminal_text;
use crate::species::{Answer, Listing, Species};

/// Languages whose common names are shown, in this order.
const LANGUAGES: [&str; 4] = ["en", "fr", "de", "nl"];
/// Where the text of a listing starts.
const INDENT: usize = 8;
/// The widest page that is still easy to read.
const WIDEST: u16 = 100;

/// Prints `answer` to stdout.
pub(super) fn print(
    species: &Species,
    answer: &Answer<'_>,
    streams: &mut Streams,
) -> io::Result<()> {
    let width = usize::from(streams.width().min(WIDEST));
    let coloured = streams.coloured();
    let first_day = species.annexes_since();
    let mut page = Page { out: streams.data(), width, coloured, first_day };
    if answer.found {
        page.head(species, answer)?;
        page.cites(species, answer)?;
        page.eu(answer)?;
        page.specimen(answer)?;
        page.national(answer)?;
    } else {
        page.heading(&answer.query)?;
    }
    page.remarks(answer)?;
    page.paragraph(0, &format!("As of {}; data of {}.", answer.as_of, answer.data_date))
}

struct Page<'a> {
    out: &'a mut (dyn Write + Send),
    width: usize,
    coloured: bool,
    /// First day of the Annexes at hand.
    first_day: Option<Date>,
}

impl Page<'_> {
    fn head(&mut self, species: &Species, answer: &Answer<'_>) -> io::Result<()> {
        let Some(taxon) = &answer.taxon else { return Ok(()) };
        self.heading(taxon.name)?;
        let names = common_names(species, answer);
        if !names.is_empty() {
            self.paragraph(0, &names)?;
        }
        let place = [Some(taxon.rank.as_str()), taxon.family, taxon.order, taxon.class];
        let place: Vec<&str> =
            place.into_iter().flatten().filter(|name| *name != taxon.name).collect();
        self.paragraph(0, &place.join(", "))?;
        writeln!(self.out)
    }

    fn cites(&mut self, species: &Species, answer: &Answer<'_>) -> io::Result<()> {
        let below = answer.below.as_ref().and_then(|below| below.appendix.as_ref());
        let status = match (&answer.cites.appendix, below) {
            (Some(appendix), _) => format!("Appendix {appendix}"),
            (None, Some(below)) => format!("not as a whole; some of it in Appendix {below}"),
            (None, None) => "in no Appendix".to_owned(),
        };
        self.labelled("CITES", &status)?;
        self.listings(answer, &answer.cites.listings)?;
        self.annotations(species, &answer.cites.listings)?;
        writeln!(self.out)
    }

    fn eu(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        let below = answer.below.as_ref().and_then(|below| below.annex.as_ref());
        let status = match (&answer.eu.annex, below) {
            (Some(annex), _) if answer.eu.derived => {
                format!("Annex {annex} (derived from the Appendix)")
            }
            (Some(annex), _) => format!("Annex {annex}"),
            (None, Some(below)) => format!("not as a whole; some of it in Annex {below}"),
            (None, None) => "in no Annex".to_owned(),
        };
        self.labelled("EU", &status)?;
        self.listings(answer, &answer.eu.listings)?;
        for (at, meaning) in answer.eu.meanings.iter().enumerate() {
            let label = if at == 0 { "Selling" } else { "" };
            self.labelled(
                label,
                &format!("Annex {}: {} ({})", meaning.annex, meaning.text, meaning.article),
            )?;
        }
        writeln!(self.out)
    }

    fn specimen(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        let Some(coverage) = &answer.specimen else { return Ok(()) };
        let kinds: Vec<String> =
            coverage.kinds.iter().map(|kind| format!("{} ({})", kind.term, kind.code)).collect();
        let covered = match coverage.covered {
            Some(true) => "covered",
            Some(false) => "not covered",
            None if coverage.rows.is_empty() => "not covered, for the taxon is not listed",
            None => "it depends",
        };
        self.labelled("Kind", &format!("{}: {covered}", kinds.join(", ")))?;
        for row in &coverage.rows {
            let covered = match row.covered {
                Some(true) => "covered",
                Some(false) => "not covered",
                None => "it depends",
            };
            self.labelled(&format!("  {}", row.listing), &format!("{covered}: {}", row.why))?;
        }
        writeln!(self.out)
    }

    fn national(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        let Some(duties) = &answer.national else { return Ok(()) };
        if duties.is_empty() {
            self.labelled("Duties", "none in the data")?;
        }
        for duty in duties {
            let detail = duty.detail.map_or_else(String::new, |detail| format!(", {detail}"));
            self.labelled(duty.country, &format!("{}{detail} (on {})", duty.duty, duty.taxon))?;
        }
        let mut sources: Vec<&str> = duties.iter().map(|duty| duty.source).collect();
        sources.dedup();
        for source in sources {
            self.paragraph(INDENT, &format!("Source: {source}"))?;
        }
        writeln!(self.out)
    }

    /// The rows of one law, then each source once.
    fn listings(&mut self, answer: &Answer<'_>, rows: &[Listing<'_>]) -> io::Result<()> {
        for row in rows {
            self.labelled(&format!("  {}", row.grade), &in_words(answer, row, self.first_day))?;
        }
        let mut sources: Vec<&str> = rows.iter().map(|row| row.source).collect();
        sources.dedup();
        for source in sources {
            self.paragraph(INDENT, &format!("Source: {source}"))?;
        }
        Ok(())
    }

    /// What the annotations of `rows` say, each once.
    fn annotations(&mut self, species: &Species, rows: &[Listing<'_>]) -> io::Result<()> {
        let codes = rows.iter().filter_map(|row| row.annotation).flat_map(|codes| codes.split('|'));
        let codes: BTreeSet<&str> = codes.collect();
        for annotation in codes.into_iter().filter_map(|code| species.annotation(code)) {
            self.paragraph(INDENT, &annotation.in_words())?;
        }
        Ok(())
    }

    fn remarks(&mut self, answer: &Answer<'_>) -> io::Result<()> {
        let mut remarks = answer.notes.clone();
        if let Some(wild) = &answer.domesticated {
            let appendix = wild
                .appendix
                .as_deref()
                .map_or("in no Appendix".to_owned(), |appendix| format!("Appendix {appendix}"));
            let annex =
                wild.annex.as_deref().map_or(String::new(), |annex| format!(", Annex {annex}"));
            remarks.push(format!("its wild taxon is {}: {appendix}{annex}", wild.name));
        }
        if let Some(below) = &answer.below {
            let appendix = below
                .appendix
                .as_deref()
                .map_or("no Appendix".to_owned(), |appendix| format!("Appendix {appendix}"));
            let annex =
                below.annex.as_deref().map_or(String::new(), |annex| format!(", Annex {annex}"));
            let more = if below.taxa > below.examples.len() { " …" } else { "" };
            let examples = below.examples.join(", ");
            remarks.push(format!(
                "listed below it: {} {} in {appendix}{annex} ({examples}{more})",
                below.taxa,
                if below.taxa == 1 { "taxon" } else { "taxa" }
            ));
        }
        for other in &answer.also {
            let appendix = other.appendix.as_deref().unwrap_or("not listed");
            remarks.push(format!("the name may also mean {} ({appendix})", other.name));
        }
        if !answer.suggestions.is_empty() {
            remarks.push(format!("did you mean {}?", answer.suggestions.join(", ")));
        }
        for remark in &remarks {
            self.labelled("Note", remark)?;
        }
        if remarks.is_empty() { Ok(()) } else { writeln!(self.out) }
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        let text = terminal_text::escape(text);
        if self.coloured {
            writeln!(self.out, "\x1b[1m{text}\x1b[0m")
        } else {
            writeln!(self.out, "{text}")
        }
    }

    /// `text` beside `label`, wrapped.
    fn labelled(&mut self, label: &str, text: &str) -> io::Result<()> {
        for (at, line) in wrap(&terminal_text::escape(text), self.width - INDENT).iter().enumerate()
        {
            writeln!(self.out, "{:INDENT$}{line}", if at == 0 { label } else { "" })?;
        }
        Ok(())
    }

    fn paragraph(&mut self, indent: usize, text: &str) -> io::Result<()> {
        for line in wrap(&terminal_text::escape(text), self.width - indent) {
            writeln!(self.out, "{:indent$}{line}", "")?;
        }
        Ok(())
    }
}

/// Limits, conditions and days of a row.
fn in_words(answer: &Answer<'_>, row: &Listing<'_>, first_day: Option<Date>) -> String {
    let mut parts = Vec::new();
    if answer.taxon.as_ref().is_none_or(|taxon| taxon.name != row.taxon) {
        parts.push(format!("listed as {} {}", row.rank.as_str(), row.taxon));
    }
    parts.extend(row.scope.map(str::to_owned));
    parts.extend(row.annotation.map(|code| format!("annotation {}", code.replace('|', ", "))));
    parts.extend(row.quota.map(|quota| format!("quota: {quota}")));
    if !row.parties.is_empty() {
        parts.push(format!("at the request of {}", row.parties.join(", ")));
    }
    parts.push(match row.from {
        Some(day) if row.annex.is_some() && row.from == first_day => {
            format!("since {day} or before")
        }
        Some(day) => format!("since {day}"),
        None => "since 2017 or before".to_owned(),
    });
    parts.extend(row.to.map(|day| format!("until {day}")));
    parts.join("; ")
}

/// The best common name in each language that is shown, the matched one first.
fn common_names(species: &Species, answer: &Answer<'_>) -> String {
    let names = answer.taxon.as_ref().map_or_else(Vec::new, |taxon| species.common_names(taxon.id));
    let matched = answer.matched.as_ref().filter(|found| found.language.is_some());
    let mut shown: Vec<(&str, &str)> =
        matched.iter().filter_map(|found| Some((found.name, found.language?))).collect();
    for language in LANGUAGES {
        let best = names.iter().find(|name| name.language == language);
        shown.extend(best.map(|name| (name.text, language)).filter(|name| !shown.contains(name)));
    }
    shown
        .iter()
        .map(|(name, language)| format!("{name} ({language})"))
        .collect::<Vec<_>>()
        .join(", ")
}
