//! Blanks the investigator's secrets in heads of requests and answers.

use hyper::header::HeaderName;

/// What stands in the place of a secret.
const BLANK: &[u8] = b"[redacted]";

/// Returns `head` with the values of the headers `secret` blanked, and which of them were
/// found. Of cookies the names stay, and of `Set-Cookie` the attributes too.
pub(super) fn redact(head: &[u8], secret: &[HeaderName]) -> (Vec<u8>, Vec<String>) {
    let mut out = Vec::with_capacity(head.len());
    let mut found = Vec::new();
    let mut in_secret = false;
    for line in head.split_inclusive(|&byte| byte == b'\n') {
        // The old way to break a value: the rest goes with the line before.
        if in_secret && line.first().is_some_and(|&byte| matches!(byte, b' ' | b'\t')) {
            continue;
        }
        let colon = memchr::memchr(b':', line);
        let name = colon.and_then(|at| HeaderName::from_bytes(&line[..at]).ok());
        let secret = colon.zip(name.filter(|name| secret.contains(name)));
        in_secret = secret.is_some();
        let Some((at, name)) = secret else {
            out.extend_from_slice(line);
            continue;
        };
        out.extend_from_slice(&line[..at]);
        out.extend_from_slice(b": ");
        let value = line[at + 1..].trim_ascii();
        match name.as_str() {
            "cookie" => blank_pairs(value, &mut out),
            "set-cookie" => {
                let end = memchr::memchr(b';', value).unwrap_or(value.len());
                blank_pairs(&value[..end], &mut out);
                out.extend_from_slice(&value[end..]);
            }
            _ => out.extend_from_slice(BLANK),
        }
        out.extend_from_slice(b"\r\n");
        if !found.iter().any(|known| known == name.as_str()) {
            found.push(name.as_str().to_owned());
        }
    }
    (out, found)
}

fn blank_pairs(value: &[u8], out: &mut Vec<u8>) {
    for (number, pair) in value.split(|&byte| byte == b';').enumerate() {
        if number > 0 {
            out.extend_from_slice(b"; ");
        }
        if let Some(at) = memchr::memchr(b'=', pair) {
            out.extend_from_slice(pair[..=at].trim_ascii());
        }
        out.extend_from_slice(BLANK);
    }
}

#[cfg(test)]
mod tests {
    use hyper::header::{AUTHORIZATION, COOKIE, SET_COOKIE};

    use super::redact;

    #[test]
    fn secrets_are_blanked_and_the_rest_stays_to_the_byte() {
        let head = b"HTTP/1.1 200 OK\r\nX:  odd \r\nSet-Cookie: id=s3cret; Path=/; HttpOnly\r\n\
            Cookie: a=1s3cret; b=s3cret=2\r\nAUTHORIZATION:Bearer s3cret\r\n\r\n";
        let (blanked, found) = redact(head, &[SET_COOKIE, COOKIE, AUTHORIZATION]);
        let expected = "HTTP/1.1 200 OK\r\nX:  odd \r\nSet-Cookie: id=[redacted]; Path=/; HttpOnly\r\n\
            Cookie: a=[redacted]; b=[redacted]\r\nAUTHORIZATION: [redacted]\r\n\r\n";
        assert_eq!(String::from_utf8(blanked).unwrap(), expected);
        assert_eq!(found, ["set-cookie", "cookie", "authorization"]);
        assert_eq!(redact(head, &[]), (head.to_vec(), vec![]));
        let folded = b"HTTP/1.1 200 OK\r\nAuthorization: Bearer\r\n s3cret\r\n\ts3cret\r\nX: a\r\n b\r\n\r\n";
        let expected = "HTTP/1.1 200 OK\r\nAuthorization: [redacted]\r\nX: a\r\n b\r\n\r\n";
        assert_eq!(String::from_utf8(redact(folded, &[AUTHORIZATION]).0).unwrap(), expected);
    }
}
