//! Writes that survive a power cut: a file is whole and old, or whole and new.

use std::io::{self, Write};
use std::path::Path;

use fs_err as fs;

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

/// The folder that `path` is in; the current one for a bare name.
pub(crate) fn parent(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}
