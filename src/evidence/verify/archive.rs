//! An archive against itself and against the record of its acquisition.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use crate::evidence::warc::{ReadRecord, WarcReader};

/// What `acquisition.json` says the archive holds.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Acquired {
    #[serde(default)]
    fetched: Vec<AcquiredPart>,
}

#[derive(Debug, Deserialize)]
struct AcquiredPart {
    url: String,
    started: String,
    request_record: Option<String>,
    response_record: Option<String>,
    same_as: Option<SameAs>,
}

#[derive(Debug, Deserialize)]
struct SameAs {
    record: String,
    url: String,
    started: String,
}

/// Returns the number of records, or what is wrong.
pub(super) fn check(path: &Path, acquired: &Acquired) -> Result<usize, Vec<String>> {
    let mut faults = Vec::new();
    let mut records = Vec::new();
    match fs_err::File::open(path) {
        Err(err) => faults.push(format!("cannot be read: {err}")),
        Ok(file) => {
            let mut reader = WarcReader::new(file);
            loop {
                match reader.next() {
                    Ok(Some(record)) => records.push(record),
                    Ok(None) => break,
                    Err(err) => {
                        let number = records.len() + 1;
                        faults.push(format!("record {number} cannot be read: {err}"));
                        break;
                    }
                }
            }
        }
    }
    for record in &records {
        let place = format!("record {} at byte {}", record.number, record.offset);
        faults.extend(record.faults.iter().map(|fault| format!("{place} {fault}")));
    }
    faults.extend(check_order(&records, acquired));
    if faults.is_empty() { Ok(records.len()) } else { Err(faults) }
}

/// Checks that the records are those of the acquisition, no more, no less, in its order.
fn check_order(records: &[ReadRecord], acquired: &Acquired) -> Vec<String> {
    let mut faults = Vec::new();
    let mut ids = BTreeSet::new();
    for record in records {
        if !ids.insert(record.field("warc-record-id")) {
            faults.push(format!("record {} has the identifier of another", record.number));
        }
    }
    let mut expected = acquired.fetched.iter().flat_map(|part| {
        let kind = if part.same_as.is_some() { "revisit" } else { "response" };
        let response = part.response_record.as_ref().map(|id| (id, kind, part));
        // The record about an answer follows it, with an identifier of its own.
        response.into_iter().chain(part.request_record.as_ref().map(|id| (id, "request", part)))
    });
    if records.first().is_none_or(|record| record.field("warc-type") != "warcinfo") {
        faults.push("does not begin with the record about itself".to_owned());
    }
    let mut answered = None;
    for record in records.iter().skip(1) {
        let kind = record.field("warc-type");
        if kind == "metadata" {
            if answered.take() != Some(record.field("warc-concurrent-to")) {
                faults.push(format!("record {} is about no answer before it", record.number));
            }
            continue;
        }
        if answered.is_some() {
            faults.push(format!(
                "the record about the answer before record {} is missing",
                record.number
            ));
        }
        answered = matches!(kind, "response" | "revisit").then(|| record.field("warc-record-id"));
        match expected.next() {
            Some((id, expected_kind, part))
                if record.field("warc-record-id") == id && kind == expected_kind =>
            {
                faults.extend(check_fields(record, part));
            }
            Some((id, ..)) => {
                faults.push(format!("record {} stands where {id} should be", record.number));
                return faults;
            }
            None => faults.push(format!("record {} is not in acquisition.json", record.number)),
        }
    }
    if answered.is_some() {
        faults.push("the record about the last answer is missing".to_owned());
    }
    faults.extend(expected.map(|(id, ..)| format!("record {id} is missing")));
    faults
}

fn check_fields(record: &ReadRecord, part: &AcquiredPart) -> Vec<String> {
    let mut fields = vec![("WARC-Date", &part.started), ("WARC-Target-URI", &part.url)];
    if let Some(same_as) = part.same_as.as_ref().filter(|_| record.field("warc-type") == "revisit")
    {
        fields.push(("WARC-Refers-To", &same_as.record));
        fields.push(("WARC-Refers-To-Target-URI", &same_as.url));
        fields.push(("WARC-Refers-To-Date", &same_as.started));
    }
    fields
        .iter()
        .filter(|(name, expected)| record.field(name) != expected.as_str())
        .map(|(name, expected)| {
            let found = record.field(name);
            let number = record.number;
            format!("record {number} has {name} {found}, but {expected} in acquisition.json")
        })
        .collect()
}
