//! Cuts a stream into blocks of whole records, in constant memory.

use std::io::{self, Read};

/// How much a block holds, but for a record that is longer.
const BLOCK: usize = 1 << 20;

/// A piece of a file that ends where a record ends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Where the values of its JSON objects stand in `bytes`, object by object, if the same
    /// members in the same order were written into each; else nothing.
    pub values: Vec<Value>,
    /// The line of a record after it that is too long and was left out.
    pub too_long: Option<u64>,
}

/// Where a value begins and ends.
pub(super) type Value = (u32, u32);

impl Block {
    /// Its lines, without their ends, and their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (&[u8], u64)> {
        let mut rest = self.bytes.as_slice();
        let lines = std::iter::from_fn(move || {
            let end = memchr::memchr(b'\n', rest);
            let line = &rest[..end.unwrap_or(rest.len())];
            rest = end.map_or(&[], |end| &rest[end + 1..]);
            (end.is_some() || !line.is_empty()).then_some(line)
        });
        lines.zip(self.line..)
    }
}

/// The blocks of a stream.
pub struct Blocks<R> {
    input: R,
    quoted: Option<u8>,
    limit: usize,
    kept: Vec<u8>,
    line: u64,
    ended: bool,
}

impl<R: Read> Blocks<R> {
    /// Cuts `input` at line ends; records longer than `limit` bytes are left out.
    pub fn lines(input: R, limit: usize) -> Self {
        Self { input, quoted: None, limit, kept: Vec::new(), line: 1, ended: false }
    }

    /// Cuts CSV with `delimiter`: a line end inside quotes is part of a cell.
    pub fn csv(input: R, delimiter: u8, limit: usize) -> Self {
        Self { quoted: Some(delimiter), ..Self::lines(input, limit) }
    }

    fn fill(&mut self, target: usize) -> io::Result<()> {
        let missing = u64::try_from(target.saturating_sub(self.kept.len())).unwrap_or(u64::MAX);
        let read = (&mut self.input).take(missing).read_to_end(&mut self.kept)?;
        self.ended = u64::try_from(read).unwrap_or(u64::MAX) < missing;
        Ok(())
    }

    /// The end of the last whole record in what is held.
    fn cut(&self) -> Option<usize> {
        match self.quoted {
            None => memchr::memrchr(b'\n', &self.kept).map(|at| at + 1),
            Some(delimiter) => last_record_end(&self.kept, delimiter),
        }
    }

    /// Throws away the record that is too long, up to its line end.
    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(at) = memchr::memchr(b'\n', &self.kept) {
                self.line += 1;
                self.kept.drain(..=at);
                return Ok(());
            }
            self.kept.clear();
            if self.ended {
                return Ok(());
            }
            self.fill(BLOCK)?;
        }
    }

    fn next_block(&mut self) -> io::Result<Option<Block>> {
        let mut target = BLOCK;
        loop {
            if !self.ended {
                self.fill(target)?;
            }
            if self.kept.is_empty() {
                return Ok(None);
            }
            let cut = if self.ended { Some(self.kept.len()) } else { self.cut() };
            if let Some(end) = cut.filter(|end| *end <= self.limit.max(BLOCK)) {
                let rest = self.kept.split_off(end);
                let bytes = std::mem::replace(&mut self.kept, rest);
                let block = Block { line: self.line, bytes, ..Block::default() };
                self.line += lines(&block.bytes);
                return Ok(Some(block));
            }
            if self.kept.len() > self.limit {
                return self.leave_out().map(Some);
            }
            target = (self.kept.len() * 2).min(self.limit + 1);
        }
    }

    /// What is held begins with whole records or is one record that is too long.
    fn leave_out(&mut self) -> io::Result<Block> {
        let line = self.line;
        self.skip_line()?;
        Ok(Block { line, too_long: Some(line), ..Block::default() })
    }
}

impl<R: Read> Iterator for Blocks<R> {
    type Item = io::Result<Block>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_block().transpose()
    }
}

fn lines(bytes: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}

/// The end of the last record of `bytes` whose quotes are closed.
fn last_record_end(bytes: &[u8], delimiter: u8) -> Option<usize> {
    let mut end = None;
    for (from, to) in csv_records(bytes, delimiter) {
        if bytes[from..to].ends_with(b"\n") {
            end = Some(to);
        }
    }
    end
}

/// The records of `bytes`: where each begins and ends, its line end included.
pub fn csv_records(bytes: &[u8], delimiter: u8) -> impl Iterator<Item = (usize, usize)> + '_ {
    let mut from = 0;
    std::iter::from_fn(move || {
        if from >= bytes.len() {
            return None;
        }
        let begin = from;
        from = csv_record_end(bytes, begin, delimiter);
        Some((begin, from))
    })
}

/// Quotes open at the start of a cell only: `12" jaw` opens none.
fn csv_record_end(bytes: &[u8], begin: usize, delimiter: u8) -> usize {
    let mut at = begin;
    while let Some(found) = memchr::memchr2(b'\n', b'"', &bytes[at..]) {
        let place = at + found;
        if bytes[place] == b'\n' {
            return place + 1;
        }
        let opens = place == begin || bytes[place - 1] == delimiter;
        at = if opens { closing_quote(bytes, place + 1) } else { place + 1 };
    }
    bytes.len()
}

/// The place after the quote that closes a cell; a doubled quote closes none.
pub(super) fn closing_quote(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = memchr::memchr(b'"', &bytes[at..]) {
        let quote = at + found;
        if bytes.get(quote + 1) != Some(&b'"') {
            return quote + 1;
        }
        at = quote + 2;
        if at > bytes.len() {
            break;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Blocks, csv_records};

    #[test]
    fn a_record_that_is_too_long_is_left_out_and_named() {
        let text = format!("one\n{}\nthree\n", "x".repeat(3 << 20));
        let blocks: Vec<_> = Blocks::lines(text.as_bytes(), 2 << 20).map(Result::unwrap).collect();
        let left_out: Vec<_> = blocks.iter().filter_map(|block| block.too_long).collect();
        assert_eq!(left_out, [2]);
        let last = blocks.last().unwrap();
        assert_eq!((last.line, last.bytes.as_slice()), (3, &b"three\n"[..]));
    }

    #[test]
    fn a_line_end_in_quotes_is_part_of_a_cell() {
        let csv = b"a,\"b\nc\",\"d\"\"\ne\"\nf,12\" jaw,g\n";
        let records: Vec<_> = csv_records(csv, b',').map(|(from, to)| &csv[from..to]).collect();
        assert_eq!(records, [&b"a,\"b\nc\",\"d\"\"\ne\"\n"[..], &b"f,12\" jaw,g\n"[..]]);
    }

    proptest! {
        #[test]
        fn no_byte_is_lost(text in "[ab,\"\\n]{0,200}") {
            for blocks in [Blocks::lines(text.as_bytes(), 1 << 24), Blocks::csv(text.as_bytes(), b',', 1 << 24)] {
                let all: Vec<u8> = blocks.flat_map(|block| block.unwrap().bytes).collect();
                prop_assert_eq!(&all, text.as_bytes());
            }
        }
    }
}
