//! From the bytes of a body to text: content coding, then character encoding.

use std::io::Read;

use encoding_rs::{Encoding, UTF_8};
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

/// Longest text that is read for addresses.
const LONGEST: u64 = 32 << 20;

/// A body as text, and what stood in the way.
#[derive(Debug)]
pub(in crate::evidence) struct Decoded {
    pub(in crate::evidence) text: String,
    /// Why the text is missing or cut.
    pub(in crate::evidence) problem: Option<String>,
}

/// Decodes `body` as the values of `Content-Encoding` and `Content-Type` say.
pub(in crate::evidence) fn decode(body: &[u8], coding: &str, kind: &str) -> Decoded {
    let (bytes, problem) = match unpack(body, coding) {
        Ok((bytes, whole)) => {
            let cut =
                format!("decoded text is longer than {LONGEST} bytes: only that much was read");
            (bytes, (!whole).then_some(cut))
        }
        Err(why) => (Vec::new(), Some(why)),
    };
    let encoding = encoding(&bytes, kind);
    Decoded { text: encoding.decode(&bytes).0.into_owned(), problem }
}

fn unpack(body: &[u8], coding: &str) -> Result<(Vec<u8>, bool), String> {
    let read = |reader: &mut dyn Read| {
        let mut bytes = Vec::new();
        reader
            .take(LONGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(|err| format!("content coding `{coding}` is damaged: {err}"))?;
        let whole = bytes.len() as u64 <= LONGEST;
        bytes.truncate(usize::try_from(LONGEST).unwrap_or(usize::MAX));
        Ok((bytes, whole))
    };
    match coding.trim().to_ascii_lowercase().as_str() {
        "" | "identity" => read(&mut &body[..]),
        "gzip" | "x-gzip" => read(&mut MultiGzDecoder::new(body)),
        // Servers disagree on what `deflate` is: with the zlib wrapper or without.
        "deflate" => {
            read(&mut ZlibDecoder::new(body)).or_else(|_| read(&mut DeflateDecoder::new(body)))
        }
        _ => Err(format!("content coding `{coding}` is not understood: parts were not looked for")),
    }
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
    fn a_bomb_is_cut_and_rubbish_is_named() {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        let zeros = vec![b'0'; 1 << 20];
        for _ in 0..40 {
            gzip.write_all(&zeros).unwrap();
        }
        let bomb = decode(&gzip.finish().unwrap(), "gzip", "");
        assert_eq!(bomb.text.len(), 32 << 20);
        assert!(bomb.problem.unwrap().contains("longer than"));
        assert!(decode(b"rubbish", "gzip", "").problem.unwrap().contains("damaged"));
        assert!(decode(b"rubbish", "br", "").problem.unwrap().contains("not understood"));
    }
}
