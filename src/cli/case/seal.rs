//! `pugmark case key`, `seal` and `unseal`: a case as one encrypted package.

use std::path::PathBuf;

use age::x25519::Identity;

use crate::case::seal::{SealError, identity_in, identity_of_user, seal, unseal};
use crate::cli::case_folder::CaseDir;
use crate::cli::{Hint, Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::Custodian;

/// Print the public key with which others can seal a case for you
///
/// Made on first use, beside your signing key; the private part never leaves `age-key.txt`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case key
  pugmark case seal CASE --to \"$(pugmark case key)\" --out case.age")]
pub(super) struct KeyArgs {}

/// Seal a case as one encrypted package for another investigator
///
/// The package is a tar file encrypted with age; `age -d` and `tar x` open it, too. The
/// custody log keeps to which keys it was sealed, and its hash.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case seal CASE --out case.age \\
      --to age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
  pugmark case seal CASE --to age1… --to age1… --out case.age   (either can open it)")]
pub(super) struct SealArgs {
    #[command(flatten)]
    case: CaseDir,
    /// Public key of who may open it, as `pugmark case key` or `age-keygen` prints it
    #[arg(long, value_name = "KEY", required = true)]
    to: Vec<String>,
    /// Package to write; never overwritten
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Open a sealed case, after checking all that is in it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case unseal case.age --out ivory-2026
  pugmark case unseal case.age --key ~/age/key.txt --out ivory-2026

Exit code 1: it opens, but does not pass its checks; nothing is then kept.")]
pub(super) struct UnsealArgs {
    /// Package
    package: PathBuf,
    /// Folder to make; it must not exist
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Private key as `age-keygen` writes it; else your own
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
}

pub(super) fn key(_: &KeyArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    writeln!(streams.data(), "{}", identity_of_user()?.to_public())?;
    Ok(Outcome::Done)
}

pub(super) fn run_seal(args: &SealArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let custodian = Custodian::of_user(Clock::System)?;
    let digest = seal(&case, &custodian, &args.to, &args.out).map_err(advise)?;
    streams.message(format_args!("Wrote {}, SHA-256 {digest}.", args.out.display()));
    Ok(Outcome::Done)
}

pub(super) fn run_unseal(args: &UnsealArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let key: Identity = match &args.key {
        Some(file) => identity_in(file),
        None => identity_of_user(),
    }?;
    let custodian = Custodian::of_user(Clock::System)?;
    match unseal(&args.package, &key, &custodian, &args.out) {
        Ok(case) => {
            streams.message(format_args!(
                "Opened as `{}`; everything in it is as recorded.",
                case.path().display()
            ));
            Ok(Outcome::Done)
        }
        Err(SealError::Unsound(faults)) => {
            for fault in faults {
                let file = fault.file.as_deref().unwrap_or("case");
                streams.warning(format_args!("{file}: {}", fault.detail));
            }
            streams.warning("The package opens, but what is in it is not as recorded; not kept.");
            Ok(Outcome::Negative)
        }
        Err(err) => Err(advise(err)),
    }
}

fn advise(err: SealError) -> anyhow::Error {
    let hint = match &err {
        SealError::OtherKey(_) => {
            "ask for a package sealed to the key that `pugmark case key` prints, or name another with --key"
        }
        SealError::NoRecipient(_) => "the one who shall open it gets it from `pugmark case key`",
        SealError::Damaged { .. } => "fetch it again and compare its SHA-256 with the sender's",
        _ => return err.into(),
    };
    anyhow::Error::new(err).context(Hint(hint.to_owned()))
}
