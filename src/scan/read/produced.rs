//! A stream of lines that are made one by one.

use std::io::{self, Read};

/// Reads the bytes of one piece after the other.
pub(super) struct Produced<I> {
    pieces: I,
    piece: Vec<u8>,
    at: usize,
}

impl<I> Produced<I> {
    pub(super) fn new(pieces: I) -> Self {
        Self { pieces, piece: Vec::new(), at: 0 }
    }
}

impl<I: Iterator<Item = io::Result<Vec<u8>>>> Read for Produced<I> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at == self.piece.len() {
            let Some(piece) = self.pieces.next() else { return Ok(0) };
            self.piece = piece?;
            self.at = 0;
        }
        let ready = &self.piece[self.at..];
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        self.at += count;
        Ok(count)
    }
}

/// `record` as a line.
pub(super) fn line(record: &impl serde::Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(record)?;
    line.push(b'\n');
    Ok(line)
}
