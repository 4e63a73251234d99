//! The receipt: what was handed over, by whom to whom, and that it arrived.

use std::collections::BTreeMap;
use std::path::Path;

use data_encoding::BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{TRANSFERS, TransferError};
use crate::evidence::custody::{LOG_FILE, Line, Log};
use crate::evidence::digest::Sha256;
use crate::evidence::key::{PublicKey, Signer};
use crate::evidence::keys::CaseKeys;
use crate::evidence::plain_file;
use crate::evidence::store::Store;

const SCHEMA: &str = "pugmark.receipt/1";
const RECEIVED_SCHEMA: &str = "pugmark.received/1";
const COUNTERSIGNED_SCHEMA: &str = "pugmark.countersigned/1";
/// How the names of countersigned receipts end.
const FILED: &str = "-countersigned.json";

/// An entry of a custody log: what comes before it cannot change without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Number of the entry.
    pub number: u64,
    /// Its hash.
    pub hash: Sha256,
}

impl Anchor {
    /// The entry in `line`.
    #[must_use]
    pub fn of(line: &Line) -> Self {
        Self { number: line.entry.number, hash: line.hash }
    }

    /// True when `log` has the entry.
    #[must_use]
    pub fn is_in(&self, log: &Log) -> bool {
        log.lines.iter().any(|line| Self::of(line) == *self)
    }
}

/// What the sender states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    schema: String,
    /// Hash of the first entry of the log: it tells this case from all others.
    pub case: Sha256,
    /// What the case is about.
    pub title: String,
    /// Who takes the evidence over.
    pub to: String,
    /// When it was handed over.
    pub time: Timestamp,
    /// The entry about it, the newest in the package.
    pub head: Anchor,
    /// Items in the package, each with the SHA-256 of its tag manifest.
    pub items: BTreeMap<String, Sha256>,
    /// Items of the case that are not in the package.
    pub left_behind: Vec<String>,
    /// Files of the case in the package, with their SHA-256.
    pub files: BTreeMap<String, Sha256>,
    /// Fingerprint of the sender's key.
    pub key: Sha256,
}

/// What the receiver states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arrival {
    schema: String,
    /// SHA-256 of the receipt.
    receipt: Sha256,
    /// SHA-256 of the package.
    pub(super) package: Sha256,
    /// Who took it over.
    pub(super) by: Option<String>,
    /// When it was checked.
    pub(super) time: Timestamp,
    /// The receiver's entry about it.
    pub(super) entry: Anchor,
    /// Items as they arrived, each with the SHA-256 of its tag manifest.
    pub(super) items: BTreeMap<String, Sha256>,
    /// Fingerprint of the receiver's key.
    key: Sha256,
}

/// What goes into a receipt, apart from what the program knows itself.
pub(super) struct Handed {
    pub(super) case: Sha256,
    pub(super) title: String,
    pub(super) to: String,
    pub(super) items: BTreeMap<String, Sha256>,
    pub(super) left_behind: Vec<String>,
    pub(super) files: BTreeMap<String, Sha256>,
}

impl Receipt {
    /// The receipt for what was `handed` over with the entry in `head`.
    pub(super) fn new(handed: Handed, head: &Line) -> Self {
        let Handed { case, title, to, items, left_behind, files } = handed;
        let schema = SCHEMA.to_owned();
        let (time, key, head) = (head.entry.time, head.entry.key, Anchor::of(head));
        Self { schema, case, title, to, time, head, items, left_behind, files, key }
    }

    /// Reads the bytes that are signed.
    pub(super) fn parse(text: &str) -> Result<Self, TransferError> {
        let read: Result<Self, _> = serde_json::from_str(text);
        let receipt = read.map_err(|err| TransferError::Receipt(err.to_string()))?;
        let known = receipt.schema == SCHEMA;
        let unknown = || TransferError::Receipt(format!("its schema is not `{SCHEMA}`"));
        known.then_some(receipt).ok_or_else(unknown)
    }

    /// The bytes that are signed.
    pub(super) fn text(&self) -> String {
        canonical(self)
    }

    /// True when `keys` has the sender's key and `signature` over `text` is by it.
    pub(super) fn is_signed(&self, keys: &CaseKeys, text: &str, signature: &[u8]) -> bool {
        keys.get(self.key).is_some_and(|key| key.verifies_bytes(text.as_bytes(), signature))
    }
}

/// A receipt that the receiver has signed too: one JSON file, to be sent back.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Countersigned {
    schema: String,
    /// The text of the receipt, and the sender's signature over it.
    receipt: String,
    signature: String,
    /// What the receiver states, the receiver's key and signature over the statement.
    received: String,
    key: String,
    countersignature: String,
}

/// What came of `package`, for the receiver to state.
pub(super) struct Arrived {
    pub(super) package: Sha256,
    pub(super) by: Option<String>,
    pub(super) time: Timestamp,
    pub(super) entry: Anchor,
    pub(super) items: BTreeMap<String, Sha256>,
}

