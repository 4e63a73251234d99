//! What goes over a connection, kept as it is: request, head and body of the response.

use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use tempfile::SpooledTempFile;

use crate::evidence::digest::{Hasher, HashingWriter, Sha256};

/// So much of a body is kept in memory before it goes to disk.
const IN_MEMORY: usize = 1 << 20;
/// Longest head of a response that is waited for.
const LONGEST_HEAD: usize = 1 << 19;

/// Why a recording ends before its connection does; travels inside an [`io::Error`].
#[derive(Debug, thiserror::Error)]
pub(super) enum Stopped {
    /// The answer is longer than allowed.
    #[error("the answer is too long")]
    TooLong,
    /// What came cannot be kept.
    #[error("cannot keep the answer: {1}")]
    Disk(io::ErrorKind, String),
}

impl Stopped {
    fn disk(err: &io::Error) -> Self {
        Self::Disk(err.kind(), err.to_string())
    }
}

/// The recording of one exchange after the other on one connection.
pub(super) struct Recording {
    folder: PathBuf,
    sent: Vec<u8>,
    head: Vec<u8>,
    interim: Vec<u8>,
    spool: Option<SpooledTempFile>,
    block: Hasher,
    payload: Hasher,
    limit: u64,
}

/// What a server sent in answer to one request.
pub(crate) struct Received {
    /// The response as received, from its status line to its last byte.
    pub(crate) spool: SpooledTempFile,
    /// Status line and headers, with the empty line that ends them.
    pub(crate) head: Vec<u8>,
    /// Interim responses (1xx) that came before.
    pub(crate) interim: Vec<u8>,
    /// Digest and length of the whole.
    pub(crate) block: (Sha256, u64),
    /// Digest and length of what follows the head.
    pub(crate) payload: (Sha256, u64),
}

impl Received {
    /// Puts `head` in the place of the head, as far as what is kept goes.
    ///
    /// # Errors
    ///
    /// When the copy cannot be written.
    pub(super) fn replace_head(&mut self, head: Vec<u8>, folder: &Path) -> io::Result<()> {
        let mut spool = tempfile::spooled_tempfile_in(IN_MEMORY, folder);
        let mut out = HashingWriter::new(&mut spool);
        out.write_all(&head)?;
        self.spool.seek(SeekFrom::Start(self.head.len() as u64))?;
        io::copy(&mut self.spool, &mut out)?;
        let (_, digest, bytes) = out.into_parts();
        spool.seek(SeekFrom::Start(0))?;
        (self.spool, self.head, self.block) = (spool, head, (digest, bytes));
        Ok(())
    }
}

impl Recording {
    /// Starts recording; bodies that do not fit into memory go to nameless files in `folder`.
    pub(super) fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            sent: Vec::new(),
            head: Vec::new(),
            interim: Vec::new(),
            spool: None,
            block: Hasher::default(),
            payload: Hasher::default(),
            limit: u64::MAX,
        }
    }

    /// Forgets what was recorded; a response may have `limit` bytes from here on.
    pub(super) fn begin(&mut self, limit: u64) {
        *self = Self { limit, ..Self::new(std::mem::take(&mut self.folder)) };
    }

    /// Takes down what was sent.
    pub(super) fn sent(&mut self, bytes: &[u8]) {
        self.sent.extend_from_slice(bytes);
    }

    /// Takes down what was received.
    ///
    /// # Errors
    ///
    /// [`Stopped`], by the limit or the disk.
    pub(super) fn received(&mut self, bytes: &[u8]) -> Result<(), Stopped> {
        if self.spool.is_some() {
            return self.body(bytes);
        }
        self.head.extend_from_slice(bytes);
        while let Some(end) = head_end(&self.head) {
            let rest = self.head.split_off(end);
            // 101 is final: the connection then speaks something else.
            if matches!(status(&self.head), Some(100 | 102..=199)) {
                self.interim.append(&mut self.head);
                self.head = rest;
                continue;
            }
            let mut spool = tempfile::spooled_tempfile_in(IN_MEMORY, &self.folder);
            spool.write_all(&self.head).map_err(|err| Stopped::disk(&err))?;
            self.block.update(&self.head);
            self.spool = Some(spool);
            return self.body(&rest);
        }
        if self.head.len() > LONGEST_HEAD { Err(Stopped::TooLong) } else { Ok(()) }
    }

    fn body(&mut self, bytes: &[u8]) -> Result<(), Stopped> {
        let room = usize::try_from(self.limit - self.payload.bytes()).unwrap_or(usize::MAX);
        let taken = &bytes[..bytes.len().min(room)];
        if let Some(spool) = &mut self.spool {
            spool.write_all(taken).map_err(|err| Stopped::disk(&err))?;
        }
        self.block.update(taken);
        self.payload.update(taken);
        if taken.len() < bytes.len() { Err(Stopped::TooLong) } else { Ok(()) }
    }

    /// The request as sent since [`Recording::begin`].
    pub(super) fn take_sent(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.sent)
    }

    /// The response, when its head came whole.
    pub(super) fn take_received(&mut self) -> io::Result<Option<Received>> {
        let Some(mut spool) = self.spool.take() else { return Ok(None) };
        spool.seek(SeekFrom::Start(0))?;
        Ok(Some(Received {
            spool,
            head: std::mem::take(&mut self.head),
            interim: std::mem::take(&mut self.interim),
            block: (self.block.digest(), self.block.bytes()),
            payload: (self.payload.digest(), self.payload.bytes()),
        }))
    }

    /// True when at least one byte of an answer came.
    pub(super) fn has_answer(&self) -> bool {
        self.spool.is_some() || !self.head.is_empty() || !self.interim.is_empty()
    }
}

