//! Finds, starts and stops a browser.

use std::env;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fs_err as fs;
use tempfile::TempDir;

use super::guard::Guard;
use super::{BrowserError, BrowserOptions};

/// Names under which Chromium and its kin are installed.
const NAMES: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "chrome",
    "microsoft-edge",
];
/// Places outside of `PATH`.
const PLACES: [&str; 5] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];
/// Longest time for which the profile of a browser that has ended is tried to be removed.
const TIDY_TIME: Duration = Duration::from_secs(2);
/// Longest time to wait for a browser to start.
const START_TIME: Duration = Duration::from_secs(60);

/// What a browser is told, beside what depends on the capture: to keep to the page, and to
/// speak to nobody of its own accord.
const ARGUMENTS: [&str; 22] = [
    "--headless",
    "--remote-debugging-port=0",
    // Nobody listens there: what the browser has to say of its own accord goes nowhere. The
    // page gets another way out.
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--disable-quic",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--dns-prefetch-disable",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-component-extensions-with-background-pages",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,CertificateTransparencyComponentUpdater",
    "--disable-breakpad",
    "--metrics-recording-only",
    "--no-default-browser-check",
    "--no-first-run",
    "--no-pings",
    "--mute-audio",
    "--hide-scrollbars",
];

/// A browser that is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser(PathBuf);

impl Browser {
    /// The program at `path`.
    #[must_use]
    pub fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Looks where Chromium and its kin are usually installed.
    #[must_use]
    pub fn find() -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let in_path = env::split_paths(&path).flat_map(|folder| {
            NAMES.iter().flat_map(move |name| {
                [folder.join(name), folder.join(name).with_added_extension("exe")]
            })
        });
        let places = PLACES.iter().map(PathBuf::from);
        in_path.chain(places).find(|path| path.is_file()).map(Self)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

/// A browser that runs; it ends with this value, and leaves nothing behind.
pub(super) struct Running {
    child: Child,
    profile: TempDir,
    program: PathBuf,
    // Ends last: until then it sees to it that nothing stays.
    _guard: Option<Guard>,
}

impl Running {
    /// Starts a browser with an empty profile and no way to the network, which trusts the
    /// certificate whose key has this digest.
    pub(super) fn start(options: &BrowserOptions, key_digest: &str) -> Result<Self, BrowserError> {
        let program = options.program.path().to_owned();
        let place = options.profiles.clone().unwrap_or_else(env::temp_dir);
        let profile = tempfile::Builder::new().prefix("pugmark-browser-").tempdir_in(place)?;
        let mut command = Command::new(&program);
        command
            .args(ARGUMENTS)
            .arg(format!("--ignore-certificate-errors-spki-list={key_digest}"))
            .arg(format!("--user-data-dir={}", profile.path().display()));
        if options.without_sandbox {
            command.arg("--no-sandbox");
        }
        command.arg("about:blank").stdin(Stdio::null()).stdout(Stdio::null());
        let errors = fs::File::create(profile.path().join("errors"))?;
        command.stderr(errors.into_file());
        // In a group of its own: its processes can be ended together, and Ctrl-C is ours to answer.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let child = command.spawn().map_err(|err| BrowserError::Start {
            program: program.clone(),
            why: err.to_string(),
        })?;
        // Where there is no shell, a browser is better unguarded than not at all.
        let guard = Guard::set(child.id(), profile.path()).ok();
        Ok(Self { child, profile, program, _guard: guard })
    }

    /// Waits until it can be spoken to; returns port and path of its debugging protocol.
    pub(super) async fn address(&mut self) -> Result<(u16, String), BrowserError> {
        let file = self.profile.path().join("DevToolsActivePort");
        let started = Instant::now();
        loop {
            if let Ok(text) = fs::read_to_string(&file)
                && let Some((port, path)) = text.split_once('\n')
                && let (Ok(port), false) = (port.parse(), path.is_empty())
            {
                return Ok((port, path.trim().to_owned()));
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(self.failed(&format!("it ended ({status})")));
            }
            if started.elapsed() > START_TIME {
                return Err(self.failed("it opened no port within 60 s"));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    fn failed(&self, why: &str) -> BrowserError {
        let mut said = String::new();
        if let Ok(file) = fs::File::open(self.profile.path().join("errors")) {
            let _ = file.take(1 << 16).read_to_string(&mut said);
        }
        let line = said.lines().rfind(|line| line.contains("ERROR") || line.contains("sandbox"));
        let why = line.map_or_else(|| why.to_owned(), |line| format!("{why}: {}", line.trim()));
        BrowserError::Start { program: self.program.clone(), why }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Asked to close it needs a moment to end its children.
        let asked = Instant::now();
        while asked.elapsed() < Duration::from_millis(500) {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        end(&mut self.child);
        // What its last processes were just writing may appear while the folder is removed.
        let tidying = Instant::now();
        while fs::remove_dir_all(self.profile.path()).is_err()
            && self.profile.path().exists()
            && tidying.elapsed() < TIDY_TIME
        {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// Ends the browser with all its processes.
fn end(browser: &mut Child) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(browser.id()).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    let _ = browser.kill();
    let _ = browser.wait();
}
