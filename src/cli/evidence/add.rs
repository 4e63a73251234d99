//! `pugmark evidence add`: files into a case.

use std::path::PathBuf;

use super::also::AlsoArg;
use super::command_line;
use super::timestamp::{self, TsaArgs};
use crate::cli::case_folder::{CaseArg, explain_store, tell_clock};
use crate::cli::custodian::custodian;
use crate::cli::format::FormatArgs;
use crate::cli::{Outcome, Streams};
use crate::evidence::{AddError, Added, Interrupt, add};
use crate::output::Record;

/// Add files to a case as evidence
///
/// Screenshots, chat exports, e-mails, dumps. Each file or folder named becomes one item;
/// it is hashed while it is copied, and the original is only read. Links are not followed.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence add --case ivory-2026 screenshot.png chat.txt
  PUGMARK_CASE=ivory-2026 pugmark evidence add /media/phone/DCIM

Exit code 3: something was not added; each is named.")]
pub(super) struct Args {
    /// Files or folders
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    case: CaseArg,
    #[command(flatten)]
    also: AlsoArg,
    #[command(flatten)]
    tsa: TsaArgs,
    #[command(flatten)]
    format: FormatArgs,
}

impl Record for Added {
    const COLUMNS: &'static [&'static str] = &["item", "path", "files", "bytes", "left out"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.item.clone(),
            self.path.clone(),
            self.files.to_string(),
            self.bytes.to_string(),
            self.left_out.len().to_string(),
        ]
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = custodian()?;
    tell_clock(&case, &custodian, streams);
    let authorities = args.tsa.authorities()?;
    let interrupt = Interrupt::on_ctrl_c();
    let command = command_line();
    let mut outcome = Outcome::Done;
    let mut added = Vec::new();
    for path in &args.files {
        match add(case.store(), &custodian, path, &command, args.also.choice(), &interrupt) {
            Ok(done) => {
                for left_out in &done.left_out {
                    let place = path.join(&left_out.path);
                    streams.warning(format_args!("{}: {}", place.display(), left_out.reason));
                    outcome = Outcome::Partial;
                }
                added.push(done);
            }
            Err(err @ AddError::Interrupted(_)) => {
                streams.message(format_args!("{err}"));
                outcome = Outcome::Interrupted;
                break;
            }
            Err(AddError::Store(err)) => return Err(explain_store(err)),
            Err(err) if args.files.len() == 1 => return Err(err.into()),
            Err(err) => {
                streams.warning(format_args!("not added: {:#}", anyhow::Error::from(err)));
                outcome = Outcome::Partial;
            }
        }
    }
    let items: Vec<String> = added.iter().map(|done| done.item.clone()).collect();
    if !items.is_empty() && outcome != Outcome::Interrupted {
        let stamped = timestamp::stamp(&case, &custodian, &items, &authorities, streams)?.1;
        outcome = if outcome == Outcome::Done { stamped } else { outcome };
    }
    streams.print(args.format.choice(), &added)?;
    Ok(outcome)
}
