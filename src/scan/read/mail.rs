//! Makes records of e-mail messages: sender, date, subject, and the text of all parts.

use std::io::{self, BufRead, BufReader, Read};

use mailparse::{MailAddr, MailHeaderMap, ParsedMail, SingleInfo};
use serde::Serialize;

use super::page;
use super::produced::{self, Produced};
use super::unpack::Bytes;

/// Messages in messages are read this deep.
const DEEPEST: usize = 4;

/// A message as a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
struct Mail {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    to: Vec<String>,
    title: String,
    text: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<String>,
    /// The message is longer than a record may be, and only its beginning was read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    cut: bool,
}

/// The message that `input` is, as a line of JSON.
pub(super) fn message(input: Bytes, limit: usize) -> impl Read + Send {
    let messages = std::iter::once_with(move || {
        let mut raw = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX);
        input.take(most.saturating_add(1)).read_to_end(&mut raw)?;
        if raw.trim_ascii().is_empty() {
            return Ok(Vec::new());
        }
        let cut = raw.len() > limit;
        raw.truncate(limit);
        produced::line(&Mail { cut, ..read(&raw) })
    });
    Produced::new(messages)
}

/// The messages of the mailbox `input`, a line of JSON each.
pub(super) fn mailbox(input: Bytes, limit: usize) -> impl Read + Send {
    Produced::new(Mailbox { input: BufReader::with_capacity(1 << 16, input), limit, begun: false })
}

struct Mailbox {
    input: BufReader<Bytes>,
    limit: usize,
    begun: bool,
}

impl Mailbox {
    /// The next message without its envelope line, and whether it was cut.
    fn next_raw(&mut self) -> io::Result<Option<(Vec<u8>, bool)>> {
        let (mut raw, mut cut, mut after_empty) = (Vec::new(), false, true);
        loop {
            let line = self.line()?;
            if line.is_empty() {
                return Ok((self.begun && !raw.is_empty()).then_some((raw, cut)));
            }
            if after_empty && is_envelope(&line) {
                let was_begun = std::mem::replace(&mut self.begun, true);
                if was_begun {
                    return Ok(Some((raw, cut)));
                }
                continue;
            }
            after_empty = line == b"\n" || line == b"\r\n";
            // Writers put `>` before a line of a message that looks like an envelope.
            let quoted = line.iter().take_while(|byte| **byte == b'>').count();
            let is_quoted = quoted > 0 && line[quoted..].starts_with(b"From ");
            let kept = if is_quoted { &line[1..] } else { &line[..] };
            if raw.len() + kept.len() > self.limit {
                cut = true;
            } else if !cut {
                raw.extend_from_slice(kept);
            }
        }
    }

    /// The next line; of one without end its next part.
    fn line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let most = u64::try_from(self.limit).unwrap_or(u64::MAX).max(1 << 10);
        (&mut self.input).take(most).read_until(b'\n', &mut line)?;
        Ok(line)
    }
}

impl Iterator for Mailbox {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_raw().transpose()?;
        Some(next.and_then(|(raw, cut)| produced::line(&Mail { cut, ..read(&raw) })))
    }
}

/// True for `From sender weekday …`, the line before each message.
fn is_envelope(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let rest = String::from_utf8_lossy(rest);
    let mut words = rest.split_whitespace().skip(1);
    words.any(|word| matches!(word, "Mon" | "Tue" | "Wed" | "Thu" | "Fri" | "Sat" | "Sun"))
}

fn read(raw: &[u8]) -> Mail {
    let Ok(message) = mailparse::parse_mail(raw) else {
        return Mail { text: String::from_utf8_lossy(raw).into_owned(), ..Mail::default() };
    };
    let head = |name: &str| message.headers.get_first_value(name);
    let id = head("Message-ID").map(|id| id.trim().trim_matches(['<', '>']).to_owned());
    let mut mail = Mail {
        id: id.filter(|id| !id.is_empty()),
        date: head("Date").and_then(|date| date_of(&date)),
        from: addresses(&message, "From").into_iter().next(),
        to: addresses(&message, "To"),
        title: head("Subject").unwrap_or_default(),
        ..Mail::default()
    };
    add_parts(&message, &mut mail, 0);
    mail.text = mail.text.trim().to_owned();
    if mail.text.is_empty() && mail.attachments.is_empty() {
        mail.text = body(raw);
    }
    mail
}

/// A date of a message in UTC.
fn date_of(text: &str) -> Option<String> {
    let seconds = mailparse::dateparse(text).ok()?;
    Some(jiff::Timestamp::from_second(seconds).ok()?.to_string())
}

/// All that follows the head: where the parts are not marked as they should be.
fn body(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw).replace("\r\n", "\n");
    text.split_once("\n\n").map_or("", |(_, body)| body).trim().to_owned()
}

fn addresses(message: &ParsedMail<'_>, name: &str) -> Vec<String> {
    let Some(header) = message.headers.get_first_header(name) else { return Vec::new() };
    let Ok(list) = mailparse::addrparse_header(header) else { return vec![header.get_value()] };
    let single = |one: &SingleInfo| match &one.display_name {
        Some(name) => format!("{name} <{}>", one.addr),
        None => one.addr.clone(),
    };
    list.iter()
        .flat_map(|one| match one {
            MailAddr::Single(one) => vec![single(one)],
            MailAddr::Group(group) => group.addrs.iter().map(single).collect(),
        })
        .collect()
}

