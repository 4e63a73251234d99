//! From what the user names to inputs: a file, a stream, or an archive of files.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::vec;

use super::archive::{self, Archive, Entry};
use super::kind::Kind;
use super::layout::{Input, LayoutError, Mapping};
use super::unpack::{self, Bytes, Packing};

/// How files are read.
#[derive(Clone, Debug)]
pub struct How {
    /// Fields that the user named.
    pub mapping: Mapping,
    /// Bytes that a record may have.
    pub limit: usize,
    /// What the user says the files are.
    pub from: Option<Kind>,
    /// Bytes that may be unpacked from one packed byte.
    pub ratio: u64,
}

/// Bytes that may be unpacked from one packed byte unless the user says otherwise:
/// ads come to 3 to 20, logs that repeat themselves to some 100.
pub const RATIO: u64 = 200;

impl How {
    /// Files of any kind, with fields of `mapping` and records of up to `limit` bytes.
    #[must_use]
    pub fn new(mapping: &Mapping, limit: usize) -> Self {
        Self { mapping: mapping.clone(), limit, from: None, ratio: RATIO }
    }
}

/// Something to read.
pub enum Source {
    /// A file, in which any place can be read.
    File(File),
    /// A stream, which is read once.
    Stream(Box<dyn Read + Send>),
}

impl Source {
    /// The first bytes, and the source as it was.
    pub(super) fn peek(self) -> io::Result<(Vec<u8>, Self)> {
        match self {
            Self::Stream(stream) => {
                let (sample, stream) = unpack::peek(stream)?;
                Ok((sample, Self::Stream(stream)))
            }
            Self::File(mut file) => {
                // A pipe that has a name cannot be read twice.
                if file.stream_position().is_err() || !file.metadata()?.is_file() {
                    return Self::Stream(Box::new(file)).peek();
                }
                let mut sample = Vec::new();
                let limit = u64::try_from(unpack::SAMPLE).unwrap_or(u64::MAX);
                (&mut file).take(limit).read_to_end(&mut sample)?;
                file.rewind()?;
                Ok((sample, Self::File(file)))
            }
        }
    }

    /// What it holds, if it is packed; more than `ratio` times its size is an error.
    pub(super) fn unpack(self, ratio: u64) -> io::Result<Self> {
        let (sample, source) = self.peek()?;
        if Packing::of(&sample).is_none() {
            return Ok(source);
        }
        unpack::unpack(source.into_stream(), ratio).map(Self::Stream)
    }

    /// A file in which any place can be read: a stream is written to a nameless one.
    pub(super) fn into_file(self) -> io::Result<File> {
        match self {
            Self::File(file) => Ok(file),
            Self::Stream(mut stream) => {
                let mut file = tempfile::tempfile()?;
                io::copy(&mut stream, &mut file)?;
                file.rewind()?;
                Ok(file)
            }
        }
    }

    /// A stream of all bytes.
    pub(super) fn into_stream(self) -> Bytes {
        match self {
            Self::File(file) => Box::new(file),
            Self::Stream(stream) => stream,
        }
    }
}

/// Stands in every workbook and document of an office program (ISO/IEC 29500-2).
const OFFICE: &str = "[Content_Types].xml";

/// The inputs of a source: one, or as many as an archive has files.
pub struct Inputs {
    name: String,
    how: How,
    rest: Rest,
}

enum Rest {
    One(Source),
    Entries(Box<Archive>, vec::IntoIter<Entry>),
    Nothing,
}

impl Inputs {
    /// Looks at `source`, which is called `name` in messages.
    ///
    /// # Errors
    ///
    /// [`LayoutError::Unreadable`] when its first bytes or its directory cannot be read.
    pub fn open(source: Source, name: &str, how: &How) -> Result<Self, LayoutError> {
        let rest = Self::look(source, how)
            .map_err(|source| LayoutError::Unreadable { file: name.to_owned(), source })?;
        Ok(Self { name: name.to_owned(), how: how.clone(), rest })
    }

    /// True for an archive of files.
    #[must_use]
    pub fn is_archive(&self) -> bool {
        matches!(self.rest, Rest::Entries(..))
    }

    fn look(source: Source, how: &How) -> io::Result<Rest> {
        let (sample, source) = source.peek()?;
        if !archive::is_archive(&sample) || how.from.is_some_and(Kind::is_text) {
            return Ok(Rest::One(source));
        }
        let (archive, entries) = Archive::open(source.into_file()?, how.ratio)?;
        if entries.iter().any(|entry| entry.name == OFFICE) {
            let said = "it is a file of an office program: save it as CSV or as text";
            return Err(io::Error::other(said));
        }
        Ok(Rest::Entries(Box::new(archive), entries.into_iter()))
    }
}

impl Iterator for Inputs {
    type Item = Result<Input, LayoutError>;

    fn next(&mut self) -> Option<Self::Item> {
        match std::mem::replace(&mut self.rest, Rest::Nothing) {
            Rest::Nothing => None,
            Rest::One(source) => Some(Input::of(source, &self.name, &self.how)),
            Rest::Entries(archive, mut entries) => {
                let entry = entries.next()?;
                let name = format!("{}/{}", self.name, entry.name);
                let input = archive
                    .read(&entry)
                    .map_err(|source| LayoutError::Unreadable { file: name.clone(), source })
                    .and_then(|bytes| Input::of(Source::Stream(bytes), &name, &self.how));
                self.rest = Rest::Entries(archive, entries);
                Some(input)
            }
        }
    }
}
