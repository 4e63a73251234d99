//! A folder, an empty environment and the program to run there.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

/// An empty folder, an empty environment, and the program to run there.
pub(crate) struct Sandbox {
    folder: TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// One that is in memory where the system has a place for it: for tests that write much.
    #[allow(dead_code, reason = "not every test program writes much")]
    pub(crate) fn in_memory() -> Self {
        match tempfile::tempdir_in("/dev/shm") {
            Ok(folder) => Self { folder },
            Err(_) => Self::new(),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs_err::write(&path, bytes).unwrap();
        path
    }

    /// The program, ready to run here: for tests that need more than [`Sandbox::run`].
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("pugmark"));
        command
            .args(args)
            .current_dir(self.folder.path())
            .env_clear()
            .env("COLUMNS", "100")
            .env("PUGMARK_HOME", self.folder.path().join("home"));
        command
    }

    /// Runs the program; returns exit code, stdout and stderr as one text to
    /// compare, with the folder's path replaced by `$SANDBOX`.
    #[must_use]
    pub(crate) fn run(&self, args: &[&str]) -> String {
        self.show(&self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs the program with `input` on stdin; returns its raw output.
    #[must_use]
    pub(crate) fn pipe(&self, args: &[&str], input: impl AsRef<[u8]>) -> Output {
        let mut child = self
            .command(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.as_ref().to_vec();
        // The program may stop reading early: a closed pipe is no failure of the test.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        output
    }

    /// The form that [`Sandbox::run`] returns, of any output.
    #[must_use]
    pub(crate) fn show(&self, output: &Output) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let all = format!(
            "exit {}\n--- stdout\n{}--- stderr\n{}",
            output.status.code().map_or("by signal".to_owned(), |code| code.to_string()),
            text(&output.stdout),
            text(&output.stderr),
        );
        all.replace(self.folder.path().to_str().unwrap(), "$SANDBOX")
    }
}
