//! TLS: who the server proved to be, or why it proved nothing.

use std::io;
use std::sync::Arc;

use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme,
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What a TLS connection was made of.
#[derive(Clone, Debug)]
pub(crate) struct TlsFacts {
    /// `TLSv1_3` or `TLSv1_2`.
    pub(crate) version: String,
    /// Cipher suite by its IANA name.
    pub(crate) cipher: String,
    /// Certificates in DER form, the server's own first.
    pub(crate) chain: Vec<Vec<u8>>,
    /// Why they do not prove who the server is; `None` when they do.
    pub(crate) problem: Option<String>,
}

/// How TLS is spoken.
pub(super) struct Tls {
    config: Arc<ClientConfig>,
    /// Judges certificates after the connection was made all the same.
    judge: Option<Arc<WebPkiServerVerifier>>,
}

impl Tls {
    /// Trusts the roots of Mozilla's programme and `extra` ones. With `any_certificate` servers
    /// that prove nothing are spoken to as well.
    pub(super) fn new(extra: &[CertificateDer<'static>], any_certificate: bool) -> Self {
        let Some(judge) = any_certificate.then(|| verifier(extra)) else {
            return Self { config: config(extra), judge: None };
        };
        let mut config = (*config(extra)).clone();
        config.dangerous().set_certificate_verifier(Arc::new(AnyCertificate(Arc::clone(&judge))));
        Self { config: Arc::new(config), judge: Some(judge) }
    }

    /// Shakes hands with `host` over `stream`.
    pub(super) async fn connect(
        &self,
        host: &str,
        stream: TcpStream,
    ) -> io::Result<(TlsStream<TcpStream>, TlsFacts)> {
        let host = host.trim_matches(['[', ']']);
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let connecting = TlsConnector::from(Arc::clone(&self.config)).connect(name.clone(), stream);
        let stream = connecting.await.map_err(|err| explain(err, host))?;
        let (_, session) = stream.get_ref();
        let chain = session.peer_certificates().unwrap_or_default();
        let facts = TlsFacts {
            version: session.protocol_version().map(|v| format!("{v:?}")).unwrap_or_default(),
            cipher: session
                .negotiated_cipher_suite()
                .map(|suite| format!("{:?}", suite.suite()))
                .unwrap_or_default(),
            chain: chain.iter().map(|certificate| certificate.as_ref().to_vec()).collect(),
            problem: self.judge.as_ref().and_then(|judge| {
                let (own, others) = chain.split_first()?;
                let proved = judge.verify_server_cert(own, others, &name, &[], UnixTime::now());
                proved.err().map(|err| in_words(&err, host))
            }),
        };
        Ok((stream, facts))
    }
}

fn roots(extra: &[CertificateDer<'static>]) -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(extra.iter().cloned());
    roots
}

fn verifier(extra: &[CertificateDer<'static>]) -> Arc<WebPkiServerVerifier> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots(extra)), provider)
        .build()
        .expect("there are roots, and no lists of revoked certificates")
}

/// How TLS is spoken with servers that must prove who they are: roots of Mozilla's programme,
/// and `extra` ones.
pub(in crate::evidence) fn config(extra: &[CertificateDer<'static>]) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions of TLS")
        .with_root_certificates(roots(extra))
        .with_no_client_auth();
    Arc::new(config)
}

/// Takes any certificate. That the server has its key is checked all the same.
#[derive(Debug)]
struct AnyCertificate(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

fn explain(err: io::Error, host: &str) -> io::Error {
    let cause = err.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    match cause.map(|cause| in_words(cause, host)) {
        Some(words) => io::Error::new(err.kind(), words),
        None => err,
    }
}

/// What is wrong, for somebody who does not know TLS.
fn in_words(err: &Error, host: &str) -> String {
    match err {
        Error::InvalidCertificate(why) => of_certificate(why, host),
        Error::AlertReceived(AlertDescription::ProtocolVersion) | Error::PeerIncompatible(_) => {
            format!("the server speaks no version of TLS that is still safe, 1.2 or 1.3 ({err})")
        }
        Error::AlertReceived(AlertDescription::HandshakeFailure) => {
            format!("the server agrees to no way to encrypt that is still safe ({err})")
        }
        Error::InvalidMessage(_) => format!("the server does not speak TLS ({err})"),
        _ => err.to_string(),
    }
}

fn of_certificate(why: &CertificateError, host: &str) -> String {
    match why {
        CertificateError::ExpiredContext { not_after, .. } => {
            format!("its certificate expired on {}", day(*not_after))
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            format!("its certificate is not valid before {}", day(*not_before))
        }
        CertificateError::NotValidForNameContext { presented, .. } => {
            // Such as `DnsName("a.example")`.
            let names = presented.iter().map(|name| name.split('"').nth(1).unwrap_or(name));
            let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
            let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
            format!("its certificate is for {names}, not for `{host}`")
        }
        CertificateError::UnknownIssuer => {
            "its certificate was issued by nobody whom browsers trust, perhaps by itself".to_owned()
        }
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            "its certificate is one that issues others, perhaps made by itself".to_owned()
        }
        _ => format!("its certificate proves nothing: {why}"),
    }
}

fn day(time: UnixTime) -> String {
    let second = i64::try_from(time.as_secs()).unwrap_or(i64::MAX);
    let time = Timestamp::from_second(second);
    time.map_or_else(
        |_| "a day beyond counting".to_owned(),
        |time| time.strftime("%Y-%m-%d").to_string(),
    )
}
