//! Reads a `.warc.gz` file record by record and checks each on the way.

use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::GzDecoder;

use super::aside::{Digesting, Pieces};
use crate::evidence::digest::Sha256;

/// Longest head of a record.
const LONGEST_HEAD: u64 = 1 << 20;
/// So much of the heads of all records may be kept, and so many times the bytes read besides:
/// packed heads of nothing but blanks would fill the memory, as readers keep all records.
const HEADS: u64 = 1 << 26;
const HEADS_TO_BYTES: u64 = 8;

/// A record that was read and checked.
#[derive(Debug)]
pub(in crate::evidence) struct ReadRecord {
    /// Place in the file, 1 for the first.
    pub(in crate::evidence) number: usize,
    /// First byte of its gzip member.
    pub(in crate::evidence) offset: u64,
    /// Byte behind its gzip member.
    pub(in crate::evidence) end: u64,
    /// Status line and headers of the HTTP message in it; empty when it is none.
    pub(in crate::evidence) http_head: Vec<u8>,
    fields: BTreeMap<String, String>,
    /// What is wrong with it, in words.
    pub(in crate::evidence) faults: Vec<String>,
}

impl ReadRecord {
    /// The value of a named field; empty when it is missing.
    pub(in crate::evidence) fn field(&self, name: &str) -> &str {
        self.fields.get(&name.to_ascii_lowercase()).map_or("", String::as_str)
    }
}

/// Reads records until the file ends.
pub(in crate::evidence) struct WarcReader<R> {
    input: Option<Counting<BufReader<R>>>,
    number: usize,
    /// Bytes of the heads of all records so far.
    heads: u64,
    pieces: Pieces,
}

impl<R: Read> WarcReader<R> {
    /// Starts to read.
    pub(in crate::evidence) fn new(input: R) -> Self {
        let input = Counting { inner: BufReader::with_capacity(1 << 17, input), count: 0 };
        Self { input: Some(input), number: 0, heads: 0, pieces: Pieces::default() }
    }

    /// Returns the next record; `None` at the end of the file.
    ///
    /// # Errors
    ///
    /// When no record can be made out, so that nothing behind it can either.
    pub(in crate::evidence) fn next(&mut self) -> io::Result<Option<ReadRecord>> {
        let Some(mut input) = self.input.take() else { return Ok(None) };
        if input.fill_buf()?.is_empty() {
            return Ok(None);
        }
        self.number += 1;
        let offset = input.count;
        let mut member = BufReader::with_capacity(1 << 16, GzDecoder::new(input));
        let mut record = ReadRecord {
            number: self.number,
            offset,
            end: offset,
            http_head: Vec::new(),
            fields: BTreeMap::new(),
            faults: Vec::new(),
        };
        self.heads += read_head(&mut member, &mut record)?;
        read_block(&mut member, &mut self.pieces, &mut record)?;
        // No more than a record may end with, so that a bomb behind it does not burst.
        let mut rest = Vec::new();
        (&mut member).take(5).read_to_end(&mut rest)?;
        if rest != b"\r\n\r\n" {
            record.faults.push("does not end as a record does".to_owned());
        }
        io::copy(&mut member, &mut io::sink())?;
        let input = member.into_inner().into_inner();
        record.end = input.count;
        self.heads += record.http_head.len() as u64;
        if self.heads > HEADS + HEADS_TO_BYTES * record.end {
            return Err(io::Error::other("the heads of its records are longer than is kept"));
        }
        self.input = Some(input);
        Ok(Some(record))
    }
}

/// Returns the length of the head.
fn read_head(member: &mut impl BufRead, record: &mut ReadRecord) -> io::Result<u64> {
    let mut head = member.take(LONGEST_HEAD);
    let mut line = String::new();
    head.read_line(&mut line)?;
    if line != "WARC/1.1\r\n" {
        return Err(io::Error::other("no WARC 1.1 record starts here"));
    }
    loop {
        line.clear();
        head.read_line(&mut line)?;
        let Some(text) = line.strip_suffix("\r\n") else {
            return Err(io::Error::other("the head of the record is broken"));
        };
        if text.is_empty() {
            return Ok(LONGEST_HEAD - head.limit());
        }
        match text.split_once(": ") {
            Some((name, value)) => {
                let known = record.fields.insert(name.to_ascii_lowercase(), value.to_owned());
                if known.is_some() {
                    record.faults.push(format!("has the field {name} twice"));
                }
            }
            None => record.faults.push(format!("has a line that is no field: {text}")),
        }
    }
}

