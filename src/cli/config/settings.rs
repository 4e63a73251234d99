//! Settings that a user keeps: the TOML file, the variables `PUGMARK_…`, and their place among the arguments.
//!
//! A setting becomes the default value of the argument of the same name, so that clap decides as it always does: flag,
//! then environment, then file, then what the program is built with.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};
use toml_edit::{Document, Item, Value};

/// One thing that can be set.
#[derive(Debug)]
pub(crate) struct Key {
    /// Its name in the file, which is that of the argument.
    pub(crate) name: &'static str,
    /// What it is for.
    pub(crate) meaning: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text,
    Texts,
    Number,
}

const fn key(name: &'static str, kind: Kind, meaning: &'static str) -> Key {
    Key { name, meaning, kind }
}

/// All that can be set, in the order of the alphabet. A case is not among them: it would take what belongs to another
/// case; `PUGMARK_CASE`, or standing in its folder, says which case is meant.
pub(crate) const KEYS: [Key; 15] = [
    key("color", Kind::Text, "when to use colour: auto, always, never"),
    key("data", Kind::Text, "which data on species: newest, embedded"),
    key("email", Kind::Text, "where platforms answer to (case notice)"),
    key("format", Kind::Text, "how records are shown on a terminal: table, list, json, jsonl, csv"),
    key("investigator", Kind::Text, "who investigates (case new)"),
    key("jobs", Kind::Number, "pages to capture at the same time"),
    key("lang", Kind::Text, "language of meanings and reports: en, fr, de, nl"),
    key("legal-basis", Kind::Text, "on which law the collection rests (case new)"),
    key("proxy", Kind::Text, "proxy for captures, such as socks5h://127.0.0.1:9050"),
    key("scope", Kind::Text, "what the scanner looks for: listed, wildlife"),
    key("threads", Kind::Number, "number of threads of the scanner"),
    key("timeout", Kind::Number, "longest time for one address, in seconds"),
    key("tsa", Kind::Texts, "authorities for time-stamps"),
    key("tsa-ca", Kind::Text, "file with the certificates of the authority to trust"),
    key("user-agent", Kind::Text, "what captures call themselves to servers"),
];

/// Where a setting is not used, although the argument has its name: each notice is in its platform's language.
const NOT_USED: [(&str, &str); 1] = [("lang", "notice")];

/// Why settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettingsError {
    /// Neither `PUGMARK_CONFIG` nor a home folder is known.
    #[error("no folder for the settings: set PUGMARK_HOME or HOME")]
    NoFolder,
    /// The file cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file is no TOML.
    #[error("{path}: {reason}")]
    NoToml { path: String, reason: String },
    /// A setting that does not exist, or has a value that it cannot have.
    #[error("{place}: {reason}")]
    Wrong { place: String, reason: String },
}

/// The settings of a file: for each key its values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    values: BTreeMap<&'static str, Vec<String>>,
}

/// Where the settings are kept: `$PUGMARK_CONFIG`, else `config.toml` in `$PUGMARK_HOME`, in
/// `$XDG_CONFIG_HOME/pugmark`, or in `$HOME/.config/pugmark`.
pub(crate) fn path() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("PUGMARK_CONFIG").or_else(|| {
        let folder = set("PUGMARK_HOME")
            .or_else(|| set("XDG_CONFIG_HOME").map(|folder| folder.join("pugmark")))
            .or_else(|| set("HOME").map(|folder| folder.join(".config/pugmark")))?;
        Some(folder.join("config.toml"))
    })
}

/// The variable of the environment that sets `name`.
pub(crate) fn variable(name: &str) -> String {
    format!("PUGMARK_{}", name.to_uppercase().replace('-', "_"))
}

/// The key with this name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

impl Settings {
    /// Reads the user's file; no file, no settings. `command` knows which values there are.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, is no TOML, or sets what does not exist.
    pub(crate) fn load(command: &Command) -> Result<Self, SettingsError> {
        match path() {
            Some(path) if path.exists() => {
                Self::parse(&fs_err::read_to_string(&path)?, &path, command)
            }
            _ => Ok(Self::default()),
        }
    }

