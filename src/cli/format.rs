//! The `--format` option that every command with records has.

use crate::output::Format;

/// Flattened into the arguments of a command that prints records.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct FormatArgs {
    /// How to print; else a table on a terminal, and JSON lines in a pipe
    #[arg(long, value_name = "FORMAT")]
    format: Option<Choice>,
}

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Choice {
    /// For people
    Table,
    /// For screen readers and narrow windows: one field a line
    List,
    /// One JSON array
    Json,
    /// JSON lines: one object a record
    Jsonl,
    /// For spreadsheets
    Csv,
}

impl FormatArgs {
    /// The user's choice, if any.
    pub(super) fn choice(self) -> Option<Format> {
        self.format.map(|choice| match choice {
            Choice::Table => Format::Table,
            Choice::List => Format::List,
            Choice::Json => Format::Json,
            Choice::Jsonl => Format::Jsonl,
            Choice::Csv => Format::Csv,
        })
    }
}
