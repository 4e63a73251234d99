//! What a server sends behind the end that its own answer gives to the body.
//!
//! It stands in the archive as all that was received, and is no part of the body: browsers do
//! not show it. What comes once the connection is at rest is not waited for.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use hyper::{HeaderMap, Method, header};

use super::recording::Received;

/// Says how many bytes of `received` stand behind the end of the body; `None` when none do.
///
/// # Errors
///
/// When what was received cannot be read.
pub(super) fn surplus(
    received: &mut Received,
    status: Option<u16>,
    method: &Method,
    headers: &HeaderMap,
) -> io::Result<Option<String>> {
    // Source: RFC 9112, section 6.3.
    let (length, behind) = if method == Method::HEAD || matches!(status, Some(204 | 304)) {
        (0, "an answer that has no body".to_owned())
    } else if headers.contains_key(header::TRANSFER_ENCODING) {
        let start = received.head.len() as u64;
        let Some(length) = length_of_chunks(&mut received.spool, start)? else { return Ok(None) };
        (length, "the last chunk of the body".to_owned())
    } else if let Some(length) = content_length(headers) {
        (length, format!("the {length} that Content-Length gives"))
    } else {
        return Ok(None);
    };
    let count = received.payload.1.saturating_sub(length);
    Ok((count > 0).then(|| format!("{count} bytes came behind {behind}")))
}

/// Lines that say the same are one. Source: RFC 9110, section 8.6.
fn content_length(headers: &HeaderMap) -> Option<u64> {
    let text = headers.get(header::CONTENT_LENGTH)?.to_str().ok()?;
    text.split(',').next()?.trim().parse().ok()
}

/// Bytes from `start` to the end of the last chunk and its trailer; `None` when there is no
/// last chunk. Source: RFC 9112, section 7.1.
fn length_of_chunks(answer: &mut (impl Read + Seek), start: u64) -> io::Result<Option<u64>> {
    answer.seek(SeekFrom::Start(start))?;
    let mut reader = BufReader::new(&mut *answer);
    let mut length = 0;
    let mut is_trailer = false;
    let found = loop {
        let mut line = Vec::new();
        length += reader.read_until(b'\n', &mut line)? as u64;
        if is_trailer && line.trim_ascii().is_empty() {
            break Some(length);
        }
        let text = String::from_utf8_lossy(&line);
        let size = u32::from_str_radix(text.split(';').next().unwrap_or_default().trim(), 16);
        match size {
            _ if is_trailer => {}
            Ok(0) => is_trailer = true,
            Ok(size) => {
                let step = i64::from(size) + 2;
                reader.seek_relative(step)?;
                length += step.unsigned_abs();
            }
            Err(_) => break None,
        }
    };
    answer.seek(SeekFrom::Start(0))?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::length_of_chunks;

    #[test]
    fn the_last_chunk_and_its_trailer_are_the_end() {
        for (body, behind) in [
            ("3\r\nabc\r\n0\r\n\r\n", "and more"),
            ("3;x=y\r\nabc\r\n00\r\nDigest: x\r\n\r\n", "0\r\n\r\n"),
            ("0\r\n\r\n", ""),
        ] {
            let mut answer = Cursor::new(format!("head{body}{behind}"));
            let length = length_of_chunks(&mut answer, 4).unwrap();
            assert_eq!(length, Some(body.len() as u64), "{body}");
            let mut all = String::new();
            answer.read_to_string(&mut all).unwrap();
            assert_eq!(all.len(), 4 + body.len() + behind.len());
        }
        assert_eq!(length_of_chunks(&mut Cursor::new("3\r\nabc\r\n"), 0).unwrap(), None);
    }
}
