//! A gzip member for each record, packed by one state for all of them: to make a new one for
//! each costs more than to pack a short record. Source: RFC 1952.

use std::cell::Cell;
use std::io::{self, Write};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Magic number, deflate, no flags, no time, no extra flags, unknown system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// Packed bytes that are written at once.
const ROOM: usize = 1 << 15;
/// Bytes that one stored block can have. Source: RFC 1951, section 3.2.4.
const STORED: usize = u16::MAX as usize;
/// Blocks below this length are packed with the codes that are always the same: to find better
/// ones takes longer than to pack, and saves about 60 bytes.
const SHORT: u64 = 1 << 10;

thread_local! {
    /// The state of the last archive that this thread wrote: a new one has 380 KB to clear.
    static SPARE: Cell<Option<Box<State>>> = const { Cell::new(None) };
}

struct State {
    quick: Compress,
    usual: Compress,
    room: Vec<u8>,
}

impl State {
    fn new() -> Self {
        let compress = |level| Compress::new(Compression::new(level), false);
        Self { quick: compress(1), usual: compress(6), room: Vec::with_capacity(ROOM) }
    }
}

/// Packs one member after the other.
pub(super) struct Packer(Option<Box<State>>);

impl Packer {
    /// Makes ready to pack.
    pub(super) fn new() -> Self {
        Self(SPARE.take())
    }

    /// Starts a member on `out` that becomes smaller, for a block of this length. One that was
    /// not finished is given up.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub(super) fn deflate<W: Write>(&mut self, length: u64, out: W) -> io::Result<Member<'_, W>> {
        let State { quick, usual, room } =
            &mut **self.0.get_or_insert_with(|| Box::new(State::new()));
        let state = if length < SHORT { quick } else { usual };
        state.reset();
        room.clear();
        Member::begin(Some((state, room)), out)
    }
}

impl Drop for Packer {
    fn drop(&mut self) {
        // A thread that ends needs none any more.
        let _ = SPARE.try_with(|spare| spare.set(self.0.take()));
    }
}

/// A member that is being written.
pub(super) struct Member<'a, W> {
    /// `None`: the bytes are stored as they are.
    deflate: Option<(&'a mut Compress, &'a mut Vec<u8>)>,
    crc: Crc,
    out: W,
}

impl<'a, W: Write> Member<'a, W> {
    /// Starts a member on `out` that stores what it is given.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub(super) fn store(out: W) -> io::Result<Self> {
        Self::begin(None, out)
    }

    fn begin(deflate: Option<(&'a mut Compress, &'a mut Vec<u8>)>, mut out: W) -> io::Result<Self> {
        out.write_all(&HEAD)?;
        Ok(Self { deflate, crc: Crc::new(), out })
    }

    /// Takes from `bytes`, and ends the member with `flush`; returns how many were taken, and
    /// whether it has ended.
    fn pack(&mut self, bytes: &[u8], flush: FlushCompress) -> io::Result<(usize, bool)> {
        let Some((state, room)) = &mut self.deflate else {
            return self.put_stored(bytes, flush);
        };
        let before = state.total_in();
        let status = state.compress_vec(bytes, room, flush).map_err(io::Error::other)?;
        self.out.write_all(room)?;
        room.clear();
        let taken = usize::try_from(state.total_in() - before).map_err(io::Error::other)?;
        Ok((taken, status == Status::StreamEnd))
    }

    /// Source: RFC 1951, section 3.2.4: whether it is the last block, its length, and that again
    /// with all bits turned.
    fn put_stored(&mut self, bytes: &[u8], flush: FlushCompress) -> io::Result<(usize, bool)> {
        let taken = bytes.len().min(STORED);
        let length = u16::try_from(taken).map_err(io::Error::other)?;
        let is_last = matches!(flush, FlushCompress::Finish);
        let [[low, high], [not_low, not_high]] = [length.to_le_bytes(), (!length).to_le_bytes()];
        self.out.write_all(&[u8::from(is_last), low, high, not_low, not_high])?;
        self.out.write_all(&bytes[..taken])?;
        Ok((taken, is_last))
    }

    /// Ends the member.
    ///
    /// # Errors
    ///
    /// When the writer fails.
    pub(super) fn finish(mut self) -> io::Result<()> {
        while !self.pack(&[], FlushCompress::Finish)?.1 {}
        self.out.write_all(&self.crc.sum().to_le_bytes())?;
        self.out.write_all(&self.crc.amount().to_le_bytes())
    }
}

impl<W: Write> Write for Member<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut taken = 0;
        while taken < bytes.len() {
            taken += self.pack(&bytes[taken..], FlushCompress::None)?.0;
        }
        self.crc.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