    /// Reads the text of a file that is at `path`.
    ///
    /// # Errors
    ///
    /// As [`Settings::load`].
    pub(crate) fn parse(text: &str, path: &Path, command: &Command) -> Result<Self, SettingsError> {
        let document = Document::parse(text).map_err(|err| SettingsError::NoToml {
            path: path.display().to_string(),
            reason: err.to_string().trim_end().to_owned(),
        })?;
        let mut values = BTreeMap::new();
        for (name, item) in document.iter() {
            let line = document.key(name).and_then(toml_edit::Key::span).map_or(1, |span| {
                1 + text[..span.start].bytes().filter(|byte| *byte == b'\n').count()
            });
            let wrong = |reason| SettingsError::Wrong {
                place: format!("{}:{line}", path.display()),
                reason,
            };
            let key = find(name).ok_or_else(|| wrong(unknown(name)))?;
            let found = key.values(item).map_err(wrong)?;
            key.check(&found, command).map_err(wrong)?;
            values.insert(key.name, found);
        }
        Ok(Self { values })
    }

    /// What the file says of `name`.
    pub(crate) fn get(&self, name: &str) -> Option<&[String]> {
        self.values.get(name).map(Vec::as_slice)
    }

    /// Puts the settings and their variables behind the arguments of `command`. The format counts on a terminal only:
    /// in a pipe the next program decides.
    pub(crate) fn behind(&self, command: Command, on_terminal: bool) -> Command {
        let name = command.get_name().to_owned();
        command
            .mut_args(|arg| self.behind_argument(arg, &name, on_terminal))
            .mut_subcommands(|subcommand| self.behind(subcommand, on_terminal))
    }

    fn behind_argument(&self, arg: Arg, command: &str, on_terminal: bool) -> Arg {
        let Some(key) = arg.get_long().and_then(find) else { return arg };
        let skipped = NOT_USED.contains(&(key.name, command));
        if skipped || (key.name == "format" && !on_terminal) {
            return arg;
        }
        let arg = arg.env(variable(key.name)).hide_env(true);
        match self.get(key.name) {
            // An address of a proxy may hold a password, which is not for the help.
            Some(values) => {
                arg.default_values(values.to_vec()).hide_default_value(key.name == "proxy")
            }
            None => arg,
        }
    }
}

fn unknown(name: &str) -> String {
    let names: Vec<_> = KEYS.iter().map(|key| key.name).collect();
    format!("there is no setting `{name}`; there are: {}", names.join(", "))
}

impl Key {
    /// The values that `item` gives this key.
    fn values(&self, item: &Item) -> Result<Vec<String>, String> {
        let one = |value: &Value| match (value, self.kind) {
            (Value::String(text), Kind::Text | Kind::Texts) => Some(text.value().clone()),
            (Value::Integer(number), Kind::Number) => Some(number.value().to_string()),
            _ => None,
        };
        let values = match item.as_value() {
            Some(Value::Array(list)) if self.kind == Kind::Texts => list.iter().map(one).collect(),
            Some(value) => one(value).map(|value| vec![value]),
            None => None,
        };
        values.ok_or_else(|| format!("`{}` must be {}", self.name, self.kind.in_words()))
    }

    /// Says what is wrong with `values`.
    pub(crate) fn check(&self, values: &[String], command: &Command) -> Result<(), String> {
        let possible = possible_values(command, self.name);
        for value in values {
            if self.kind == Kind::Number && !value.parse::<u64>().is_ok_and(|number| number > 0) {
                return Err(format!("`{}` must be {}", self.name, self.kind.in_words()));
            }
            if !possible.is_empty() && !possible.contains(value) {
                let name = self.name;
                return Err(format!(
                    "`{name}` cannot be `{value}`; it can be: {}",
                    possible.join(", ")
                ));
            }
        }
        Ok(())
    }

    /// The form of `values` in the file.
    pub(crate) fn to_toml(&self, values: &[String]) -> Option<Value> {
        match self.kind {
            Kind::Text => values.first().map(Value::from),
            Kind::Texts => Some(values.iter().collect()),
            Kind::Number => values.first()?.parse::<i64>().ok().map(Value::from),
        }
    }

