//! The updated data set in the user's folder.

use std::io::Write;
use std::path::Path;

use super::UpdateError;
use crate::species::{IndexError, Species};

/// Name of the file.
pub const INDEX_FILE: &str = "species.index";
/// An updated data set that holds less than this part of what it replaces is refused, in percent.
const LEAST: usize = 95;

/// Opens the updated data set in `folder`; `None` when there is none.
///
/// # Errors
///
/// A file that cannot be read, is damaged, or of another version.
pub fn installed(folder: &Path) -> Result<Option<Species>, UpdateError> {
    let path = folder.join(INDEX_FILE);
    if !path.exists() {
        return Ok(None);
    }
    let index = fs_err::read(path)?;
    Ok(Some(Species::open(index)?))
}

/// Puts `index` in place in `folder`, after it was read back and compared with the data in use. The
/// file there is the old one or the new one at every moment.
///
/// # Errors
///
/// An index that cannot be read or that holds much less than `in_use`, and a folder that cannot be
/// written; then the old data stay.
pub fn install(folder: &Path, index: &[u8], in_use: &Species) -> Result<(), UpdateError> {
    let new = Species::open(index.to_vec()).map_err(|err: IndexError| UpdateError::Index(err))?;
    let (old, new) = (in_use.summary(), new.summary());
    for (what, old, new) in [
        ("taxa", old.taxa, new.taxa),
        ("rows of CITES", old.cites_rows, new.cites_rows),
        ("rows of the Annexes", old.eu_rows, new.eu_rows),
        ("common names", old.common_names, new.common_names),
    ] {
        if new * 100 < old * LEAST {
            return Err(UpdateError::Shrunk { what, old, new });
        }
    }
    fs_err::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(index)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(INDEX_FILE)).map_err(|err| err.error)?;
    Ok(())
}
