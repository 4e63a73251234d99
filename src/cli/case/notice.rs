//! `pugmark case notice`: drafts of notices to platforms.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::case::Folder;
use crate::case::notice::{Notice, Sender, letter, notices, preserved};
use crate::cli::format::FormatArgs;
use crate::cli::{Outcome, Streams};
use crate::clock::Clock;
use crate::output::Format;

use super::counted::{CountedArgs, counted};
use super::lang::Lang;

/// Draft take-down notices (Digital Services Act, Article 16), one a platform
///
/// Each in the language of most of the platform's ads, with reasons, exact addresses, the
/// law's articles and what was preserved. Drafts only: nothing is sent. Left out, and named,
/// are ads of Annex C and D, whose sale Regulation (EC) No 338/97 does not restrict, and
/// ads that claim a certificate or, in Annex B, a lawful origin: a person decides on those.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case notice CASE --notifier \"R. Jansen\" --email r.jansen@authority.example
  pugmark case notice CASE --out notices --lang fr

Exit codes: 1 there is nothing to notify, 3 some ads are in no notice, each named")]
pub(super) struct Args {
    /// Case folder
    dir: PathBuf,
    /// Folder for the letters, one file a platform; else all go to standard output
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Who notifies; else the investigator of the case
    #[arg(long, value_name = "NAME")]
    notifier: Option<String>,
    /// Where the platform answers to
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Language of all notices; else each platform's own
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Lang>,
    #[command(flatten)]
    counted: CountedArgs,
    #[command(flatten)]
    format: FormatArgs,
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = Folder::open(&args.dir)?;
    let ads = counted(&case, &args.counted)?;
    let details = &case.record().details;
    let sender = Sender {
        name: args.notifier.clone().or_else(|| details.investigator.clone()),
        email: args.email.clone(),
        reference: details.number.clone().unwrap_or_else(|| details.title.clone()),
        date: Clock::System.today(),
        language: args.lang.map(Into::into),
    };
    let drafts = notices(&ads, &preserved(case.store())?, &sender);
    for (ad, why) in &drafts.left_out {
        streams.warning(format_args!("{ad}: {why}; in no notice"));
    }
    if sender.name.is_none() || sender.email.is_none() {
        streams.warning("Article 16(2)(c) asks for name and e-mail address: --notifier, --email");
    }
    match &args.out {
        Some(folder) => write(&drafts.notices, folder, streams)?,
        None => print(&drafts.notices, args, streams)?,
    }
    Ok(match (drafts.notices.is_empty(), drafts.left_out.is_empty()) {
        (true, _) => Outcome::Negative,
        (false, false) => Outcome::Partial,
        (false, true) => Outcome::Done,
    })
}

fn print(notices: &[Notice], args: &Args, streams: &mut Streams) -> anyhow::Result<()> {
    let format = args.format.choice();
    if let Some(format @ (Format::Json | Format::Jsonl)) = format {
        let mut bytes = match format {
            Format::Json => serde_json::to_vec_pretty(notices)?,
            _ => {
                let lines: Result<Vec<String>, _> =
                    notices.iter().map(serde_json::to_string).collect();
                lines?.join("\n").into_bytes()
            }
        };
        bytes.push(b'\n');
        return Ok(streams.data().write_all(&bytes)?);
    }
    let letters: Vec<String> = notices.iter().map(letter).collect();
    Ok(streams.data().write_all(letters.join("\n\u{2014}\n\n").as_bytes())?)
}

fn write(notices: &[Notice], folder: &Path, streams: &mut Streams) -> anyhow::Result<()> {
    fs_err::create_dir_all(folder).context("cannot make the folder for the notices")?;
    let mut taken = BTreeSet::new();
    for notice in notices {
        let mut name = file_name(&notice.platform);
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        let path = folder.join(format!("notice-{name}.{}.txt", notice.language.code()));
        let mut file = fs_err::File::create_new(&path).context("a notice is never overwritten")?;
        std::io::Write::write_all(&mut file, letter(notice).as_bytes())?;
        streams.message(format_args!("Wrote {}.", path.display()));
    }
    Ok(())
}

/// A platform's name as a file name: letters, digits, points and hyphens.
fn file_name(platform: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    let name: String = platform.chars().take(80).map(|c| if keep(c) { c } else { '-' }).collect();
    let name = name.trim_matches(['.', '-']);
    if name.is_empty() { "platform".to_owned() } else { name.to_lowercase() }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn a_platforms_name_leads_to_no_other_folder() {
        assert_eq!(file_name("../../etc/passwd"), "etc-passwd");
        assert_eq!(file_name(".."), "platform");
        assert_eq!(file_name("Bazaar.example"), "bazaar.example");
    }
}