/// Adds the text of all parts; of a text and the same as HTML only the text.
fn add_parts(part: &ParsedMail<'_>, mail: &mut Mail, depth: usize) {
    let kind = part.ctype.mimetype.as_str();
    if kind == "multipart/alternative"
        && let Some(plain) = part.subparts.iter().find(|part| part.ctype.mimetype == "text/plain")
    {
        return add_parts(plain, mail, depth);
    }
    if kind.starts_with("multipart/") {
        return part.subparts.iter().for_each(|part| add_parts(part, mail, depth));
    }
    let disposition = part.get_content_disposition();
    let name = disposition.params.get("filename").or_else(|| part.ctype.params.get("name"));
    mail.attachments.extend(name.cloned());
    match kind {
        "text/html" => add(mail, &page::visible(&part.get_body().unwrap_or_default())),
        "message/rfc822" if depth < DEEPEST => {
            let raw = part.get_body_raw().unwrap_or_default();
            if let Ok(inner) = mailparse::parse_mail(&raw) {
                add(mail, &inner.headers.get_first_value("Subject").unwrap_or_default());
                add_parts(&inner, mail, depth + 1);
            }
        }
        _ if kind.starts_with("text/") => add(mail, &part.get_body().unwrap_or_default()),
        _ => {}
    }
}

fn add(mail: &mut Mail, text: &str) {
    mail.text.push_str(text);
    mail.text.push('\n');
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::{Mail, mailbox, read};

    const MULTIPART: &str = "From: =?utf-8?q?J=C3=B6rg?= <j@a.example>\r\nTo: b@b.example, c@c.example\r\n\
        Subject: =?iso-8859-1?q?Sch=E4del?= zu verkaufen\r\nDate: Wed, 25 Nov 2026 10:00:00 +0100\r\n\
        Message-ID: <1@a.example>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n\
        --x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n\
        --y\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nElfenbein, =E4lter=\r\n als 1900\r\n\
        --y\r\nContent-Type: text/html\r\n\r\n<p>Elfenbein</p>\r\n--y--\r\n\
        --x\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=\"zahn.jpg\"\r\nContent-Transfer-Encoding: base64\r\n\r\n/9j/\r\n--x--\r\n";

    #[test]
    fn heads_and_parts_are_decoded() {
        let mail = read(MULTIPART.as_bytes());
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            mail,
            Mail {
                id: some("1@a.example"),
                date: some("2026-11-25T09:00:00Z"),
                from: some("Jörg <j@a.example>"),
                to: vec!["b@b.example".to_owned(), "c@c.example".to_owned()],
                title: "Schädel zu verkaufen".to_owned(),
                text: "Elfenbein, älter als 1900".to_owned(),
                attachments: vec!["zahn.jpg".to_owned()],
                cut: false,
            }
        );
    }

    #[test]
    fn html_is_stripped_and_bad_boundaries_lose_no_text() {
        let html = read(b"Subject: a\nContent-Type: text/html\n\n<p>ivory <b>tusk</b></p>");
        assert_eq!(html.text, "ivory tusk");
        let unclosed = read(
            b"Subject: a\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nivory tusk",
        );
        assert_eq!(unclosed.text, "ivory tusk");
        let missing = read(b"Subject: a\nContent-Type: multipart/mixed\n\nivory tusk");
        assert!(missing.text.contains("ivory tusk"), "{missing:?}");
        for raw in [
            &b"\0\xff\xfe"[..],
            b"",
            b"Subject",
            b"Content-Type: multipart/mixed; boundary=\"\n\n--",
        ] {
            let _ = read(raw);
        }
    }

    #[test]
    fn a_mailbox_is_cut_at_its_envelopes() {
        let box_ = "From a@a.example Wed Nov 25 10:00:00 2026\nSubject: one\n\nFrom my\n>From b\n\n\
            From b@b.example Wed Nov 25 11:00:00 2026\nSubject: two\n\ntext\n";
        let mut lines = String::new();
        mailbox(Box::new(Cursor::new(box_.as_bytes().to_vec())), 1 << 20)
            .read_to_string(&mut lines)
            .unwrap();
        assert_eq!(
            lines,
            "{\"title\":\"one\",\"text\":\"From my\\nFrom b\"}\n{\"title\":\"two\",\"text\":\"text\"}\n"
        );
    }

    #[test]
    fn a_long_message_is_cut_and_says_so() {
        let long = format!(
            "From a@a.example Wed Nov 25 10:00:00 2026\nSubject: one\n\n{}\nFrom b@b.example Wed Nov 25 11:00:00 2026\nSubject: two\n\nx\n",
            "ivory\n".repeat(1000)
        );
        let mut lines = String::new();
        mailbox(Box::new(Cursor::new(long.into_bytes())), 500).read_to_string(&mut lines).unwrap();
        let cut: Vec<bool> = lines.lines().map(|line| line.contains("\"cut\":true")).collect();
        assert_eq!(cut, [true, false]);
    }
}
