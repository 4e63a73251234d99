//! Digests beside SHA-256, in the same pass: BLAKE3 always, SHA-1 and MD5 for old systems.

use std::io::{self, Write};

use data_encoding::HEXLOWER;
use md5::Digest;

/// Which old algorithms are used as well. Both are broken: files can be made that share a
/// digest. Beside SHA-256 they serve to find a file in old lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Also {
    /// SHA-1.
    pub sha1: bool,
    /// MD5.
    pub md5: bool,
}

/// Passes bytes on and hashes what was taken.
pub(super) struct OthersWriter<W> {
    inner: W,
    blake3: Box<blake3::Hasher>,
    sha1: Option<sha1::Sha1>,
    md5: Option<md5::Md5>,
}

impl<W> OthersWriter<W> {
    pub(super) fn new(inner: W, also: Also) -> Self {
        Self {
            inner,
            blake3: Box::default(),
            sha1: also.sha1.then(sha1::Sha1::new),
            md5: also.md5.then(md5::Md5::new),
        }
    }

    /// The digests in hexadecimal, by the names that manifests give to the algorithms.
    pub(super) fn digests(self) -> Vec<(&'static str, String)> {
        let blake3 = self.blake3.finalize().to_hex().to_string();
        let sha1 = self.sha1.map(|state| ("sha1", HEXLOWER.encode(&state.finalize())));
        let md5 = self.md5.map(|state| ("md5", HEXLOWER.encode(&state.finalize())));
        [Some(("blake3", blake3)), sha1, md5].into_iter().flatten().collect()
    }
}

impl<W: Write> Write for OthersWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        let taken = &bytes[..count];
        self.blake3.update(taken);
        if let Some(state) = &mut self.sha1 {
            state.update(taken);
        }
        if let Some(state) = &mut self.md5 {
            state.update(taken);
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::{Also, OthersWriter};

    /// Sources: BLAKE3 test vectors (of the empty input), FIPS 180-1 A.1, RFC 1321 A.5.
    #[test]
    fn the_standards_examples_have_their_digests() {
        let empty = OthersWriter::new(std::io::sink(), Also::default()).digests();
        let blake3 = "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
        assert_eq!(empty, [("blake3", blake3.to_owned())]);
        let mut writer = OthersWriter::new(Vec::new(), Also { sha1: true, md5: true });
        writer.write_all(b"abc").unwrap();
        let digests = writer.digests();
        assert_eq!(digests[1].1, "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(digests[2].1, "900150983cd24fb0d6963f7d28e17f72");
    }
}
