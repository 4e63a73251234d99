//! Files that a command makes and never overwrites.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, anyhow};

use super::Hint;

/// Makes the file at `path`, which must not exist.
pub(super) fn new_file(path: &Path) -> anyhow::Result<fs_err::File> {
    match fs_err::File::create_new(path) {
        Err(err) if err.kind() == ErrorKind::AlreadyExists => {
            Err(anyhow!("`{}` exists already and is not overwritten", path.display()))
                .context(Hint("choose another name or folder, or move it away first".to_owned()))
        }
        made => Ok(made?),
    }
}
