//! An archive against itself and against the record of its acquisition.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;

use super::revisit::{Place, Places, Revisit};
use crate::evidence::plain_file;
use crate::evidence::warc::{ReadRecord, WarcReader};

/// What `acquisition.json` says the archive holds.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Acquired {
    #[serde(default)]
    fetched: Vec<AcquiredPart>,
    #[serde(default)]
    files: Vec<AcquiredFile>,
}

#[derive(Debug, Deserialize)]
struct AcquiredPart {
    url: String,
    started: String,
    request_record: Option<String>,
    response_record: Option<String>,
    same_as: Option<SameAs>,
}

/// A file that was made from the page; others are not in the archive.
#[derive(Debug, Deserialize)]
struct AcquiredFile {
    sha256: String,
    started: Option<String>,
    target: Option<String>,
    record: Option<String>,
}

#[derive(Debug, Deserialize)]
struct SameAs {
    item: String,
    record: String,
    url: String,
    started: String,
}

/// A record that should be there.
struct Wanted<'a> {
    id: &'a str,
    kind: &'static str,
    date: &'a str,
    url: &'a str,
    same_as: Option<&'a SameAs>,
    digest: Option<&'a str>,
}

/// What an archive was found to hold.
#[derive(Default)]
pub(super) struct Found {
    /// Records in it.
    pub(super) records: usize,
    /// What is wrong with it.
    pub(super) faults: Vec<String>,
    /// Answers that stand in other archives.
    pub(super) revisits: Vec<Revisit>,
    /// Those of its records to which others refer.
    pub(super) referred: Places,
}

impl Acquired {
    /// Items and records that the archive refers to.
    pub(super) fn refers_to(&self) -> impl Iterator<Item = (String, String)> {
        let same = self.fetched.iter().filter_map(|part| part.same_as.as_ref());
        same.map(|same| (same.item.clone(), same.record.clone()))
    }

    /// The records in their order.
    fn wanted(&self) -> impl Iterator<Item = Wanted<'_>> {
        let parts = self.fetched.iter().flat_map(|part| {
            let record = |id, kind, same_as| Wanted {
                id,
                kind,
                date: &part.started,
                url: &part.url,
                same_as,
                digest: None,
            };
            let same_as = part.same_as.as_ref();
            let kind = if same_as.is_some() { "revisit" } else { "response" };
            let response = part.response_record.as_ref().map(|id| record(id, kind, same_as));
            // The record about an answer follows it, with an identifier of its own.
            let request = part.request_record.as_ref().map(|id| record(id, "request", None));
            response.into_iter().chain(request)
        });
        parts.chain(self.files.iter().filter_map(|file| {
            Some(Wanted {
                id: file.record.as_ref()?,
                kind: "resource",
                date: file.started.as_ref()?,
                url: file.target.as_ref()?,
                same_as: None,
                digest: Some(&file.sha256),
            })
        }))
    }
}

/// Reads the archive at `path` of the item `item`; `referred` are items and records to which
/// archives of the case refer.
pub(super) fn check(
    path: &Path,
    item: &str,
    acquired: &Acquired,
    referred: &BTreeSet<(String, String)>,
) -> Found {
    let mut found = Found::default();
    let mut records = Vec::new();
    match plain_file::open(path) {
        Err(err) => found.faults.push(format!("cannot be read: {err}")),
        Ok(file) => {
            let mut reader = WarcReader::new(file);
            loop {
                match reader.next() {
                    Ok(Some(record)) => records.push(record),
                    Ok(None) => break,
                    Err(err) => {
                        let number = records.len() + 1;
                        found.faults.push(format!("record {number} cannot be read: {err}"));
                        break;
                    }
                }
            }
        }
    }
    for record in &records {
        let place = format!("record {} at byte {}", record.number, record.offset);
        found.faults.extend(record.faults.iter().map(|fault| format!("{place} {fault}")));
        let id = record.field("warc-record-id").to_owned();
        if referred.contains(&(item.to_owned(), id.clone())) {
            found.referred.insert((item.to_owned(), id), Place::of(record));
        }
    }
    found.records = records.len();
    check_order(&records, acquired, &mut found);
    found
}

/// Checks that the records are those of the acquisition, no more, no less, in its order.
fn check_order(records: &[ReadRecord], acquired: &Acquired, found: &mut Found) {
    let faults = &mut found.faults;
    let mut ids = BTreeSet::new();
    for record in records {
        if !ids.insert(record.field("warc-record-id")) {
            faults.push(format!("record {} has the identifier of another", record.number));
        }
    }
    let mut wanted = acquired.wanted();
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
        match wanted.next() {
            Some(wanted) if record.field("warc-record-id") == wanted.id && kind == wanted.kind => {
                faults.extend(check_fields(record, &wanted));
                found.revisits.extend(wanted.same_as.map(|same_as| Revisit {
                    number: record.number,
                    target: (same_as.item.clone(), same_as.record.clone()),
                    place: Place {
                        url: same_as.url.clone(),
                        date: same_as.started.clone(),
                        digest: record.field("warc-payload-digest").to_owned(),
                    },
                }));
            }
            Some(Wanted { id, .. }) => {
                faults.push(format!("record {} stands where {id} should be", record.number));
                return;
            }
            None => faults.push(format!("record {} is not in acquisition.json", record.number)),
        }
    }
    if answered.is_some() {
        faults.push("the record about the last answer is missing".to_owned());
    }
    faults.extend(wanted.map(|wanted| format!("record {} is missing", wanted.id)));
}

fn check_fields(record: &ReadRecord, wanted: &Wanted<'_>) -> Vec<String> {
    let mut fields =
        vec![("WARC-Date", wanted.date.to_owned()), ("WARC-Target-URI", wanted.url.to_owned())];
    if let Some(same_as) = wanted.same_as {
        fields.push(("WARC-Refers-To", same_as.record.clone()));
        fields.push(("WARC-Refers-To-Target-URI", same_as.url.clone()));
        fields.push(("WARC-Refers-To-Date", same_as.started.clone()));
    }
    fields.extend(wanted.digest.map(|digest| ("WARC-Block-Digest", format!("sha256:{digest}"))));
    fields
        .iter()
        .filter(|(name, expected)| record.field(name) != expected)
        .map(|(name, expected)| {
            let found = record.field(name);
            let number = record.number;
            format!("record {number} has {name} {found}, but {expected} in acquisition.json")
        })
        .collect()
}
