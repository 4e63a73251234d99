//! `pugmark config`: settings that a user keeps.

mod settings;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{CommandFactory, Subcommand};
use serde::Serialize;
use toml_edit::DocumentMut;

use super::format::FormatArgs;
use super::{Cli, Hint, Outcome, Streams};
use crate::output::Record;

pub(super) use settings::{KEYS, Settings, SettingsError, path, variable};

/// See and change settings that you keep
///
/// A setting is the default of the option of the same name. An option on the command line counts first, then the
/// variable PUGMARK_NAME (capitals, `-` written `_`), then the file. `format` counts on a terminal only: pipes stay
/// JSON lines.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark config set lang de
  pugmark config show")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(ShowArgs),
    Set(SetArgs),
    Unset(UnsetArgs),
    Path(PathArgs),
}

/// Show each setting, its value and where the value comes from
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark config show
  PUGMARK_LANG=fr pugmark config show --format csv")]
struct ShowArgs {
    #[command(flatten)]
    format: FormatArgs,
}

/// Keep a setting in the file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark config set investigator \"A. Devi\"
  pugmark config set tsa https://tsa.example/ https://stamp.example/")]
struct SetArgs {
    /// Name of the setting, as `config show` lists it
    key: String,
    /// Its value; several for authorities
    #[arg(required = true)]
    values: Vec<String>,
}

/// Take a setting out of the file
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark config unset lang
  pugmark config unset email

Exit code 1: it was not in the file.")]
struct UnsetArgs {
    /// Name of the setting
    key: String,
}

/// Print where the file is
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark config path
  cat \"$(pugmark config path)\"")]
struct PathArgs {}

/// A setting, as printed.
#[derive(Serialize)]
struct Line {
    key: &'static str,
    value: Option<String>,
    from: &'static str,
    variable: String,
    meaning: &'static str,
}

impl Record for Line {
    const COLUMNS: &'static [&'static str] = &["key", "value", "from", "meaning"];

    fn cells(&self) -> Vec<String> {
        let value = self.value.clone().unwrap_or_default();
        vec![self.key.to_owned(), value, self.from.to_owned(), self.meaning.to_owned()]
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    match &args.command {
        Command::Show(args) => show(args, streams),
        Command::Set(args) => set(args, streams),
        Command::Unset(args) => unset(args, streams),
        Command::Path(PathArgs {}) => {
            writeln!(streams.data(), "{}", file()?.display())?;
            Ok(Outcome::Done)
        }
    }
}

/// Says what to do about settings that cannot be used.
pub(super) fn explain(err: SettingsError) -> anyhow::Error {
    let hint = match &err {
        SettingsError::NoFolder => return err.into(),
        SettingsError::Io(_) => "PUGMARK_CONFIG can name another file",
        SettingsError::NoToml { .. } | SettingsError::Wrong { .. } => {
            "correct the line, or take it out; `pugmark config show` lists the settings"
        }
    };
    anyhow::Error::new(err).context(Hint(hint.to_owned()))
}

fn file() -> anyhow::Result<PathBuf> {
    Ok(path().ok_or(SettingsError::NoFolder)?)
}

fn show(args: &ShowArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let (settings, outcome) = match Settings::load(&Cli::command()) {
        Ok(settings) => (settings, Outcome::Done),
        Err(err) => {
            streams.warning(format_args!("{err}; none of the file is used"));
            (Settings::default(), Outcome::Partial)
        }
    };
    let lines: Vec<_> = KEYS.iter().map(|key| line(key, &settings)).collect();
    streams.print(args.format.choice(), &lines)?;
    Ok(outcome)
}

fn line(key: &settings::Key, settings: &Settings) -> Line {
    let variable = variable(key.name);
    let (value, from) = match (std::env::var(&variable), settings.get(key.name)) {
        (Ok(value), _) => (Some(value), "environment"),
        (_, Some(values)) => (Some(values.join(", ")), "file"),
        _ => (None, "not set"),
    };
    Line { key: key.name, value, from, variable, meaning: key.meaning }
}

fn set(args: &SetArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let key = known(&args.key)?;
    let path = file()?;
    anyhow::ensure!(key.is_list() || args.values.len() == 1, "`{}` has one value", key.name);
    key.check(&args.values, &Cli::command()).map_err(anyhow::Error::msg)?;
    let mut document = document(&path)?;
    let value = key.to_toml(&args.values).context("a value of this setting is a number")?;
    document[key.name] = toml_edit::value(value);
    write(&path, &document)?;
    streams.message(format_args!("`{}` is kept in {}.", key.name, path.display()));
    Ok(Outcome::Done)
}

fn unset(args: &UnsetArgs, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let path = file()?;
    let mut document = document(&path)?;
    // Any name: a setting that does not exist must be removable, too.
    if document.remove(&args.key).is_none() {
        streams.message(format_args!("`{}` is not in {}.", args.key, path.display()));
        return Ok(Outcome::Negative);
    }
    write(&path, &document)?;
    streams.message(format_args!("`{}` is no longer in {}.", args.key, path.display()));
    Ok(Outcome::Done)
}

fn known(name: &str) -> anyhow::Result<&'static settings::Key> {
    settings::find(name)
        .with_context(|| Hint("`pugmark config show` lists the settings".to_owned()))
        .with_context(|| format!("there is no setting `{name}`"))
}

/// The file to change, with its comments; empty when there is none.
fn document(path: &Path) -> anyhow::Result<DocumentMut> {
    if !path.exists() {
        return Ok(DocumentMut::new());
    }
    let text = fs_err::read_to_string(path)?;
    text.parse().map_err(|err: toml_edit::TomlError| {
        explain(SettingsError::NoToml {
            path: path.display().to_string(),
            reason: err.to_string().trim_end().to_owned(),
        })
    })
}

/// Puts the file in place in one step; where a link leads to it, the link stays.
fn write(path: &Path, document: &DocumentMut) -> anyhow::Result<()> {
    let real = if path.exists() { fs_err::canonicalize(path)? } else { path.to_owned() };
    let is_other = real.exists() && !real.is_file();
    anyhow::ensure!(!is_other, "`{}` is no file", path.display());
    let folder = real.parent().context("the file of settings has no folder")?;
    fs_err::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(document.to_string().as_bytes())?;
    file.persist(&real).with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(())
}