    /// True when it can have several values.
    pub(crate) fn is_list(&self) -> bool {
        self.kind == Kind::Texts
    }
}

impl Kind {
    fn in_words(self) -> &'static str {
        match self {
            Self::Text => "a text in quotes",
            Self::Texts => "a text in quotes, or a list of them",
            Self::Number => "a whole number above 0",
        }
    }
}

/// The values that an argument of this name may have; none when any value may be.
fn possible_values(command: &Command, name: &str) -> Vec<String> {
    let own = command.get_arguments().find(|arg| arg.get_long() == Some(name));
    match own {
        Some(arg) => {
            arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
        }
        None => command
            .get_subcommands()
            .map(|subcommand| possible_values(subcommand, name))
            .find(|values| !values.is_empty())
            .unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, FromArgMatches};

    use super::{KEYS, Settings};
    use crate::cli::Cli;

    fn parse(text: &str) -> Result<Settings, String> {
        Settings::parse(text, "c.toml".as_ref(), &Cli::command()).map_err(|err| err.to_string())
    }

    #[test]
    fn each_setting_is_an_argument_of_some_command_and_they_are_sorted() {
        fn has(command: &clap::Command, name: &str) -> bool {
            command.get_arguments().any(|arg| arg.get_long() == Some(name))
                || command.get_subcommands().any(|subcommand| has(subcommand, name))
        }
        let missing: Vec<_> =
            KEYS.iter().filter(|key| !has(&Cli::command(), key.name)).map(|key| key.name).collect();
        assert_eq!(missing, [""; 0]);
        assert!(KEYS.is_sorted_by_key(|key| key.name));
    }

    #[test]
    fn what_does_not_exist_is_named_with_its_line() {
        let unknown = parse("# mine\nlang = \"de\"\nlnag = \"de\"\n").unwrap_err();
        assert!(unknown.starts_with("c.toml:3: there is no setting `lnag`"), "{unknown}");
        let value = parse("lang = \"tlh\"").unwrap_err();
        assert_eq!(value, "c.toml:1: `lang` cannot be `tlh`; it can be: en, fr, de, nl");
        for wrong in ["jobs = \"2\"", "jobs = 0", "lang = 1", "lang = [\"de\"]", "[tsa]\na = 1"] {
            assert!(parse(wrong).unwrap_err().contains("must be"), "{wrong}");
        }
        assert!(parse("lang = ").unwrap_err().starts_with("c.toml: TOML parse error"));
    }

    /// The whole command line stays sound with every setting behind it.
    #[test]
    fn every_setting_can_stand_behind_its_arguments() {
        let text = "color = 'never'\ndata = 'embedded'\nemail = 'a@b.example'\nformat = 'csv'\n\
            investigator = 'A'\njobs = 3\nlang = 'fr'\nlegal-basis = 'L'\nproxy = 'socks5h://127.0.0.1:9050'\nscope = 'wildlife'\n\
            threads = 1\ntimeout = 9\ntsa = ['https://a.example/']\ntsa-ca = 'r.pem'\nuser-agent = 'U'\n";
        let settings = parse(text).unwrap();
        assert_eq!(text.matches(" = ").count(), KEYS.len());
        let command = settings.behind(Cli::command(), true);
        command.clone().debug_assert();
        let matches =
            command.try_get_matches_from(["pugmark", "scan", "--scope", "listed"]).unwrap();
        assert!(Cli::from_arg_matches(&matches).is_ok());
        let (_, scan) = matches.subcommand().unwrap();
        let raw = |name| scan.get_raw(name).unwrap().next().unwrap().to_str().unwrap().to_owned();
        assert_eq!((raw("scope"), raw("format")), ("listed".to_owned(), "csv".to_owned()));
    }

    #[test]
    fn a_format_says_nothing_about_pipes() {
        let settings = parse("format = 'csv'").unwrap();
        let command = settings.behind(Cli::command(), false);
        let matches = command.try_get_matches_from(["pugmark", "scan"]).unwrap();
        assert!(matches.subcommand().unwrap().1.get_raw("format").is_none());
    }
}
