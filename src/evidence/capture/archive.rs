//! Exchanges on their way into the archive and the record of the acquisition.

use std::io::{self, Write};
use std::sync::Arc;

use data_encoding::BASE64;
use jiff::Timestamp;
use url::Url;

use super::CaptureOptions;
use super::acquisition::{Fetched, Tls};
use super::payloads::{Payloads, SameAs, Written};
use crate::evidence::digest::Sha256;
use crate::evidence::draft::{Draft, PayloadFile};
use crate::evidence::file_name;
use crate::evidence::net::{Exchange, Received, TlsFacts};
use crate::evidence::page::Role;
use crate::evidence::warc::{Kind, Packing, RecordHead, WarcWriter};
use crate::evidence::writer::TOOL;

/// File of the archive below `data/`.
pub(super) const ARCHIVE: &str = "capture.warc.gz";

const HTTP_REQUEST: &str = "application/http;msgtype=request";
const HTTP_RESPONSE: &str = "application/http;msgtype=response";
/// Source: WARC 1.1, section 6.7.2.
const SAME_PAYLOAD: &str = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";
const FIELDS: &str = "application/warc-fields";

/// The archive of one capture while it is written.
pub(super) struct Archive {
    warc: WarcWriter<PayloadFile>,
    pub(super) fetched: Vec<Fetched>,
    pub(super) tls: Vec<Tls>,
    chains: Vec<Arc<TlsFacts>>,
    payloads: Payloads,
    /// Bodies that later captures can refer to.
    pub(super) written: Vec<Written>,
    /// Bytes of all bodies so far.
    pub(super) bytes: u64,
}

/// Why an address was asked for.
#[derive(Clone, Copy)]
pub(super) struct Reason<'a> {
    pub(super) role: Role,
    pub(super) via: Option<&'a Url>,
}

impl Archive {
    /// Starts the archive with the record about itself.
    pub(super) fn begin(
        draft: &Draft,
        options: &CaptureOptions,
        now: Timestamp,
    ) -> io::Result<Self> {
        let user_agent = &options.user_agent;
        let mut warc = WarcWriter::new(draft.create(ARCHIVE)?);
        let about = format!(
            "software: {TOOL}\r\nformat: WARC File Format 1.1\r\n\
             conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
             http-header-user-agent: {user_agent}\r\n"
        );
        let head = RecordHead::new(Kind::Warcinfo, now, FIELDS).with("WARC-Filename", ARCHIVE);
        warc.put_bytes(&head, about.as_bytes())?;
        Ok(Self {
            warc,
            fetched: Vec::new(),
            tls: Vec::new(),
            chains: Vec::new(),
            payloads: options.payloads.clone(),
            written: Vec::new(),
            bytes: 0,
        })
    }

    /// Writes the records of `exchange` and notes it; true when there is an answer.
    pub(super) fn put(
        &mut self,
        draft: &mut Draft,
        exchange: &mut Exchange,
        reason: Reason<'_>,
    ) -> io::Result<bool> {
        let received = exchange.received.take();
        let mut entry = note(exchange, received.as_ref(), reason);
        entry.tls = self.note_tls(draft, exchange)?;
        let mut request = about(exchange, Kind::Request, HTTP_REQUEST);
        let answered = received.is_some();
        if let Some(received) = received {
            entry.same_as = self.known(exchange, &received, reason);
            let response = response_head(exchange, &received, entry.same_as.as_ref());
            request = request.with("WARC-Concurrent-To", response.id());
            entry.response_record = Some(response.id());
            self.bytes += received.payload.1;
            if entry.same_as.is_none() && exchange.error.is_none() {
                self.written.push(written(&entry, &received, &response));
            }
            self.put_answer(exchange, received, &response, reason)?;
        }
        if !exchange.request.is_empty() {
            entry.request_record = Some(request.id());
            self.warc.put_bytes(&request, &exchange.request)?;
        }
        self.fetched.push(entry);
        Ok(answered)
    }

