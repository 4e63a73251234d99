//! The digest of a payload, taken beside that of its block.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::evidence::digest::{Hasher, Sha256};

/// From this length of a record on, a thread of its own is worth its start.
const LONG: u64 = 2 << 20;
/// Pieces that wait to be hashed.
const WAITING: usize = 16;

/// A running digest. Every byte of an answer is hashed twice, as block and as payload: for
/// long ones two cores share that.
pub(super) enum Payload {
    Here(Box<Hasher>),
    Aside(SyncSender<Vec<u8>>, JoinHandle<Sha256>),
}

impl Payload {
    /// For the payload of a record of this length.
    pub(super) fn of(length: u64) -> Self {
        if length < LONG {
            return Self::Here(Box::default());
        }
        let (sender, pieces) = sync_channel::<Vec<u8>>(WAITING);
        let hash = move || {
            let mut hasher = Hasher::default();
            pieces.iter().for_each(|piece| hasher.update(&piece));
            hasher.digest()
        };
        match thread::Builder::new().spawn(hash) {
            Ok(thread) => Self::Aside(sender, thread),
            Err(_) => Self::Here(Box::default()),
        }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        match self {
            Self::Here(hasher) => hasher.update(bytes),
            // That nobody listens any more, the missing digest tells.
            Self::Aside(sender, _) => drop(sender.send(bytes.to_vec())),
        }
    }

    /// The digest; `None` when the thread broke off.
    pub(super) fn digest(self) -> Option<Sha256> {
        match self {
            Self::Here(hasher) => Some(hasher.digest()),
            Self::Aside(sender, thread) => {
                drop(sender);
                thread.join().ok()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LONG, Payload};
    use crate::evidence::digest::Sha256;

    #[test]
    fn the_digest_is_the_same_here_and_aside() {
        let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
        for length in [0, LONG] {
            let mut payload = Payload::of(length);
            assert_eq!(matches!(payload, Payload::Aside(..)), length == LONG);
            bytes.chunks(7001).for_each(|piece| payload.update(piece));
            assert_eq!(payload.digest(), Some(Sha256::of(&bytes)));
        }
    }
}
