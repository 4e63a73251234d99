//! Time-stamps of a case: asked for, kept beside what they are over, checked again.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use fs_err as fs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use serde::Serialize;
use url::Url;

use super::TimeStampError;
use super::token::{self, TimeStamp};
use crate::clock::Clock;
use crate::evidence::custody::{Action, LOG_FILE, Log};
use crate::evidence::digest::Sha256;
use crate::evidence::draft::{MANIFEST, digest_in};
use crate::evidence::plain_file;
use crate::evidence::store::{Custodian, ITEMS, Store};
use crate::evidence::verify::is_elsewhere;

/// Folder of the time-stamps over the custody log, and of the certificates to trust.
pub(in crate::evidence) const HEAD_STAMPS: &str = "timestamps";
/// How the names of files with certificates to trust end.
const ROOTS: &str = ".pem";

const EXTENSION: &str = ".tsr";
const ARCHIVE: &str = "data/capture.warc.gz";
/// What is stamped of an item, and how the file of its time-stamp starts.
const STAMPED: [(&str, &str); 2] = [(MANIFEST, "manifest"), (ARCHIVE, "warc")];

/// Longest time to wait for an authority.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Longest response that is read.
const LONGEST_RESPONSE: u64 = 1 << 20;

/// An authority that gives time-stamps.
#[derive(Clone, Debug)]
pub struct Authority {
    url: String,
    roots: Vec<CertificateDer<'static>>,
    pem: Option<Vec<u8>>,
}

/// A time-stamp that was added to the case.
#[derive(Clone, Debug, Serialize)]
pub struct Stamped {
    /// Its file in the case folder.
    pub file: String,
    /// What it is over.
    pub over: String,
    /// The time it states.
    pub time: jiff::Timestamp,
    /// Who signed it.
    pub authority: String,
    /// Whether its certificate leads to one that is trusted.
    pub is_trusted: bool,
    /// How far that time is ahead of this machine's clock when it came, in whole seconds;
    /// negative when it is behind.
    pub offset_seconds: i64,
}

impl Authority {
    /// The authority at `url`, whose certificates lead to one of those in the PEM file
    /// `roots`; without it, signatures are checked, and whose they are is not.
    ///
    /// # Errors
    ///
    /// When `url` is no web address, or the file cannot be read or holds no certificate.
    pub fn new(url: &str, roots: Option<&Path>) -> Result<Self, TimeStampError> {
        let address = Url::parse(url).ok().filter(|address| address.has_host());
        if !address.is_some_and(|address| matches!(address.scheme(), "http" | "https")) {
            return Err(TimeStampError::NoAddress(url.to_owned()));
        }
        let pem = roots.map(fs::read).transpose()?;
        let certificates = pem.as_deref().map(certificates).unwrap_or_default();
        if let Some(path) = roots.filter(|_| certificates.is_empty()) {
            return Err(TimeStampError::NoCertificate(path.display().to_string()));
        }
        Ok(Self { url: url.to_owned(), roots: certificates, pem })
    }

    /// Asks for a time-stamp over `imprint` and checks it, beside `clock` as well.
    fn ask(&self, imprint: Sha256, clock: Clock) -> Result<Reply, TimeStampError> {
        let no_answer = |reason: String| TimeStampError::NoAnswer { url: self.url.clone(), reason };
        let mut nonce = [0; 8];
        getrandom::fill(&mut nonce).map_err(|err| no_answer(err.to_string()))?;
        let request = token::request(imprint, &nonce);
        let response = self.post(request.clone()).map_err(no_answer)?;
        let stamp = token::check(&response, imprint, Some(&request), &self.roots)?;
        let offset_seconds = stamp.time.as_second() - clock.now().as_second();
        Ok(Reply { response, stamp, offset_seconds })
    }

