//! `pugmark case notice`: drafts of notices to platforms.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::case::Folder;
use crate::case::ad::AdId;
use crate::case::ledger::Ledger;
use crate::case::notice::{
    DRAFTED, Law, Notice, Past, Sender, letter, notices, preserved, reminder, shown_by_account,
    suspension,
};
use crate::cli::case_folder::CaseDir;
use crate::cli::format::FormatArgs;
use crate::cli::new_file::new_file;
use crate::cli::{Outcome, Streams};
use crate::clock::Clock;
use crate::evidence::{Action, Custodian, Sha256};
use crate::output::Format;

use super::counted::{CountedArgs, counted};
use super::lang::Lang;

/// Draft take-down notices (Digital Services Act, Article 16), one a platform
///
/// A platform in Great Britain (its address ends in .uk, or most of its ads are from there)
/// gets a report that rests on no procedure.
/// Each in the language of most of the platform's ads, with reasons, exact addresses, the
/// law's articles and what was preserved. Drafts only: nothing is sent. Left out, and named,
/// are ads of Annex C and D, whose sale Regulation (EC) No 338/97 does not restrict, and
/// ads that claim a certificate or, in Annex B, a lawful origin: a person decides on those.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  pugmark case notice CASE --notifier \"R. Jansen\" --email r.jansen@authority.example
  pugmark case notice CASE --out notices --lang fr
  pugmark case notice CASE --kind reminder --out reminders   (after `evidence recheck`)

Exit codes: 1 there is nothing to notify, 3 some ads are in no notice, each named")]
pub(super) struct Args {
    #[command(flatten)]
    case: CaseDir,
    /// Folder for the letters, one file a platform; else all go to standard output
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Who notifies; else the investigator of the case
    #[arg(long, value_name = "NAME")]
    notifier: Option<String>,
    /// Address to which the platform may answer
    #[arg(long, value_name = "ADDRESS")]
    email: Option<String>,
    /// Language of all notices; else each platform's own
    #[arg(long, value_name = "LANGUAGE")]
    lang: Option<Lang>,
    /// Law of all notices; else that of each platform's country
    #[arg(long, value_name = "LAW")]
    law: Option<ByLaw>,
    /// Which letters
    #[arg(long, value_name = "LETTER", default_value = "notice")]
    kind: Kind,
    #[command(flatten)]
    counted: CountedArgs,
    #[command(flatten)]
    format: FormatArgs,
}

/// The law that a notice rests on.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum ByLaw {
    /// Regulation (EC) No 338/97 and the Digital Services Act
    Eu,
    /// Regulation (EC) No 338/97 as it has effect in Great Britain; claims no procedure
    Gb,
}

impl From<ByLaw> for Law {
    fn from(law: ByLaw) -> Self {
        match law {
            ByLaw::Eu => Self::Eu,
            ByLaw::Gb => Self::GreatBritain,
        }
    }
}

/// What the letters are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Kind {
    /// Notices under Article 16
    Notice,
    /// Reminders of ads that were notified and that `evidence recheck` found still up
    Reminder,
    /// Requests under Article 23 to suspend accounts that show many such ads or came back
    Suspension,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Notice => "notice",
            Self::Reminder => "reminder",
            Self::Suspension => "suspension",
        }
    }

    /// What is said when there is no such letter to write.
    fn nothing(self) -> &'static str {
        match self {
            Self::Notice => "There is nothing to notify.",
            Self::Reminder => {
                "There is nothing to remind of: `evidence recheck` has found no ad still up that a \
                 notice in this case names."
            }
            Self::Suspension => "No account calls for it: see `case notice --help`.",
        }
    }
}

