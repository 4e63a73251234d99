//! How a command ends: outcome, hint and exit code.

use std::fmt;
use std::io::ErrorKind;
use std::process::ExitCode;

use super::Streams;

/// How a subcommand that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was done; exit code 0.
    Done,
    /// Everything was done and the answer is no; exit code 1.
    Negative,
    /// Finished, but some inputs were left out, each named; exit code 3.
    Partial,
    /// The user stopped it; exit code 130.
    Interrupted,
}

/// What the user can do about an error: attach it with `anyhow::Context`.
#[derive(Clone, Debug)]
pub struct Hint(pub String);

impl fmt::Display for Hint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn code(result: anyhow::Result<Outcome>, streams: &mut Streams) -> ExitCode {
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Negative) => ExitCode::from(1),
        Ok(Outcome::Partial) => ExitCode::from(3),
        Ok(Outcome::Interrupted) => ExitCode::from(130),
        Err(err) if is_broken_pipe(&err) => ExitCode::SUCCESS,
        Err(err) => {
            streams.error(&err);
            ExitCode::from(2)
        }
    }
}

/// Prints what clap has to say (help and version on stdout, the rest on
/// stderr) and returns its exit code.
pub(super) fn usage(err: &clap::Error) -> ExitCode {
    let _ = err.print();
    ExitCode::from(u8::try_from(err.exit_code()).unwrap_or(2))
}

/// Makes a file that would grow beyond what `ulimit -f` allows an error that names it, as a full
/// disk is: unasked, the system ends the program without a word.
#[cfg(unix)]
pub(super) fn outlive_limit_of_files() {
    use tokio::signal::unix::{SignalKind, signal};
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
    if let Ok(runtime) = runtime {
        let _context = runtime.enter();
        // Once listened for, it does nothing else any more. Where that fails, all is as before.
        let _ = signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw()));
    }
}

/// True when the reader of stdout went away, as in `… | head`.
fn is_broken_pipe(err: &anyhow::Error) -> bool {
    err.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json =
            cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or(json) == Some(ErrorKind::BrokenPipe)
    })
}
