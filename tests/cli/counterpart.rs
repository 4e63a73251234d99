//! Runs programs that are not ours, and steps aside loudly where one is missing.

use std::path::Path;
use std::process::{Command, Output};

/// Runs a program in `folder`; `None` when it is missing and may be.
pub(crate) fn counterpart(program: &str, args: &[&str], folder: &Path) -> Option<Output> {
    match Command::new(program).args(args).current_dir(folder).output() {
        Ok(output) => Some(output),
        Err(err) => {
            let required = std::env::var("PUGMARK_COUNTERPARTS").is_ok_and(|v| v == "required");
            assert!(!required, "{program} is required: {err}");
            eprintln!(
                "STEPPED ASIDE: {program} is missing ({err}), so nothing was compared with it"
            );
            None
        }
    }
}

/// How a program ended and what it said, for a message.
pub(crate) fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}
