//! Lets a long scan go on where it stood when it was stopped.

use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

use crate::cli::Streams;
use crate::cli::exit::Hint;
use crate::evidence::durable;

/// Version of the file.
const SCHEMA: &str = "pugmark.scan-checkpoint/2";
/// Blocks of records, of 1 MiB each, from one saving to the next.
const EVERY: u64 = 16;

/// Where a scan stands: everything before that is in its output.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Place {
    schema: String,
    /// What is scanned and how; another scan does not go on from here.
    scan: String,
    /// Inputs that are finished.
    inputs: u64,
    /// Blocks of the next input that are finished.
    blocks: u64,
    /// Bytes of the output.
    output: u64,
    /// What has been counted.
    totals: serde_json::Value,
}

/// The file that says where a scan stands, and the output that belongs to it.
pub(super) struct Checkpoint {
    path: PathBuf,
    output: fs_err::File,
    place: Place,
    input: u64,
    since: u64,
}

impl Checkpoint {
    /// Opens the `output`, cut to where an earlier run of this very `scan` saved itself in `path`.
    pub(super) fn open(path: &Path, output: &Path, scan: String) -> anyhow::Result<Self> {
        let (place, mut file) = match fs_err::read(path) {
            Ok(bytes) => {
                let place = read(&bytes, path, &scan)?;
                let file = fs_err::OpenOptions::new().write(true).open(output)?;
                let length = file.metadata()?.len();
                anyhow::ensure!(
                    length >= place.output,
                    "{} is shorter than when {} was written",
                    output.display(),
                    path.display()
                );
                file.set_len(place.output)?;
                (place, file)
            }
            Err(err) if err.kind() == io::ErrorKind::NotFound => {
                let place = Place { schema: SCHEMA.to_owned(), scan, ..Place::default() };
                let file = create(output)?;
                // From here on the output is this scan's, however early it is stopped.
                durable::replace(path, &serde_json::to_vec_pretty(&place)?)?;
                (place, file)
            }
            Err(err) => return Err(err).context("cannot read the checkpoint"),
        };
        file.seek(SeekFrom::End(0))?;
        Ok(Self { path: path.to_owned(), output: file, place, input: 0, since: 0 })
    }

    /// Another handle of the output, to write to.
    pub(super) fn output(&self) -> io::Result<std::fs::File> {
        self.output.file().try_clone()
    }

    /// What the earlier run had counted.
    pub(super) fn totals<T: for<'de> Deserialize<'de>>(&self) -> anyhow::Result<Option<T>> {
        if self.place.totals.is_null() {
            return Ok(None);
        }
        let totals = T::deserialize(&self.place.totals);
        totals.map(Some).with_context(|| format!("{} is damaged", self.path.display()))
    }

    /// How many blocks of the input that comes next are finished.
    pub(super) fn finished(&self) -> u64 {
        match self.input.cmp(&self.place.inputs) {
            std::cmp::Ordering::Less => u64::MAX,
            std::cmp::Ordering::Equal => self.place.blocks,
            std::cmp::Ordering::Greater => 0,
        }
    }

    /// Notes that a block was written, and saves from time to time.
    pub(super) fn block(
        &mut self,
        totals: &impl Serialize,
        streams: &mut Streams,
    ) -> anyhow::Result<()> {
        self.place.blocks += 1;
        self.since += 1;
        if self.since >= EVERY { self.save(totals, streams) } else { Ok(()) }
    }

    /// Notes that an input is finished.
    pub(super) fn next_input(&mut self) {
        self.input += 1;
        if self.input > self.place.inputs {
            self.place.inputs = self.input;
            self.place.blocks = 0;
        }
    }

    /// Makes the output durable, then the place in it.
    fn save(&mut self, totals: &impl Serialize, streams: &mut Streams) -> anyhow::Result<()> {
        streams.data().flush()?;
        self.output.sync_data()?;
        self.place.output = self.output.metadata()?.len();
        self.place.totals = serde_json::to_value(totals)?;
        self.since = 0;
        durable::replace(&self.path, &serde_json::to_vec_pretty(&self.place)?)?;
        Ok(())
    }

    /// The scan is whole: its output stays, and nothing is left to go on from.
    pub(super) fn finish(self, streams: &mut Streams) -> anyhow::Result<()> {
        streams.data().flush()?;
        self.output.sync_all()?;
        match fs_err::remove_file(&self.path) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => Err(err.into()),
            _ => Ok(()),
        }
    }
}

/// Creates `output`; what stands there already is never written over.
pub(super) fn create(output: &Path) -> anyhow::Result<fs_err::File> {
    let is_empty = fs_err::metadata(output).is_ok_and(|data| data.is_file() && data.len() == 0);
    let mut options = fs_err::OpenOptions::new();
    options.write(true);
    if is_empty {
        options.create(true)
    } else {
        options.create_new(true)
    };
    options.open(output).map_err(|err| {
        let hint = "name another --output; what is there is not written over".to_owned();
        let known = err.kind() == io::ErrorKind::AlreadyExists;
        let err = anyhow::Error::new(err);
        if known { err.context(Hint(hint)) } else { err }
    })
}

fn read(bytes: &[u8], path: &Path, scan: &str) -> anyhow::Result<Place> {
    let place: Place = serde_json::from_slice(bytes)
        .with_context(|| format!("{} is no checkpoint of a scan", path.display()))?;
    anyhow::ensure!(
        place.schema == SCHEMA,
        "{} is of another version ({})",
        path.display(),
        place.schema
    );
    if place.scan != scan {
        let hint = format!("it was: {}", place.scan);
        return Err(
            anyhow::anyhow!("{} belongs to another scan", path.display()).context(Hint(hint))
        );
    }
    Ok(place)
}