impl Countersigned {
    /// Signs that what `receipt` lists arrived.
    pub(super) fn sign(receipt: &str, signature: &[u8], arrived: Arrived, by: &Signer) -> Self {
        let Arrived { package, by: name, time, entry, items } = arrived;
        let statement = Arrival {
            schema: RECEIVED_SCHEMA.to_owned(),
            receipt: Sha256::of(receipt.as_bytes()),
            package,
            by: name,
            time,
            entry,
            items,
            key: by.public().fingerprint(),
        };
        let received = canonical(&statement);
        let countersignature = by.sign(received.as_bytes());
        Self {
            schema: COUNTERSIGNED_SCHEMA.to_owned(),
            receipt: receipt.to_owned(),
            signature: BASE64.encode(signature),
            received,
            key: by.public().to_pem(),
            countersignature,
        }
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    ///
    /// When it cannot be read or is no countersigned receipt.
    pub fn read(path: &Path) -> Result<Self, TransferError> {
        let read: Result<Self, _> =
            serde_json::from_slice(&plain_file::read(path, plain_file::LIST)?);
        let read = read.map_err(|err| TransferError::Receipt(err.to_string()))?;
        let known = read.schema == COUNTERSIGNED_SCHEMA;
        let unknown =
            || TransferError::Receipt(format!("its schema is not `{COUNTERSIGNED_SCHEMA}`"));
        known.then_some(read).ok_or_else(unknown)
    }

    /// The newest entry that the receipt shows to have been in the sender's log.
    ///
    /// # Errors
    ///
    /// When the receipt in it cannot be read.
    pub fn anchor(&self) -> Result<Anchor, TransferError> {
        Ok(Receipt::parse(&self.receipt)?.head)
    }

    /// The file's bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = serde_json::to_vec_pretty(self).expect("it has strings only");
        bytes.push(b'\n');
        bytes
    }

    /// Checks both signatures, and that what arrived is what `log` says was handed over.
    pub(super) fn check(
        &self,
        keys: &CaseKeys,
        log: &Log,
    ) -> Result<(Receipt, Arrival), TransferError> {
        let wrong = |why: &str| TransferError::Receipt(why.to_owned());
        let receipt = Receipt::parse(&self.receipt)?;
        let signature = BASE64.decode(self.signature.as_bytes()).unwrap_or_default();
        if !receipt.is_signed(keys, &self.receipt, &signature) {
            return Err(wrong("the sender's signature is not by a key of this case"));
        }
        if !receipt.head.is_in(log) {
            let number = receipt.head.number;
            return Err(TransferError::Receipt(format!(
                "entry {number} of {LOG_FILE} is not the transfer it is about"
            )));
        }
        let key = PublicKey::from_pem(&self.key).ok_or_else(|| wrong("it has no key"))?;
        let arrival: Arrival = serde_json::from_str(&self.received)
            .map_err(|err| TransferError::Receipt(err.to_string()))?;
        if arrival.key != key.fingerprint()
            || !key.verifies(self.received.as_bytes(), &self.countersignature)
        {
            return Err(wrong("the receiver's signature is wrong"));
        }
        if arrival.receipt != Sha256::of(self.receipt.as_bytes()) {
            return Err(wrong("the receiver signed for something else"));
        }
        if arrival.items != receipt.items {
            return Err(wrong("the items that arrived are not those that were handed over"));
        }
        Ok((receipt, arrival))
    }
}

impl Arrival {
    /// Fingerprint of the receiver's key.
    pub(super) fn key(&self) -> Sha256 {
        self.key
    }
}

/// The path in a case of the countersigned receipt for the transfer of entry `number`.
pub(super) fn filed(number: u64) -> String {
    format!("{TRANSFERS}/{number:04}{FILED}")
}

/// What a receipt of the case shows, or why it does not hold.
pub(in crate::evidence) type ReceiptCheck = (String, Result<String, String>);

/// Checks every countersigned receipt that `log` vouches for.
pub(in crate::evidence) fn check_receipts(
    store: &Store,
    log: &Log,
    keys: &CaseKeys,
) -> Vec<ReceiptCheck> {
    let files = log.files();
    let receipts = files.keys().filter(|name| name.starts_with(TRANSFERS) && name.ends_with(FILED));
    let check = |name: &str| {
        let receipt = Countersigned::read(&store.root().join(name))?;
        let (receipt, arrival) = receipt.check(keys, log)?;
        let by = arrival.by.as_deref().unwrap_or(&receipt.to);
        let (number, items) = (receipt.head.number, receipt.items.len());
        let key = arrival.key();
        Ok(format!("{by} signed for the {items} items of entry {number}, with key {key}"))
    };
    receipts
        .map(|name| {
            let result = check(name).map_err(|err: TransferError| err.to_string());
            ((*name).to_owned(), result)
        })
        .collect()
}

fn canonical(value: &impl Serialize) -> String {
    serde_json_canonicalizer::to_string(value)
        .expect("it has string keys and no number that JSON cannot carry")
}
