//! `pugmark scan eval` and `pugmark scan fit`: labelled ads in, figures or weights out.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use crate::cli::format::FormatArgs;
use crate::cli::{Outcome, Streams};
use crate::output::Record as OutputRecord;
use crate::scan::evaluation::Counts;
use crate::scan::fit::Fit;
use crate::scan::labelled::Labelled;
use crate::scan::read::{Input, Mapping, record};
use crate::scan::{Scanner, Weights};

use super::setup::JudgeArgs;

/// Measure verdicts against labelled ads
///
/// Reads JSON lines with a field that says true or false (null: left out) and
/// prints precision, recall and F1 for all ads, by language and by category, the
/// share of true ads by score, and each false verdict with its reasons.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark scan eval examples/ads/*.jsonl
  pugmark scan eval mine.jsonl --label animal_product --scope wildlife --folds 5")]
pub(super) struct EvalArgs {
    /// Labelled ads
    #[arg(value_name = "LABELLED", required = true)]
    files: Vec<PathBuf>,
    /// The field that holds the label
    #[arg(long, value_name = "FIELD", default_value = "listed")]
    label: String,
    /// Cut the ads into N parts, and judge each part by weights fitted to the others
    #[arg(long, value_name = "N")]
    folds: Option<usize>,
    /// How firmly a fit holds on to the weights that are there
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0)]
    firmness: f64,
    #[command(flatten)]
    judge: JudgeArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// Fit the weights to labelled ads of your own
///
/// Prints a table of weights for --weights. Each weight is drawn towards its
/// present value, so that a few dozen ads adapt the table and do not overthrow it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark scan fit mine.jsonl > my-weights.csv
  pugmark scan dump.jsonl --weights my-weights.csv")]
pub(super) struct FitArgs {
    /// Labelled ads
    #[arg(value_name = "LABELLED", required = true)]
    files: Vec<PathBuf>,
    /// The field that holds the label
    #[arg(long, value_name = "FIELD", default_value = "listed")]
    label: String,
    /// How firmly the fit holds on to the weights that are there
    #[arg(long, value_name = "NUMBER", default_value_t = 1.0)]
    firmness: f64,
    #[command(flatten)]
    judge: JudgeArgs,
}

fn read<'a>(
    files: &[PathBuf],
    label: &str,
    scanner: &Scanner<'a>,
    streams: &mut Streams,
) -> anyhow::Result<Vec<Labelled<'a>>> {
    let mapping = Mapping::default();
    let mut ads = Vec::new();
    for path in files {
        let name = path.display().to_string();
        let file = Box::new(fs_err::File::open(path)?);
        let input = Input::open(file, &name, &mapping, 16 << 20)?;
        for block in input.blocks {
            let block = block.with_context(|| format!("cannot read {name}"))?;
            for (line, read) in record::records(&block, &input.layout, &mapping) {
                match read {
                    Ok(record) => ads.extend(Labelled::of(&record, label, scanner)),
                    Err(fault) => streams.warning(format_args!("{name}:{line}: {fault}")),
                }
            }
        }
    }
    anyhow::ensure!(!ads.is_empty(), "no ad has a field `{label}` that is true or false");
    Ok(ads)
}

pub(super) fn fit(args: &FitArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let judge = args.judge.load(streams)?;
    let scanner = judge.scanner();
    let ads = read(&args.files, &args.label, &scanner, streams)?;
    let weights =
        Fit { firmness: args.firmness, ..Fit::default() }.fit(ads.iter(), judge.weights());
    let mut table = String::from("feature,points,note\n");
    for (feature, points) in weights.iter() {
        writeln!(table, "{feature},{:.1},fitted to {} ads", points, ads.len())?;
    }
    streams.data().write_all(table.as_bytes())?;
    Ok(Outcome::Done)
}

pub(super) fn eval(args: &EvalArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let judge = args.judge.load(streams)?;
    let scanner = judge.scanner();
    let ads = read(&args.files, &args.label, &scanner, streams)?;
    let points = match args.folds {
        Some(folds) => {
            anyhow::ensure!(folds >= 2, "`--folds {folds}`: at least 2 are needed");
            Fit { firmness: args.firmness, ..Fit::default() }.cross_validate(
                &ads,
                judge.weights(),
                folds,
            )
        }
        None => ads.iter().map(|ad| ad.judge(judge.weights()).points).collect(),
    };
    let rows = rows(&ads, &points, judge.weights());
    streams.print(args.format.choice(), &rows)?;
    Ok(Outcome::Done)
}

