//! How a stream ended: an error is kept until what stood before it has been read.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

/// The error that a stream ended with.
#[derive(Clone, Debug, Default)]
pub struct Ending {
    own: Arc<Mutex<Option<io::Error>>>,
    before: Option<Box<Ending>>,
}

impl Ending {
    /// This ending, but that of `before` where the stream below it ended with an error.
    pub(super) fn after(self, before: Self) -> Self {
        Self { before: Some(Box::new(before)), ..self }
    }

    /// The error, if the stream has ended with one.
    #[must_use]
    pub fn take(&self) -> Option<io::Error> {
        let before = self.before.as_ref().and_then(|before| before.take());
        before.or_else(|| self.own.lock().unwrap_or_else(PoisonError::into_inner).take())
    }
}

/// Something read whose errors look like its end.
pub(super) struct Ended<R> {
    input: R,
    ending: Ending,
    failed: bool,
}

impl<R> Ended<R> {
    /// Reads `input`, and keeps its error in the ending that comes with it.
    pub(super) fn new(input: R) -> (Self, Ending) {
        let ending = Ending::default();
        (Self { input, ending: ending.clone(), failed: false }, ending)
    }

    fn fail(&mut self, err: io::Error) {
        self.failed = true;
        *self.ending.own.lock().unwrap_or_else(PoisonError::into_inner) = Some(err);
    }
}

impl<T, I: Iterator<Item = io::Result<T>>> Iterator for Ended<I> {
    type Item = io::Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        match self.input.next()? {
            Ok(item) => Some(Ok(item)),
            Err(err) => {
                self.fail(err);
                None
            }
        }
    }
}

impl<R: Read> Read for Ended<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.failed {
            return Ok(0);
        }
        match self.input.read(out) {
            Err(err) if err.kind() != io::ErrorKind::Interrupted => {
                self.fail(err);
                Ok(0)
            }
            result => result,
        }
    }
}
