//! Digests of block and payload, for long records on threads of their own.

use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

use crate::evidence::digest::{Hasher, Sha256};

/// From this length of a record on, threads of their own are worth their start.
const LONG: u64 = 1 << 20;
/// Pieces that wait to be hashed.
const WAITING: usize = 3;
/// Bytes of a piece.
const PIECE: usize = 1 << 18;

/// A piece of a record that several digests are taken of.
pub(super) type Piece = Arc<Vec<u8>>;

/// Pieces that are used again once nobody reads them any more: new ones each time would have
/// the system clear memory for all that is read.
#[derive(Default)]
pub(super) struct Pieces(Vec<Piece>);

impl Pieces {
    /// Fills a piece with `fill`, which is given room for so much of `left` as fits, and returns
    /// how much it used.
    pub(super) fn fill<E>(
        &mut self,
        left: u64,
        fill: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<Piece, E> {
        let mut piece = match self.0.iter().position(|piece| Arc::strong_count(piece) == 1) {
            Some(free) => self.0.swap_remove(free),
            None => Piece::default(),
        };
        let bytes = Arc::make_mut(&mut piece);
        let room = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        bytes.resize(room, 0);
        let used = fill(bytes)?;
        bytes.truncate(used);
        self.0.push(Arc::clone(&piece));
        Ok(piece)
    }
}

/// A running digest. Every byte of an answer is hashed twice, as block and as payload: for
/// long ones several cores share that.
pub(super) enum Digesting {
    Here(Box<Hasher>),
    Aside(SyncSender<(Piece, usize)>, JoinHandle<Sha256>),
}

impl Digesting {
    /// For a record of this length.
    pub(super) fn of(length: u64) -> Self {
        if length < LONG {
            return Self::Here(Box::default());
        }
        let (sender, pieces) = sync_channel::<(Piece, usize)>(WAITING);
        let hash = move || {
            let mut hasher = Hasher::default();
            pieces.iter().for_each(|(piece, from)| hasher.update(&piece[from..]));
            hasher.digest()
        };
        match thread::Builder::new().spawn(hash) {
            Ok(thread) => Self::Aside(sender, thread),
            Err(_) => Self::Here(Box::default()),
        }
    }

    /// Adds what stands in `piece` behind its first `from` bytes.
    pub(super) fn update(&mut self, piece: &Piece, from: usize) {
        match self {
            Self::Here(hasher) => hasher.update(&piece[from..]),
            // That nobody listens any more, the missing digest tells.
            Self::Aside(sender, _) => drop(sender.send((Arc::clone(piece), from))),
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
    use super::{Digesting, LONG, Pieces};
    use crate::evidence::digest::Sha256;

    #[test]
    fn the_digest_is_the_same_here_and_aside() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
        for length in [0, LONG] {
            let mut pieces = Pieces::default();
            let (mut whole, mut behind) = (Digesting::of(length), Digesting::of(length));
            assert_eq!(matches!(whole, Digesting::Aside(..)), length == LONG);
            let mut read = 0;
            while read < bytes.len() {
                let left = (bytes.len() - read) as u64;
                let fill = |room: &mut [u8]| {
                    // Less than there is room for, as readers do.
                    let count = room.len().min(70_001);
                    room[..count].copy_from_slice(&bytes[read..read + count]);
                    Ok::<_, ()>(count)
                };
                let piece = pieces.fill(left, fill).unwrap();
                whole.update(&piece, 0);
                behind.update(&piece, if read == 0 { 9 } else { 0 });
                read += piece.len();
            }
            assert_eq!(whole.digest(), Some(Sha256::of(&bytes)));
            assert_eq!(behind.digest(), Some(Sha256::of(&bytes[9..])));
            assert!(pieces.0.len() < 8, "{} pieces", pieces.0.len());
        }
    }
}
