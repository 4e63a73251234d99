//! WACZ 1.1.1: captured pages in one file that ReplayWeb.page shows, signed.

mod index;
mod zip;

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use fs_err as fs;
use jiff::Timestamp;
use p384::ecdsa::signature::hazmat::PrehashSigner;
use p384::ecdsa::{Signature, SigningKey};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::Digest;

use super::custody::Action;
use super::digest::Sha256;
use super::durable;
use super::key::user_folder;
use super::store::{Custodian, Store, StoreError};
use super::writer::TOOL;
use crate::evidence::plain_file;

use zip::ZipWriter;

/// File name of the key that signs packages. It is not the key of the custody log:
/// players know ECDSA on P-384 only.
const KEY_FILE: &str = "wacz-key";
/// DER before the 97-byte point. Source: RFC 5480 (SubjectPublicKeyInfo, secp384r1).
const SPKI_PREFIX: [u8; 23] = [
    0x30, 0x76, 0x30, 0x10, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 5, 0x2b, 0x81, 4, 0, 0x22,
    3, 0x62, 0,
];

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub enum WaczError {
    /// No item with a captured page was named.
    #[error("`{0}` is no captured page")]
    NoPage(String),
    /// There is a file already.
    #[error("`{0}` exists already")]
    Exists(PathBuf),
    /// The key cannot be had.
    #[error("cannot use the key that signs packages: {0}")]
    Key(String),
    /// The case cannot be written to.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Anything else of the file system, with the path.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// So much of `acquisition.json` as a page list needs.
#[derive(Deserialize)]
struct Acquired {
    final_url: String,
    title: Option<String>,
    started: Timestamp,
    fetched: Vec<AcquiredPart>,
}

#[derive(Deserialize)]
struct AcquiredPart {
    url: String,
    role: String,
    started: Timestamp,
    same_as: Option<SameAs>,
}

#[derive(Deserialize)]
struct SameAs {
    item: String,
}

/// A member of the package.
#[derive(Serialize)]
struct Resource {
    name: String,
    path: String,
    hash: String,
    bytes: u64,
}

/// Writes the pages of `items` into a new file at `path`, and notes its hash in the
/// custody log. Returns that hash.
///
/// # Errors
///
/// [`WaczError`]; there is then no file.
pub fn write_wacz(
    store: &Store,
    custodian: &Custodian,
    items: &[String],
    path: &Path,
) -> Result<Sha256, WaczError> {
    if path.symlink_metadata().is_ok() {
        return Err(WaczError::Exists(path.to_owned()));
    }
    let key = key()?;
    let mut file = tempfile::NamedTempFile::new_in(durable::parent(path))?;
    write(store, custodian, items, &key, BufWriter::new(file.as_file_mut()))?;
    file.as_file().sync_all()?;
    let (digest, bytes) = Sha256::of_file(file.path())?;
    file.persist_noclobber(path).map_err(|err| err.error)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let action = Action::new("export")
        .with("file", name)
        .with("format", "wacz 1.1.1")
        .with("items", items)
        .with("bytes", bytes)
        .with("sha256", digest);
    store.lock(custodian)?.append(action)?;
    Ok(digest)
}

fn write(
    store: &Store,
    custodian: &Custodian,
    items: &[String],
    key: &SigningKey,
    out: impl Write,
) -> Result<(), WaczError> {
    let mut zip = ZipWriter::new(out);
    let mut resources = Vec::new();
    let mut index = Vec::new();
    let mut pages = Vec::new();
    let mut referred = BTreeSet::new();
    for item in items {
        let record = acquired(store, item)?;
        let same = record.fetched.iter().filter_map(|part| part.same_as.as_ref());
        referred.extend(same.map(|same| same.item.clone()));
        pages.push(record);
    }
    // Bodies that stand in archives of other pages come with them.
    let others = referred.iter().filter(|item| !items.contains(item));
    for item in items.iter().chain(others) {
        if item.contains(['/', '\\']) {
            // What a record of strangers refers to may lead anywhere.
            return Err(WaczError::NoPage(item.clone()));
        }
        let archive = store.item(item).join("data/capture.warc.gz");
        let name = format!("{item}.warc.gz");
        index.extend(index::lines(&archive, &name)?);
        let mut content = plain_file::open(&archive)?;
        resources.push(add(&mut zip, &format!("archive/{name}"), &mut content)?);
    }
    index.sort_unstable();
    let index: String = index.iter().map(|line| format!("{line}\n")).collect();
    resources.push(add(&mut zip, "indexes/index.cdxj", &mut index.as_bytes())?);
    let list = page_list(&pages);
    resources.push(add(&mut zip, "pages/pages.jsonl", &mut list.as_bytes())?);
    let created = custodian.clock().now();
    let package = datapackage(&pages, &resources, created);
    let (digest, _) = zip.add("datapackage.json", &mut package.as_bytes())?;
    let signed = signature(key, digest, created);
    zip.add("datapackage-digest.json", &mut signed.as_bytes())?;
    zip.finish()?.flush()?;
    Ok(())
}

fn acquired(store: &Store, item: &str) -> Result<Acquired, WaczError> {
    let no_page = || WaczError::NoPage(item.to_owned());
    let record = store.item(item).join("data/acquisition.json");
    let record = plain_file::read(&record, plain_file::LIST).map_err(|_| no_page())?;
    serde_json::from_slice(&record).map_err(|_| no_page())
}

fn add(
    zip: &mut ZipWriter<impl Write>,
    path: &str,
    content: &mut dyn io::Read,
) -> io::Result<Resource> {
    let (digest, bytes) = zip.add(path, content)?;
    let name = path.rsplit('/').next().unwrap_or(path).to_owned();
    Ok(Resource { name, path: path.to_owned(), hash: format!("sha256:{digest}"), bytes })
}

/// When the page itself was asked for: what players look up in the index.
fn page_time(page: &Acquired) -> Timestamp {
    let last = page.fetched.iter().rfind(|part| part.role == "page" && part.url == page.final_url);
    last.map_or(page.started, |part| part.started)
}

fn page_list(pages: &[Acquired]) -> String {
    let mut lines =
        json!({ "format": "json-pages-1.0", "id": "pages", "title": "Pages" }).to_string() + "\n";
    for (number, page) in pages.iter().enumerate() {
        let title = page.title.as_ref().unwrap_or(&page.final_url);
        let line = json!({
            "id": format!("page-{}", number + 1),
            "url": page.final_url,
            "ts": page_time(page),
            "title": title,
        });
        lines += &format!("{line}\n");
    }
    lines
}

/// Version 1.1.1: what py-wacz demands and players read.
fn datapackage(pages: &[Acquired], resources: &[Resource], created: Timestamp) -> String {
    let first = pages.first();
    let package = json!({
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "software": TOOL,
        "created": created,
        "title": first.and_then(|page| page.title.clone()).unwrap_or_default(),
        "mainPageUrl": first.map(|page| page.final_url.clone()),
        "mainPageDate": first.map(page_time),
        "resources": resources,
    });
    format!("{package:#}\n")
}

/// Source: "WACZ Signing and Verification" 0.1.0, anonymous signatures.
fn signature(key: &SigningKey, digest: Sha256, created: Timestamp) -> String {
    let hash = format!("sha256:{digest}");
    let prehash = sha2::Sha256::digest(hash.as_bytes());
    let signature: Signature =
        key.sign_prehash(&prehash).expect("a SHA-256 digest is long enough for P-384");
    let point = key.verifying_key().to_sec1_point(false);
    let public = [&SPKI_PREFIX[..], point.as_bytes()].concat();
    let signed = json!({
        "path": "datapackage.json",
        "hash": hash,
        "signedData": {
            "hash": hash,
            "created": created,
            "software": TOOL,
            "signature": BASE64.encode(&signature.to_bytes()),
            "publicKey": BASE64.encode(&public),
        },
    });
    format!("{signed:#}\n")
}

/// The user's key for packages, made on first use.
fn key() -> Result<SigningKey, WaczError> {
    let wrong = |why: &str| WaczError::Key(why.to_owned());
    let folder = user_folder().ok_or_else(|| wrong("set PUGMARK_HOME or HOME"))?;
    let path = folder.join(KEY_FILE);
    if !path.exists() {
        fs::create_dir_all(&folder)?;
        let mut seed = [0; 48];
        getrandom::fill(&mut seed).map_err(|err| WaczError::Key(err.to_string()))?;
        // Of all 48-byte strings one in 2^190 is no key.
        SigningKey::from_slice(&seed).map_err(|err| WaczError::Key(err.to_string()))?;
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        writeln!(file, "{}", BASE64.encode(&seed))?;
        file.as_file().sync_all()?;
        match file.persist_noclobber(&path) {
            Err(err) if err.error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(err.error.into());
            }
            _ => durable::sync_folder(&folder)?,
        }
    }
    let text = fs::read_to_string(&path)?;
    let seed =
        BASE64.decode(text.trim().as_bytes()).map_err(|err| WaczError::Key(err.to_string()))?;
    SigningKey::from_slice(&seed).map_err(|err| WaczError::Key(err.to_string()))
}
