//! Doors to the parsers of evidence, for [`crate::foreign`].

use std::io::Write;

use url::Url;

use super::content::Content;
use super::custody::Line;
use super::digest::Sha256;
use super::picture::Picture;
use super::{file_name, net, page, timestamp, warc};

/// Reads an archive to its end.
pub(crate) fn warc(bytes: &[u8]) {
    let mut reader = warc::WarcReader::new(bytes);
    let mut end = 0;
    while let Ok(Some(record)) = reader.next() {
        assert!(record.offset >= end && record.end > record.offset, "records follow each other");
        end = record.end;
    }
}

/// Takes down what a server sends, in pieces whose length is the first byte.
pub(crate) fn answer(bytes: &[u8]) {
    if let Some((&length, rest)) = bytes.split_first() {
        net::take_down(rest, usize::from(length).max(1), 1 << 12);
    }
}

/// Reads a page for its parts.
pub(crate) fn html(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let base = Url::parse("https://market.example/ad/1").expect("this is an address");
    let _ = page::read_html(&text, &base);
}

/// Reads a style sheet for its parts.
pub(crate) fn css(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let base = Url::parse("https://market.example/s.css").expect("this is an address");
    let _ = page::css_parts(&text, &base);
}

/// Unpacks a body, coded as the first byte says.
pub(crate) fn coding(bytes: &[u8]) {
    if let Some((&kind, rest)) = bytes.split_first() {
        let codings = ["", "gzip", "deflate", "br", "zstd", "gzip, br"];
        let coding = codings[usize::from(kind) % codings.len()];
        let _ = page::decode(rest, coding, "text/html; charset=windows-1252");
    }
}

/// Reads a line of the custody log.
pub(crate) fn custody_line(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(line) = Line::parse(&text) {
        assert_eq!(line.text, text, "a line is kept as it was read");
    }
}

/// Reads a response of an authority.
pub(crate) fn time_stamp(bytes: &[u8]) {
    let read = timestamp::check(bytes, Sha256::of(b"manifest\n"), None, &[]);
    assert!(!read.is_ok_and(|stamp| stamp.is_trusted), "nobody is trusted without a root");
}

/// Reads certificates in PEM form, and judges a response by them.
pub(crate) fn certificates(bytes: &[u8]) {
    let roots = timestamp::certificates(bytes);
    let response = include_bytes!("timestamp/fixtures/ec.tsr");
    let _ = timestamp::check(response, Sha256::of(b"manifest\n"), None, &roots);
}

/// Makes a name safe.
pub(crate) fn file_name(bytes: &[u8]) {
    let name = file_name::safe(&String::from_utf8_lossy(bytes));
    let is_safe = !name.is_empty() && !name.starts_with('.') && name.len() <= 121;
    assert!(is_safe && !name.contains(['/', '\\', ':', '\0']), "{name:?}");
}

/// Looks at a picture.
pub(crate) fn picture(bytes: &[u8]) {
    if let Some(picture) = Picture::read(bytes) {
        assert_eq!(picture.hash.len(), 16, "{picture:?}");
    }
}

/// Asks a file, of the kind that the first byte says, what it says of itself.
pub(crate) fn added_file(bytes: &[u8]) {
    if let Some((&kind, rest)) = bytes.split_first() {
        let kinds = ["a.jpg", "a.eml", "a.txt", "a.json", "a.zip"];
        let name = kinds[usize::from(kind) % kinds.len()];
        let mut file = tempfile::NamedTempFile::new().expect("there is room for a file");
        file.write_all(rest).expect("there is room for a file");
        let content = Content::read(file.path(), name).expect("a file that is there can be read");
        serde_json::to_string(&content).expect("all is text");
    }
}
