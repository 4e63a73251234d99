//! Works on blocks of records with several threads and gives the results in
//! the order of the blocks.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};

use super::read::Block;

/// Blocks that may wait for a thread, and results that may wait to be taken.
const WAITING: usize = 4;

/// Runs `work` on every block with `threads` threads and hands each result to
/// `take` in the order of the blocks, until `take` says no more.
///
/// # Errors
///
/// The first error of `blocks` or of `take`.
pub fn run<T: Send, E: From<io::Error>>(
    blocks: impl Iterator<Item = io::Result<Block>> + Send,
    threads: NonZero<usize>,
    work: impl Fn(&Block) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    std::thread::scope(|scope| {
        let (to_work, jobs) = sync_channel::<(u64, io::Result<Block>)>(WAITING);
        let (to_take, results) = sync_channel(WAITING);
        let jobs = Arc::new(Mutex::new(jobs));
        scope.spawn(move || {
            for job in (0u64..).zip(blocks) {
                if to_work.send(job).is_err() {
                    return;
                }
            }
        });
        for _ in 0..threads.get() {
            let (jobs, to_take, work) = (Arc::clone(&jobs), to_take.clone(), &work);
            scope.spawn(move || {
                while let Some((number, block)) = next(&jobs) {
                    let result = block.map(|block| work(&block));
                    if to_take.send((number, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(to_take);
        drop(jobs);
        in_order(&results, &mut take)
    })
}

fn next<T>(jobs: &Mutex<Receiver<T>>) -> Option<T> {
    jobs.lock().ok()?.recv().ok()
}

fn in_order<T, E: From<io::Error>>(
    results: &Receiver<(u64, io::Result<T>)>,
    take: &mut impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let mut early: BTreeMap<u64, io::Result<T>> = BTreeMap::new();
    let mut wanted = 0;
    while let Ok((number, result)) = results.recv() {
        early.insert(number, result);
        while let Some(result) = early.remove(&wanted) {
            take(result?)?;
            wanted += 1;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::num::NonZero;

    use super::run;
    use crate::scan::read::Block;

    #[test]
    fn results_come_in_the_order_of_the_blocks() {
        for threads in [1, 2, 7] {
            let blocks = (0..100u64).map(|line| Ok(Block { line, ..Block::default() }));
            let mut lines = Vec::new();
            let take = |line| {
                lines.push(line);
                Ok::<(), io::Error>(())
            };
            run(blocks, NonZero::new(threads).unwrap(), |block| block.line, take).unwrap();
            assert_eq!(lines, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_reader_that_goes_away_ends_the_work() {
        let blocks = (0..).map(|line| Ok(Block { line, ..Block::default() }));
        let gone = |_| Err(io::Error::from(io::ErrorKind::BrokenPipe));
        let two = NonZero::new(2).unwrap();
        let end: Result<(), io::Error> = run(blocks, two, |block| block.line, gone);
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }
}
