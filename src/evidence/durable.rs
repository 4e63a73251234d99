//! Writes that survive a power cut: a file is whole and old, or whole and new.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use fs_err as fs;

/// Files that wait for the disk at the same time.
const AT_ONCE: usize = 4;

/// Writes `bytes` into a new file beside `path`, makes it durable and puts it in
/// the place of `path`.
///
/// # Errors
///
/// When the file cannot be written, made durable or renamed; `path` is then as before.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let staged = path.with_added_extension("new");
    write(&staged, bytes)?;
    fs::rename(&staged, path)?;
    sync_folder(parent(path))
}

/// Writes `bytes` into the file at `path` and makes its content durable.
///
/// # Errors
///
/// When the file cannot be written or made durable.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the names in `folder` durable, where the system can (Windows cannot).
///
/// # Errors
///
/// When the folder cannot be opened or synchronised.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Makes everything in `folders` durable. Of many at once it makes the whole file system so,
/// where the system can: one wait for the disk then does for all.
///
/// # Errors
///
/// When a file, folder or file system cannot be opened or synchronised.
pub(crate) fn sync_trees(folders: &[&Path]) -> io::Result<()> {
    match folders {
        #[cfg(target_os = "linux")]
        [first, _, ..] => {
            use rustix::io::Errno;
            let folder = fs::File::open(first)?;
            match rustix::fs::syncfs(&folder) {
                // Some file systems of networks and containers cannot.
                Err(Errno::NOSYS | Errno::OPNOTSUPP | Errno::INVAL) => {
                    folders.iter().try_for_each(|folder| sync_tree(folder))
                }
                result => Ok(result?),
            }
        }
        folders => folders.iter().try_for_each(|folder| sync_tree(folder)),
    }
}

/// Makes everything in `folder` durable, several files at a time: each waits for the
/// disk, and the disk serves many at once.
///
/// # Errors
///
/// When a file or folder cannot be opened or synchronised.
pub(crate) fn sync_tree(folder: &Path) -> io::Result<()> {
    let mut paths = Vec::new();
    list(folder, &mut paths)?;
    let next = AtomicUsize::new(0);
    let worker = || {
        while let Some((path, is_folder)) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
            if *is_folder {
                sync_folder(path)?;
            } else {
                fs::OpenOptions::new().append(true).open(path)?.sync_all()?;
            }
        }
        Ok(())
    };
    thread::scope(|scope| {
        let threads = paths.len().min(AT_ONCE);
        let running: Vec<_> = (1..threads).map(|_| scope.spawn(worker)).collect();
        let mut result = worker();
        for thread in running {
            let other =
                thread.join().unwrap_or_else(|_| Err(io::Error::other("a thread broke off")));
            result = result.and(other);
        }
        result
    })
}

fn list(folder: &Path, paths: &mut Vec<(PathBuf, bool)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            list(&entry.path(), paths)?;
        } else {
            paths.push((entry.path(), false));
        }
    }
    paths.push((folder.to_owned(), true));
    Ok(())
}

/// Makes `folder`, which was made as its owner's alone, as open as `model` beside or in it.
///
/// # Errors
///
/// When the permissions cannot be read or set.
pub(crate) fn make_readable(folder: &Path, model: &Path) -> io::Result<()> {
    if cfg!(unix) {
        fs::set_permissions(folder, fs::metadata(model)?.permissions())
    } else {
        Ok(())
    }
}

/// The folder that `path` is in; the current one for a bare name.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
