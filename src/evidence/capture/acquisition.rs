//! `acquisition.json`: how an item was obtained, for somebody who was not there.

use jiff::Timestamp;
use serde::Serialize;

use super::payloads::SameAs;
use crate::evidence::browser::BrowserFacts;
use crate::evidence::digest::Sha256;
use crate::evidence::page::Role;
use crate::evidence::picture::Picture;

/// Name and version of the record.
pub const ACQUISITION_SCHEMA: &str = "pugmark.acquisition/1";

/// How a page was captured.
#[derive(Clone, Debug, Serialize)]
pub struct Acquisition {
    /// [`ACQUISITION_SCHEMA`].
    pub schema: &'static str,
    /// `http`: by asking servers, without a browser; scripts were kept, not run. `browser`:
    /// by a browser, whose traffic was recorded.
    pub method: &'static str,
    /// What was asked for.
    pub url: String,
    /// Where that led.
    pub final_url: String,
    /// Status code of the page.
    pub status: Option<u16>,
    /// Title of the page.
    pub title: Option<String>,
    /// When it began, by the machine's clock.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// True when the page itself came whole; parts may be missing all the same.
    pub complete: bool,
    /// Why the page is not whole.
    pub problem: Option<String>,
    /// The machine's clock beside the server's.
    pub clock: Option<ServerClock>,
    /// Who did it.
    pub machine: Machine,
    /// Everything that was asked for, in the order of the archive.
    pub fetched: Vec<Fetched>,
    /// Everything that did not come or was left out.
    pub failures: Vec<Failure>,
    /// Certificates that servers showed.
    pub tls: Vec<Tls>,
    /// What this way of capturing does not get.
    pub limits_of_method: String,
    /// How a browser looked at the page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub browser: Option<BrowserFacts>,
    /// Files that the browser made: pictures, the page on paper, its elements, its text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<MadeFile>,
    /// What pictures of the page look like; icons are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<SeenPicture>,
}

/// A picture on the page.
#[derive(Clone, Debug, Serialize)]
pub struct SeenPicture {
    /// Its address.
    pub url: String,
    /// SHA-256 of its file.
    pub sha256: Sha256,
    /// How [`Picture::hash`] is made.
    pub algorithm: &'static str,
    /// What it looks like.
    #[serde(flatten)]
    pub picture: Picture,
}

/// A file that was made from the page.
#[derive(Clone, Debug, Serialize)]
pub struct MadeFile {
    /// Its path below `data/`.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256,
    /// When it had been made.
    pub started: Timestamp,
    /// What the archive calls it.
    pub target: String,
    /// Its record in the archive.
    pub record: String,
}

/// The program and the machine it ran on.
#[derive(Clone, Debug, Serialize)]
pub struct Machine {
    /// Name and version of the program.
    pub tool: &'static str,
    /// The command line.
    pub command: Vec<String>,
    /// Operating system and processor.
    pub system: String,
    /// What the program called itself to servers.
    pub user_agent: String,
    /// Whether addresses that are not public were allowed.
    pub allow_private: bool,
    /// The proxy that connections went through. It resolved the names of hosts, so that what
    /// they led to was not checked here.
    pub proxy: Option<String>,
    /// What became of `robots.txt`: `respected` or `ignored`.
    pub robots: &'static str,
    /// What servers had to prove by their certificates: `checked`, or `any` was taken, and
    /// [`Tls::problem`] says what was wrong.
    pub certificates: &'static str,
    /// What became of cookies and headers that the investigator gave: `none` were given, or
    /// their values were `redacted` in what is stored, or `kept`.
    pub secrets: &'static str,
}

/// How far the clocks were apart when the page came.
#[derive(Clone, Debug, Serialize)]
pub struct ServerClock {
    /// The `Date` that the server gave with the page.
    pub server: Timestamp,
    /// When its answer had come, by the machine's clock.
    pub machine: Timestamp,
    /// The first minus the second, in whole seconds: transport and rounding stay within ±2.
    pub offset_seconds: i64,
}

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
pub struct Fetched {
    /// What was asked for.
    pub url: String,
    /// What it is of the page.
    pub role: Role,
    /// The page, style sheet or redirect that named it.
    pub via: Option<String>,
    /// When it began.
    pub started: Timestamp,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// Address and port of the server.
    pub address: Option<String>,
    /// Status code.
    pub status: Option<u16>,
    /// `Content-Type` as sent.
    pub content_type: Option<String>,
    /// Where a redirect leads.
    pub redirect: Option<String>,
    /// Bytes of the body as sent, with transfer coding, and of what came behind it.
    pub bytes: u64,
    /// SHA-256 of the body without transfer coding: of the file as a browser saves it,
    /// unless a content coding was used.
    pub sha256: Option<Sha256>,
    /// Why the answer is not whole; also in the archive as `WARC-Truncated`.
    pub truncated: Option<String>,
    /// What came behind the end that the answer itself gives to its body: it stands in the
    /// archive, and is no part of the body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surplus: Option<String>,
    /// Record of the request in the archive.
    pub request_record: Option<String>,
    /// Record of the answer in the archive.
    pub response_record: Option<String>,
    /// Place in [`Acquisition::tls`].
    pub tls: Option<usize>,
    /// The method, such as `GET`.
    pub method: String,
    /// Headers whose values are blanked in the archive, with `request` or `response` before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<String>,
    /// Where the body stands when it came before: this answer's record is a reference to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same_as: Option<SameAs>,
}

/// Something that did not come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// What was asked for.
    pub url: String,
    /// What it is of the page.
    pub role: Role,
    /// What named it.
    pub via: Option<String>,
    /// Why it is missing.
    pub reason: String,
}

/// What a TLS connection was made of.
#[derive(Clone, Debug, Serialize)]
pub struct Tls {
    /// The host.
    pub host: String,
    /// Version of the protocol.
    pub version: String,
    /// Cipher suite.
    pub cipher: String,
    /// File with the certificates in PEM form, the server's own first.
    pub chain: String,
    /// SHA-256 of the server's own certificate in DER form.
    pub certificate: Option<Sha256>,
    /// Why the certificates do not prove that the server is the host.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
