//! Works on blocks of records with several threads and gives the results in
//! the order of the blocks.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::sync::{Arc, Mutex};

use super::read::Block;

/// Blocks for each thread that may be read and not yet taken.
const AHEAD: usize = 3;

/// Runs `threads` workers on the blocks and hands each result to `take` in the
/// order of the blocks, until `take` says no more. `worker` makes the work of
/// one thread. Blocks are read only a few ahead of what was taken, so that
/// memory is the same for any input.
///
/// # Errors
///
/// The first error of `blocks` or of `take`.
pub fn run<T: Send, E: From<io::Error>, W: FnMut(&Block) -> T>(
    blocks: impl Iterator<Item = io::Result<Block>> + Send,
    threads: NonZero<usize>,
    worker: impl Fn() -> W + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    std::thread::scope(|scope| {
        let ahead = threads.get() * AHEAD;
        let (to_work, jobs) = sync_channel::<(u64, io::Result<Block>)>(ahead);
        let (to_take, results) = sync_channel(ahead);
        // A permit for each block that may be under way.
        let (permits, permitted) = channel::<()>();
        for _ in 0..ahead {
            let _ = permits.send(());
        }
        let jobs = Arc::new(Mutex::new(jobs));
        scope.spawn(move || {
            for job in (0u64..).zip(blocks) {
                if permitted.recv().is_err() || to_work.send(job).is_err() {
                    return;
                }
            }
        });
        for _ in 0..threads.get() {
            let (jobs, to_take, worker) = (Arc::clone(&jobs), to_take.clone(), &worker);
            scope.spawn(move || {
                let mut work = worker();
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
        in_order(&results, &permits, &mut take)
    })
}

fn next<T>(jobs: &Mutex<Receiver<T>>) -> Option<T> {
    jobs.lock().ok()?.recv().ok()
}

fn in_order<T, E: From<io::Error>>(
    results: &Receiver<(u64, io::Result<T>)>,
    permits: &Sender<()>,
    take: &mut impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let mut early: BTreeMap<u64, io::Result<T>> = BTreeMap::new();
    let mut wanted = 0;
    while let Ok((number, result)) = results.recv() {
        early.insert(number, result);
        while let Some(result) = early.remove(&wanted) {
            take(result?)?;
            wanted += 1;
            let _ = permits.send(());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::num::NonZero;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::{AHEAD, run};
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
            let worker = || |block: &Block| block.line;
            run(blocks, NonZero::new(threads).unwrap(), worker, take).unwrap();
            assert_eq!(lines, (0..100).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_reader_that_goes_away_ends_the_work() {
        let blocks = (0..).map(|line| Ok(Block { line, ..Block::default() }));
        let gone = |_| Err(io::Error::from(io::ErrorKind::BrokenPipe));
        let two = NonZero::new(2).unwrap();
        let worker = || |block: &Block| block.line;
        let end: Result<(), io::Error> = run(blocks, two, worker, gone);
        assert_eq!(end.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    }

    #[test]
    fn one_slow_block_does_not_let_the_others_pile_up() {
        let (read, taken) = (AtomicU64::new(0), AtomicU64::new(0));
        let blocks = (0..200u64).map(|line| {
            read.fetch_add(1, Ordering::SeqCst);
            Ok(Block { line, ..Block::default() })
        });
        let two = NonZero::new(2).unwrap();
        let worker = || {
            |block: &Block| {
                if block.line == 0 {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                }
            }
        };
        let mut most = 0;
        let take = |()| {
            let ahead = read.load(Ordering::SeqCst) - taken.fetch_add(1, Ordering::SeqCst);
            most = most.max(ahead);
            Ok::<(), io::Error>(())
        };
        run(blocks, two, worker, take).unwrap();
        assert!(most <= u64::try_from(2 * AHEAD + 1).unwrap(), "{most} blocks were held");
    }
}
