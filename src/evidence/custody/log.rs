//! Reads the log: whole, to check it, or its tail, to add to it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use super::{Entry, Line};
use crate::evidence::digest::Sha256;
use crate::evidence::key::PublicKey;
use crate::evidence::plain_file;

/// File name of the log in the case folder.
pub const LOG_FILE: &str = "custody.jsonl";
/// File name of the copy of the newest line.
pub const HEAD_FILE: &str = "custody.head";
/// A log of four million entries is shorter; a longer one is not read.
const LONGEST_LOG: u64 = 1 << 32;

/// With this every line starts, also one that was cut off while written.
const ENTRY_START: &[u8] = br#"{"entry":"#;

/// Something wrong with the log, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The file that is wrong, relative to the case folder.
    pub file: String,
    /// What is wrong, with the number of the line.
    pub detail: String,
}

/// The custody log as read from a case folder.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The entries that could be read, in the order of the file.
    pub lines: Vec<Line>,
    /// What is wrong with lines, chain or head.
    pub faults: Vec<Fault>,
    /// The number of the entry up to which everything is in its place; what the entries
    /// behind it promised may wait beside its place.
    pub head: u64,
    /// Bytes of an entry that was being written when the program was cut off:
    /// never acknowledged to anybody, removed by the next entry.
    pub torn_bytes: usize,
}

impl Log {
    /// Reads the log in the case folder `root` and checks form, numbers, chain and
    /// head; signatures need the keys: [`Log::check_signatures`].
    ///
    /// # Errors
    ///
    /// When the log or its head cannot be read; what they say wrong is in `faults`.
    pub fn read(root: &Path) -> io::Result<Self> {
        let bytes = read_log(root)?;
        let head = read_head(root)?;
        let mut log = Self::default();
        let end = torn_from(&bytes, head.as_deref());
        for (index, line) in bytes[..end].split_inclusive(|&byte| byte == b'\n').enumerate() {
            log.take(index + 1, &line[..line.len() - 1]);
        }
        log.check_chain();
        log.check_head(head.as_deref(), &bytes[end..]);
        Ok(log)
    }

