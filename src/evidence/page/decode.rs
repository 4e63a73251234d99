//! From the bytes of a body to text: content coding, then character encoding.

use std::io::{Cursor, Read};

use brotli_decompressor::BrotliDecoderParameter;
use encoding_rs::{Encoding, UTF_8};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Longest text that is read for addresses.
const LONGEST: u64 = 32 << 20;
/// So many codings on top of one another are taken off.
const MOST_CODINGS: usize = 3;
/// Bytes that are read at once.
const BLOCK: usize = 1 << 12;
/// Window of `zstd` as a power of two. Source: RFC 9659, section 3: 8 MB.
const ZSTD_WINDOW: u32 = 23;

/// A body as text, and what stood in the way.
#[derive(Debug)]
pub(in crate::evidence) struct Decoded {
    pub(in crate::evidence) text: String,
    /// Why the text is missing or cut.
    pub(in crate::evidence) problem: Option<String>,
}

/// Decodes `body` as the values of `Content-Encoding` and `Content-Type` say.
pub(in crate::evidence) fn decode(body: &[u8], coding: &str, kind: &str) -> Decoded {
    let (bytes, problem) = unpack(body, coding);
    let encoding = encoding(&bytes, kind);
    Decoded { text: encoding.decode(&bytes).0.into_owned(), problem }
}

/// Takes the codings off in the opposite of the order in which they were put on. What came
/// before the damage or the limit is kept, with a word on it.
pub(in crate::evidence) fn unpack(body: &[u8], coding: &str) -> (Vec<u8>, Option<String>) {
    let names = coding.split(',').map(|name| name.trim().to_ascii_lowercase());
    let codings: Vec<_> = names.filter(|name| !matches!(&name[..], "" | "identity")).collect();
    if codings.len() > MOST_CODINGS {
        let many = format!("content is coded more than {MOST_CODINGS} times: it was not read");
        return (Vec::new(), Some(many));
    }
    let mut reader: Box<dyn Read + '_> = Box::new(body);
    for name in codings.iter().rev() {
        reader = match decoder(reader, name) {
            Ok(reader) => reader,
            Err(problem) => return (Vec::new(), Some(problem)),
        };
    }
    let mut bytes = Vec::new();
    let result = reader.take(LONGEST + 1).read_to_end(&mut bytes);
    let longest = usize::try_from(LONGEST).unwrap_or(usize::MAX);
    let problem = if bytes.len() > longest {
        bytes.truncate(longest);
        Some(format!("decoded text is longer than {LONGEST} bytes: only that much was read"))
    } else {
        let damaged = |err| format!("content coding `{coding}` is damaged: {err}");
        result.err().map(damaged)
    };
    (bytes, problem)
}

fn decoder<'a>(mut coded: Box<dyn Read + 'a>, name: &str) -> Result<Box<dyn Read + 'a>, String> {
    Ok(match name {
        "gzip" | "x-gzip" => Box::new(MultiGzDecoder::new(coded)),
        "deflate" => {
            // Servers disagree on what `deflate` is: with the zlib wrapper or without.
            let mut head = [0; 2];
            let damaged = |err| format!("content coding `{name}` is damaged: {err}");
            coded.read_exact(&mut head).map_err(damaged)?;
            // Source: RFC 1950, section 2.2: method 8, and a check of the first two bytes.
            let wrapped = head[0] & 0x0f == 8 && u16::from_be_bytes(head) % 31 == 0;
            let whole = Cursor::new(head).chain(coded);
            match wrapped {
                true => Box::new(ZlibDecoder::new(whole)),
                false => Box::new(DeflateDecoder::new(whole)),
            }
        }
        "br" => {
            let mut reader = brotli_decompressor::Decompressor::new(coded, BLOCK);
            // Windows of up to a gigabyte are no part of the coding. Source: RFC 7932, section 9.1.
            let large = BrotliDecoderParameter::BROTLI_DECODER_PARAM_LARGE_WINDOW;
            reader.set_parameter(large, 0);
            Box::new(reader)
        }
        "zstd" => {
            let damaged = |err| format!("content coding `{name}` cannot be read: {err}");
            let mut reader = zstd::Decoder::new(coded).map_err(damaged)?;
            reader.window_log_max(ZSTD_WINDOW).map_err(damaged)?;
            Box::new(reader)
        }
        _ => {
            return Err(format!(
                "content coding `{name}` is not understood: parts were not looked for"
            ));
        }
    })
}

/// A byte-order mark wins, then the header, then a `<meta>` or `@charset` near the start.
fn encoding(bytes: &[u8], kind: &str) -> &'static Encoding {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding;
    }
    let start = String::from_utf8_lossy(&bytes[..bytes.len().min(1024)]);
    label(kind)
        .or_else(|| label(&start))
        .or_else(|| {
            start.strip_prefix("@charset \"").and_then(|rest| named(rest.split('"').next()?))
        })
        .unwrap_or(UTF_8)
}