/// Where the head ends: behind its empty line.
pub(in crate::evidence) fn head_end(bytes: &[u8]) -> Option<usize> {
    let mut start = 0;
    while let Some(at) = memchr::memchr(b'\n', &bytes[start..]) {
        let line =
            bytes[start..start + at].strip_suffix(b"\r").unwrap_or(&bytes[start..start + at]);
        start += at + 1;
        if line.is_empty() && start > 2 {
            return Some(start);
        }
    }
    None
}

/// The status code in the first line of a head.
pub(super) fn status(head: &[u8]) -> Option<u16> {
    let line = head.split(|&byte| byte == b'\n').next()?;
    let code = line.strip_prefix(b"HTTP/1.")?.get(2..5)?;
    str::from_utf8(code).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{Recording, Stopped};
    use crate::evidence::digest::Sha256;

    fn record(pieces: &[&[u8]], limit: u64) -> (Recording, Result<(), Stopped>) {
        let mut recording = Recording::new(std::env::temp_dir());
        recording.begin(limit);
        let result = pieces.iter().try_for_each(|piece| recording.received(piece));
        (recording, result)
    }

    #[test]
    fn a_response_in_pieces_is_kept_to_the_byte() {
        let wire = b"HTTP/1.1 200 OK\r\nX:  odd \r\n\r\nbody\r\n\r\nmore";
        let pieces: Vec<&[u8]> = wire.chunks(3).collect();
        let (mut recording, result) = record(&pieces, 1000);
        result.unwrap();
        let mut received = recording.take_received().unwrap().unwrap();
        let mut all = Vec::new();
        received.spool.read_to_end(&mut all).unwrap();
        assert_eq!(all, wire);
        assert_eq!(received.block, (Sha256::of(wire), wire.len() as u64));
        assert_eq!(received.payload.0, Sha256::of(b"body\r\n\r\nmore"));
    }

    #[test]
    fn interim_responses_stand_apart() {
        let wire = b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n";
        let (mut recording, _) = record(&[wire], 1000);
        let received = recording.take_received().unwrap().unwrap();
        assert_eq!(received.head, b"HTTP/1.1 204 No Content\r\n\r\n");
        assert_eq!(received.interim, b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n");
    }

    #[test]
    fn a_body_beyond_the_limit_is_cut_there() {
        let (mut recording, result) = record(&[b"HTTP/1.1 200 OK\r\n\r\n", b"12345", b"67890"], 7);
        assert!(result.is_err());
        assert_eq!(
            recording.take_received().unwrap().unwrap().payload,
            (Sha256::of(b"1234567"), 7)
        );
    }

    #[test]
    fn a_head_that_never_ends_is_no_response() {
        let (mut recording, result) = record(&[&[b'x'; 1 << 18], &[b'x'; 1 << 19]], 7);
        assert!(result.is_err() && recording.has_answer());
        assert!(recording.take_received().unwrap().is_none());
    }
}
