//! Answers whose body stands in the archive of another item: it must be there, and the same.

use std::collections::{BTreeMap, BTreeSet};

use super::Check;
use crate::evidence::warc::ReadRecord;

/// An item, and the identifier of a record in its archive.
pub(super) type Target = (String, String);
/// Records to which others refer.
pub(super) type Places = BTreeMap<Target, Place>;

/// A record, so far as others refer to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// What was asked for.
    pub(super) url: String,
    /// When.
    pub(super) date: String,
    /// Digest of the body.
    pub(super) digest: String,
}

impl Place {
    /// What `record` says of itself.
    pub(super) fn of(record: &ReadRecord) -> Self {
        Self {
            url: record.field("warc-target-uri").to_owned(),
            date: record.field("warc-date").to_owned(),
            digest: record.field("warc-payload-digest").to_owned(),
        }
    }
}

/// A record that refers to another.
#[derive(Debug)]
pub(super) struct Revisit {
    /// Its number in its archive.
    pub(super) number: usize,
    /// Where the body stands.
    pub(super) target: Target,
    /// What it says of that record.
    pub(super) place: Place,
}

/// An archive with the records in it that refer to others.
pub(super) struct Referring {
    pub(super) item: Option<String>,
    pub(super) file: String,
    pub(super) revisits: Vec<Revisit>,
}

/// Looks every reference up; `away` are items that are not here, as the log says.
pub(super) fn check(
    referring: &[Referring],
    places: &Places,
    away: &BTreeSet<String>,
) -> Vec<Check> {
    let mut checks = Vec::new();
    for Referring { item, file, revisits } in referring {
        let mut add = |ok: bool, detail: String| {
            let (item, file) = (item.clone(), (!ok).then(|| file.clone()));
            checks.push(Check { item, check: "revisit", ok, file, detail });
        };
        let mut right = 0;
        for Revisit { number, target, place } in revisits {
            let (other, id) = target;
            match places.get(target) {
                Some(found) if found == place => right += 1,
                Some(_) => add(
                    false,
                    format!(
                        "record {number} refers to {id} in items/{other}, which holds another answer"
                    ),
                ),
                None if away.contains(other) => add(
                    true,
                    format!(
                        "the body of record {number} stands in items/{other}, which is not here, as the log says"
                    ),
                ),
                None => add(
                    false,
                    format!(
                        "record {number} refers to {id} in items/{other}, which does not hold it"
                    ),
                ),
            }
        }
        if right > 0 {
            add(true, format!("{right} bodies that stand in other items are there"));
        }
    }
    checks
}
