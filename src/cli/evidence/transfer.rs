//! `pugmark evidence transfer` and `receive`: evidence that changes hands.

use std::path::{Path, PathBuf};

use super::verify::fingerprint;
use crate::cli::case_folder::{CaseArg, explain_store};
use crate::cli::custodian::custodian;
use crate::cli::format::FormatArgs;
use crate::cli::{Hint, Outcome, Streams};
use crate::evidence::{
    Check, Filed, Received, Sent, Sha256, Terms, TransferError, file_receipt, receive, send,
};
use crate::output::Record;

/// Hand evidence over to somebody, or file the receipt that came back
///
/// Checks the case, then writes one package (a tar file): the case folder with all items or
/// those named, its custody log so far, the keys, and a signed receipt. The receiver checks
/// it with `pugmark evidence receive` and sends the countersigned receipt back. All of it is
/// in the custody log. The package is not encrypted.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence transfer --case ivory-2026 --to \"Customs lab, B. Roy\" --out for-the-lab.tar
  pugmark evidence transfer --to \"Court of Essen\" --out exhibit.tar 0003-market-example-ad-17
  pugmark evidence transfer --case ivory-2026 --receipt for-the-lab.receipt.json

Exit code 1: the case does not verify, or the receipt does not hold.")]
pub(super) struct TransferArgs {
    /// Items to hand over; else all
    #[arg(value_name = "ITEM", conflicts_with = "receipt")]
    items: Vec<String>,
    /// Who takes the evidence over
    #[arg(long, value_name = "NAME", requires = "out", required_unless_present = "receipt")]
    to: Option<String>,
    /// Package to write; it must not exist
    #[arg(long, value_name = "FILE", requires = "to")]
    out: Option<PathBuf>,
    /// Countersigned receipt to file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "out"])]
    receipt: Option<PathBuf>,
    #[command(flatten)]
    case: CaseArg,
    #[command(flatten)]
    format: FormatArgs,
}

/// Take over a package that `pugmark evidence transfer` made
///
/// Checks the receipt, the custody log, every signature and every byte before anything is
/// taken. The new case folder continues the sender's log; in a case that is there already
/// the package becomes an item. Send the countersigned receipt back to the sender.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark evidence receive for-the-lab.tar --case ivory-lab
  pugmark evidence receive for-the-lab.tar --case ivory-lab --by \"B. Roy\" \\
      --signed-by 3f0c…64 digits… --receipt back.json

Exit code 1: the package is refused; what is wrong with it is named.")]
pub(super) struct ReceiveArgs {
    /// The package
    package: PathBuf,
    /// Case folder to make, or one that gets the package as an item
    #[arg(long, value_name = "DIR", env = "PUGMARK_CASE")]
    case: PathBuf,
    /// Who takes it over; else the name that the sender gave
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Fingerprint of the sender's key, as the sender gives it; may be given several times
    #[arg(long = "signed-by", value_name = "FINGERPRINT", value_parser = fingerprint)]
    senders: Vec<Sha256>,
    /// Where to write the countersigned receipt; else beside the package
    #[arg(long, value_name = "FILE")]
    receipt: Option<PathBuf>,
    #[command(flatten)]
    format: FormatArgs,
}

impl Record for Sent {
    const COLUMNS: &'static [&'static str] =
        &["package", "to", "items", "bytes", "entry", "sha256"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.package.display().to_string(),
            self.to.clone(),
            self.items.to_string(),
            self.bytes.to_string(),
            self.entry.to_string(),
            self.sha256.to_string(),
        ]
    }
}

impl Record for Filed {
    const COLUMNS: &'static [&'static str] = &["file", "transfer", "by", "key"];

    fn cells(&self) -> Vec<String> {
        vec![self.file.clone(), self.transfer.to_string(), self.by.clone(), self.key.to_string()]
    }
}

impl Record for Received {
    const COLUMNS: &'static [&'static str] =
        &["case", "item", "items", "entry", "sender", "receipt"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.case.display().to_string(),
            self.item.clone().unwrap_or_default(),
            self.items.to_string(),
            self.entry.to_string(),
            self.sender.to_string(),
            self.receipt.display().to_string(),
        ]
    }
}

pub(super) fn transfer(args: &TransferArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = custodian()?;
    let choice = args.format.choice();
    if let Some(receipt) = &args.receipt {
        return match file_receipt(case.store(), &custodian, receipt) {
            Ok(filed) => {
                streams.print(choice, &[filed])?;
                Ok(Outcome::Done)
            }
            Err(err) => refuse(err, args.format, streams),
        };
    }
    let (Some(to), Some(out)) = (&args.to, &args.out) else {
        anyhow::bail!("name who takes the evidence over (`--to`) and the package (`--out`)");
    };
    let title = &case.record().details.title;
    match send(case.store(), &custodian, &args.items, (title, to), out) {
        Ok(sent) => {
            streams.print(choice, &[sent])?;
            streams.message(format_args!(
                "The receiver checks it with `pugmark evidence receive {}` and sends the receipt back.",
                out.display()
            ));
            Ok(Outcome::Done)
        }
        Err(err) => refuse(err, args.format, streams),
    }
}

pub(super) fn receive_package(
    args: &ReceiveArgs,
    streams: &mut Streams,
) -> anyhow::Result<Outcome> {
    let custodian = custodian()?;
    let terms = Terms {
        case: args.case.clone(),
        receipt: args.receipt.clone().unwrap_or_else(|| beside(&args.package)),
        by: args.by.clone(),
        senders: args.senders.clone(),
    };
    match receive(&args.package, &custodian, &terms) {
        Ok(received) => {
            let back = format!("Send `{}` back to the sender.", received.receipt.display());
            streams.print(args.format.choice(), &[received])?;
            streams.message(back);
            Ok(Outcome::Done)
        }
        Err(err) => refuse(err, args.format, streams),
    }
}

/// Where the receipt for a package goes.
fn beside(package: &Path) -> PathBuf {
    package.with_extension("receipt.json")
}

/// Prints what is wrong with what was to change hands; other errors are errors.
fn refuse(
    err: TransferError,
    format: FormatArgs,
    streams: &mut Streams,
) -> anyhow::Result<Outcome> {
    let faults: Vec<Check> = match err {
        TransferError::NotSound(checks) => checks,
        TransferError::Refused { file, why } => vec![Check::failed("package", Some(file), why)],
        TransferError::Receipt(why) => vec![Check::failed("receipt", None, why)],
        TransferError::Store(err) => return Err(explain_store(err)),
        TransferError::Exists(_) => {
            let hint = "choose another name; evidence is never overwritten".to_owned();
            return Err(anyhow::Error::new(err).context(Hint(hint)));
        }
        err => return Err(err.into()),
    };
    streams.print(format.choice(), &faults)?;
    streams.message("Refused: nothing changed hands.");
    Ok(Outcome::Negative)
}