fn read_block(
    member: &mut impl Read,
    pieces: &mut Pieces,
    record: &mut ReadRecord,
) -> io::Result<()> {
    let length: u64 = record
        .field("content-length")
        .parse()
        .map_err(|_| io::Error::other("the record does not say how long it is"))?;
    let mut block = Digesting::of(length);
    // Until the empty line that ends the head of an HTTP message, the payload is not begun.
    let is_message = record.field("content-type").starts_with("application/http");
    let mut head: Option<Vec<u8>> = is_message.then(Vec::new);
    let mut payload = is_message.then(|| Digesting::of(length));
    let mut left = length;
    while left > 0 {
        let piece = pieces.fill(left, |room| fill(member, room))?;
        if piece.is_empty() {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the record is cut off"));
        }
        left -= piece.len() as u64;
        block.update(&piece, 0);
        let Some(start) = &mut head else {
            payload.iter_mut().for_each(|payload| payload.update(&piece, 0));
            continue;
        };
        let before = start.len();
        start.extend_from_slice(&piece);
        if let Some(end) = crate::evidence::net::head_end(start) {
            payload.iter_mut().for_each(|payload| payload.update(&piece, end - before));
            // A copy of its size: all records of an archive are kept until its end is read.
            record.http_head = start[..end].to_vec();
            head = None;
        } else if start.len() as u64 > LONGEST_HEAD {
            (head, payload) = (None, None);
        }
    }
    let block = block.digest();
    let payload = match record.field("warc-type") {
        // Such a file has no head of its own.
        "resource" => block,
        _ => payload.filter(|_| head.is_none()).and_then(Digesting::digest),
    };
    check_digests(record, block, payload);
    Ok(())
}

/// Reads until `room` is full or there is no more.
fn fill(member: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    let mut used = 0;
    while used < room.len() {
        match member.read(&mut room[used..]) {
            Ok(0) => break,
            Ok(count) => used += count,
            Err(err) if err.kind() == io::ErrorKind::Interrupted => {}
            Err(err) => return Err(err),
        }
    }
    Ok(used)
}

fn check_digests(record: &mut ReadRecord, block: Option<Sha256>, payload: Option<Sha256>) {
    let stated = record.field("warc-block-digest");
    if block.is_none_or(|block| stated != format!("sha256:{block}")) {
        record.faults.push("the digest of its block is missing or wrong".to_owned());
    }
    let stated = record.field("warc-payload-digest");
    // The body of a revisit stands elsewhere.
    let right = record.field("warc-type") == "revisit" && stated.starts_with("sha256:")
        || payload.is_some_and(|payload| stated == format!("sha256:{payload}"));
    let must = matches!(record.field("warc-type"), "response" | "resource");
    if (must || !stated.is_empty()) && !right {
        record.faults.push("the digest of its payload is missing or wrong".to_owned());
    }
    for name in ["WARC-Type", "WARC-Record-ID", "WARC-Date"] {
        if record.field(name).is_empty() {
            record.faults.push(format!("has no {name}"));
        }
    }
}

/// Knows how many bytes were consumed.
struct Counting<R> {
    inner: R,
    count: u64,
}

impl<R: BufRead> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.count += count as u64;
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Counting<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, count: usize) {
        self.count += count as u64;
        self.inner.consume(count);
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::WarcReader;
    use crate::evidence::digest::Sha256;
    use crate::evidence::warc::{Kind, RecordHead, WarcWriter};

    #[test]
    fn digests_of_short_and_long_payloads_are_checked() {
        for length in [10, 5_000_000] {
            let body: Vec<u8> = (0..length).map(|n: u32| (n % 253) as u8).collect();
            for (stated, faults) in [(Sha256::of(&body), 0), (Sha256::of(b"other"), 1)] {
                let head = b"HTTP/1.1 200 OK\r\nX: y\r\n\r\n";
                let kind = "application/http;msgtype=response";
                let record = RecordHead::new(Kind::Response, Timestamp::UNIX_EPOCH, kind)
                    .with("WARC-Payload-Digest", format_args!("sha256:{stated}"));
                let mut writer = WarcWriter::new(Vec::new());
                writer.put_bytes(&record, &[&head[..], &body].concat()).unwrap();
                let file = writer.into_inner();
                let record = WarcReader::new(&file[..]).next().unwrap().unwrap();
                assert_eq!(record.http_head, head);
                assert!(record.http_head.capacity() < 1024, "{}", record.http_head.capacity());
                assert_eq!(record.faults.len(), faults, "{length}: {:?}", record.faults);
            }
        }
    }

    /// Heads of one letter pack a thousand times smaller.
    #[test]
    fn heads_that_would_fill_the_memory_are_not_kept() {
        let long = format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "a".repeat(1_000_000));
        let kind = "application/http;msgtype=response";
        let record = RecordHead::new(Kind::Response, Timestamp::UNIX_EPOCH, kind);
        let mut writer = WarcWriter::new(Vec::new());
        for _ in 0..80 {
            writer.put_bytes(&record, long.as_bytes()).unwrap();
        }
        let file = writer.into_inner();
        let mut reader = WarcReader::new(&file[..]);
        let mut read = 0;
        let told = loop {
            match reader.next() {
                Ok(Some(_)) => read += 1,
                Ok(None) => break String::new(),
                Err(err) => break err.to_string(),
            }
        };
        assert!(told.contains("longer than is kept") && (60..80).contains(&read), "{read}: {told}");
    }
}
