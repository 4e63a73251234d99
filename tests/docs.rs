//! Runs every command block of the README and of `docs/`, and compares what is shown with what comes.
//!
//! A block ```` ```console ```` holds commands after `$ ` (continued after `> `), each with what a person sees on a
//! terminal of 80 columns: first stdout, then stderr. `? N` right after a command says its exit code (else 0). A line
//! `...` stands for any lines, `[..]` for any text in a line; a command with nothing below it is run and not compared.
//! The blocks of a page run one after the other in a folder of their own, in which `examples` is ours; `127.0.0.1:8000`
//! is a server with the pages of `tests/docs/site`. `DOCS_ACCEPT=1 cargo test --test docs` puts what comes in the place of
//! what is shown, but where wildcards stand: read the change before you keep it.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up should stop")]
#![expect(clippy::print_stderr, reason = "a check that steps aside must say so")]

#[path = "cli/server.rs"]
#[allow(dead_code, reason = "shared with the tests of the commands")]
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;

use fs_err as fs;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
/// The address that pages give for the server of the examples.
const SITE: &str = "127.0.0.1:8000";

/// A command of a page, with what the page says comes of it.
#[derive(Debug, Default)]
struct Step {
    line: usize,
    command: String,
    exit: i32,
    shown: Vec<String>,
    /// Where in the page, counted from 0, what is shown begins.
    shown_from: usize,
}

/// The commands of a page, in order.
fn steps(page: &str) -> Vec<Step> {
    let (mut steps, mut is_inside) = (Vec::<Step>::new(), false);
    for (number, line) in (1..).zip(page.lines()) {
        if line.starts_with("```") {
            is_inside = line == "```console";
            continue;
        }
        if !is_inside {
            assert!(!line.starts_with("$ "), "line {number}: a command outside a console block");
            continue;
        }
        if let Some(command) = line.strip_prefix("$ ") {
            steps.push(Step { line: number, command: command.to_owned(), ..Step::default() });
            continue;
        }
        let step = steps.last_mut().unwrap_or_else(|| panic!("line {number}: output of nothing"));
        if let Some(more) = line.strip_prefix("> ").filter(|_| step.shown.is_empty()) {
            step.command = format!("{}\n{more}", step.command);
        } else if let Some(exit) = line.strip_prefix("? ").filter(|_| step.shown.is_empty()) {
            step.exit = exit.parse().unwrap();
        } else {
            if step.shown.is_empty() {
                step.shown_from = number - 1;
            }
            step.shown.push(line.to_owned());
        }
    }
    for step in &mut steps {
        while step.shown.last().is_some_and(|line| line.is_empty()) {
            step.shown.pop();
        }
    }
    steps
}

/// A folder in which the commands of one page run.
struct Place {
    folder: tempfile::TempDir,
    site: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("home")).unwrap();
        let examples = Path::new(ROOT).join("examples");
        std::os::unix::fs::symlink(examples, folder.path().join("examples")).unwrap();
        Self { folder, site: site().to_string() }
    }

    /// Runs `command` on a terminal; its exit code and what a person sees.
    fn run(&self, command: &str) -> (i32, Vec<String>) {
        let path = |name: &str| self.folder.path().join(name);
        let script =
            format!("exec 2>home/stderr </dev/null\n{}\n", command.replace(SITE, &self.site));
        fs::write(path("home/script"), script).unwrap();
        let program = assert_cmd::cargo::cargo_bin!("pugmark").parent().unwrap();
        let others = std::env::var("PATH").unwrap_or_default();
        let output = Command::new("script")
            .args(["-qec", "bash -o pipefail home/script", "/dev/null"])
            .current_dir(self.folder.path())
            .stdin(std::process::Stdio::null())
            .env_clear()
            .envs([("COLUMNS", "80"), ("TERM", "dumb"), ("NO_COLOR", "1"), ("LANG", "C.UTF-8")])
            .env("HOME", path("home"))
            .env("PATH", format!("{}:{others}", program.display()))
            .output()
            .unwrap();
        let mut seen = String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n");
        seen.push_str(&fs::read_to_string(path("home/stderr")).unwrap());
        let seen = seen
            .replace(path("home").to_str().unwrap(), "~")
            .replace(self.folder.path().to_str().unwrap(), "~/work")
            .replace(&self.site, SITE);
        let lines = seen.trim_end().lines().map(|line| line.trim_end().to_owned()).collect();
        (output.status.code().unwrap_or(-1), lines)
    }
}

/// Serves the pages of `tests/docs/site`.
fn site() -> std::net::SocketAddr {
    let folder = Path::new(ROOT).join("tests/docs/site");
    let mut answers = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let kind =
            if name.ends_with(".html") { "text/html; charset=utf-8" } else { "image/svg+xml" };
        // The server of the tests lives as long as the test does.
        let address: &'static str = Box::leak(format!("/{name}").into_boxed_str());
        answers.push((address, server::ok(kind, fs::read(&path).unwrap())));
    }
    server::serve(answers)
}

/// True when `seen` is what `shown` says, with its wildcards.
fn is_as_shown(shown: &[String], seen: &[String]) -> bool {
    match (shown.split_first(), seen.split_first()) {
        (None, None) => true,
        (Some((line, rest)), _) if line == "..." => {
            (0..=seen.len()).any(|skipped| is_as_shown(rest, &seen[skipped..]))
        }
        (Some((line, rest)), Some((found, others))) => {
            fits(line, found) && is_as_shown(rest, others)
        }
        _ => false,
    }
}