fn label(text: &str) -> Option<&'static Encoding> {
    let lower = text.to_ascii_lowercase();
    let rest = lower.split("charset=").nth(1)?.trim_start_matches(['"', '\'', ' ']);
    named(rest.split(['"', '\'', ' ', ';', '>', '/']).next()?)
}

fn named(label: &str) -> Option<&'static Encoding> {
    Encoding::for_label(label.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};

    use super::decode;

    /// `<p>Schädel</p>` by the `brotli` of Python.
    const BROTLI: &[u8] = b"\x0b\x07\x80<p>Sch\xc3\xa4del</p>\x03";
    /// 40 MiB of the digit 0, by the same.
    const BROTLI_BOMB: &[u8] = b"\xcb\xff\xff\x3f\xf8\x25\x60\xe2\xb1\x40\x20\xf7\xfe\x8f\xff\xff\x7f\xf0\x4b\x00\xc4\x61\x11\x80\xee\xfd\x1f\xff\xff\xff\xe0\x97\x00\x88\xc3\x02\x00\xdd\xfb\x3f\xfe\xff\xff\xc1\x2f\x01\x10\x87\x05\x00\xba\xf7\x7f\xfc\xff\xff\x83\x5f\x02\x20\x0e\x0b\x00\x74\xef\xff\x06";

    #[test]
    fn every_coding_gives_the_same_text() {
        let text = "<p>Schädel</p>";
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
        let mut bare = DeflateEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(text.as_bytes()).unwrap();
        zlib.write_all(text.as_bytes()).unwrap();
        bare.write_all(text.as_bytes()).unwrap();
        for (body, coding) in [
            (text.as_bytes().to_vec(), ""),
            (gzip.finish().unwrap(), "GZIP"),
            (zlib.finish().unwrap(), "deflate"),
            (bare.finish().unwrap(), "deflate"),
            (BROTLI.to_vec(), "br"),
            (zstd::encode_all(text.as_bytes(), 3).unwrap(), "zstd"),
            (zstd::encode_all(BROTLI, 3).unwrap(), "br, ZSTD"),
        ] {
            let decoded = decode(&body, coding, "text/html; charset=utf-8");
            assert_eq!((decoded.text.as_str(), decoded.problem), (text, None), "{coding}");
        }
    }

    #[test]
    fn the_character_encoding_is_found_where_it_stands() {
        for (body, kind) in [
            (&b"Sch\xe4del"[..], "text/html; charset=ISO-8859-1"),
            (b"<meta charset='windows-1252'>Sch\xe4del", "text/html"),
            (b"@charset \"latin1\"; Sch\xe4del", "text/css"),
            (b"\xef\xbb\xbfSch\xc3\xa4del", "text/html; charset=latin1"),
        ] {
            assert!(decode(body, "", kind).text.ends_with("Schädel"), "{kind}");
        }
    }

    #[test]
    fn a_bomb_is_cut_in_every_coding() {
        let zeros = vec![b'0'; 40 << 20];
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&zeros).unwrap();
        let gzip = gzip.finish().unwrap();
        let zstd = zstd::encode_all(&zeros[..], 3).unwrap();
        let twice = zstd::encode_all(&gzip[..], 3).unwrap();
        for (body, coding) in [
            (gzip.as_slice(), "gzip"),
            (BROTLI_BOMB, "br"),
            (zstd.as_slice(), "zstd"),
            (twice.as_slice(), "gzip, zstd"),
        ] {
            assert!(body.len() < 1 << 20, "{coding}: {}", body.len());
            let bomb = decode(body, coding, "");
            assert_eq!(bomb.text.len(), 32 << 20, "{coding}");
            assert!(bomb.problem.unwrap().contains("longer than"), "{coding}");
        }
    }

    #[test]
    fn rubbish_is_named_and_what_came_before_it_is_read() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let problem = decode(b"rubbish, and no more", coding, "").problem.unwrap();
            assert!(problem.contains("damaged"), "{coding}: {problem}");
        }
        assert!(decode(b"rubbish", "lzma", "").problem.unwrap().contains("not understood"));
        let often = decode(b"rubbish", "gzip, gzip, gzip, gzip", "").problem.unwrap();
        assert!(often.contains("more than 3 times"), "{often}");
        let mut cut = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        cut.write_all(b"<a href=/1>").unwrap();
        cut.flush().unwrap();
        let decoded = decode(cut.get_ref(), "zstd", "");
        assert_eq!(decoded.text, "<a href=/1>");
        assert!(decoded.problem.unwrap().contains("damaged"));
    }

    /// A window of 1 GB would be asked for by a few bytes.
    #[test]
    fn windows_beyond_the_standards_are_refused() {
        let mut zstd = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        zstd.window_log(27).unwrap();
        zstd.write_all(b"text").unwrap();
        let large = decode(&zstd.finish().unwrap(), "zstd", "");
        assert!(large.text.is_empty() && large.problem.is_some(), "{large:?}");
        // The mark of a large window (0x11), then its size.
        let brotli = decode(&[0x11, 0x1e, 0x0b, 0x07, 0x80], "br", "");
        assert!(brotli.problem.unwrap().contains("damaged"));
    }
}
