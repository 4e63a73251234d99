//! A page as an item of the case holds it.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use flate2::read::GzDecoder;
use serde::Deserialize;
use url::Url;

use crate::evidence::net::head_end;
use crate::evidence::page;
use crate::evidence::plain_file;
use crate::evidence::warc::WarcReader;

/// Longest record that is read.
const LONGEST: u64 = 32 << 20;

/// How the page was.
pub(super) struct Past {
    /// Where its address led.
    pub(super) final_url: String,
    /// What it said, as the server sent it.
    pub(super) text: String,
    /// What a browser showed of it, where one was used.
    pub(super) shown: Option<String>,
}

#[derive(Deserialize)]
struct Acquired {
    method: String,
    final_url: String,
    fetched: Vec<AcquiredPart>,
}

#[derive(Deserialize)]
struct AcquiredPart {
    url: String,
    role: String,
    response_record: Option<String>,
}

impl Past {
    /// Reads the page from the item in `folder`.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let record = plain_file::read(&folder.join("data/acquisition.json"), plain_file::LIST)?;
        let record: Acquired = serde_json::from_slice(&record)?;
        let of_page =
            record.fetched.iter().rfind(|part| part.role == "page" && part.url == record.final_url);
        let id = of_page.and_then(|part| part.response_record.as_deref());
        let archive = folder.join("data/capture.warc.gz");
        let text = match (id, Url::parse(&record.final_url)) {
            (Some(id), Ok(url)) => text(&answer(&archive, id)?, &url),
            _ => String::new(),
        };
        // A browser that hung left no text.
        let shown = folder.join("data/text.txt");
        let shown = (record.method == "browser" && shown.is_file()).then(|| {
            plain_file::read(&shown, LONGEST)
                .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        });
        Ok(Self { final_url: record.final_url, text, shown: shown.transpose()? })
    }
}

/// The answer in the record `id`, as received.
fn answer(archive: &Path, id: &str) -> io::Result<Vec<u8>> {
    let mut reader = WarcReader::new(plain_file::open(archive)?);
    while let Some(record) = reader.next()? {
        if record.field("warc-record-id") != id {
            continue;
        }
        let mut file = plain_file::open(archive)?;
        file.seek(SeekFrom::Start(record.offset))?;
        let mut bytes = Vec::new();
        GzDecoder::new(file).take(LONGEST).read_to_end(&mut bytes)?;
        let start = head_end(&bytes).unwrap_or(bytes.len());
        let length: usize = record.field("content-length").parse().unwrap_or(0);
        let end = bytes.len().min(start + length);
        return Ok(bytes[start..end].to_vec());
    }
    Err(io::Error::new(io::ErrorKind::NotFound, format!("the archive has no record {id}")))
}

/// What an answer with a page in it says.
fn text(answer: &[u8], url: &Url) -> String {
    let (head, body) = answer.split_at(head_end(answer).unwrap_or(answer.len()));
    let head = String::from_utf8_lossy(head).into_owned();
    let field = |name: &str| {
        let lines = head.lines().filter_map(|line| line.split_once(':'));
        let values = lines.filter(|(field, _)| field.eq_ignore_ascii_case(name));
        // What stands in several lines is one list.
        let values: Vec<&str> = values.map(|(_, value)| value.trim()).collect();
        values.join(", ").to_ascii_lowercase()
    };
    let body =
        if field("transfer-encoding").contains("chunked") { unchunk(body) } else { body.to_vec() };
    let decoded = page::decode(&body, &field("content-encoding"), &field("content-type"));
    page::read_html(&decoded.text, url).text
}

/// Puts the chunks of a body together. Source: RFC 9112, section 7.1.
fn unchunk(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = memchr::memchr(b'\n', bytes) {
        let line = String::from_utf8_lossy(&bytes[..end]);
        let size = line.trim().split(';').next().unwrap_or_default();
        let Ok(size) = usize::from_str_radix(size, 16) else { break };
        let rest = &bytes[end + 1..];
        if size == 0 {
            break;
        }
        let (chunk, rest) = rest.split_at(rest.len().min(size));
        body.extend_from_slice(chunk);
        bytes = rest.strip_prefix(b"\r\n").unwrap_or(rest);
    }
    body
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::text;

    #[test]
    fn the_text_of_an_answer_is_what_a_reader_sees() {
        let url = Url::parse("http://a.example/").unwrap();
        for answer in [
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<title>T</title><p>Elfen<b>bein</b><script>x</script>",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<p>Elfe\r\nB;x=y\r\nn<b>bein</b>\r\n0\r\n\r\n",
        ] {
            assert_eq!(text(answer.as_bytes(), &url).trim(), "Elfenbein");
        }
        let twice = zstd::encode_all(&zstd::encode_all(&b"<p>Elfenbein"[..], 3).unwrap()[..], 3);
        let head = b"HTTP/1.1 200 OK\r\nContent-Encoding: zstd\r\nContent-encoding: zstd\r\n\r\n";
        let answer = [&head[..], &twice.unwrap()].concat();
        assert_eq!(text(&answer, &url).trim(), "Elfenbein");
    }
}
