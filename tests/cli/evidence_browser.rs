//! Tests of `pugmark evidence capture --browser` that need a process of its own.
#![cfg(unix)]

use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::chromium::browser;
use crate::sandbox::Sandbox;
use crate::server::{ok, serve};

/// The profile of the browser that runs in `sandbox`, once there is one with a page in it.
fn profiles(sandbox: &Sandbox) -> Vec<String> {
    let entries = fs_err::read_dir(sandbox.path("tmp")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with("pugmark-browser-")).collect()
}

/// Processes whose command line names the sandbox.
fn processes(sandbox: &Sandbox) -> usize {
    let Ok(entries) = std::fs::read_dir("/proc") else { return 0 };
    let place = sandbox.path("tmp").to_string_lossy().into_owned();
    let lines = entries.flatten().filter_map(|entry| {
        let line = fs_err::read_to_string(entry.path().join("cmdline")).ok()?;
        line.contains(&place).then_some(())
    });
    lines.count()
}

fn within(time: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while !holds() {
        if started.elapsed() > time {
            return false;
        }
        thread::sleep(Duration::from_millis(50));
    }
    true
}

#[test]
fn a_capture_that_is_killed_takes_its_browser_along() {
    let Some(program) = browser() else { return };
    let sandbox = Sandbox::new();
    fs_err::create_dir(sandbox.path("tmp")).unwrap();
    let made = sandbox.run(&["case", "new", "case", "--title", "Ivory"]);
    assert!(made.starts_with("exit 0"), "{made}");
    let server = serve(vec![("/", ok("text/html", "<img src=/never>")), ("/never", Vec::new())]);
    let url = format!("http://{server}/");
    let mut args = vec!["evidence", "capture", "--case", "case", "--allow-private", "--browser"];
    args.extend(["--browser-program", &program, "--browser-without-sandbox", &url]);
    let mut command = sandbox.command(&args);
    command.env("TMPDIR", sandbox.path("tmp")).env("PATH", std::env::var_os("PATH").unwrap());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let runs = within(Duration::from_secs(30), || {
        profiles(&sandbox)
            .iter()
            .any(|name| sandbox.path("tmp").join(name).join("DevToolsActivePort").exists())
    });
    assert!(runs, "the browser did not start");
    assert!(!cfg!(target_os = "linux") || processes(&sandbox) > 0);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(within(Duration::from_secs(10), || profiles(&sandbox).is_empty()), "a profile stays");
    assert!(within(Duration::from_secs(10), || processes(&sandbox) == 0), "a browser stays");
    let verified = sandbox.run(&["evidence", "verify", "case"]);
    assert!(verified.starts_with("exit 0"), "{verified}");
}