pub(super) fn run(args: &Args, streams: &mut Streams) -> anyhow::Result<Outcome> {
    let case = args.case.open()?;
    let ads = counted(&case, &args.counted)?;
    let details = &case.record().details;
    let sender = Sender {
        name: args.notifier.clone().or_else(|| details.investigator.clone()),
        email: args.email.clone(),
        reference: details.number.clone().unwrap_or_else(|| details.title.clone()),
        date: Clock::System.today(),
        language: args.lang.map(Into::into),
        law: args.law.map(Into::into),
    };
    let drafts = notices(&ads, &preserved(case.store())?, &sender);
    for (ad, why) in &drafts.left_out {
        streams.warning(format_args!("{ad}: {why}; in no notice"));
    }
    for notice in drafts.notices.iter().filter(|notice| notice.law == Law::GreatBritain) {
        streams.warning(format_args!(
            "{}: taken for a platform in Great Britain (--law eu if it is not); its Annexes are \
             those of the European Union, compare them before sending",
            notice.platform
        ));
    }
    if sender.name.is_none() || sender.email.is_none() {
        streams.warning("Article 16(2)(c) asks for name and e-mail address: --notifier, --email");
    }
    let letters = letters(&case, &drafts.notices, args.kind)?;
    match &args.out {
        Some(folder) => write(&case, &letters, folder, args.kind, streams)?,
        None => print(&letters, args, streams)?,
    }
    if letters.is_empty() {
        streams.message(args.kind.nothing());
    }
    Ok(match (letters.is_empty(), drafts.left_out.is_empty()) {
        (true, _) => Outcome::Negative,
        (false, false) => Outcome::Partial,
        (false, true) => Outcome::Done,
    })
}

/// The letters of `kind`, each with the notice that it rests on.
fn letters<'a>(
    case: &Folder,
    notices: &'a [Notice],
    kind: Kind,
) -> anyhow::Result<Vec<(&'a Notice, String)>> {
    if kind == Kind::Notice {
        return Ok(notices.iter().map(|notice| (notice, letter(notice))).collect());
    }
    let past = Past::of(&case.store().log()?);
    let mut all = Vec::new();
    if kind == Kind::Suspension {
        Ledger::of(case.path()).read(|ad| all.push(ad))?;
    }
    let written = notices.iter().filter_map(|notice| {
        let text = match kind {
            Kind::Suspension => {
                suspension(notice, &past, &shown_by_account(&all, &notice.platform))
            }
            Kind::Notice | Kind::Reminder => reminder(notice, &past),
        };
        Some((notice, text?))
    });
    Ok(written.collect())
}

fn print(letters: &[(&Notice, String)], args: &Args, streams: &mut Streams) -> anyhow::Result<()> {
    let notices: Vec<&Notice> = letters.iter().map(|(notice, _)| *notice).collect();
    let format = args.format.choice();
    if let Some(format @ (Format::Json | Format::Jsonl)) = format {
        let mut bytes = match format {
            Format::Json => serde_json::to_vec_pretty(&notices)?,
            _ => {
                let lines: Result<Vec<String>, _> =
                    notices.iter().map(serde_json::to_string).collect();
                lines?.join("\n").into_bytes()
            }
        };
        bytes.push(b'\n');
        return Ok(streams.data().write_all(&bytes)?);
    }
    let letters: Vec<&str> = letters.iter().map(|(_, text)| text.as_str()).collect();
    Ok(streams.data().write_all(letters.join("\n\u{2014}\n\n").as_bytes())?)
}

/// Writes the letters; the custody log keeps which ads a notice names, so that reminders know.
fn write(
    case: &Folder,
    letters: &[(&Notice, String)],
    folder: &Path,
    kind: Kind,
    streams: &mut Streams,
) -> anyhow::Result<()> {
    fs_err::create_dir_all(folder).context("cannot make the folder for the notices")?;
    let custodian = Custodian::of_user(Clock::System)?;
    let mut writer = case.lock(&custodian)?;
    let mut taken = BTreeSet::new();
    for (notice, text) in letters {
        let mut name = file_name(&notice.platform);
        while !taken.insert(name.clone()) {
            name.push('_');
        }
        let path = folder.join(format!("{}-{name}.{}.txt", kind.word(), notice.language.code()));
        let mut file = new_file(&path)?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
        let name = if kind == Kind::Notice { DRAFTED } else { kind.word() };
        let ads: Vec<&AdId> = notice.items.iter().map(|item| &item.ad_id).collect();
        let action = Action::new(name)
            .with("platform", &notice.platform)
            .with("ads", ads)
            .with("sha256", Sha256::of(text.as_bytes()));
        writer.append(action)?;
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
