//! Opens files of a case that others may have made: a pipe in the place of a file would be waited
//! for without end, and a device or a file without end would fill the memory.

use std::io::{self, Read};
use std::path::Path;

use fs_err as fs;

/// The most that is read of a file that is small by its nature: a record of the case, a key, a head.
pub(crate) const SMALL: u64 = 1 << 20;
/// The most that is read at once of a list that grows with what it lists, such as a manifest.
pub(crate) const LIST: u64 = 1 << 28;

/// Opens the file at `path`, when it is one.
///
/// # Errors
///
/// When there is none, or a pipe, device or folder stands in its place.
pub(crate) fn open(path: &Path) -> io::Result<fs::File> {
    if fs::metadata(path)?.is_file() {
        return fs::File::open(path);
    }
    let why = format!("`{}` is no file, but a pipe, device or folder", path.display());
    Err(io::Error::new(io::ErrorKind::InvalidInput, why))
}

/// Reads the file at `path`, of at most `longest` bytes.
///
/// # Errors
///
/// As [`open`], and when the file is longer.
pub(crate) fn read(path: &Path, longest: u64) -> io::Result<Vec<u8>> {
    let mut file = open_shorter(path, longest)?;
    let mut bytes = Vec::new();
    file.by_ref().take(longest).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens the file at `path`, of at most `longest` bytes.
///
/// # Errors
///
/// As [`open`], and when the file is longer.
pub(crate) fn open_shorter(path: &Path, longest: u64) -> io::Result<fs::File> {
    let file = open(path)?;
    if file.metadata()?.len() > longest {
        let why = format!("`{}` is longer than {longest} bytes", path.display());
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, why));
    }
    Ok(file)
}

/// Reads the text at `path`, of at most `longest` bytes.
///
/// # Errors
///
/// As [`read`], and when it is no UTF-8.
pub(crate) fn read_text(path: &Path, longest: u64) -> io::Result<String> {
    let no_text = |_| {
        let why = format!("`{}` is not UTF-8", path.display());
        io::Error::new(io::ErrorKind::InvalidData, why)
    };
    String::from_utf8(read(path, longest)?).map_err(no_text)
}

#[cfg(all(test, unix))]
mod tests {
    use super::{open, read, read_text};

    #[test]
    fn what_is_no_file_or_too_long_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::os::unix::fs::symlink("/dev/zero", path("endless")).unwrap();
        let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
        assert!(made.success());
        for name in ["endless", "pipe", "."] {
            let told = open(&path(name)).unwrap_err().to_string();
            assert!(told.contains("is no file, but a pipe, device or folder"), "{told}");
        }
        fs_err::write(path("file"), b"1234\xff").unwrap();
        assert_eq!(read(&path("file"), 5).unwrap(), b"1234\xff");
        assert!(read(&path("file"), 4).unwrap_err().to_string().ends_with("longer than 4 bytes"));
        assert!(read_text(&path("file"), 5).unwrap_err().to_string().ends_with("not UTF-8"));
    }
}
