//! The sender's part: the package, and later the receipt that comes back.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use fs_err as fs;
use serde::Serialize;

use super::package::PackageWriter;
use super::receipt::{Countersigned, Handed, Receipt, filed};
use super::{CASE, RECEIPT, SIGNATURE, TransferError};
use crate::evidence::custody::{Action, HEAD_FILE, LOG_FILE, Log};
use crate::evidence::digest::Sha256;
use crate::evidence::keys::CaseKeys;
use crate::evidence::store::{Custodian, ITEMS, Store};
use crate::evidence::verify::{Expected, verify};
use crate::evidence::writer::Writer;

/// A package that was made.
#[derive(Clone, Debug, Serialize)]
pub struct Sent {
    /// The file.
    pub package: PathBuf,
    /// Its SHA-256.
    pub sha256: Sha256,
    /// Its size.
    pub bytes: u64,
    /// Who takes it over.
    pub to: String,
    /// Number of items in it.
    pub items: usize,
    /// Items of the case that are not in it.
    pub left_behind: Vec<String>,
    /// Number of the entry about it.
    pub entry: u64,
}

/// A receipt that was filed.
#[derive(Clone, Debug, Serialize)]
pub struct Filed {
    /// Its file in the case folder.
    pub file: String,
    /// Number of the entry about the transfer.
    pub transfer: u64,
    /// Who signed for it.
    pub by: String,
    /// Fingerprint of the receiver's key.
    pub key: Sha256,
}

/// Hands `items` of the case (all of them when none is named) over to `to`: checks the case,
/// writes the package `out` with a signed receipt, and notes both in the custody log.
///
/// # Errors
///
/// [`TransferError::NotSound`] when the case does not verify; when there is no such item; when
/// the package or the log cannot be written. The log then says that the transfer failed.
pub fn send(
    store: &Store,
    custodian: &Custodian,
    items: &[String],
    (title, to): (&str, &str),
    out: &Path,
) -> Result<Sent, TransferError> {
    let expected = Expected { memory: Some(custodian.memory()), ..Expected::default() };
    let failed = verify(store, &expected, &|_| {})?.into_failed();
    if !failed.is_empty() {
        return Err(TransferError::NotSound(failed));
    }
    let mut package = PackageWriter::create(out, custodian.clock().now())?;
    // From here on nobody else writes: what the log vouches for is what goes along.
    let mut writer = store.lock(custodian)?;
    let log = Log::read(store.root())?;
    let handed = choose(&log, items, title, to)?;
    for item in handed.items.keys() {
        put_folder(&mut package, store.root(), &store.item(item))?;
    }
    for name in handed.files.keys() {
        package.put_file(&format!("{CASE}/{name}"), &store.root().join(name))?;
    }
    let mut action = Action::new("transfer-out").with("to", to).with("items", handed.items.len());
    if !handed.left_behind.is_empty() {
        action = action.with("left_behind", &handed.left_behind);
    }
    let entry = writer.append(action)?.number;
    let result = close(package, store, custodian, handed);
    let (receipt, sha256, bytes) =
        result.inspect_err(|err| note_failure(&mut writer, entry, err))?;
    let details = Action::new("package").with("transfer", entry).with("sha256", sha256);
    writer.append(details.with("bytes", bytes))?;
    let Receipt { to, items, left_behind, .. } = receipt;
    let (package, items) = (out.to_owned(), items.len());
    Ok(Sent { package, sha256, bytes, to, items, left_behind, entry })
}