/// True when `line` is `pattern`, in which `[..]` stands for any text.
fn fits(pattern: &str, line: &str) -> bool {
    let mut parts = pattern.split("[..]");
    let Some(mut rest) = parts.next().and_then(|start| line.strip_prefix(start)) else {
        return false;
    };
    let parts: Vec<_> = parts.collect();
    let Some((end, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(place) = rest.find(part) else { return false };
        rest = &rest[place + part.len()..];
    }
    rest.ends_with(end)
}

/// A program that a page needs and that is not on this machine.
fn missing(command: &str) -> Option<&'static str> {
    let programs = ["bagit.py", "warcio", "openssl", "jq"];
    let is_there = |program: &str| {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&paths).any(|folder| folder.join(program).is_file())
    };
    let words: Vec<_> = command.split_whitespace().collect();
    programs.into_iter().find(|program| words.contains(program) && !is_there(program))
}

/// Runs the commands of `page` (a path in the repository); what is not as shown, in words.
fn run(page: &str) -> Vec<String> {
    let path = Path::new(ROOT).join(page);
    let text = fs::read_to_string(&path).unwrap();
    let (place, mut faults, mut accepted) = (Place::new(), Vec::new(), Vec::new());
    for step in steps(&text) {
        if let Some(program) = missing(&step.command) {
            let required = std::env::var("PUGMARK_COUNTERPARTS").is_ok_and(|v| v == "required");
            assert!(!required, "{page}:{}: {program} is required", step.line);
            eprintln!("STEPPED ASIDE: {program} is missing, so {page}:{} did not run", step.line);
            continue;
        }
        let (exit, seen) = place.run(&step.command);
        let agrees = step.shown.is_empty() || is_as_shown(&step.shown, &seen);
        let is_exact = !step.shown.iter().any(|line| line == "..." || line.contains("[..]"));
        if !agrees && is_exact && exit == step.exit {
            accepted.push((step.shown_from, step.shown.len(), seen.clone()));
        }
        if exit != step.exit || !agrees {
            faults.push(format!(
                "{page}:{}: $ {}\nexit {exit}, the page says {}; what came:\n{}\n",
                step.line,
                step.command,
                step.exit,
                seen.join("\n")
            ));
        }
    }
    if std::env::var_os("DOCS_ACCEPT").is_some() {
        accept(&path, &text, accepted);
    }
    faults
}

/// Writes the page anew, with other lines where they were accepted: from, how many, and what instead.
fn accept(path: &Path, text: &str, accepted: Vec<(usize, usize, Vec<String>)>) {
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    for (from, count, seen) in accepted.into_iter().rev() {
        lines.splice(from..from + count, seen);
    }
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

fn assert_as_shown(page: &str) {
    let faults = run(page);
    assert!(
        faults.is_empty(),
        "{} of the commands are not as shown:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// All pages under `docs/`, and those at the top that have commands.
fn pages() -> Vec<String> {
    let mut pages: Vec<_> = markdown(&Path::new(ROOT).join("docs"))
        .iter()
        .map(|path| path.strip_prefix(ROOT).unwrap().to_str().unwrap().to_owned())
        .collect();
    pages.push("README.md".to_owned());
    pages
}

fn markdown(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(markdown(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
    found.sort();
    found
}

#[test]
fn what_the_readme_shows_is_what_comes() {
    assert_as_shown("README.md");
}

#[test]
fn what_the_book_shows_is_what_comes() {
    let pages: Vec<_> = pages().into_iter().filter(|page| page != "README.md").collect();
    let faults: Vec<_> = pages.iter().flat_map(|page| run(page)).collect();
    assert!(
        faults.is_empty(),
        "{} commands are not as shown:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

/// A block in another language may install or build, but what calls pugmark is run.
#[test]
fn no_command_escapes_the_test() {
    let mut commands = 0;
    for page in pages() {
        let text = fs::read_to_string(Path::new(ROOT).join(&page)).unwrap();
        commands += steps(&text).len();
        let mut block = "";
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(kind) = line.strip_prefix("```") {
                block =
                    if block.is_empty() { if kind.is_empty() { "text" } else { kind } } else { "" };
            }
            let escapes = block == "sh" && line.trim_start().starts_with("pugmark ");
            assert!(!escapes, "{page}:{number}: write it in a ```console block");
        }
    }
    assert!(commands > 40, "{commands} commands");
}

#[test]
fn every_page_is_in_the_table_of_contents_and_every_link_leads_somewhere() {
    let summary = fs::read_to_string(Path::new(ROOT).join("docs/SUMMARY.md")).unwrap();
    for page in pages().iter().filter(|page| *page != "README.md" && *page != "docs/SUMMARY.md") {
        let name = page.strip_prefix("docs/").unwrap();
        assert!(summary.contains(&format!("({name})")), "{page} is not in docs/SUMMARY.md");
    }
    for page in pages() {
        let path = Path::new(ROOT).join(&page);
        let text = fs::read_to_string(&path).unwrap();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = target.split('#').next().unwrap();
            if !file.is_empty() && !file.contains("://") && !file.starts_with("mailto:") {
                assert!(
                    path.parent().unwrap().join(file).exists(),
                    "{page}: {target} leads nowhere"
                );
            }
        }
    }
}

#[test]
fn wildcards_stand_for_any_text_and_nothing_else() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(is_as_shown(&lines("a\n...\nd [..] f"), &lines("a\nb\nc\nd e f")));
    assert!(is_as_shown(&lines("..."), &[]));
    assert!(!is_as_shown(&lines("a [..]"), &lines("b c")));
    assert!(!is_as_shown(&lines("a"), &lines("a\nb")));
    assert!(fits("[..]x", "yx") && !fits("[..]x", "xy") && fits("a[..]b[..]c", "a1b2c"));
}
