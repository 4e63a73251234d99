//! One door to each parser of foreign bytes, for the fuzz targets and their tests: no part of the interface.
//!
//! A door takes any bytes and returns; a panic is a finding. Where a parser promises more than to return, the door
//! checks the promise: escaped text has nothing that a terminal obeys, a place in an ad lies in its text, a custody line
//! is what was read.

use std::io::Cursor;
use std::path::Path;
use std::sync::OnceLock;

use jiff::civil::date;

use crate::case::ad::ScanRecord;
use crate::case::rates::Rates;
use crate::evidence::{self, PublicKey};
use crate::lexicon::{Lexicon, Vocabulary, check};
use crate::output::{spreadsheet_text, terminal_text};
use crate::scan::normal::Text;
use crate::scan::read::json::{self, Object};
use crate::scan::read::record::{records, write_json};
use crate::scan::read::{How, Input, Inputs, Layout, Mapping, Record, Source};
use crate::scan::record::Finding;
use crate::scan::{Options, Scanner, Scope, Weights};
use crate::species::update::Official;
use crate::species::{Species, update};

/// A parser of foreign bytes.
pub type Door = fn(&[u8]);

/// Every door by the name of its fuzz target.
pub const DOORS: [(&str, Door); 29] = [
    ("added_file", evidence::foreign::added_file),
    ("ads_csv", ads_csv),
    ("ads_json", ads_json),
    ("ads_mail", ads_mail),
    ("ads_packed", ads_packed),
    ("ads_page", ads_page),
    ("ads_parquet", ads_parquet),
    ("ads_text", ads_text),
    ("answer", evidence::foreign::answer),
    ("certificates", evidence::foreign::certificates),
    ("checklist", checklist),
    ("content_coding", evidence::foreign::coding),
    ("custody_line", evidence::foreign::custody_line),
    ("file_name", evidence::foreign::file_name),
    ("html", evidence::foreign::html),
    ("lexicon", lexicon),
    ("listings_export", listings_export),
    ("names", names),
    ("normaliser", normaliser),
    ("picture", evidence::foreign::picture),
    ("public_key", public_key),
    ("rates", rates),
    ("scan_record", scan_record),
    ("species_index", species_index),
    ("spreadsheet_text", spreadsheet),
    ("style_sheet", evidence::foreign::css),
    ("terminal_text", terminal),
    ("time_stamp", evidence::foreign::time_stamp),
    ("warc", evidence::foreign::warc),
];

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn scanner() -> &'static Scanner<'static> {
    static WORDS: OnceLock<(Vocabulary, Weights)> = OnceLock::new();
    static SCANNER: OnceLock<Scanner<'static>> = OnceLock::new();
    let (words, weights) = WORDS.get_or_init(|| (Vocabulary::embedded(), Weights::embedded()));
    SCANNER.get_or_init(|| {
        let options = Options { scope: Scope::Listed, on: date(2026, 11, 25) };
        Scanner::new(words, Species::embedded(), weights, options)
    })
}

