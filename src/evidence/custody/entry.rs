//! One entry of the custody log, and the sealed line that carries it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::evidence::digest::Sha256;
use crate::evidence::key::{PublicKey, Signer};

/// Name and version of the record that an entry is.
pub const SCHEMA: &str = "pugmark.custody/1";

/// Name of the detail that says what the clock of the machine showed, where that is not the time
/// of the entry.
pub const CLOCK: &str = "clock";

/// What was done, when, with which result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// [`SCHEMA`].
    pub schema: String,
    /// 1 for the first entry, one more for each that follows.
    pub number: u64,
    /// When the entry was made, by the clock of the machine; not before the entry before. What
    /// the clock said where it did stand before that is the detail [`CLOCK`].
    pub time: Timestamp,
    /// What was done: `create`, `capture`, `add`, `import`, `note` …
    pub action: String,
    /// The item it was done to: the name of its folder below `items/`.
    pub item: Option<String>,
    /// Files of the case folder (not of items) and their SHA-256 from now on.
    pub files: BTreeMap<String, Sha256>,
    /// What belongs to the action; for an item also the SHA-256 of its `tagmanifest-sha256.txt`.
    pub details: Map<String, Value>,
    /// Hash of the entry before; `None` in the first.
    pub previous: Option<Sha256>,
    /// Fingerprint of the key that signed.
    pub key: Sha256,
    /// Name and version of the program.
    pub tool: String,
}

impl Entry {
    /// SHA-256 of the tag manifest of the item that this entry put into the case.
    #[must_use]
    pub fn tag_manifest(&self) -> Option<Sha256> {
        Sha256::from_hex(self.details.get("tagmanifest")?.as_str()?)
    }

    /// The names that a `purge` lists under `detail`: `purged_items` or `purged_files`.
    pub fn purged<'a>(&'a self, detail: &str) -> impl Iterator<Item = &'a String> {
        let names = self.details.get(detail).filter(|_| self.action == "purge");
        names.and_then(Value::as_object).into_iter().flat_map(Map::keys)
    }
}

/// A sealed entry, as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What the line says.
    pub entry: Entry,
    /// SHA-256 of the entry's bytes.
    pub hash: Sha256,
    /// Signature over the entry's bytes, base64.
    pub signature: String,
    /// The line, without its line feed.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Envelope<'a> {
    #[serde(borrow)]
    entry: &'a RawValue,
    hash: Sha256,
    signature: String,
}

impl Line {
    /// Signs `entry`.
    #[must_use]
    pub fn seal(entry: Entry, signer: &Signer) -> Self {
        let bytes = canonical(&entry);
        let hash = Sha256::of(bytes.as_bytes());
        let signature = signer.sign(bytes.as_bytes());
        let text = envelope(&bytes, hash, &signature);
        Self { entry, hash, signature, text }
    }

    /// Reads a line; the error says in words what is wrong with it.
    ///
    /// # Errors
    ///
    /// When the line is not an entry in exactly the form that [`Line::seal`]
    /// writes, or its hash is not that of its bytes.
    pub fn parse(text: &str) -> Result<Self, String> {
        let sealed: Envelope = serde_json::from_str(text).map_err(|err| err.to_string())?;
        let bytes = sealed.entry.get();
        let entry: Entry = serde_json::from_str(bytes).map_err(|err| err.to_string())?;
        if entry.schema != SCHEMA {
            return Err(format!("schema `{}` is not `{SCHEMA}`", entry.schema));
        }
        let outside = entry.files.keys().chain(&entry.item).find(|path| !is_inside(path));
        if let Some(path) = outside.or(entry.item.as_ref().filter(|item| item.contains('/'))) {
            return Err(format!("`{path}` leads out of its folder"));
        }
        if Sha256::of(bytes.as_bytes()) != sealed.hash {
            return Err("its hash is not that of its content".to_owned());
        }
        if canonical(&entry) != bytes || envelope(bytes, sealed.hash, &sealed.signature) != text {
            return Err("it is not in canonical form".to_owned());
        }
        Ok(Self { entry, hash: sealed.hash, signature: sealed.signature, text: text.to_owned() })
    }

    /// True when the signature was made with `key`.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.fingerprint() == self.entry.key
            && key.verifies(canonical(&self.entry).as_bytes(), &self.signature)
    }
}

/// True for a path that does not lead out of the folder it is relative to, on any system.
pub(in crate::evidence) fn is_inside(path: &str) -> bool {
    !path.contains(['\\', ':', '\0'])
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn canonical(entry: &Entry) -> String {
    serde_json_canonicalizer::to_string(entry)
        .expect("an entry has string keys and no number that JSON cannot carry")
}

fn envelope(bytes: &str, hash: Sha256, signature: &str) -> String {
    format!(r#"{{"entry":{bytes},"hash":"{hash}","signature":"{signature}"}}"#)
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use jiff::Timestamp;

    use super::{Entry, Line, SCHEMA};
    use crate::evidence::key::Signer;

    pub(crate) fn entry(number: u64, signer: &Signer) -> Entry {
        Entry {
            schema: SCHEMA.to_owned(),
            number,
            time: Timestamp::UNIX_EPOCH,
            action: "note".to_owned(),
            item: None,
            files: BTreeMap::new(),
            details: serde_json::from_str(r#"{"text":"Schädel \u202e\" 1"}"#).unwrap(),
            previous: None,
            key: signer.public().fingerprint(),
            tool: "pugmark 0".to_owned(),
        }
    }

    #[test]
    fn a_sealed_line_is_read_back_and_its_signature_holds() {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::in_folder(folder.path()).unwrap();
        let line = Line::seal(entry(1, &signer), &signer);
        let read = Line::parse(&line.text).unwrap();
        assert_eq!(read, line);
        assert!(read.is_signed_by(&signer.public()));
    }

    #[test]
    fn no_byte_of_a_line_can_change_unnoticed() {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::in_folder(folder.path()).unwrap();
        let line = Line::seal(entry(1, &signer), &signer).text;
        for position in 0..line.len() {
            for flip in [1, 0x20, 0x80] {
                let mut bytes = line.clone().into_bytes();
                bytes[position] ^= flip;
                let sound = str::from_utf8(&bytes)
                    .ok()
                    .and_then(|text| Line::parse(text).ok())
                    .is_some_and(|line| line.is_signed_by(&signer.public()));
                assert!(!sound, "byte {position} ^ {flip}");
            }
        }
    }
}
