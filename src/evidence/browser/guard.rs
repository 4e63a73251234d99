//! Ends the browser and takes its profile away even when this program is killed.
//!
//! A process that is killed can tidy up nothing. So a small shell waits beside it with its
//! hand on a pipe: when the pipe closes without a word, the program is gone, and the shell
//! kills the browser and removes the folder.

use std::io;
use std::path::Path;
#[cfg(unix)]
use std::process::Child;

/// Waits for a word; without one, ends the processes of group `$1` and removes the folder `$2`.
#[cfg(unix)]
const SCRIPT: &str = r#"read -r word && exit
kill -s KILL -- "-$1"
for n in 1 2 3 4 5 6 7 8 9 10; do
  rm -rf -- "$2" && exit
  sleep 0.2
done"#;

/// A shell that waits for the end of this program.
pub(super) struct Guard {
    #[cfg(unix)]
    shell: Option<Child>,
}

#[cfg(unix)]
impl Guard {
    /// Guards the processes of `group` and the folder `profile`.
    pub(super) fn set(group: u32, profile: &Path) -> io::Result<Self> {
        use std::os::unix::process::CommandExt;
        use std::process::{Command, Stdio};
        let shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "guard", &group.to_string()])
            .arg(profile)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // In a group of its own, so that a Ctrl-C for this program does not end it.
            .process_group(0)
            .spawn()?;
        Ok(Self { shell: Some(shell) })
    }
}

#[cfg(unix)]
impl Drop for Guard {
    fn drop(&mut self) {
        use std::io::Write;
        if let Some(mut shell) = self.shell.take() {
            if let Some(mut pipe) = shell.stdin.take() {
                let _ = pipe.write_all(b"done\n");
            }
            let _ = shell.wait();
        }
    }
}

#[cfg(not(unix))]
impl Guard {
    /// Guards nothing: here the system has no groups of processes.
    pub(super) fn set(_group: u32, _profile: &Path) -> io::Result<Self> {
        Ok(Self {})
    }
}