    fn take(&mut self, number: usize, line: &[u8]) {
        let parsed = str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned());
        match parsed.and_then(Line::parse) {
            Ok(line) => self.lines.push(line),
            Err(why) => self.fault(LOG_FILE, format!("line {number}: {why}")),
        }
    }

    fn check_chain(&mut self) {
        let mut previous: Option<&Line> = None;
        let mut faults = Vec::new();
        for line in &self.lines {
            let number = line.entry.number;
            let expected = previous.map_or(1, |line| line.entry.number + 1);
            if number != expected {
                faults.push(format!("entry {number} stands where entry {expected} should be"));
            } else if line.entry.previous != previous.map(|line| line.hash) {
                faults.push(format!("entry {number} does not follow the entry before it"));
            } else if previous.is_some_and(|before| line.entry.time < before.entry.time) {
                faults.push(format!("entry {number} is dated before the entry before it"));
            }
            previous = Some(line);
        }
        for detail in faults {
            self.fault(LOG_FILE, detail);
        }
    }

    /// What is no whole line is a torn write only beyond the head.
    fn check_head(&mut self, head: Option<&str>, tail: &[u8]) {
        let Some(head) = head else {
            return self
                .fault(HEAD_FILE, "missing: nothing shows that the log is whole".to_owned());
        };
        let Ok(line) = head.strip_suffix('\n').ok_or(String::new()).and_then(Line::parse) else {
            return self.fault(HEAD_FILE, "it is not an entry of the log".to_owned());
        };
        let number = line.entry.number;
        self.head = number;
        let same = self.lines.iter().find(|entry| entry.entry.number == number);
        let there = same.is_some_and(|entry| entry.text == line.text);
        match same {
            None => {
                self.fault(LOG_FILE, format!("entry {number} is missing, though it was written"));
            }
            Some(entry) if entry.hash != line.hash => {
                self.fault(LOG_FILE, format!("entry {number} is not the one in {HEAD_FILE}"));
                self.fault(HEAD_FILE, format!("it is not entry {number} of the log"));
            }
            Some(_) if !there => {
                self.fault(HEAD_FILE, format!("its signature is not that of entry {number}"));
            }
            Some(_) => {}
        }
        let begun = ENTRY_START.starts_with(&tail[..tail.len().min(ENTRY_START.len())]);
        if there && (begun || tail.contains(&0)) {
            self.torn_bytes = tail.len();
        } else if !tail.is_empty() {
            self.fault(LOG_FILE, "the last line does not end".to_owned());
        }
    }

    /// Checks every signature against `keys`, by fingerprint.
    #[must_use]
    pub fn check_signatures(&self, keys: &BTreeMap<Sha256, PublicKey>) -> Vec<Fault> {
        let wrong = |line: &Line| {
            let number = line.entry.number;
            match keys.get(&line.entry.key) {
                None => Some(format!("entry {number} is signed by an unknown key")),
                Some(key) if !line.is_signed_by(key) => {
                    Some(format!("entry {number} has a wrong signature"))
                }
                Some(_) => None,
            }
        };
        let faults = self.lines.iter().filter_map(wrong);
        faults.map(|detail| Fault { file: LOG_FILE.to_owned(), detail }).collect()
    }

    /// The entries whose promises may not be kept yet, after a crash.
    pub(in crate::evidence) fn pending(&self) -> impl Iterator<Item = &Line> {
        self.lines.iter().filter(|line| line.entry.number > self.head)
    }

    /// Items that were not in the package when the case last changed hands.
    #[must_use]
    pub fn left_behind(&self) -> BTreeSet<String> {
        // A transfer that became an item of this case left nothing of this case behind.
        let is_of_case = |entry: &Entry| entry.action == "transfer-in" && entry.item.is_none();
        let received = self.lines.iter().filter(|line| is_of_case(&line.entry));
        let lists = received.filter_map(|line| line.entry.details.get("left_behind")?.as_array());
        lists.flatten().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }

    /// Files of the case folder and the SHA-256 that the log last gave them, without those
    /// that were purged since.
    #[must_use]
    pub fn files(&self) -> BTreeMap<&str, Sha256> {
        let mut files = BTreeMap::new();
        for Line { entry, .. } in &self.lines {
            files.extend(entry.files.iter().map(|(path, digest)| (path.as_str(), *digest)));
            for gone in entry.purged("purged_files") {
                files.remove(gone.as_str());
            }
        }
        files
    }

    /// Items and the SHA-256 of their tag manifests, without those that were purged.
    #[must_use]
    pub fn items(&self) -> BTreeMap<&str, Sha256> {
        self.entered().into_iter().map(|(item, digest, _)| (item, digest)).collect()
    }

    /// The entries that put an item into the case, in their order, each with the item and the
    /// SHA-256 of its tag manifest; without those whose items were purged since.
    pub(in crate::evidence) fn entered(&self) -> Vec<(&str, Sha256, &Line)> {
        let mut entered = Vec::new();
        for line in &self.lines {
            let item = line.entry.item.as_deref().zip(line.entry.tag_manifest());
            entered.extend(item.map(|(item, digest)| (item, digest, line)));
            let gone: BTreeSet<&str> =
                line.entry.purged("purged_items").map(String::as_str).collect();
            if !gone.is_empty() {
                entered.retain(|(item, ..)| !gone.contains(item));
            }
        }
        entered
    }

    /// As [`Log::items`], with the entries that put them into the case; without those that were
    /// left behind when the case changed hands.
    #[must_use]
    pub fn held(&self) -> Vec<(&str, Sha256, &Line)> {
        let left_behind = self.left_behind();
        let mut held = self.entered();
        held.retain(|(item, ..)| !left_behind.contains(*item));
        held
    }

    /// Items that were purged.
    #[must_use]
    pub fn purged_items(&self) -> BTreeSet<String> {
        self.lines.iter().flat_map(|line| line.entry.purged("purged_items")).cloned().collect()
    }

    fn fault(&mut self, file: &str, detail: String) {
        self.faults.push(Fault { file: file.to_owned(), detail });
    }
}

/// Reads the log in the case folder `root`, when it is a file and no longer than [`LONGEST_LOG`].
pub(in crate::evidence) fn read_log(root: &Path) -> io::Result<Vec<u8>> {
    plain_file::read(&root.join(LOG_FILE), LONGEST_LOG)
}