    /// Where the body stands already: for parts only, so that each page stands by itself.
    fn known(
        &self,
        exchange: &Exchange,
        received: &Received,
        reason: Reason<'_>,
    ) -> Option<SameAs> {
        let is_part = !matches!(reason.role, Role::Page | Role::Frame | Role::Refresh);
        let whole = exchange.error.is_none() && exchange.status == Some(200);
        (is_part && whole).then(|| self.payloads.find(received.payload)).flatten()
    }

    /// The answer, and what does not fit into its record.
    fn put_answer(
        &mut self,
        exchange: &Exchange,
        mut received: Received,
        response: &RecordHead,
        reason: Reason<'_>,
    ) -> io::Result<()> {
        if response.kind() == Kind::Revisit {
            self.warc.put_bytes(response, &received.head)?;
        } else {
            let packing = packing(exchange.header("content-type"), exchange);
            self.warc.put(response, &mut received.spool, received.block, packing)?;
        }
        let mut fields = format!("fetchTimeMs: {}\r\n", exchange.duration.as_millis());
        if let Some(via) = reason.via {
            fields += &format!("via: {via}\r\n");
        }
        if let Some(surplus) = &exchange.surplus {
            fields += &format!("surplus: {surplus}\r\n");
        }
        if !received.interim.is_empty() {
            fields += &format!("interimResponses: {}\r\n", BASE64.encode(&received.interim));
        }
        let head =
            about(exchange, Kind::Metadata, FIELDS).with("WARC-Concurrent-To", response.id());
        self.warc.put_bytes(&head, fields.as_bytes())?;
        Ok(())
    }

    /// Writes what was made from the page under a name of its own; returns the record's identifier.
    pub(super) fn put_made(
        &mut self,
        target: &str,
        kind: &str,
        now: Timestamp,
        bytes: &[u8],
    ) -> io::Result<String> {
        let digest = Sha256::of(bytes);
        let head = RecordHead::new(Kind::Resource, now, kind)
            .with("WARC-Target-URI", target)
            .with("WARC-Payload-Digest", format_args!("sha256:{digest}"));
        let facts = (digest, bytes.len() as u64);
        self.warc.put(&head, &mut &bytes[..], facts, packing_of(kind))?;
        Ok(head.id())
    }

    /// Keeps the certificates of a connection once, as a file.
    fn note_tls(&mut self, draft: &mut Draft, exchange: &Exchange) -> io::Result<Option<usize>> {
        let Some(facts) = &exchange.tls else { return Ok(None) };
        if let Some(known) = self.chains.iter().position(|chain| Arc::ptr_eq(chain, facts)) {
            return Ok(Some(known));
        }
        let host = exchange.url.host_str().unwrap_or_default();
        let same = |tls: &Tls| tls.host == host && tls.certificate == certificate(facts);
        let known = self.tls.iter().find(|tls| same(tls)).map(|tls| tls.chain.clone());
        let chain = match known {
            Some(file) => file,
            None => {
                let file = format!("tls/{}-{}.pem", file_name::safe(host), self.tls.len() + 1);
                draft.write(&file, pem(facts).as_bytes())?;
                file
            }
        };
        self.chains.push(Arc::clone(facts));
        self.tls.push(Tls {
            host: host.to_owned(),
            version: facts.version.clone(),
            cipher: facts.cipher.clone(),
            chain,
            certificate: certificate(facts),
            problem: facts.problem.clone(),
        });
        Ok(Some(self.tls.len() - 1))
    }

    /// Ends the file and enters it into the manifest.
    pub(super) fn finish(
        self,
        draft: &mut Draft,
    ) -> io::Result<(Vec<Fetched>, Vec<Tls>, Vec<Written>)> {
        let mut file = self.warc.into_inner();
        file.flush()?;
        draft.finish(file)?;
        Ok((self.fetched, self.tls, self.written))
    }
}