/// What is handed over.
fn choose(log: &Log, names: &[String], title: &str, to: &str) -> Result<Handed, TransferError> {
    let items = log.items().into_iter();
    let all: BTreeMap<String, Sha256> =
        items.map(|(name, digest)| (name.to_owned(), digest)).collect();
    if let Some(unknown) = names.iter().find(|name| !all.contains_key(*name)) {
        return Err(TransferError::NoItem(unknown.clone()));
    }
    let behind = log.left_behind();
    let goes = |name: &String| (names.is_empty() || names.contains(name)) && !behind.contains(name);
    let (items, rest): (BTreeMap<_, _>, BTreeMap<_, _>) =
        all.into_iter().partition(|(name, _)| goes(name));
    let in_items = format!("{ITEMS}/");
    let files = log.files().into_iter().filter(|(name, _)| !name.starts_with(&in_items));
    let first = log.lines.first();
    Ok(Handed {
        case: first.ok_or_else(|| TransferError::Receipt("the log is empty".to_owned()))?.hash,
        title: title.to_owned(),
        to: to.to_owned(),
        items,
        left_behind: rest.into_keys().collect(),
        files: files.map(|(name, digest)| (name.to_owned(), digest)).collect(),
    })
}

/// Adds the log, which has the entry about the transfer by now, and the receipt over it.
fn close(
    mut package: PackageWriter,
    store: &Store,
    custodian: &Custodian,
    mut handed: Handed,
) -> Result<(Receipt, Sha256, u64), TransferError> {
    let log = Log::read(store.root())?;
    let newest = log.lines.last().expect("an entry was just added");
    for name in [LOG_FILE, HEAD_FILE] {
        let path = store.root().join(name);
        handed.files.insert(name.to_owned(), Sha256::of_file(&path)?.0);
        package.put_file(&format!("{CASE}/{name}"), &path)?;
    }
    let receipt = Receipt::new(handed, newest);
    let text = receipt.text();
    package.put(RECEIPT, text.as_bytes())?;
    package.put(SIGNATURE, &custodian.signer.sign_bytes(text.as_bytes()))?;
    let (sha256, bytes) = package.finish()?;
    Ok((receipt, sha256, bytes))
}

fn note_failure(writer: &mut Writer<'_>, entry: u64, err: &TransferError) {
    let action = Action::new("transfer-failed").with("transfer", entry);
    // The error that is returned says more than one of the log could.
    let _ = writer.append(action.with("reason", err.to_string()));
}

fn put_folder(package: &mut PackageWriter, root: &Path, folder: &Path) -> io::Result<()> {
    let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            put_folder(package, root, &path)?;
        } else {
            package.put_file(&format!("{CASE}/{}", relative(root, &path)), &path)?;
        }
    }
    Ok(())
}

fn relative(root: &Path, path: &Path) -> String {
    crate::evidence::verify::relative(root, path)
}

/// Files the countersigned receipt at `path` in the case that it is about.
///
/// # Errors
///
/// [`TransferError::Receipt`] when it does not hold, or is about another case or package.
pub fn file_receipt(
    store: &Store,
    custodian: &Custodian,
    path: &Path,
) -> Result<Filed, TransferError> {
    let countersigned = Countersigned::read(path)?;
    let mut writer = store.lock(custodian)?;
    let log = Log::read(store.root())?;
    let keys = CaseKeys::read(store.root())?;
    let (receipt, arrival) = countersigned.check(&keys, &log)?;
    let number = receipt.head.number;
    let sent = log.lines.iter().find(|line| {
        line.entry.action == "package" && line.entry.details.get("transfer") == Some(&number.into())
    });
    let arrived = arrival.package.to_string();
    let sent = sent.and_then(|line| line.entry.details.get("sha256")?.as_str());
    if sent.is_some_and(|sent| sent != arrived) {
        return Err(TransferError::Receipt("another package arrived than was sent".to_owned()));
    }
    let file = filed(number);
    if store.root().join(&file).exists() {
        return Err(TransferError::Exists(PathBuf::from(file)));
    }
    let by = arrival.by.clone().unwrap_or(receipt.to);
    let key = arrival.key();
    let action = Action::new("receipt").with("transfer", number).with("by", &by).with("key", key);
    writer.put_files(action, BTreeMap::from([(file.clone(), countersigned.to_bytes())]))?;
    Ok(Filed { file, transfer: number, by, key })
}