    /// Source: RFC 3161, section 3.4, for the content types.
    fn post(&self, request: Vec<u8>) -> Result<Vec<u8>, String> {
        let tls = crate::evidence::net::tls_config(&[]);
        let client = reqwest::blocking::Client::builder()
            .tls_backend_preconfigured(Arc::unwrap_or_clone(tls))
            // Only the authority that was named is asked, not where it or its provider points to.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(LONGEST_WAIT)
            .build()
            .map_err(explain)?;
        let response = client
            .post(&self.url)
            .header("Content-Type", "application/timestamp-query")
            .header("Accept", "application/timestamp-reply")
            .body(request)
            .send()
            .and_then(reqwest::blocking::Response::error_for_status)
            .map_err(explain)?;
        let text_of = |name| response.headers().get(name).and_then(|value| value.to_str().ok());
        if response.status().is_redirection() {
            let to = text_of("location").unwrap_or("nowhere");
            return Err(format!("it points to `{to}`, which is asked only if `--tsa` names it"));
        }
        let kind = text_of("content-type");
        if let Some(kind) = kind.filter(|kind| kind.trim_start().starts_with("text/")) {
            return Err(format!("it answers with `{kind}`, and not with a time-stamp"));
        }
        let mut bytes = Vec::new();
        io::Read::read_to_end(&mut io::Read::take(response, LONGEST_RESPONSE + 1), &mut bytes)
            .map_err(|err| err.to_string())?;
        match bytes.len() as u64 {
            0 => Err("its answer is empty".to_owned()),
            1..=LONGEST_RESPONSE => Ok(bytes),
            _ => Err(format!("its answer is longer than {LONGEST_RESPONSE} bytes")),
        }
    }

    /// The file that keeps the certificates to trust, so that they are at hand later.
    fn roots_file(&self) -> Option<(String, Vec<u8>)> {
        let pem = self.pem.clone()?;
        let short = &Sha256::of(&pem).to_string()[..16];
        Some((format!("{HEAD_STAMPS}/{short}{ROOTS}"), pem))
    }
}

/// Why an authority gave no answer, without its address, which is said beside.
fn explain(err: reqwest::Error) -> String {
    if err.is_timeout() {
        return format!("no answer within {} s", LONGEST_WAIT.as_secs());
    }
    if let Some(status) = err.status() {
        return format!("it answers `{status}`");
    }
    let err = err.without_url();
    let mut cause: &dyn std::error::Error = &err;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    match err.is_connect() {
        true => format!("no connection to it: {cause}"),
        false => cause.to_string(),
    }
}

/// Has the manifest of `item` and its archive stamped, and adds both time-stamps.
///
/// # Errors
///
/// When the authority gives none that holds, or the item is not as its manifest says.
pub fn stamp_item(
    store: &Store,
    custodian: &Custodian,
    item: &str,
    authority: &Authority,
) -> Result<Vec<Stamped>, TimeStampError> {
    let folder = store.item(item);
    let manifest = plain_file::read(&folder.join(MANIFEST), plain_file::LIST)?;
    let mut answers = Vec::new();
    for (over, stem) in STAMPED {
        let digest = if over == MANIFEST {
            Sha256::of(&manifest)
        } else if let Some(digest) = digest_in(&manifest, over) {
            digest
        } else {
            continue;
        };
        if Sha256::of_file(&folder.join(over))?.0 != digest {
            return Err(TimeStampError::Wrong("the item is not as its manifest says"));
        }
        let reply = authority.ask(digest, custodian.clock())?;
        let stem = format!("{ITEMS}/{item}/{stem}");
        answers.push(Answer { stem, over: over.to_owned(), reply });
    }
    let action = Action::new("timestamp").on(item).with("authority", &authority.url);
    put(store, custodian, authority, action, answers)
}

/// Has the newest entry of the custody log stamped: from then on the log cannot be
/// cut before it, nor anything in it be dated later.
///
/// # Errors
///
/// When the authority gives no time-stamp that holds.
pub fn stamp_head(
    store: &Store,
    custodian: &Custodian,
    authority: &Authority,
) -> Result<Vec<Stamped>, TimeStampError> {
    let log = store.log()?;
    let Some(last) = log.lines.last() else { return Ok(Vec::new()) };
    let reply = authority.ask(last.hash, custodian.clock())?;
    let number = last.entry.number;
    let over = format!("entry {number} of {LOG_FILE}");
    let answer = Answer { stem: format!("{HEAD_STAMPS}/{number:04}"), over, reply };
    let action = Action::new("timestamp").with("authority", &authority.url).with("entry", number);
    put(store, custodian, authority, action, vec![answer])
}

/// What an authority gave.
struct Reply {
    response: Vec<u8>,
    stamp: TimeStamp,
    offset_seconds: i64,
}

/// A time-stamp on its way into the case.
struct Answer {
    /// Path of its file, without what makes it unique.
    stem: String,
    over: String,
    reply: Reply,
}

