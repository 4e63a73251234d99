//! TLS: who the server proved to be.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
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
}

/// How TLS is spoken: roots of Mozilla's programme, and `extra` ones.
pub(in crate::evidence) fn config(extra: &[CertificateDer<'static>]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    roots.add_parsable_certificates(extra.iter().cloned());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows the default versions of TLS")
        .with_root_certificates(roots)
        .with_no_client_auth();
    Arc::new(config)
}

/// Shakes hands with `host` over `stream`.
pub(super) async fn connect(
    config: &Arc<ClientConfig>,
    host: &str,
    stream: TcpStream,
) -> std::io::Result<(TlsStream<TcpStream>, TlsFacts)> {
    let name = ServerName::try_from(host.trim_matches(['[', ']']).to_owned())
        .map_err(std::io::Error::other)?;
    let stream = TlsConnector::from(Arc::clone(config)).connect(name, stream).await?;
    let (_, session) = stream.get_ref();
    let facts = TlsFacts {
        version: session.protocol_version().map(|v| format!("{v:?}")).unwrap_or_default(),
        cipher: session
            .negotiated_cipher_suite()
            .map(|suite| format!("{:?}", suite.suite()))
            .unwrap_or_default(),
        chain: session
            .peer_certificates()
            .unwrap_or_default()
            .iter()
            .map(|certificate| certificate.as_ref().to_vec())
            .collect(),
    };
    Ok((stream, facts))
}
