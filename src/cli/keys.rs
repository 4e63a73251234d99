//! `pugmark keys`: the key that signs custody entries.

use std::path::PathBuf;

use anyhow::Context;

use super::custodian::{ask, ask_for_new, explain_key};
use super::format::FormatArgs;
use super::new_file::new_file;
use super::{Outcome, Streams, case_folder};
use crate::case::Folder;
use crate::clock::Clock;
use crate::evidence::{Custodian, KeyRing, KnownKey, passphrase_from_environment};
use crate::output::Record;

/// Show, protect and replace the key that signs
///
/// Custody entries are signed with an Ed25519 key that is made on first use. It is kept in
/// `signing-key.pem` in `$PUGMARK_HOME`, else `$XDG_DATA_HOME/pugmark`, else
/// `~/.local/share/pugmark`. Keep a copy in a safe place.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark keys show
  pugmark keys export")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(ShowArgs),
    Export(ExportArgs),
    Protect(ProtectArgs),
    Rotate(RotateArgs),
}

/// Show the fingerprint of the key, and of the keys before it
///
/// The fingerprint is the SHA-256 of the public key in DER form. Give it to whoever has to
/// check your signatures, on a way of its own: on paper, by telephone.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark keys show
  pugmark keys show --format json")]
struct ShowArgs {
    #[command(flatten)]
    format: FormatArgs,
}

/// Write the public key, in PEM form
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark keys export > devi.pub
  pugmark keys export -o devi.pub")]
struct ExportArgs {
    /// File to write; it must not exist
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Keep the key under a passphrase
///
/// The file is then PKCS #8 encrypted with AES-256 (PBES2), which `openssl pkey` reads too.
/// Commands that sign ask for the passphrase, or read it from the first line of the file that
/// `PUGMARK_PASSPHRASE_FILE` names. A lost passphrase cannot be recovered.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark keys protect
  pugmark keys protect --passphrase-file /run/secrets/pugmark
  pugmark keys protect --remove")]
struct ProtectArgs {
    /// Take the new passphrase from the first line of this file
    #[arg(long, value_name = "FILE", conflicts_with = "remove")]
    passphrase_file: Option<PathBuf>,
    /// Keep the key without a passphrase
    #[arg(long)]
    remove: bool,
}

/// Replace the key by a new one
///
/// The key signs the statement that the new one takes over, and is then deleted. Each case
/// gets the statement with the next entry; `evidence verify` follows it. Entries that the
/// old key signs after that are faults.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark keys rotate --reason \"yearly\"
  pugmark keys rotate --reason \"laptop lost\" ivory-2026 parrots-2026")]
struct RotateArgs {
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Cases that get the statement at once
    #[arg(value_name = "CASE")]
    cases: Vec<PathBuf>,
}

impl Record for KnownKey {
    const COLUMNS: &'static [&'static str] =
        &["fingerprint", "state", "passphrase", "since", "reason"];

    fn cells(&self) -> Vec<String> {
        vec![
            self.fingerprint.to_string(),
            if self.current { "signs" } else { "replaced" }.to_owned(),
            self.protected.map_or("", |is| if is { "yes" } else { "no" }).to_owned(),
            self.since.map(|since| format!("{since:.0}")).unwrap_or_default(),
            self.reason.clone().unwrap_or_default(),
        ]
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let ring = KeyRing::of_user().map_err(explain_key)?;
    match &args.command {
        Command::Show(args) => show(&ring, args, streams),
        Command::Export(args) => export(&ring, args, streams),
        Command::Protect(args) => protect(&ring, args, streams),
        Command::Rotate(args) => rotate(&ring, args, streams),
    }
}

fn show(ring: &KeyRing, args: &ShowArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    streams.print(args.format.choice(), &ring.known(&ask).map_err(explain_key)?)?;
    streams.detail(format_args!("The key is in `{}`.", ring.private_file().display()));
    Ok(Outcome::Done)
}

fn export(ring: &KeyRing, args: &ExportArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let pem = ring.public(&ask).map_err(explain_key)?.to_pem();
    match &args.output {
        None => streams.data().write_all(pem.as_bytes())?,
        Some(path) => {
            let mut file = new_file(path)?;
            std::io::Write::write_all(&mut file, pem.as_bytes())?;
            streams.message(format_args!("Wrote the public key to `{}`.", path.display()));
        }
    }
    Ok(Outcome::Done)
}

fn protect(ring: &KeyRing, args: &ProtectArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let was_protected = ring.is_protected().map_err(explain_key)?;
    let signer = ring.signer(&ask).map_err(explain_key)?;
    let place = ring.private_file().display().to_string();
    if args.remove {
        ring.protect(&signer, None).map_err(explain_key)?;
        streams.message(format_args!("`{place}` is kept without a passphrase."));
        return Ok(Outcome::Done);
    }
    let passphrase = match &args.passphrase_file {
        Some(path) => {
            let text = fs_err::read_to_string(path).context("cannot read the passphrase")?;
            text.lines().next().unwrap_or_default().to_owned()
        }
        // The file in the environment has the passphrase as it is, or, of a bare key, as it will be.
        None => match passphrase_from_environment(ring.private_file()) {
            Ok(passphrase) if !was_protected => passphrase,
            _ => ask_for_new()?,
        },
    };
    ring.protect(&signer, Some(&passphrase)).map_err(explain_key)?;
    streams.message(format_args!("`{place}` is kept under a passphrase."));
    Ok(Outcome::Done)
}

fn rotate(ring: &KeyRing, args: &RotateArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let cases: Vec<Folder> = args
        .cases
        .iter()
        .map(|path| Folder::open(path).map_err(case_folder::explain_folder))
        .collect::<Result<_, _>>()?;
    let path = ring.private_file();
    let passphrase = ring.is_protected().map_err(explain_key)?.then(|| ask(path)).transpose()?;
    let old = ring
        .signer(&|path| passphrase.clone().map_or_else(|| ask(path), Ok))
        .map_err(explain_key)?;
    let time = Clock::System.now();
    let new = ring
        .rotate(&old, passphrase.as_deref(), time, args.reason.as_deref())
        .map_err(explain_key)?;
    let fingerprint = new.public().fingerprint();
    streams.message(format_args!("Entries are signed with key {fingerprint} from now on."));
    let custodian = Custodian::new(new, Clock::System);
    for case in cases {
        drop(case.lock(&custodian).map_err(case_folder::explain_store)?);
        streams.message(format_args!("`{}` has the statement.", case.path().display()));
    }
    Ok(Outcome::Done)
}