fn put(
    store: &Store,
    custodian: &Custodian,
    authority: &Authority,
    action: Action,
    answers: Vec<Answer>,
) -> Result<Vec<Stamped>, TimeStampError> {
    let offset = answers.iter().map(|answer| answer.reply.offset_seconds).max_by_key(|s| s.abs());
    let action = action.with("clock_offset_seconds", offset.unwrap_or_default());
    let mut writer = store.lock(custodian)?;
    let mut files = BTreeMap::new();
    let mut stamped = Vec::new();
    for answer in answers {
        // Under the lock, so that nobody else takes the same name.
        let file = free(store, &answer.stem);
        let Reply { response, stamp, offset_seconds } = answer.reply;
        stamped.push(Stamped {
            file: file.clone(),
            over: answer.over,
            time: stamp.time,
            authority: stamp.authority,
            is_trusted: stamp.is_trusted,
            offset_seconds,
        });
        files.insert(file, response);
    }
    if let Some((name, pem)) = authority.roots_file()
        && !store.root().join(&name).exists()
    {
        files.insert(name, pem);
    }
    writer.put_files(action, files)?;
    Ok(stamped)
}

/// The first file name of this kind that the case does not have.
fn free(store: &Store, stem: &str) -> String {
    let candidates = std::iter::once(format!("{stem}{EXTENSION}"))
        .chain((2..).map(|number| format!("{stem}-{number}{EXTENSION}")));
    let mut free = candidates.filter(|name| !store.root().join(name).exists());
    free.next().expect("numbers do not run out")
}

/// What a time-stamp of the case states, or why it does not hold.
pub(in crate::evidence) type StampCheck = (String, Option<String>, Result<String, String>);

/// Checks every time-stamp that `log` vouches for: its file, its item, and what it states.
/// Those of items that were `left_behind` are not here either.
pub(in crate::evidence) fn check_stamps(
    store: &Store,
    log: &Log,
    left_behind: &BTreeSet<String>,
) -> Vec<StampCheck> {
    let root = store.root();
    let files = log.files();
    let is_roots = |name: &&str| name.starts_with(HEAD_STAMPS) && name.ends_with(ROOTS);
    let pem = |name: &&str| plain_file::read(&root.join(name), plain_file::SMALL);
    let pems = files.keys().filter(|name| is_roots(name)).map(pem);
    let roots: Vec<_> = pems.flat_map(|pem| certificates(&pem.unwrap_or_default())).collect();
    let is_here = |name: &str| !is_elsewhere(store, name, left_behind);
    let stamps = files.keys().filter(|name| name.ends_with(EXTENSION) && is_here(name));
    stamps
        .map(|name| {
            let (item, result) = match target(store, log, name) {
                Some((item, over, digest)) => {
                    (item, check_stamp(&root.join(name), &over, digest, &roots))
                }
                None => (None, Err("is over nothing that is there".to_owned())),
            };
            ((*name).to_owned(), item, result)
        })
        .collect()
}

/// What the time-stamp called `name` is over.
fn target(store: &Store, log: &Log, name: &str) -> Option<(Option<String>, String, Sha256)> {
    let mut parts = name.split('/');
    let (folder, second) = (parts.next()?, parts.next()?);
    if folder == HEAD_STAMPS {
        let number: u64 = second.split(['-', '.']).next()?.parse().ok()?;
        let line = log.lines.iter().find(|line| line.entry.number == number)?;
        return Some((None, format!("entry {number} of {LOG_FILE}"), line.hash));
    }
    let file = parts.next()?;
    let (over, _) = STAMPED.iter().find(|(_, stem)| file.starts_with(stem))?;
    let manifest = store.item(second).join(MANIFEST);
    let manifest = plain_file::read(&manifest, plain_file::LIST).ok()?;
    let digest =
        if *over == MANIFEST { Sha256::of(&manifest) } else { digest_in(&manifest, over)? };
    Some((Some(second.to_owned()), (*over).to_owned(), digest))
}

fn check_stamp(
    path: &Path,
    over: &str,
    digest: Sha256,
    roots: &[CertificateDer<'_>],
) -> Result<String, String> {
    let response = plain_file::read(path, plain_file::SMALL).map_err(|err| err.to_string())?;
    let stamp = token::check(&response, digest, None, roots).map_err(|err| err.to_string())?;
    let trust = if stamp.is_trusted {
        "its certificate leads to one that the case trusts"
    } else {
        "whether to trust its certificate was not checked: no root was given"
    };
    Ok(format!("{over} existed at {}, says {}; {trust}", stamp.time, stamp.authority))
}

pub(in crate::evidence) fn certificates(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    CertificateDer::pem_slice_iter(pem).flatten().collect()
}
