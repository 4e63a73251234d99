//! Hashes files on all cores.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::archive::{self, Acquired};
use super::revisit::{self, Places, Referring, Target};
use super::{Check, Report};
use crate::evidence::digest::{Hasher, Sha256};
use crate::evidence::plain_file;

/// A file to hash, or an archive to read.
pub(super) struct Task {
    /// The item it belongs to.
    pub(super) item: Option<String>,
    /// Where it is.
    pub(super) path: PathBuf,
    /// Its path in the case.
    pub(super) name: String,
    /// What is to be done with it.
    pub(super) work: Work,
}

/// What is to be done with a file.
pub(super) enum Work {
    /// Its digest should be this.
    Hash {
        /// The digest.
        expected: Sha256,
        /// Who says so.
        vouched_by: &'static str,
    },
    /// It is an archive that should hold this.
    Read(Acquired),
}

impl Task {
    fn fault(&self, check: &'static str, detail: String) -> Check {
        let (item, file) = (self.item.clone(), Some(self.name.clone()));
        Check { item, check, ok: false, file, detail }
    }

    fn records(&self, records: usize) -> Check {
        let detail = format!("{records} records, each with the right digests, in order");
        Check { item: self.item.clone(), check: "warc", ok: true, file: None, detail }
    }
}

/// What came of one task. Where all is well it holds nothing on the heap: small pieces that
/// stay would keep the large ones that come and go between them from being used again, and
/// memory would grow with the number of items.
#[derive(Default)]
struct Done {
    checks: Vec<Check>,
    /// Records of an archive without a fault.
    records: Option<usize>,
    files: usize,
    bytes: u64,
    referring: Option<Referring>,
    referred: Places,
}

/// Runs `tasks` and adds what they find to `report`, in the order of the tasks. `away` are
/// items that are not here, as the log says.
pub(super) fn run(
    tasks: &[Task],
    away: &BTreeSet<String>,
    report: &mut Report,
    progress: &(dyn Fn(u64) + Sync),
) {
    let referred = references(tasks);
    // The largest first, so that no core is left alone with it at the end.
    let size = |task: &Task| fs_err::metadata(&task.path).map_or(0, |found| found.len());
    let mut order: Vec<usize> = (0..tasks.len()).collect();
    order.sort_by_cached_key(|&index| Reverse(size(&tasks[index])));
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(tasks.len()));
    let worker = || {
        while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
            let done = perform(&tasks[index], &referred, progress);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((index, done));
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(tasks.len().max(1));
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(worker);
        }
        worker();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(index, _)| *index);
    let mut items: BTreeMap<&str, (usize, u64)> = BTreeMap::new();
    let (mut referring, mut places) = (Vec::new(), Places::new());
    for (index, done) in results {
        referring.extend(done.referring);
        places.extend(done.referred);
        report.files += done.files;
        report.bytes += done.bytes;
        report.checks.extend(done.checks);
        report.checks.extend(done.records.map(|records| tasks[index].records(records)));
        if let Some(item) = &tasks[index].item {
            let sum = items.entry(item).or_default();
            *sum = (sum.0 + done.files, sum.1 + done.bytes);
        }
    }
    sum_up(&items, report);
    report.checks.extend(revisit::check(&referring, &places, away));
}

/// The records to which archives refer.
fn references(tasks: &[Task]) -> BTreeSet<Target> {
    let archives = tasks.iter().filter_map(|task| match &task.work {
        Work::Read(acquired) => Some(acquired),
        Work::Hash { .. } => None,
    });
    archives.flat_map(Acquired::refers_to).collect()
}

/// Says of each item without a fault that it has none.
fn sum_up(items: &BTreeMap<&str, (usize, u64)>, report: &mut Report) {
    let faulty: BTreeSet<String> = report
        .checks
        .iter()
        .filter(|check| check.check == "bag")
        .filter_map(|check| check.item.clone())
        .collect();
    for (item, (files, bytes)) in items {
        if !faulty.contains(*item) {
            let detail = format!("{files} files, {bytes} bytes, as in the manifests");
            let (item, check) = (Some((*item).to_owned()), "bag");
            report.checks.push(Check { item, check, ok: true, file: None, detail });
        }
    }
}

fn perform(task: &Task, referred: &BTreeSet<Target>, progress: &(dyn Fn(u64) + Sync)) -> Done {
    match &task.work {
        Work::Hash { expected, vouched_by } => hash(task, *expected, vouched_by, progress),
        Work::Read(acquired) => read(task, acquired, referred),
    }
}

fn hash(task: &Task, expected: Sha256, vouched_by: &str, progress: &(dyn Fn(u64) + Sync)) -> Done {
    let check = if task.item.is_some() { "bag" } else { "files" };
    let (found, bytes) = match digest(&task.path, progress) {
        Ok(result) => result,
        Err(err) => {
            let checks = vec![task.fault(check, format!("cannot be read: {err}"))];
            return Done { checks, files: 1, ..Done::default() };
        }
    };
    let changed = || {
        let detail = format!("has changed: SHA-256 is {found}, but {expected} in {vouched_by}");
        task.fault(check, detail)
    };
    let checks = if found == expected { Vec::new() } else { vec![changed()] };
    Done { checks, files: 1, bytes, ..Done::default() }
}

fn read(task: &Task, acquired: &Acquired, referred: &BTreeSet<Target>) -> Done {
    let item = task.item.clone().unwrap_or_default();
    let found = archive::check(&task.path, &item, acquired, referred);
    let records = found.faults.is_empty().then_some(found.records);
    let checks = found.faults.into_iter().map(|detail| task.fault("warc", detail)).collect();
    let referring = (!found.revisits.is_empty()).then(|| Referring {
        item: task.item.clone(),
        file: task.name.clone(),
        revisits: found.revisits,
    });
    Done { checks, records, referring, referred: found.referred, ..Done::default() }
}

fn digest(path: &Path, progress: &(dyn Fn(u64) + Sync)) -> io::Result<(Sha256, u64)> {
    let mut file = plain_file::open(path)?;
    let mut hasher = Hasher::default();
    let mut block = vec![0; 1 << 17];
    loop {
        match file.read(&mut block)? {
            0 => return Ok((hasher.digest(), hasher.bytes())),
            count => {
                hasher.update(&block[..count]);
                progress(count as u64);
            }
        }
    }
}
