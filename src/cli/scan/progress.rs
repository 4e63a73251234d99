//! How far a scan has come: in bytes of the files where their sizes are known, else in ads.

use std::fs::File;
use std::io::Seek;
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use crate::cli::Streams;

/// The bar of a scan.
pub(super) struct Progress {
    bar: ProgressBar,
    in_bytes: bool,
    ads: u64,
    /// Bytes of the files before.
    before: u64,
    /// The file that is read; its place is how far it was read.
    file: Option<File>,
}

impl Progress {
    /// A bar for `files`.
    pub(super) fn new(files: &[PathBuf], streams: &Streams) -> Self {
        let sizes = files.iter().map(|file| size(file));
        let total = sizes.sum::<Option<u64>>().filter(|_| !files.is_empty());
        let bar = match total {
            Some(_) => streams.progress_in_bytes(total),
            None => streams.progress(None, "ads"),
        };
        Self { bar, in_bytes: total.is_some(), ads: 0, before: 0, file: None }
    }

    /// Begins a file; `opened` is another handle of what is read.
    pub(super) fn file(&mut self, opened: Option<File>) {
        self.before +=
            self.file.take().and_then(|file| file.metadata().ok()).map_or(0, |m| m.len());
        self.file = opened;
    }

    /// Notes that so many more `ads` were judged.
    pub(super) fn add(&mut self, ads: u64) {
        self.ads += ads;
        if !self.in_bytes {
            self.bar.set_position(self.ads);
        } else if let Some(read) = self.file.as_mut().and_then(|file| file.stream_position().ok()) {
            self.bar.set_message(format!("ads: {}, ", self.ads));
            self.bar.set_position(self.before + read);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// The size of a file that has one.
fn size(file: &Path) -> Option<u64> {
    fs_err::metadata(file).ok().filter(std::fs::Metadata::is_file).map(|known| known.len())
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{Progress, size};

    #[test]
    fn files_are_counted_in_bytes_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ads.txt");
        fs_err::write(&path, "Sofa\nTisch\n").unwrap();
        assert_eq!((size(&path), size(folder.path())), (Some(11), None));
        let bar = indicatif::ProgressBar::hidden();
        let mut progress = Progress { bar, in_bytes: true, ads: 0, before: 0, file: None };
        for (read, position) in [(4, 4), (11, 22)] {
            let mut file = fs_err::File::open(&path).unwrap().into_file();
            progress.file(file.try_clone().ok());
            file.read_exact(&mut vec![0; read]).unwrap();
            progress.add(1);
            assert_eq!(progress.bar.position(), position);
        }
    }
}