/// Hands `take` each record of `bytes`, read as a file or an archive of ads called `name`.
fn each_record(bytes: &[u8], name: &str, take: impl Fn(&Record<'_>, &Layout)) {
    let mapping = Mapping::default();
    let source = Source::Stream(Box::new(Cursor::new(bytes.to_vec())));
    let inputs = Inputs::open(source, name, &How::new(&mapping, 1 << 16)).into_iter().flatten();
    for Input { layout, blocks, .. } in inputs.flatten() {
        for block in blocks.map_while(Result::ok) {
            let records = records(&block, &layout, &mapping);
            records.filter_map(|(_, record)| record.ok()).for_each(|record| take(&record, &layout));
        }
    }
}

/// Judges each ad of `bytes`, a file called `name`, and writes it.
fn ads(bytes: &[u8], name: &str) {
    each_record(bytes, name, |record, layout| {
        let finding = scanner().judge(&record.ad());
        assert!(finding.score <= 100, "a score is at most 100");
        let mut line = Vec::new();
        write_json(&mut line, record, layout, &finding);
        let written: Object<'_> = serde_json::from_slice(&line).expect("what scan writes is JSON");
        check_places(&written, &finding);
    });
}

/// A hit's place lies in the field that it names, or in one of them if a key comes twice.
fn check_places(written: &Object<'_>, finding: &Finding) {
    for hit in &finding.hits {
        let named = written.members.iter().filter(|(key, _)| *key == hit.field);
        let length = named.filter_map(|(_, value)| Some(json::text(value)?.chars().count())).max();
        if let Some(length) = length {
            assert!(hit.start <= hit.end && hit.end <= length, "{hit:?} in {length} characters");
        }
    }
}

fn ads_text(bytes: &[u8]) {
    ads(bytes, "ads.txt");
}

fn ads_csv(bytes: &[u8]) {
    ads(bytes, "ads.csv");
}

fn ads_json(bytes: &[u8]) {
    ads(bytes, "ads.jsonl");
}

/// Reads `bytes` as a file or an archive of ads called `name`, whose text nobody judges.
fn files(bytes: &[u8], name: &str) {
    each_record(bytes, name, |record, _| drop(record.ad()));
}

fn ads_mail(bytes: &[u8]) {
    files(bytes, "ads.mbox");
}

fn ads_packed(bytes: &[u8]) {
    files(bytes, "ads.zip");
}

fn ads_page(bytes: &[u8]) {
    files(bytes, "ads.html");
}

fn ads_parquet(bytes: &[u8]) {
    files(bytes, "ads.parquet");
}

fn normaliser(bytes: &[u8]) {
    let text = text(bytes);
    let normal = Text::of(&text);
    for token in normal.tokens() {
        let _ = normal.form(token);
    }
}

fn names(bytes: &[u8]) {
    let text = text(bytes);
    let species = Species::embedded();
    let answer = species.answer(&text, date(2026, 11, 25));
    assert!(serde_json::to_vec(&answer).is_ok(), "every answer can be written");
}

fn terminal(bytes: &[u8]) {
    let text = text(bytes);
    let escaped = terminal_text::escape(&text);
    assert!(!escaped.chars().any(terminal_text::is_unsafe), "nothing is obeyed");
}

fn spreadsheet(bytes: &[u8]) {
    let text = text(bytes);
    let cell = spreadsheet_text::neutralise(&text);
    for part in cell.split([';', '\t', '\n', '\r']) {
        let part = part.trim();
        let is_formula = part.starts_with(['=', '+', '-', '@']) && part.parse::<f64>().is_err();
        assert!(!is_formula, "no cell is a formula");
    }
}

fn lexicon(bytes: &[u8]) {
    static SHIPPED: OnceLock<Vocabulary> = OnceLock::new();
    let text = text(bytes);
    // As `lexicon check` and `scan --lexicon` have it: read, checked, and compiled beside the
    // shipped words. The check sees one list at a time, so that the shipped ones can be left out.
    if let Ok(lexicon) = Lexicon::default().with(&text, "my.csv") {
        let _ = check::faults(&lexicon, Species::embedded());
    }
    let _ = SHIPPED.get_or_init(Vocabulary::embedded).clone().with_list(&text, "my.csv");
    let _ = Weights::read(&text, "weights.csv");
}

fn rates(bytes: &[u8]) {
    let _ = Rates::read(&text(bytes), "rates.csv");
}

fn scan_record(bytes: &[u8]) {
    let _ = serde_json::from_slice::<ScanRecord<'_>>(bytes);
}

fn checklist(bytes: &[u8]) {
    if let Ok(value) = serde_json::from_slice(bytes) {
        let _ = Official::from_checklist(&value);
        let _ = Official::from_api(&value);
    }
}

fn listings_export(bytes: &[u8]) {
    let _ = update::parse_export(bytes, Path::new("export.csv"));
}

fn species_index(bytes: &[u8]) {
    let _ = Species::open(bytes.to_vec());
}

fn public_key(bytes: &[u8]) {
    let text = text(bytes);
    if let Some(key) = PublicKey::from_pem(&text) {
        assert_eq!(key.to_pem(), text, "a key has one form");
    }
}
