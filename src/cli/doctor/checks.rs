//! What `pugmark doctor` looks at.

use std::path::{Path, PathBuf};

use clap::CommandFactory;
use jiff::civil::Date;

use super::Finding;
use crate::cli::Cli;
use crate::cli::config::{self, KEYS, Settings};
use crate::clock::Clock;
use crate::evidence::{Browser, user_folder};
use crate::species::{Species, update};

/// Variables that stand for no setting.
const OTHER_VARIABLES: [&str; 5] = [
    "PUGMARK_BROWSER",
    "PUGMARK_CASE",
    "PUGMARK_CONFIG",
    "PUGMARK_HOME",
    "PUGMARK_PASSPHRASE_FILE",
];
/// Days after which the data on species should be refreshed.
const OLD: i32 = 365;
/// Space below which a capture may not fit, in MiB.
#[cfg(unix)]
const LITTLE: u64 = 1024;

/// Looks at everything.
pub(super) fn all(clock: Clock) -> Vec<Finding> {
    let folder = user_folder();
    let data = data(crate::cli::data::folder().as_deref());
    let mut findings =
        vec![Finding::good("program", concat!("pugmark ", env!("CARGO_PKG_VERSION")))];
    findings.push(settings());
    findings.extend(variables());
    findings.push(folder.as_deref().map_or_else(no_folder, key));
    findings.push(age(data.0, clock.today()));
    findings.extend(data.1);
    findings.push(self::clock(data.0, clock.today()));
    findings.extend(disk());
    findings.push(browser());
    findings.push(proxy());
    findings
}

fn settings() -> Finding {
    let Some(path) = config::path() else {
        return Finding::note("settings", "no folder for them", "set HOME or PUGMARK_HOME");
    };
    let place = path.display();
    match Settings::load(&Cli::command()) {
        Ok(_) if path.exists() => Finding::good("settings", format!("{place} is sound")),
        Ok(_) => Finding::good("settings", format!("none kept ({place} does not exist)")),
        Err(err) => {
            Finding::wrong("settings", format!("{err}"), "correct that line, or take it out")
        }
    }
}

/// Variables that nothing reads: most often a slip, and then the wrong case or key is used.
fn variables() -> Vec<Finding> {
    let known: Vec<_> = KEYS.iter().map(|key| config::variable(key.name)).collect();
    let mut names: Vec<_> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("PUGMARK_"))
        .collect();
    names.sort();
    let is_known = |name: &String| known.contains(name) || OTHER_VARIABLES.contains(&name.as_str());
    let (known, unknown): (Vec<_>, Vec<_>) = names.into_iter().partition(is_known);
    let mut findings: Vec<_> = unknown
        .into_iter()
        .map(|name| {
            let advice = "correct its name, or take it out; `pugmark config show` has the names";
            Finding::wrong("variables", format!("{name} means nothing"), advice)
        })
        .collect();
    if findings.is_empty() {
        let found = if known.is_empty() { "none set".to_owned() } else { known.join(", ") };
        findings.push(Finding::good("variables", found));
    }
    findings
}

fn no_folder() -> Finding {
    Finding::wrong("signing key", "no folder for it", "set HOME or PUGMARK_HOME")
}

fn key(folder: &Path) -> Finding {
    let path = folder.join("signing-key.pem");
    if !path.exists() {
        return Finding::good("signing key", format!("made on first use, as {}", path.display()));
    }
    match fs_err::read_to_string(&path) {
        Ok(pem) if !pem.starts_with("-----BEGIN PRIVATE KEY-----") => Finding::wrong(
            "signing key",
            format!("{} holds no key", path.display()),
            "put the key back from a copy, or move the file away: a new one is made",
        ),
        Ok(_) if !is_private(&path) => Finding::wrong(
            "signing key",
            format!("others can read {}", path.display()),
            format!("chmod 600 '{}'; if somebody may have read it, use a new one", path.display()),
        ),
        Ok(_) => Finding::good("signing key", path.display().to_string()),
        Err(err) => Finding::wrong("signing key", err.to_string(), "make it readable for you"),
    }
}

#[cfg(unix)]
fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs_err::metadata(path).is_ok_and(|data| data.permissions().mode() & 0o077 == 0)
}

/// What others may read follows from the folder here.
#[cfg(not(unix))]
fn is_private(_path: &Path) -> bool {
    true
}

/// The day of the data in use, and what is wrong with a set of the user's.
fn data(folder: Option<&Path>) -> (Date, Option<Finding>) {
    let embedded = Species::embedded().data_date();
    match folder.map(update::installed) {
        Some(Ok(Some(species))) => (species.data_date().max(embedded), None),
        Some(Err(err)) => {
            let advice =
                "run `pugmark species update` again; until then the data in the program count";
            let found = format!("your updated set cannot be used: {err}");
            (embedded, Some(Finding::wrong("updated data", found, advice)))
        }
        _ => (embedded, None),
    }
}

fn age(data: Date, today: Date) -> Finding {
    let days = (today - data).get_days();
    let found = format!("the law as of {data}");
    if days > OLD {
        let advice = "`pugmark species update`, or a newer pugmark";
        return Finding::wrong("data on species", format!("{found}, {days} days old"), advice);
    }
    Finding::good("data on species", found)
}

/// Only a clock that is plainly wrong shows without asking others.
fn clock(data: Date, today: Date) -> Finding {
    if today < data {
        let found = format!("it says {today}, before the day of the data ({data})");
        return Finding::wrong("clock", found, "set the clock: captures carry its time");
    }
    if Path::new("/run/systemd/timesync/synchronized").exists() {
        return Finding::good("clock", format!("{today} UTC, set by a time server"));
    }
    let advice = "compare it with a time server; a capture records how far it is from the server's";
    Finding::note("clock", format!("{today} UTC; who sets it is not known"), advice)
}

#[cfg(unix)]
fn disk() -> Option<Finding> {
    let folder = std::env::current_dir().ok()?;
    let state = rustix::fs::statvfs(&folder).ok()?;
    let free = state.f_bavail.saturating_mul(state.f_frsize) >> 20;
    let found = format!("{} GiB free here ({})", free >> 10, folder.display());
    Some(if free < LITTLE {
        Finding::wrong("disk", format!("{free} MiB free here"), "make room before you capture")
    } else {
        Finding::good("disk", found)
    })
}

#[cfg(not(unix))]
fn disk() -> Option<Finding> {
    None
}

fn browser() -> Finding {
    let named = std::env::var_os("PUGMARK_BROWSER").map(PathBuf::from);
    if let Some(path) = named.filter(|path| !path.is_file()) {
        let found = format!("PUGMARK_BROWSER names {}, which is not there", path.display());
        return Finding::wrong("browser", found, "name the program, or take the variable out");
    }
    match Browser::find() {
        Some(browser) => Finding::good("browser", browser.path().display().to_string()),
        None => Finding::note(
            "browser",
            "none found",
            "captures by HTTP work; pages that need scripts need Chromium (Debian: apt install chromium)",
        ),
    }
}

fn proxy() -> Finding {
    let names =
        ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "all_proxy", "https_proxy", "http_proxy"];
    let set: Vec<_> = names.into_iter().filter(|name| std::env::var_os(name).is_some()).collect();
    if set.is_empty() {
        return Finding::good("proxy", "none set");
    }
    let advice = "`species update` and time-stamps go through it; captures only with --proxy or the setting `proxy`";
    Finding::note("proxy", set.join(", "), advice)
}
