//! From an address to an open stream: resolved, checked, connected.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpStream;
use url::{Host, Url};

use super::address;
use super::exchange::FetchError;
use super::proxy::Proxy;
use super::resolver::Resolver;

/// Longest time to wait for one address of a host.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// Longest time to wait for a proxy, which may have a long way to the server.
const PROXY_TIME: Duration = Duration::from_secs(45);

/// Which way connections go, and where they may lead.
pub(crate) struct Route {
    /// Whether addresses that are not public may be connected to.
    pub(crate) allow_private: bool,
    /// Addresses that may be connected to all the same.
    pub(crate) also_allowed: Vec<SocketAddr>,
    /// What connections go through.
    pub(crate) proxy: Option<Proxy>,
    /// From names to addresses, where no proxy does it.
    pub(crate) resolver: Arc<dyn Resolver>,
}

impl Route {
    /// Opens a stream to the server of `url`; its address is unknown behind a proxy.
    pub(super) async fn connect(
        &self,
        url: &Url,
    ) -> Result<(TcpStream, Option<SocketAddr>), FetchError> {
        let host = url.host_str().ok_or(FetchError::Scheme)?;
        let port = url.port_or_known_default().ok_or(FetchError::Scheme)?;
        let Some(proxy) = &self.proxy else { return self.connect_directly(url, host, port).await };
        if !self.allow_private {
            check_unresolved(url)?;
        }
        let connected = tokio::time::timeout(PROXY_TIME, proxy.connect(url, port)).await;
        let connected = connected.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        match connected {
            Ok(stream) => Ok((stream, None)),
            Err(source) => Err(FetchError::Proxy { proxy: proxy.to_string(), source }),
        }
    }

    async fn connect_directly(
        &self,
        url: &Url,
        host: &str,
        port: u16,
    ) -> Result<(TcpStream, Option<SocketAddr>), FetchError> {
        let mut failure = None;
        for address in self.addresses(url, host, port).await? {
            let address = SocketAddr::new(address, port);
            match connect_tcp(address).await {
                Ok(stream) => return Ok((stream, Some(address))),
                Err(source) => failure = Some(FetchError::Connect { address, source }),
            }
        }
        Err(failure.unwrap_or_else(|| FetchError::Unresolved {
            host: host.to_owned(),
            source: io::Error::other("it has no address"),
        }))
    }

    /// The addresses of the host, each checked.
    async fn addresses(&self, url: &Url, host: &str, port: u16) -> Result<Vec<IpAddr>, FetchError> {
        let addresses = match url.host() {
            Some(Host::Ipv4(address)) => vec![IpAddr::V4(address)],
            Some(Host::Ipv6(address)) => vec![IpAddr::V6(address)],
            // Not every resolver knows that these are this machine; browsers do.
            Some(Host::Domain(name)) if is_below(name, "localhost") && !self.allow_private => {
                return Err(FetchError::PrivateName(name.to_owned()));
            }
            _ => self
                .resolver
                .resolve(host)
                .await
                .map_err(|source| FetchError::Unresolved { host: host.to_owned(), source })?,
        };
        for &address in &addresses {
            let allowed =
                self.allow_private || self.also_allowed.contains(&SocketAddr::new(address, port));
            if let Some(kind) = address::refusal(address).filter(|_| !allowed) {
                return Err(FetchError::Refused { host: host.to_owned(), address, kind });
            }
        }
        Ok(addresses)
    }
}

/// Behind a proxy the address of a name is not known here: addresses in numbers and names
/// that are never public are refused, the rest is the proxy's to judge.
fn check_unresolved(url: &Url) -> Result<(), FetchError> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address),
        Some(Host::Ipv6(address)) => IpAddr::V6(address),
        Some(Host::Domain(name)) if is_private_name(name) => {
            return Err(FetchError::PrivateName(name.to_owned()));
        }
        _ => return Ok(()),
    };
    match address::refusal(address) {
        Some(kind) => Err(FetchError::Refused {
            host: url.host_str().unwrap_or_default().to_owned(),
            address,
            kind,
        }),
        None => Ok(()),
    }
}

/// True for names that by rule are not public.
/// Source: IANA Special-Use Domain Names (RFC 6761, 6762, 8375), ICANN resolution 2024.07.29.06.
fn is_private_name(name: &str) -> bool {
    let special = ["localhost", "local", "internal", "home.arpa", "test", "invalid"];
    !name.trim_end_matches('.').contains('.') || special.iter().any(|end| is_below(name, end))
}

/// True for the name `end` and all names that end with it.
fn is_below(name: &str, end: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

async fn connect_tcp(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = tokio::time::timeout(CONNECT_TIME, TcpStream::connect(address))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::check_unresolved;

    #[test]
    fn behind_a_proxy_what_can_be_told_is_refused() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://[::1]/",
            "http://[::ffff:10.0.0.1]/",
            "http://localhost/",
            "http://LOCALHOST./",
            "http://a.localhost/",
            "http://printer.local/",
            "http://intranet/",
            "http://router.home.arpa/",
            "http://db.internal/",
        ] {
            assert!(check_unresolved(&Url::parse(url).unwrap()).is_err(), "{url}");
        }
        for url in [
            "http://a.example/",
            "http://xyz.onion/",
            "http://8.8.8.8/",
            "http://notlocal/x".replace("notlocal", "my.mylocal").as_str(),
        ] {
            assert!(check_unresolved(&Url::parse(url).unwrap()).is_ok(), "{url}");
        }
    }
}
