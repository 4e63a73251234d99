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

/// True when Python has the packages `name`; where one is missing and may be, says so.
#[allow(dead_code, reason = "not every test program asks Python")]
pub(crate) fn python_has(name: &str, folder: &Path) -> bool {
    let found = counterpart(
        "python3",
        &[
            "-c",
            &format!(
                "import importlib.util as u, sys; sys.exit(not all(map(u.find_spec, '{name}'.split())))"
            ),
        ],
        folder,
    );
    let found = found.is_some_and(|output| output.status.success());
    if !found {
        let required = std::env::var("PUGMARK_COUNTERPARTS").is_ok_and(|v| v == "required");
        assert!(!required, "the Python package {name} is required");
        eprintln!("STEPPED ASIDE: the Python package {name} is missing");
    }
    found
}

/// How a program ended and what it said, for a message.
pub(crate) fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}{}", output.status, text(&output.stdout), text(&output.stderr))
}
