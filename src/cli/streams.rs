//! Where a command writes, and what it may assume about the reader.

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::AutoStream;
use clap::ColorChoice;

use crate::output::{Format, Record, Records, progress, terminal_text};

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What a person wants to know.
    Normal,
    /// Each step.
    Verbose,
}

/// Where a subcommand writes: data to stdout, messages to stderr.
pub struct Streams {
    data: Box<dyn Write + Send>,
    messages: Box<dyn Write + Send>,
    data_is_terminal: bool,
    coloured: bool,
    verbosity: Verbosity,
}

impl Streams {
    /// The process's own streams; stdout is line-buffered on a terminal and
    /// block-buffered elsewhere.
    #[must_use]
    pub fn standard(color: ColorChoice, verbosity: Verbosity) -> Self {
        let choice = match color {
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
            ColorChoice::Auto => anstream::ColorChoice::Auto,
        };
        let data_is_terminal = io::stdout().is_terminal();
        let coloured = match color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => AutoStream::choice(&io::stdout()) != anstream::ColorChoice::Never,
        };
        Self {
            // Not an AutoStream: off a terminal it removes escape sequences,
            // also those that stand in a listing and belong to the evidence.
            data: if data_is_terminal {
                Box::new(io::stdout())
            } else {
                Box::new(BufWriter::with_capacity(1 << 16, io::stdout()))
            },
            messages: Box::new(AutoStream::new(io::stderr(), choice)),
            data_is_terminal,
            coloured,
            verbosity,
        }
    }

    /// Sends what would go to stdout to `file` instead.
    pub fn redirect(&mut self, file: std::fs::File) {
        self.data = Box::new(BufWriter::with_capacity(1 << 16, file));
        self.data_is_terminal = false;
    }

    /// Stdout, for what the user asked for and nothing else.
    pub fn data(&mut self) -> &mut (dyn Write + Send) {
        &mut *self.data
    }

    /// True when a person reads stdout.
    #[must_use]
    pub fn data_is_terminal(&self) -> bool {
        self.data_is_terminal
    }

    /// True when colour may be used on stdout.
    #[must_use]
    pub fn coloured(&self) -> bool {
        self.coloured
    }

    /// Columns that a table may take: `COLUMNS`, else the terminal's width, else 100.
    #[must_use]
    pub fn width(&self) -> u16 {
        let from_environment = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        from_environment
            .or_else(|| terminal_size::terminal_size().map(|(width, _)| width.0))
            .unwrap_or(100)
            .max(40)
    }

    /// Starts printing records to stdout; without a choice of the user's a
    /// table on a terminal and JSON lines elsewhere.
    pub fn records(&mut self, choice: Option<Format>) -> Records<'_> {
        let format = self.format(choice);
        let width = self.width();
        Records::new(&mut *self.data, format, width)
    }

    /// The format that `choice` comes to here.
    #[must_use]
    pub fn format(&self, choice: Option<Format>) -> Format {
        choice.unwrap_or(if self.data_is_terminal { Format::Table } else { Format::Jsonl })
    }

    /// Prints `records` to stdout as [`Streams::records`] does.
    ///
    /// # Errors
    ///
    /// Any error of stdout.
    pub fn print<R: Record>(&mut self, choice: Option<Format>, records: &[R]) -> io::Result<()> {
        let mut printer = self.records(choice);
        for record in records {
            printer.put(record)?;
        }
        printer.finish()
    }

    /// A progress bar on stderr, hidden with `-q` and off a terminal.
    #[must_use]
    pub fn progress(&self, total: Option<u64>, unit: &str) -> indicatif::ProgressBar {
        progress::bar(total, unit, self.verbosity > Verbosity::Quiet)
    }

    /// A progress bar over `total` bytes, where that is known; hidden as that of [`Self::progress`] is.
    pub fn progress_in_bytes(&self, total: Option<u64>) -> indicatif::ProgressBar {
        progress::bytes(total, self.verbosity > Verbosity::Quiet)
    }

    /// One line on stderr; nothing with `-q`.
    pub fn message(&mut self, text: impl Display) {
        if self.verbosity > Verbosity::Quiet {
            self.line(text);
        }
    }

    /// True when each step is to be said.
    #[must_use]
    pub fn says_details(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    /// One line on stderr with `-v`.
    pub fn detail(&mut self, text: impl Display) {
        if self.verbosity == Verbosity::Verbose {
            self.line(text);
        }
    }

    /// A line on stderr that names something that was left out; also with `-q`.
    pub fn warning(&mut self, text: impl Display) {
        let _ = write!(self.messages, "\x1b[33mwarning:\x1b[0m ");
        self.line(text);
    }

    /// The error and its causes on one line of stderr, and a line with what to do where known.
    pub fn error(&mut self, err: &anyhow::Error) {
        let hint = err.downcast_ref::<super::Hint>().map(ToString::to_string);
        let causes: Vec<String> = err
            .chain()
            .map(ToString::to_string)
            .filter(|text| Some(text) != hint.as_ref())
            .collect();
        let _ = write!(self.messages, "\x1b[31merror:\x1b[0m ");
        self.line(causes.join(": "));
        if let Some(hint) = hint {
            let _ = write!(self.messages, "\x1b[36mhint:\x1b[0m ");
            self.line(hint);
        }
    }

    fn line(&mut self, text: impl Display) {
        let _ = writeln!(self.messages, "{}", terminal_text::escape(&text.to_string()));
    }

    /// Writes out what is still buffered.
    ///
    /// # Errors
    ///
    /// Any error of the stream below.
    pub fn finish(&mut self) -> anyhow::Result<()> {
        Ok(self.data.flush()?)
    }
}
