//! The keys of a case: numbered files in `keys/`, and who vouches for whom.
//!
//! `pugmark.pub` is the key of whoever made the case. Each further one is `NNNN.pub`; when it
//! took over from another, `NNNN.handover.json` states so and `NNNN.handover.sig` is that
//! other key's signature over it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use fs_err as fs;

use super::custody::{Fault, LOG_FILE, Line, Log};
use super::digest::Sha256;
use super::key::{Handover, PublicKey};
use super::store::{FIRST_KEY, KEYS};
use crate::evidence::plain_file;

const KEY: &str = ".pub";
const STATEMENT: &str = ".handover.json";
const SIGNATURE: &str = ".handover.sig";

/// What is in the folder `keys/` of a case.
#[derive(Debug, Default)]
pub(super) struct CaseKeys {
    /// Keys by fingerprint.
    keys: BTreeMap<Sha256, PublicKey>,
    /// Statements by the name of their file in the case.
    handovers: BTreeMap<String, Handover>,
    /// The highest number in use.
    last: u32,
}

impl CaseKeys {
    /// Reads the keys of the case at `root`; what is no key is a fault of the file, found elsewhere.
    pub(super) fn read(root: &Path) -> io::Result<Self> {
        let mut keys = Self::default();
        let Ok(folder) = fs::read_dir(root.join(KEYS)) else { return Ok(keys) };
        for entry in folder {
            let path = entry?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let number = name.split('.').next().and_then(|number| number.parse().ok());
            keys.last = keys.last.max(number.unwrap_or(1));
            let bytes = plain_file::read(&path, plain_file::SMALL).unwrap_or_default();
            if name.ends_with(KEY) {
                let key = str::from_utf8(&bytes).ok().and_then(PublicKey::from_pem);
                keys.keys.extend(key.map(|key| (key.fingerprint(), key)));
            } else if let Some(stem) = name.strip_suffix(STATEMENT) {
                let signature = root.join(format!("{KEYS}/{stem}{SIGNATURE}"));
                let signature = plain_file::read(&signature, plain_file::SMALL).unwrap_or_default();
                let handover = Handover::read(&bytes, &signature);
                let file = format!("{KEYS}/{name}");
                keys.handovers.extend(handover.map(|handover| (file, handover)));
            }
        }
        Ok(keys)
    }

    /// The key with this fingerprint.
    pub(super) fn get(&self, fingerprint: Sha256) -> Option<&PublicKey> {
        self.keys.get(&fingerprint)
    }

    /// All keys, by fingerprint.
    pub(super) fn all(&self) -> &BTreeMap<Sha256, PublicKey> {
        &self.keys
    }

    /// All statements.
    pub(super) fn handovers(&self) -> impl Iterator<Item = &Handover> {
        self.handovers.values()
    }

    /// The files that bring `new` keys into the case, under the next numbers.
    pub(super) fn files_for<'a>(
        &self,
        new: impl Iterator<Item = (&'a PublicKey, Option<&'a Handover>)>,
    ) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        for (number, (key, handover)) in (self.last + 1..).zip(new) {
            let file = |extension: &str| format!("{KEYS}/{number:04}{extension}");
            files.insert(file(KEY), key.to_pem().into_bytes());
            if let Some(handover) = handover {
                files.insert(file(STATEMENT), handover.text().as_bytes().to_vec());
                files.insert(file(SIGNATURE), handover.signature().to_vec());
            }
        }
        files
    }

    /// Says of each key that signs how it came into the case, and what is wrong with that.
    /// Where `expected` keys are named, each must be one of them, or its predecessor or successor.
    pub(super) fn judge(&self, log: &Log, expected: &[Sha256]) -> (Vec<String>, Vec<Fault>) {
        let mut court = Court { keys: self, admitted: BTreeMap::new(), replaced: BTreeMap::new() };
        let mut faults = Vec::new();
        for line in &log.lines {
            faults.extend(court.hear(line).map(|(file, detail)| Fault { file, detail }));
        }
        let origin = |key: &Sha256| court.admitted.get(key).map_or(*key, |found| found.origin);
        let families: Vec<Sha256> = expected.iter().map(origin).collect();
        for (key, Admitted { origin, .. }) in &court.admitted {
            if !families.is_empty() && !families.contains(origin) {
                let detail = format!("entries are signed with key {key}, which was not expected");
                faults.push(Fault { file: LOG_FILE.to_owned(), detail });
            }
        }
        let how =
            court.admitted.into_iter().map(|(key, admitted)| format!("{key} {}", admitted.how));
        (how.collect(), faults)
    }
}

/// How a key came into a case.
struct Admitted {
    /// In words.
    how: String,
    /// The key it goes back to: itself, or the first of those it took over from.
    origin: Sha256,
}

/// The keys that the log has admitted so far.
struct Court<'a> {
    keys: &'a CaseKeys,
    /// By fingerprint.
    admitted: BTreeMap<Sha256, Admitted>,
    /// The entry that replaced a key.
    replaced: BTreeMap<Sha256, u64>,
}

impl Court<'_> {
    /// Takes the next entry; returns what is wrong with the key that signed it.
    fn hear(&mut self, line: &Line) -> Option<(String, String)> {
        let (key, number) = (line.entry.key, line.entry.number);
        let in_log = |detail| Some((LOG_FILE.to_owned(), detail));
        if let Some(by) = self.replaced.get(&key) {
            return in_log(format!(
                "entry {number} is signed with key {key}, which entry {by} replaced"
            ));
        }
        if self.admitted.contains_key(&key) {
            return None;
        }
        if number == 1 {
            let vouched = line.entry.files.contains_key(FIRST_KEY);
            self.admitted.insert(key, Admitted { how: "made the case".to_owned(), origin: key });
            let unvouched = || in_log(format!("entry 1 does not vouch for {FIRST_KEY}"));
            return if vouched { None } else { unvouched() };
        }
        if line.entry.action != "key" {
            return in_log(format!(
                "entry {number} is signed with a key that no entry before it brought"
            ));
        }
        self.admit(line)
    }

    /// Follows the statements that an entry brought along, to the key that signed the entry.
    fn admit(&mut self, line: &Line) -> Option<(String, String)> {
        let (key, number) = (line.entry.key, line.entry.number);
        let brought: Vec<(&String, Option<&Handover>)> = line
            .entry
            .files
            .keys()
            .filter(|file| file.ends_with(STATEMENT))
            .map(|file| (file, self.keys.handovers.get(file)))
            .collect();
        let how = format!("brought itself in entry {number}: nobody vouches for it");
        let mut newest = Admitted { how, origin: key };
        for (file, handover) in brought {
            let holds = handover.filter(|handover| {
                let from = self.keys.get(handover.from());
                self.admitted.contains_key(&handover.from())
                    && from.is_some_and(|from| handover.is_signed_by(from))
            });
            let Some(handover) = holds else {
                let detail = "is no statement that a key of the case signed".to_owned();
                return Some((file.clone(), detail));
            };
            let (from, to) = (handover.from(), handover.to());
            self.replaced.insert(from, number);
            let how = format!("took over from {from} in entry {number}");
            newest = Admitted { how, origin: self.admitted[&from].origin };
            if to != key {
                let Admitted { how, origin } = &newest;
                self.admitted.insert(to, Admitted { how: how.clone(), origin: *origin });
            }
        }
        self.admitted.insert(key, newest);
        None
    }
}
