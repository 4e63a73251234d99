//! HTTP as it is on the wire: every byte sent and received is kept, and no
//! connection is made to an address that was not checked.

mod address;
mod ask;
mod client;
mod connection;
mod exchange;
mod proxy;
mod recording;
mod redact;
mod resolver;
mod route;
mod surplus;
mod tee;
mod tls;

pub use address::refusal;
pub use proxy::{Proxy, ProxyError};
pub use resolver::{Resolved, Resolver, SystemResolver};

pub(super) use ask::{Ask, Keep};
pub(super) use client::{Client, ClientOptions};
pub(super) use exchange::{Exchange, FetchError};
pub(super) use recording::{Received, head_end};
pub(super) use route::Route;
pub(super) use tee::Tee;
pub(super) use tls::{TlsFacts, config as tls_config};

/// Takes down `bytes` as if a server had sent them in pieces of `piece` bytes.
pub(super) fn take_down(bytes: &[u8], piece: usize, limit: u64) {
    let mut recording = recording::Recording::new(std::env::temp_dir());
    recording.begin(limit);
    let _ = bytes.chunks(piece).try_for_each(|piece| recording.received(piece));
    if let Ok(Some(received)) = recording.take_received() {
        assert!(received.payload.1 <= limit, "a body ends at the limit");
        assert!(received.head.len() + received.interim.len() <= bytes.len());
    }
}
