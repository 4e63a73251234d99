//! CDXJ: where in an archive the answer for an address stands.

use std::path::Path;

use serde::Serialize;
use url::Url;

use crate::evidence::plain_file;
use crate::evidence::warc::{ReadRecord, WarcReader};

/// One answer in an archive, as a line of the index.
#[derive(Debug, Serialize)]
struct Place<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    mime: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    digest: &'a str,
    length: String,
    offset: String,
    filename: &'a str,
}

/// Returns the lines of the index for the archive at `path`, called `name` in it.
///
/// # Errors
///
/// When a record cannot be read.
pub(super) fn lines(path: &Path, name: &str) -> std::io::Result<Vec<String>> {
    let mut reader = WarcReader::new(plain_file::open(path)?);
    let mut lines = Vec::new();
    while let Some(record) = reader.next()? {
        if matches!(record.field("warc-type"), "response" | "revisit" | "resource")
            && let Some(line) = line(&record, name)
        {
            lines.push(line);
        }
    }
    Ok(lines)
}

fn line(record: &ReadRecord, name: &str) -> Option<String> {
    let url = record.field("warc-target-uri");
    let (status, kind) = match record.field("warc-type") {
        "resource" => (None, Some(record.field("content-type").to_owned())),
        of_record => {
            let head = String::from_utf8_lossy(&record.http_head);
            let mut head = head.lines();
            let status = head.next()?.split(' ').nth(1)?.to_owned();
            let kind = head.find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-type").then(|| value.to_owned())
            });
            let is_revisit = of_record == "revisit";
            (Some(status), if is_revisit { Some("warc/revisit".to_owned()) } else { kind })
        }
    };
    let mime = kind.and_then(|kind| Some(kind.split(';').next()?.trim().to_owned()));
    let place = Place {
        url,
        mime,
        status,
        digest: record.field("warc-payload-digest"),
        length: (record.end - record.offset).to_string(),
        offset: record.offset.to_string(),
        filename: name,
    };
    let time: String =
        record.field("warc-date").chars().filter(char::is_ascii_digit).take(14).collect();
    let json = serde_json::to_string(&place).ok()?;
    Some(format!("{} {time} {json}", sort_key(url)?))
}

/// The address turned so that addresses of one site stand together.
///
/// Source: the Internet Archive's SURT with its usual canonicalisation, as
/// `cdxj-indexer` writes it: host reversed and without `www`, path in lower case and
/// without a slash at its end, parameters in order.
fn sort_key(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    if url.cannot_be_a_base() {
        // What was made from a page: its name stays as it is.
        let name = url.as_str().to_ascii_lowercase();
        let (path, query) = name.split_once('?').unwrap_or((&name, ""));
        return Some(format!("{}{}", path.strip_suffix('/').unwrap_or(path), in_order(query)));
    }
    let host = url.host_str()?.to_ascii_lowercase();
    let host = match host.split_once('.') {
        Some((first, rest))
            if first.strip_prefix("www").is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit())) =>
        {
            rest
        }
        _ => host.as_str(),
    };
    // Addresses in numbers are turned like names.
    let turned = host.rsplit('.').collect::<Vec<_>>().join(",");
    let port = url.port().map_or(String::new(), |port| format!(":{port}"));
    let path = url.path().to_ascii_lowercase();
    let path = path.strip_suffix('/').filter(|path| !path.is_empty()).unwrap_or(&path);
    let query = in_order(&url.query().unwrap_or_default().to_ascii_lowercase());
    Some(format!("{turned}{port}){path}{query}"))
}

/// The parameters of an address in order, with their mark; nothing when there are none.
fn in_order(query: &str) -> String {
    if query.is_empty() {
        return String::new();
    }
    let mut parameters: Vec<&str> = query.split('&').collect();
    parameters.sort_unstable();
    format!("?{}", parameters.join("&"))
}

#[cfg(test)]
mod tests {
    use super::sort_key;

    /// Expected values: `surt.surt` of the Python package surt 0.3.1.
    #[test]
    fn addresses_are_turned_as_others_turn_them() {
        for (url, expected) in [
            ("https://market.example/Ad/17", "example,market)/ad/17"),
            ("https://www.market.example/", "example,market)/"),
            ("http://www2.a.example/x/", "example,a)/x"),
            ("http://a.example:8080/x?b=2&a=1", "example,a:8080)/x?a=1&b=2"),
            ("http://a.example/?", "example,a)/"),
            ("http://127.0.0.1:8000/ad/1", "1,0,0,127:8000)/ad/1"),
            (
                "urn:fullPage:http://127.0.0.1/Ad?b=2&a=1",
                "urn:fullpage:http://127.0.0.1/ad?a=1&b=2",
            ),
            ("urn:pdf:https://www.market.example/Ad/", "urn:pdf:https://www.market.example/ad"),
            ("urn:text:https://a.example/?", "urn:text:https://a.example"),
        ] {
            assert_eq!(sort_key(url).unwrap(), expected, "{url}");
        }
    }
}
