//! The receiver's part: everything is checked before anything is taken.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Serialize;

use super::receipt::{Anchor, Arrived, Countersigned, Receipt};
use super::{CASE, RECEIPT, SIGNATURE, TRANSFERS, TransferError, package};
use crate::evidence::add::add;
use crate::evidence::custody::{Action, LOG_FILE, Log};
use crate::evidence::digest::Sha256;
use crate::evidence::durable;
use crate::evidence::interrupt::Interrupt;
use crate::evidence::keys::CaseKeys;
use crate::evidence::other_digests::Also;
use crate::evidence::plain_file;
use crate::evidence::store::{Custodian, ITEMS, Store};
use crate::evidence::verify::{Check, Expected, verify};

/// A package that was taken over.
#[derive(Clone, Debug, Serialize)]
pub struct Received {
    /// The case folder that it is in.
    pub case: PathBuf,
    /// The item it became, in a case that was there before.
    pub item: Option<String>,
    /// SHA-256 of the package.
    pub package: Sha256,
    /// Number of items in it.
    pub items: usize,
    /// Fingerprint of the sender's key.
    pub sender: Sha256,
    /// Number of the entry about it.
    pub entry: u64,
    /// The countersigned receipt, to be sent back.
    pub receipt: PathBuf,
}

/// What the receiver has to say.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// The case folder: made from the package, or a case that gets the package as an item.
    pub case: PathBuf,
    /// Where the countersigned receipt goes; it must not exist.
    pub receipt: PathBuf,
    /// Who takes the package over.
    pub by: Option<String>,
    /// Fingerprints of the keys that the sender may have; any where none is named.
    pub senders: Vec<Sha256>,
}

/// Takes over the package at `path`: checks all of it, continues its custody log in a new
/// case folder (or adds it to the one that is there), and countersigns the receipt.
///
/// # Errors
///
/// [`TransferError::Refused`] or [`TransferError::NotSound`] when the package is not as it
/// was sent; nothing is then taken. When case or receipt cannot be written.
pub fn receive(
    path: &Path,
    custodian: &Custodian,
    terms: &Terms,
) -> Result<Received, TransferError> {
    if terms.receipt.symlink_metadata().is_ok() {
        return Err(TransferError::Exists(terms.receipt.clone()));
    }
    let parent = durable::parent(&terms.case);
    fs::create_dir_all(parent)?;
    let staged = tempfile::Builder::new().prefix(".receive-").tempdir_in(parent)?;
    let digest = package::unpack(path, staged.path())?;
    let sound = Sound::check(staged.path(), digest, &terms.senders)?;
    let is_case = terms.case.join(LOG_FILE).is_file();
    let (item, entry) = if is_case {
        let store = Store::open(&terms.case)?;
        let added = add(&store, custodian, path, &[], Also::default(), &Interrupt::default())?;
        let action = sound.action(terms).on(&added.item);
        (Some(added.item), append(&store, custodian, action, &sound)?)
    } else {
        if terms.case.symlink_metadata().is_ok() {
            return Err(TransferError::Exists(terms.case.clone()));
        }
        let entry = append(&sound.store, custodian, sound.action(terms), &sound)?;
        durable::make_readable(sound.store.root(), &sound.store.root().join(ITEMS))?;
        durable::sync_tree(sound.store.root())?;
        fs::rename(sound.store.root(), &terms.case)?;
        durable::sync_folder(parent)?;
        (None, entry)
    };
    let number = entry.number;
    let countersigned = sound.countersign(custodian, terms, entry);
    durable::write(&terms.receipt, &countersigned.to_bytes())?;
    Ok(Received {
        case: terms.case.clone(),
        item,
        package: digest,
        items: sound.receipt.items.len(),
        sender: sound.receipt.key,
        entry: number,
        receipt: terms.receipt.clone(),
    })
}

/// A package in which everything is as the receipt says.
struct Sound {
    store: Store,
    package: Sha256,
    receipt: Receipt,
    text: String,
    signature: Vec<u8>,
}