/// Opens the log in the case folder `root`, when it is a file and no longer than [`LONGEST_LOG`].
pub(in crate::evidence) fn open_log(root: &Path) -> io::Result<fs_err::File> {
    plain_file::open_shorter(&root.join(LOG_FILE), LONGEST_LOG)
}

fn read_head(root: &Path) -> io::Result<Option<String>> {
    match plain_file::read(&root.join(HEAD_FILE), plain_file::SMALL) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(err) if err.kind() == ErrorKind::NotFound => Ok(None),
        Err(err) => Err(err),
    }
}

/// The end of the log: what a writer needs, however long the log is.
#[derive(Debug)]
pub(in crate::evidence) struct Tail {
    /// The newest entry; `None` in an empty log.
    pub last: Option<Line>,
    /// The entries behind the head: what they promised may not be in its place yet.
    pub pending: Vec<Line>,
    /// Length of the log up to and with the last line feed.
    pub end: u64,
    /// Bytes behind that.
    pub torn: Vec<u8>,
}

impl Tail {
    /// Reads the tail; the inner error says in words why nothing may be added.
    pub(in crate::evidence) fn read(root: &Path) -> io::Result<Result<Self, String>> {
        let head = read_head(root)?;
        let (bytes, start) = last_bytes(open_log(root)?, head.as_deref())?;
        let end = torn_from(&bytes, head.as_deref());
        let (lines, torn) = bytes.split_at(end);
        if !is_whole(lines, start, head.as_deref()) {
            return Ok(Err(format!("{LOG_FILE} does not reach the entry that {HEAD_FILE} holds")));
        }
        let text = String::from_utf8_lossy(lines);
        let behind =
            head.as_ref().and_then(|head| text.rfind(head.as_str()).map(|at| at + head.len()));
        let pending: Result<Vec<Line>, String> =
            text[behind.unwrap_or(0)..].lines().map(Line::parse).collect();
        let last = text.lines().next_back().map(Line::parse).transpose();
        let read = last.and_then(|last| Ok((last, pending?)));
        Ok(read.map_err(|why| format!("the end of {LOG_FILE} is damaged: {why}")).map(
            |(last, pending)| Self { last, pending, end: start + end as u64, torn: torn.to_vec() },
        ))
    }
}

/// Where in the end `bytes` of a log the whole lines end.
///
/// A power cut may leave a file that has grown, but whose newest blocks were not written: NUL
/// bytes, which no entry holds. Behind the entry that `head` shows nothing was acknowledged to
/// anybody, so there they are a torn write as well. Before it they are a fault.
fn torn_from(bytes: &[u8], head: Option<&str>) -> usize {
    let behind_line_feed =
        |bytes: &[u8]| bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let unwritten = memchr::memchr(0, bytes).map(|at| behind_line_feed(&bytes[..at]));
    unwritten
        .filter(|&start| head.is_some_and(|head| contains(&bytes[..start], head.as_bytes())))
        .unwrap_or_else(|| behind_line_feed(bytes))
}

/// The log may be ahead of its head (a crash came between), never behind.
fn is_whole(lines: &[u8], start: u64, head: Option<&str>) -> bool {
    match head {
        // Only a case that was cut off while it was made has no head.
        None => start == 0 && lines.iter().filter(|&&byte| byte == b'\n').count() <= 1,
        Some(head) => contains(lines, head.as_bytes()),
    }
}

fn contains(lines: &[u8], head: &[u8]) -> bool {
    memchr::memmem::find(lines, head).is_some()
}

/// Reads so much of the end of the file that it holds `head`, the whole file at
/// most; also returns where that starts.
fn last_bytes(mut file: fs_err::File, head: Option<&str>) -> io::Result<(Vec<u8>, u64)> {
    let length = file.metadata()?.len();
    let mut wanted = 1 << 16;
    loop {
        let start = length.saturating_sub(wanted);
        file.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        if start == 0 || head.is_some_and(|head| contains(&bytes, head.as_bytes())) {
            return Ok((bytes, start));
        }
        wanted *= 4;
    }
}
