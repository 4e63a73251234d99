//! Reads a file at any place, whatever other threads read of it.

use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;

/// A part of a file, from a place on.
pub(super) struct Positioned {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl Positioned {
    /// The bytes of `file` from `at` to `end`.
    pub(super) fn new(file: Arc<File>, at: u64, end: u64) -> Self {
        Self { file, at, end }
    }
}

impl Read for Positioned {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let wanted = out.len().min(left);
        let read = read_at(&self.file, &mut out[..wanted], self.at)?;
        if read == 0 && wanted > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file is cut off"));
        }
        self.at += u64::try_from(read).unwrap_or(u64::MAX);
        Ok(read)
    }
}

#[cfg(unix)]
fn read_at(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, out, at)
}

#[cfg(windows)]
fn read_at(file: &File, out: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, out, at)
}
