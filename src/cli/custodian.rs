//! Who signs: the user's key, and the passphrase that opens it.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use super::Hint;
use crate::clock::Clock;
use crate::evidence::{Custodian, KeyError, PASSPHRASE_FILE, Signer, passphrase_from_environment};

/// The user, who is asked for the passphrase where the key has one and nobody said it.
pub(super) fn custodian() -> anyhow::Result<Custodian> {
    let signer = Signer::of_user(&ask).map_err(explain_key)?;
    Ok(Custodian::new(signer, Clock::System))
}

/// The passphrase of the key at `key`: from the file in the environment, else from the terminal.
pub(super) fn ask(key: PathBuf) -> Result<String, KeyError> {
    match passphrase_from_environment(key) {
        Err(KeyError::NoPassphrase(key)) if is_attended() => {
            Ok(rpassword::prompt_password(format!("Passphrase of `{}`: ", key.display()))?)
        }
        result => result,
    }
}

/// A passphrase to protect a key with from now on; asked for twice.
pub(super) fn ask_for_new() -> anyhow::Result<String> {
    if !is_attended() {
        let hint = format!("name a file with `--passphrase-file` or `{PASSPHRASE_FILE}`");
        return Err(anyhow::anyhow!("no passphrase was given").context(Hint(hint)));
    }
    let passphrase = rpassword::prompt_password("New passphrase: ")?;
    let again = rpassword::prompt_password("The same again: ")?;
    anyhow::ensure!(passphrase == again, "the two passphrases differ");
    Ok(passphrase)
}

/// Says what to do about an error of the signing key, where that is known.
pub(super) fn explain_key(err: KeyError) -> anyhow::Error {
    match key_hint(&err) {
        Some(hint) => anyhow::Error::new(err).context(Hint(hint)),
        None => err.into(),
    }
}

fn key_hint(err: &KeyError) -> Option<String> {
    match err {
        KeyError::NoPassphrase(_) => Some(format!(
            "put it into a file that only you can read, and its path into `{PASSPHRASE_FILE}`"
        )),
        KeyError::Malformed(path) => Some(format!(
            "restore `{}` from a copy; a new key cannot sign for the old one",
            path.display()
        )),
        _ => None,
    }
}

/// True when somebody is there to ask.
fn is_attended() -> bool {
    io::stderr().is_terminal() && (io::stdin().is_terminal() || cfg!(unix))
}
