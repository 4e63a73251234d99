//! Writes WARC records, streamed, each a gzip member of its own.

use std::io::{self, Read, Write};

use jiff::Timestamp;
use uuid::Uuid;

use super::member::{Member, Packer};
use crate::evidence::digest::Sha256;

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::evidence) enum Kind {
    /// About the file.
    Warcinfo,
    /// What was sent.
    Request,
    /// What was received.
    Response,
    /// What was received, with a body that another record holds.
    Revisit,
    /// About another record.
    Metadata,
    /// A file that was made from the page.
    Resource,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Warcinfo => "warcinfo",
            Self::Request => "request",
            Self::Response => "response",
            Self::Revisit => "revisit",
            Self::Metadata => "metadata",
            Self::Resource => "resource",
        }
    }
}

/// The named fields of a record, but for those that follow from its block.
#[derive(Clone, Debug)]
pub(in crate::evidence) struct RecordHead {
    kind: Kind,
    id: Uuid,
    fields: Vec<(&'static str, String)>,
}

impl RecordHead {
    /// Starts a record of `kind`, with an identifier of its own.
    pub(in crate::evidence) fn new(kind: Kind, date: Timestamp, content_type: &str) -> Self {
        let mut head = Self { kind, id: Uuid::new_v4(), fields: Vec::new() };
        head.fields.push(("WARC-Date", date.to_string()));
        head.fields.push(("Content-Type", content_type.to_owned()));
        head
    }

    /// Adds a field. Line breaks in `value` become spaces: it may come from a stranger.
    pub(in crate::evidence) fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.fields.push((name, value.to_string().replace(['\r', '\n'], " ")));
        self
    }

    /// What the record is.
    pub(in crate::evidence) fn kind(&self) -> Kind {
        self.kind
    }

    /// The record's identifier, as other records refer to it.
    pub(in crate::evidence) fn id(&self) -> String {
        format!("<{}>", self.id.urn())
    }
}

/// First byte of a record's gzip member, and the byte behind its last.
pub(in crate::evidence) type Span = std::ops::Range<u64>;

/// Whether it is worth trying to make a block smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::evidence) enum Packing {
    /// It may become smaller.
    Deflate,
    /// It is packed already, as photos are: its bytes are stored as they are.
    Store,
}

/// Writes a `.warc.gz` file.
pub(in crate::evidence) struct WarcWriter<W> {
    out: CountingWriter<W>,
    packer: Packer,
}

impl<W: Write> WarcWriter<W> {
    /// Starts a file on `out`.
    pub(in crate::evidence) fn new(out: W) -> Self {
        Self { out: CountingWriter { out, count: 0 }, packer: Packer::new() }
    }

    /// Writes a record whose block has this digest and length.
    ///
    /// # Errors
    ///
    /// When `block` or the file fails, or `block` is not as long as said.
    pub(in crate::evidence) fn put(
        &mut self,
        head: &RecordHead,
        block: &mut dyn Read,
        (digest, length): (Sha256, u64),
        packing: Packing,
    ) -> io::Result<Span> {
        let offset = self.out.count;
        let mut member = match packing {
            Packing::Deflate => self.packer.deflate(length, &mut self.out)?,
            Packing::Store => Member::store(&mut self.out)?,
        };
        let mut text = format!("WARC/1.1\r\nWARC-Type: {}\r\n", head.kind.name());
        text += &format!("WARC-Record-ID: {}\r\n", head.id());
        for (name, value) in &head.fields {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("WARC-Block-Digest: sha256:{digest}\r\nContent-Length: {length}\r\n\r\n");
        member.write_all(text.as_bytes())?;
        if io::copy(&mut block.take(length), &mut member)? != length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        member.write_all(b"\r\n\r\n")?;
        member.finish()?;
        Ok(offset..self.out.count)
    }

    /// Writes a record whose block is in memory.
    ///
    /// # Errors
    ///
    /// When the file fails.
    pub(in crate::evidence) fn put_bytes(
        &mut self,
        head: &RecordHead,
        block: &[u8],
    ) -> io::Result<Span> {
        let facts = (Sha256::of(block), block.len() as u64);
        self.put(head, &mut &block[..], facts, Packing::Deflate)
    }

    /// Ends the file.
    pub(in crate::evidence) fn into_inner(self) -> W {
        self.out.out
    }
}

struct CountingWriter<W> {
    out: W,
    count: u64,
}

impl<W: Write> Write for CountingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.out.write(bytes)?;
        self.count += count as u64;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;
    use jiff::Timestamp;

    use super::{Kind, Packing, RecordHead, WarcWriter};
    use crate::evidence::digest::Sha256;

    #[test]
    fn each_record_is_a_gzip_member_at_its_offset() {
        let mut writer = WarcWriter::new(Vec::new());
        let head = |uri| {
            RecordHead::new(Kind::Metadata, Timestamp::UNIX_EPOCH, "text/plain")
                .with("WARC-Target-URI", uri)
        };
        let first = writer.put_bytes(&head("http://a.example/"), b"one").unwrap();
        let second = writer.put_bytes(&head("http://b.example/\r\nX: y"), b"two").unwrap();
        let file = writer.into_inner();
        assert_eq!(first.end, second.start);
        assert_eq!(second.end, file.len() as u64);
        let start = usize::try_from(second.start).unwrap();
        let mut text = String::new();
        GzDecoder::new(&file[start..]).read_to_string(&mut text).unwrap();
        assert!(text.starts_with("WARC/1.1\r\nWARC-Type: metadata\r\n"), "{text}");
        assert!(text.contains("\r\nWARC-Target-URI: http://b.example/  X: y\r\n"), "{text}");
        assert!(text.ends_with("Content-Length: 3\r\n\r\ntwo\r\n\r\n"), "{text}");
    }

    #[test]
    fn what_is_packed_already_is_stored_and_read_back() {
        let noise: Vec<u8> =
            (0..200_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let facts = (Sha256::of(&noise), noise.len() as u64);
        let head = RecordHead::new(Kind::Response, Timestamp::UNIX_EPOCH, "image/jpeg");
        let mut writer = WarcWriter::new(Vec::new());
        let mut spans = Vec::new();
        for packing in [Packing::Store, Packing::Deflate, Packing::Store] {
            spans.push(writer.put(&head, &mut &noise[..], facts, packing).unwrap());
        }
        let file = writer.into_inner();
        for span in spans {
            let range = usize::try_from(span.start).unwrap()..usize::try_from(span.end).unwrap();
            let mut record = Vec::new();
            GzDecoder::new(&file[range]).read_to_end(&mut record).unwrap();
            assert!(record.ends_with(&[&noise[..], b"\r\n\r\n"].concat()));
        }
        let mut cut = WarcWriter::new(Vec::new());
        assert!(cut.put(&head, &mut &noise[1..], facts, Packing::Store).is_err());
    }
}
