//! The way through a proxy, such as Tor: it resolves names, so that nobody on the way to it
//! learns them.

use std::fmt;
use std::io;
use std::str::FromStr;
use std::sync::Arc;

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_socks::tcp::Socks5Stream;
use url::{Host, Url};

/// Longest answer of an HTTP proxy to a `CONNECT`.
const LONGEST_ANSWER: usize = 1 << 14;

/// How a proxy is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// SOCKS 5 with names resolved by the proxy. Source: RFC 1928.
    Socks5h,
    /// HTTP with `CONNECT` for `https` addresses. Source: RFC 9110, section 9.3.6.
    Http,
}

/// A proxy that all connections go through. It resolves the names of hosts.
#[derive(Clone)]
pub struct Proxy {
    kind: Kind,
    host: String,
    port: u16,
    login: Option<Arc<(String, String)>>,
}

/// Why a text names no proxy.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ProxyError(String);

impl FromStr for Proxy {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let wrong = |why: &str| ProxyError(why.to_owned());
        let url = Url::parse(text).map_err(|err| ProxyError(err.to_string()))?;
        let (kind, usual) = match url.scheme() {
            "socks5h" => (Kind::Socks5h, 1080),
            "http" => (Kind::Http, 8080),
            "socks5" | "socks4" | "socks4a" | "socks" => {
                return Err(wrong("use socks5h://, by which the proxy resolves names"));
            }
            _ => return Err(wrong("a proxy is named socks5h://HOST:PORT or http://HOST:PORT")),
        };
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| wrong("it names no host"))?.to_owned();
        let login = (!url.username().is_empty()).then(|| {
            Arc::new((decoded(url.username()), decoded(url.password().unwrap_or_default())))
        });
        // `Url` leaves out a port that is the scheme's usual one.
        let port = url.port().or(text.trim_end_matches('/').ends_with(":80").then_some(80));
        Ok(Self { kind, host, port: port.unwrap_or(usual), login })
    }
}

/// The characters that stand percent-encoded in an address. Source: RFC 3986, section 2.1.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| byte == b'%');
        match digits.and_then(|digits| HEXLOWER_PERMISSIVE.decode(digits).ok()) {
            Some(decoded) => {
                bytes.extend_from_slice(&decoded);
                rest = &behind[2..];
            }
            None => {
                bytes.push(byte);
                rest = behind;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Without name and password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.kind {
            Kind::Socks5h => "socks5h",
            Kind::Http => "http",
        };
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Proxy {
    /// True when the proxy itself reads requests for `url`, instead of passing bytes on.
    pub(super) fn reads_requests(&self, url: &Url) -> bool {
        self.kind == Kind::Http && url.scheme() == "http"
    }

    /// What such a request needs beside its own headers.
    pub(super) fn authorization(&self) -> Option<String> {
        let (name, password) = &**self.login.as_ref()?;
        Some(format!("Basic {}", BASE64.encode(format!("{name}:{password}").as_bytes())))
    }

    /// Connects to the server of `url` by way of the proxy.
    pub(super) async fn connect(&self, url: &Url, port: u16) -> io::Result<TcpStream> {
        let host = match url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => return Err(io::ErrorKind::InvalidInput.into()),
        };
        let own = (self.host.trim_matches(['[', ']']), self.port);
        let stream = TcpStream::connect(own).await?;
        stream.set_nodelay(true)?;
        match self.kind {
            Kind::Http if self.reads_requests(url) => Ok(stream),
            Kind::Http => {
                self.tunnel(stream, &url[url::Position::BeforeHost..url::Position::AfterHost], port)
                    .await
            }
            Kind::Socks5h => {
                let to = (host.as_str(), port);
                let opened = match self.login.as_deref() {
                    Some((name, password)) => {
                        Socks5Stream::connect_with_password_and_socket(stream, to, name, password)
                            .await
                    }
                    None => Socks5Stream::connect_with_socket(stream, to).await,
                };
                opened.map(Socks5Stream::into_inner).map_err(io::Error::other)
            }
        }
    }

    async fn tunnel(&self, mut stream: TcpStream, host: &str, port: u16) -> io::Result<TcpStream> {
        let mut request = format!("CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n");
        if let Some(value) = self.authorization() {
            request += &format!("Proxy-Authorization: {value}\r\n");
        }
        stream.write_all(format!("{request}\r\n").as_bytes()).await?;
        let mut answer = Vec::new();
        // Byte by byte: what follows the empty line belongs to the server behind.
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await?);
            if answer.len() > LONGEST_ANSWER {
                return Err(io::Error::other("the proxy's answer does not end"));
            }
        }
        match super::recording::status(&answer) {
            Some(200..=299) => Ok(stream),
            Some(status) => Err(io::Error::other(format!("the proxy answers {status}"))),
            None => Err(io::Error::other("the proxy does not speak HTTP")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Proxy;

    #[test]
    fn a_proxy_is_shown_without_its_password() {
        for (text, shown) in [
            ("socks5h://127.0.0.1:9050", "socks5h://127.0.0.1:9050"),
            ("socks5h://name:secret@tor", "socks5h://tor:1080"),
            ("http://user:secret@proxy.example:80/", "http://proxy.example:80"),
            ("http://[::1]:3128", "http://[::1]:3128"),
        ] {
            let proxy: Proxy = text.parse().unwrap();
            assert_eq!((proxy.to_string(), format!("{proxy:?}")), (shown.into(), shown.into()));
        }
    }

    #[test]
    fn name_and_password_are_those_that_were_meant() {
        let proxy: Proxy = "http://a%40b:p%3aw%25%C3%A4@proxy.example".parse().unwrap();
        assert_eq!(*proxy.login.unwrap(), ("a@b".to_owned(), "p:w%ä".to_owned()));
        let proxy: Proxy = "socks5h://a:100%@tor".parse().unwrap();
        assert_eq!(proxy.login.unwrap().1, "100%");
    }

    #[test]
    fn a_proxy_that_would_not_resolve_names_is_refused() {
        for text in
            ["socks5://127.0.0.1:9050", "https://a.example", "127.0.0.1:9050", "x", "http://"]
        {
            assert!(text.parse::<Proxy>().is_err(), "{text}");
        }
    }
}
