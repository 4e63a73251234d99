//! A gzip member for each record, packed by one state for all of them: to make a new one for
//! each costs more than to pack a short record. Source: RFC 1952.

use std::io::{self, Write};

use flate2::{Compress, Compression, Crc, FlushCompress, Status};

/// Magic number, deflate, no flags, no time, no extra flags, unknown system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// Packed bytes that are written at once.
const ROOM: usize = 1 << 15;

/// Packs one member after the other.
pub(super) struct Packer {
    state: Compress,
    room: Vec<u8>,
}

impl Packer {
    /// A packer of this strength.
    pub(super) fn new(level: Compression) -> Self {
        Self { state: Compress::new(level, false), room: Vec::new() }
    }

    /// Starts a member on `out`. One that was not finished is given up.
    ///
    /// # Errors
    ///
    /// When `out` fails.
    pub(super) fn begin<W: Write>(&mut self, mut out: W) -> io::Result<Member<'_, W>> {
        self.state.reset();
        self.room.clear();
        self.room.reserve(ROOM);
        out.write_all(&HEAD)?;
        Ok(Member { packer: self, crc: Crc::new(), out })
    }
}

/// A member that is being written.
pub(super) struct Member<'a, W> {
    packer: &'a mut Packer,
    crc: Crc,
    out: W,
}

impl<W: Write> Member<'_, W> {
    /// Packs from `bytes`; returns how many were taken, and whether the member has ended.
    fn pack(&mut self, bytes: &[u8], flush: FlushCompress) -> io::Result<(usize, bool)> {
        let Packer { state, room } = self.packer;
        let before = state.total_in();
        let status = state.compress_vec(bytes, room, flush).map_err(io::Error::other)?;
        self.out.write_all(room)?;
        room.clear();
        let taken = usize::try_from(state.total_in() - before).map_err(io::Error::other)?;
        Ok((taken, status == Status::StreamEnd))
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