impl Sound {
    fn check(root: &Path, package: Sha256, senders: &[Sha256]) -> Result<Self, TransferError> {
        let missing = |name: &str| TransferError::refused(name, "is missing or cannot be used");
        let text = plain_file::read_text(&root.join(RECEIPT), plain_file::LIST)
            .map_err(|_| missing(RECEIPT))?;
        let signature = plain_file::read(&root.join(SIGNATURE), plain_file::SMALL)
            .map_err(|_| missing(SIGNATURE))?;
        let receipt = Receipt::parse(&text)?;
        let store = Store::open(&root.join(CASE)).map_err(|_| missing("case/custody.jsonl"))?;
        fs::create_dir_all(store.root().join(ITEMS))?;
        let log = Log::read(store.root())?;
        let keys = CaseKeys::read(store.root())?;
        if !receipt.is_signed(&keys, &text, &signature) {
            return Err(TransferError::refused(SIGNATURE, "is not by a key of the case"));
        }
        let sound = Self { store, package, receipt, text, signature };
        sound.check_head(&log)?;
        let expected = Expected {
            signers: senders.to_vec(),
            left_behind: sound.receipt.left_behind.iter().cloned().collect(),
            ..Expected::default()
        };
        let mut failed = verify(&sound.store, &expected, &|_| {})?.into_failed();
        failed.extend(sound.differences(&log));
        if failed.is_empty() { Ok(sound) } else { Err(TransferError::NotSound(failed)) }
    }

    /// The log must end with the transfer that the receipt is about.
    fn check_head(&self, log: &Log) -> Result<(), TransferError> {
        let file = format!("{CASE}/{LOG_FILE}");
        let is_it = log.lines.last().is_some_and(|line| {
            Anchor::of(line) == self.receipt.head
                && line.entry.action == "transfer-out"
                && line.entry.key == self.receipt.key
        });
        let why = "does not end with the transfer that the receipt is about";
        if is_it { Ok(()) } else { Err(TransferError::refused(&file, why)) }
    }

    /// What the receipt says otherwise than the log and the files.
    fn differences(&self, log: &Log) -> Vec<Check> {
        let mut differences = Vec::new();
        let mut differs = |file: String, detail: &str| {
            let (file, detail) = (Some(file), detail.to_owned());
            differences.push(Check { item: None, check: "receipt", ok: false, file, detail });
        };
        let mut items = log.items();
        items.retain(|name, _| !self.receipt.left_behind.iter().any(|left| left == name));
        for (name, digest) in &self.receipt.items {
            if items.get(name.as_str()) != Some(digest) {
                differs(format!("{ITEMS}/{name}"), "is not the item that the receipt lists");
            }
        }
        for name in items.keys().filter(|name| !self.receipt.items.contains_key(**name)) {
            differs(format!("{ITEMS}/{name}"), "is not listed in the receipt");
        }
        for (name, digest) in &self.receipt.files {
            let found = Sha256::of_file(&self.store.root().join(name)).map(|(found, _)| found);
            if !found.is_ok_and(|found| found == *digest) {
                differs(name.clone(), "is not the file that the receipt lists");
            }
        }
        differences
    }

    fn action(&self, terms: &Terms) -> Action {
        let mut action = Action::new("transfer-in")
            .with("package", self.package)
            .with("head", self.receipt.head)
            .with("sender", self.receipt.key)
            .with("to", terms.by.as_deref().unwrap_or(&self.receipt.to))
            .with("items", &self.receipt.items);
        if !self.receipt.left_behind.is_empty() {
            action = action.with("left_behind", &self.receipt.left_behind);
        }
        action
    }

    fn countersign(&self, custodian: &Custodian, terms: &Terms, entry: Anchor) -> Countersigned {
        let arrived = Arrived {
            package: self.package,
            by: terms.by.clone(),
            time: custodian.clock().now(),
            entry,
            items: self.receipt.items.clone(),
        };
        Countersigned::sign(&self.text, &self.signature, arrived, &custodian.signer)
    }
}

/// Adds the entry about the transfer, and the receipt with it.
fn append(
    store: &Store,
    custodian: &Custodian,
    action: Action,
    sound: &Sound,
) -> Result<Anchor, TransferError> {
    let mut writer = store.lock(custodian)?;
    let id = sound.package.to_string();
    let stem = format!("{TRANSFERS}/{:04}-{}", sound.receipt.head.number, &id[..8]);
    let files = BTreeMap::from([
        (format!("{stem}-receipt.json"), sound.text.clone().into_bytes()),
        (format!("{stem}-receipt.sig"), sound.signature.clone()),
    ]);
    writer.put_files(action, files)?;
    let newest = writer.newest().expect("an entry was just added");
    Ok(Anchor::of(newest))
}