/// Photos, films and what the server has packed do not become smaller, and trying takes longer
/// than all else that is done with them.
fn packing(kind: &str, exchange: &Exchange) -> Packing {
    match exchange.header("content-encoding") {
        "" | "identity" => packing_of(kind),
        _ => Packing::Store,
    }
}

fn packing_of(kind: &str) -> Packing {
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let packed = ["png", "jpeg", "gif", "webp", "avif", "heic", "heif"];
    match kind.split_once('/') {
        Some(("image", end)) if packed.contains(&end) => Packing::Store,
        Some(("video", _) | ("font", "woff" | "woff2")) => Packing::Store,
        Some(("audio", end)) if !end.contains("wav") => Packing::Store,
        Some(("application", "zip" | "gzip" | "x-gzip" | "zstd")) => Packing::Store,
        _ => Packing::Deflate,
    }
}

fn note(exchange: &Exchange, received: Option<&Received>, reason: Reason<'_>) -> Fetched {
    let kind = exchange.header("content-type");
    let error = exchange.error.as_ref().filter(|_| received.is_some());
    Fetched {
        url: exchange.url.to_string(),
        role: reason.role,
        via: reason.via.map(Url::to_string),
        started: exchange.started,
        milliseconds: u64::try_from(exchange.duration.as_millis()).unwrap_or(u64::MAX),
        address: exchange.address.map(|address| address.to_string()),
        status: exchange.status,
        content_type: (!kind.is_empty()).then(|| kind.to_owned()),
        redirect: exchange.redirect().map(String::from),
        bytes: received.map_or(0, |received| received.payload.1),
        sha256: exchange.entity.map(|(digest, _)| digest),
        truncated: error.map(ToString::to_string),
        surplus: exchange.surplus.clone(),
        request_record: None,
        response_record: None,
        tls: None,
        method: exchange.method.to_string(),
        redacted: exchange.redacted.clone(),
        same_as: None,
    }
}

fn about(exchange: &Exchange, kind: Kind, content_type: &str) -> RecordHead {
    let head = RecordHead::new(kind, exchange.started, content_type)
        .with("WARC-Target-URI", &exchange.url);
    match exchange.address {
        Some(address) => head.with("WARC-IP-Address", address.ip()),
        None => head,
    }
}

/// Source: WARC 1.1, section 6.7: a revisit has the head of the answer, and says where the body is.
fn response_head(exchange: &Exchange, received: &Received, same_as: Option<&SameAs>) -> RecordHead {
    let kind = if same_as.is_some() { Kind::Revisit } else { Kind::Response };
    let mut head = about(exchange, kind, HTTP_RESPONSE)
        .with("WARC-Payload-Digest", format_args!("sha256:{}", received.payload.0));
    if let Some(same_as) = same_as {
        head = head
            .with("WARC-Profile", SAME_PAYLOAD)
            .with("WARC-Refers-To", &same_as.record)
            .with("WARC-Refers-To-Target-URI", &same_as.url)
            .with("WARC-Refers-To-Date", &same_as.started);
    }
    match &exchange.error {
        Some(error) => head.with("WARC-Truncated", error.truncation()),
        None => head,
    }
}

fn written(entry: &Fetched, received: &Received, response: &RecordHead) -> Written {
    let same_as = SameAs {
        item: String::new(),
        record: response.id(),
        url: entry.url.clone(),
        started: entry.started.to_string(),
    };
    Written { digest: received.payload.0, same_as }
}

fn certificate(facts: &TlsFacts) -> Option<Sha256> {
    facts.chain.first().map(|der| Sha256::of(der))
}

fn pem(facts: &TlsFacts) -> String {
    let mut text = String::new();
    for der in &facts.chain {
        text += "-----BEGIN CERTIFICATE-----\n";
        // Lines of 64 columns. Source: RFC 7468, section 2.
        let mut rest = BASE64.encode(der);
        while !rest.is_empty() {
            let tail = rest.split_off(rest.len().min(64));
            text += &rest;
            text += "\n";
            rest = tail;
        }
        text += "-----END CERTIFICATE-----\n";
    }
    text
}
