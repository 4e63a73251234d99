//! Judges records one by one as they come, for somebody who waits for each answer.

use std::io::{self, BufRead, Read};

use crate::cli::Streams;
use crate::scan::read::{Block, Layout};

use super::batch::{Batch, Judging, Worker};

static TEXT: Layout = Layout::Text;
static JSON: Layout = Layout::Json;

/// Judges the lines of `input`, text or JSON lines in UTF-8, and hands each answer
/// to `take`, after which it is written out.
pub(super) fn run(
    judging: Judging<'_>,
    input: &mut impl BufRead,
    streams: &mut Streams,
    mut take: impl FnMut(Batch, &mut Streams) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let limit = judging.args.input.max_record.get() << 20;
    let mut workers = [Worker::new(judging, &TEXT), Worker::new(judging, &JSON)];
    let mut is_json = None;
    let mut number = 0;
    while let Some(line) = next(input, limit)? {
        number += 1;
        let (bytes, too_long) = match line {
            Line::Whole(bytes) => (bytes, None),
            Line::TooLong => (Vec::new(), Some(number)),
        };
        let first = bytes.trim_ascii().first().copied();
        if is_json.is_none() {
            is_json = first.map(|byte| byte == b'{');
        }
        let worker = &mut workers[usize::from(is_json.unwrap_or(false))];
        take(worker.block(&Block { line: number, bytes, too_long, ..Block::default() }), streams)?;
        streams.data().flush()?;
    }
    Ok(())
}

enum Line {
    Whole(Vec<u8>),
    TooLong,
}

/// The next line; of one that is too long nothing is kept.
fn next(input: &mut impl BufRead, limit: usize) -> io::Result<Option<Line>> {
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut line = Vec::new();
    input.by_ref().take(most).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.len() <= limit || line.ends_with(b"\n") {
        return Ok(Some(Line::Whole(line)));
    }
    while !line.is_empty() && !line.ends_with(b"\n") {
        line.clear();
        input.by_ref().take(1 << 16).read_until(b'\n', &mut line)?;
    }
    Ok(Some(Line::TooLong))
}

#[cfg(test)]
mod tests {
    use super::{Line, next};

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        let text = format!("a\n{}\nb", "x".repeat(200_000));
        let mut input = text.as_bytes();
        let mut seen = Vec::new();
        while let Some(line) = next(&mut input, 1000).unwrap() {
            seen.push(match line {
                Line::Whole(bytes) => Some(String::from_utf8(bytes).unwrap()),
                Line::TooLong => None,
            });
        }
        assert_eq!(seen, [Some("a\n".to_owned()), None, Some("b".to_owned())]);
    }
}