/// A line of figures, or an ad that was judged falsely.
#[derive(Clone, Debug, Default, Serialize)]
struct EvalRow {
    what: &'static str,
    key: String,
    ads: u32,
    #[serde(flatten)]
    counts: Counts,
    precision: Option<f64>,
    recall: Option<f64>,
    f1: Option<f64>,
    detail: String,
}

impl EvalRow {
    fn new(what: &'static str, key: &str, counts: Counts) -> Self {
        Self {
            what,
            key: key.to_owned(),
            ads: counts.ads(),
            counts,
            precision: counts.precision().map(rounded),
            recall: counts.recall().map(rounded),
            f1: counts.f1().map(rounded),
            detail: String::new(),
        }
    }
}

impl OutputRecord for EvalRow {
    const COLUMNS: &'static [&'static str] =
        &["what", "key", "ads", "tp", "fp", "fn", "tn", "precision", "recall", "f1", "detail"];

    fn cells(&self) -> Vec<String> {
        let share = |share: Option<f64>| share.map_or_else(String::new, |x| format!("{x:.3}"));
        let Counts { true_positive, false_positive, false_negative, true_negative } = self.counts;
        vec![
            self.what.to_owned(),
            self.key.clone(),
            self.ads.to_string(),
            true_positive.to_string(),
            false_positive.to_string(),
            false_negative.to_string(),
            true_negative.to_string(),
            share(self.precision),
            share(self.recall),
            share(self.f1),
            self.detail.clone(),
        ]
    }
}

fn rounded(share: f64) -> f64 {
    (share * 1000.0).round() / 1000.0
}

fn rows(ads: &[Labelled<'_>], points: &[f64], weights: &Weights) -> Vec<EvalRow> {
    let flag = weights.get("threshold.flag");
    let mut all = Counts::default();
    let mut groups: [BTreeMap<String, Counts>; 3] = Default::default();
    let mut wrong = Vec::new();
    for (ad, points) in ads.iter().zip(points) {
        let is_flagged = points.round() >= flag;
        all.add(ad.is_positive, is_flagged);
        let keys = [ad.language.clone(), ad.category.clone(), bin(*points)];
        for (group, key) in groups.iter_mut().zip(keys) {
            group.entry(key).or_default().add(ad.is_positive, is_flagged);
        }
        if ad.is_positive != is_flagged {
            wrong.push(false_row(ad, *points, weights));
        }
    }
    let mut rows = vec![EvalRow::new("all", "", all)];
    for (what, group) in ["language", "category", "score"].into_iter().zip(&groups) {
        rows.extend(group.iter().filter(|(key, _)| !key.is_empty()).map(|(key, counts)| {
            let mut row = EvalRow::new(what, key, *counts);
            if what == "score" {
                row.detail = share_of_true(*counts);
            }
            row
        }));
    }
    rows.extend(wrong);
    rows
}

/// The tens that the score lies in.
fn bin(points: f64) -> String {
    let tens = (points.clamp(0.0, 99.0) / 10.0).floor() * 10.0;
    format!("{tens:02}-{:02}", tens + 9.0)
}

fn share_of_true(counts: Counts) -> String {
    let positive = counts.true_positive + counts.false_negative;
    let share = f64::from(positive) / f64::from(counts.ads().max(1));
    format!("{:.0} % true", share * 100.0)
}

fn false_row(ad: &Labelled<'_>, points: f64, weights: &Weights) -> EvalRow {
    let mut counts = Counts::default();
    counts.add(ad.is_positive, !ad.is_positive);
    let judgement = ad.judge(weights);
    let reasons: Vec<String> = judgement
        .features
        .iter()
        .take(6)
        .map(|feature| {
            format!("{} {:+.0}", feature.name, feature.value * weights.get(feature.name))
        })
        .collect();
    let said: String = ad.said.chars().take(80).collect();
    EvalRow {
        what: if ad.is_positive { "missed" } else { "false alarm" },
        key: ad.id.clone(),
        ads: 1,
        counts,
        detail: format!("{points:.0}: {said} [{}]", reasons.join(", ")),
        ..EvalRow::default()
    }
}
