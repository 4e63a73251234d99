//! Turns what is read into UTF-8: byte-order marks, UTF-16, Latin-1 and its
//! relatives.

use std::borrow::Cow;
use std::io::{self, Chain, Cursor, Read};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How much of a file is looked at to find its encoding.
const SAMPLE: usize = 64 << 10;

/// A reader of UTF-8, and what it was made of.
pub struct Decoded {
    /// The text; of a file in UTF-8 its bytes as they stand.
    pub text: Box<dyn Read + Send>,
    /// The encoding found.
    pub encoding: &'static Encoding,
    /// The beginning of the text, to find its layout by.
    pub sample: Vec<u8>,
}

/// Finds the encoding of `input` and makes it UTF-8.
///
/// # Errors
///
/// Any error of `input`.
pub fn decode(mut input: Box<dyn Read + Send>) -> io::Result<Decoded> {
    let mut sample = read_sample(&mut input)?;
    let (encoding, mark) = detect(&sample);
    let whole: Chain<Cursor<Vec<u8>>, _> = Cursor::new(sample.split_off(mark)).chain(input);
    let mut text: Box<dyn Read + Send> = if encoding == UTF_8 {
        Box::new(whole)
    } else {
        Box::new(Transcoder::new(Box::new(whole), encoding))
    };
    let sample = read_sample(&mut text)?;
    let text = Box::new(Cursor::new(sample.clone()).chain(text));
    Ok(Decoded { text, encoding, sample })
}

fn read_sample(input: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut sample = Vec::new();
    let limit = u64::try_from(SAMPLE).unwrap_or(u64::MAX);
    input.take(limit).read_to_end(&mut sample)?;
    Ok(sample)
}

/// The text of the beginning of a file.
pub(super) fn sample_text(sample: &[u8]) -> Cow<'_, str> {
    let (encoding, mark) = detect(sample);
    encoding.decode_without_bom_handling(&sample[mark..]).0
}

/// The encoding, and the length of the byte-order mark.
pub(super) fn detect(sample: &[u8]) -> (&'static Encoding, usize) {
    if let Some((encoding, length)) = Encoding::for_bom(sample) {
        return (encoding, length);
    }
    if let Some(encoding) = utf_16_without_mark(sample) {
        return (encoding, 0);
    }
    (if is_mostly_utf_8(sample) { UTF_8 } else { guess(sample) }, 0)
}

/// Every second byte of Latin text in UTF-16 is zero.
fn utf_16_without_mark(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    let zeros = |first: usize| sample.iter().skip(first).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if pairs < 4 {
        None
    } else if odd * 10 > pairs * 4 && even * 20 < pairs {
        Some(UTF_16LE)
    } else if even * 10 > pairs * 4 && odd * 20 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// True when the sample is UTF-8, or UTF-8 with a few lines that are not.
fn is_mostly_utf_8(sample: &[u8]) -> bool {
    let (mut broken, mut sound) = (0, 0);
    let mut lines = sample.split(|byte| *byte == b'\n').peekable();
    while let Some(line) = lines.next() {
        // The sample may end in the middle of a character.
        let is_cut = lines.peek().is_none() && sample.len() >= SAMPLE;
        if line.is_ascii() || is_cut {
            continue;
        }
        if std::str::from_utf8(line).is_ok() { sound += 1 } else { broken += 1 }
    }
    broken == 0 || sound > broken
}

/// The likeliest encoding of bytes that are no UTF-8.
#[must_use]
pub fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// A reader that turns another encoding into UTF-8.
struct Transcoder {
    input: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_from: usize,
    raw_to: usize,
    ended: bool,
    finished: bool,
    pending: Vec<u8>,
    pending_from: usize,
}

impl Transcoder {
    fn new(input: Box<dyn Read + Send>, encoding: &'static Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; SAMPLE],
            raw_from: 0,
            raw_to: 0,
            ended: false,
            finished: false,
            pending: Vec::new(),
            pending_from: 0,
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        if self.raw_from == self.raw_to && !self.ended {
            self.raw_from = 0;
            self.raw_to = self.input.read(&mut self.raw)?;
            self.ended = self.raw_to == 0;
        }
        self.pending.resize(SAMPLE * 3 + 16, 0);
        let (result, read, written, _) = self.decoder.decode_to_utf8(
            &self.raw[self.raw_from..self.raw_to],
            &mut self.pending,
            self.ended,
        );
        self.raw_from += read;
        self.pending.truncate(written);
        self.pending_from = 0;
        self.finished = self.ended && result == encoding_rs::CoderResult::InputEmpty;
        Ok(())
    }
}

impl Read for Transcoder {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.pending_from == self.pending.len() && !self.finished {
            self.fill()?;
        }
        let ready = &self.pending[self.pending_from..];
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.pending_from += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::decode;

    fn read(bytes: &[u8]) -> (String, &'static str) {
        let mut decoded = decode(Box::new(Cursor::new(bytes.to_vec()))).unwrap();
        let mut text = String::new();
        decoded.text.read_to_string(&mut text).unwrap();
        (text, decoded.encoding.name())
    }

    #[test]
    fn encodings_are_found() {
        let text = "Schöne Figur aus Elfenbein für 450 €\nécaille\n";
        assert_eq!(read(text.as_bytes()), (text.to_owned(), "UTF-8"));
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        assert_eq!(read(&marked), (text.to_owned(), "UTF-8"));
        let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        assert_eq!(read(&latin), (text.to_owned(), "windows-1252"));
        for (mark, big) in [(vec![0xFF, 0xFE], false), (vec![0xFE, 0xFF], true), (vec![], false)] {
            let mut wide = mark;
            for unit in text.encode_utf16() {
                wide.extend(if big { unit.to_be_bytes() } else { unit.to_le_bytes() });
            }
            assert_eq!(read(&wide).0, text);
        }
    }

    #[test]
    fn an_empty_file_is_empty() {
        assert_eq!(read(b"").0, "");
    }
}
