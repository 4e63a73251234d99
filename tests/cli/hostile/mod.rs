//! Input written by somebody who wants to do harm: no panic, nothing written elsewhere, no escape to the terminal,
//! bounded memory and time. One line a case, in `cases.rs`.

// One line a case is what makes it a table.
#[rustfmt::skip]
mod cases;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use crate::sandbox::Sandbox;
use crate::server::serve;

/// What is done with the bytes of a case.
enum Way {
    /// A file of this name goes to `scan`, which prints a table.
    Scan(&'static str),
    /// A file `in` and these arguments.
    Args(&'static [&'static str]),
    /// Names for `species -`.
    Names,
    /// Records for `case import`, then every output of the case.
    Case,
    /// A whole answer of a web server, for `evidence capture`.
    Answer,
    /// An address for `evidence capture`.
    Address,
    /// The name of a file for `evidence add`.
    FileName,
    /// This file of a case with an item is replaced, then verified.
    Tampered(&'static str),
    /// This file in the folder of keys and settings, then a command that needs it.
    Home(&'static str),
}

/// One attack.
struct Case {
    attacks: &'static str,
    way: Way,
    bytes: Vec<u8>,
}

fn case(attacks: &'static str, way: Way, bytes: impl AsRef<[u8]>) -> Case {
    Case { attacks, way, bytes: bytes.as_ref().to_vec() }
}

/// Address space for one command, in KiB, and its time.
const MEMORY: &str = "3000000";
const TIME: &str = "120";

/// A folder with `work/` to work in, `home/`, and around them what must stay as it is.
struct Arena {
    sandbox: Sandbox,
}

impl Arena {
    fn new() -> Self {
        let sandbox = Sandbox::in_memory();
        fs_err::create_dir(sandbox.path("work")).unwrap();
        fs_err::create_dir(sandbox.path("home")).unwrap();
        sandbox.write("canary", "alive");
        Self { sandbox }
    }

    /// Runs the program in `work/` with bounded memory and time; what is wrong with how it ended.
    fn run(&self, args: &[&str]) -> Result<(), String> {
        let program = assert_cmd::cargo::cargo_bin!("pugmark");
        let mut command = Command::new("bash");
        let script =
            format!("ulimit -v {MEMORY}; ulimit -c 0; exec timeout -s KILL {TIME} \"$0\" \"$@\"");
        let output = command
            .args(["-c", &script])
            .arg(program)
            .args(args)
            .current_dir(self.sandbox.path("work"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("COLUMNS", "80")
            .env("HOME", self.sandbox.path("home"))
            .env("PUGMARK_HOME", self.sandbox.path("home"))
            .stdin(
                fs_err::File::open(self.sandbox.path("work/in"))
                    .map_or_else(|_| Stdio::null(), |file| Stdio::from(file.into_file())),
            )
            .output()
            .unwrap();
        let (said, shown) =
            (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
        let is_table = args.contains(&"table");
        if !matches!(output.status.code(), Some(0..=3)) {
            return Err(format!("ended with {} and said {said}", output.status));
        }
        if said.contains("panicked") || shown.contains("panicked at") {
            return Err(format!("panicked: {said}"));
        }
        let obeyed = |text: &str| text.chars().any(pugmark::output::terminal_text::is_unsafe);
        if obeyed(&said) || (is_table && obeyed(&shown)) {
            return Err(format!("lets the terminal obey: {said:?} {shown:?}"));
        }
        if output.status.code() == Some(2) && !said.lines().any(|line| line.starts_with("error: "))
        {
            return Err(format!("does not say what is wrong: {said}"));
        }
        Ok(())
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        fs_err::write(self.sandbox.path("work").join(name), bytes).unwrap();
    }

    /// A case with one item.
    fn make_case(&self) -> Result<(), String> {
        self.write("evidence.txt", b"pixels");
        self.run(&["-q", "case", "new", "case", "--title", "t"])?;
        self.run(&["-q", "evidence", "add", "--case", "case", "evidence.txt"])
    }

    fn attack(&self, case: &Case) -> Result<(), String> {
        match case.way {
            Way::Scan(name) => {
                self.write(name, &case.bytes);
                self.run(&["scan", name, "--format", "table"])?;
                self.run(&["scan", name, "--format", "csv", "--scope", "wildlife"])
            }
            Way::Args(args) => {
                self.write("in", &case.bytes);
                self.run(args)
            }
            Way::Names => {
                self.write("in", &case.bytes);
                self.run(&["species", "-", "--format", "table"])
            }
            Way::Case => self.attack_case(&case.bytes),
            Way::Answer => {
                self.make_case()?;
                let address = serve(vec![("/", case.bytes.clone())]);
                self.capture(&format!("http://{address}/"))
            }
            Way::Address => {
                self.make_case()?;
                self.capture(&String::from_utf8_lossy(&case.bytes))
            }
            Way::FileName => self.attack_name(&case.bytes),
            Way::Tampered(file) => self.tamper(file, &case.bytes),
            Way::Home(file) => {
                fs_err::write(self.sandbox.path("home").join(file), &case.bytes).unwrap();
                self.run(&["case", "new", "case", "--title", "t"])?;
                self.run(&["species", "Ara macao", "--format", "table"])?;
                self.run(&["doctor", "--format", "table"])
            }
        }
    }

    fn attack_case(&self, records: &[u8]) -> Result<(), String> {
        self.write("scan.jsonl", records);
        self.run(&["-q", "case", "new", "case", "--title", "t"])?;
        for args in [
            &["case", "import", "case", "scan.jsonl"][..],
            &["case", "summary", "case", "--format", "table", "--html", "r.html", "--md", "r.md"],
            &[
                "case",
                "links",
                "case",
                "--format",
                "table",
                "--html",
                "l.html",
                "--graphml",
                "g.xml",
            ],
            &["case", "notice", "case", "--out", "notices"],
            &["case", "review", "case", "--to", "review.csv"],
            &["case", "export", "case", "--as", "csv", "--out", "ads.csv"],
            &["case", "export", "case", "--as", "stix", "--out", "s.json"],
            &["evidence", "verify", "case", "--failed", "--format", "table"],
        ] {
            self.run(args).map_err(|fault| format!("{args:?} {fault}"))?;
        }
        let page = fs_err::read_to_string(self.sandbox.path("work/r.html")).unwrap_or_default();
        let runs = [
            "<script>alert",
            "<img src=x",
            "<iframe",
            "<b onclick",
            "href=\"javascript:",
            "href=\"data:",
        ];
        if runs.iter().any(|mark| page.contains(mark)) {
            return Err("the report runs what a stranger wrote".to_owned());
        }
        let sheet = fs_err::read_to_string(self.sandbox.path("work/ads.csv")).unwrap_or_default();
        match sheet.contains(",=") || sheet.contains(",\"=") || sheet.contains(",@") {
            true => Err("a spreadsheet runs what a stranger wrote".to_owned()),
            false => Ok(()),
        }
    }

    fn capture(&self, url: &str) -> Result<(), String> {
        let args = ["evidence", "capture", "--case", "case", "--timeout", "2", "--format", "table"];
        self.run(&[&args[..], &["--allow-private", "--", url]].concat())?;
        self.run(&["evidence", "verify", "case", "--failed", "--format", "table"])
    }

    #[cfg(unix)]
    fn attack_name(&self, name: &[u8]) -> Result<(), String> {
        use std::os::unix::ffi::OsStrExt;
        fs_err::create_dir(self.sandbox.path("work/phone")).unwrap();
        let path = self.sandbox.path("work/phone").join(std::ffi::OsStr::from_bytes(name));
        fs_err::write(path, "x").unwrap();
        self.make_case()?;
        self.run(&["evidence", "add", "--case", "case", "phone", "--format", "table"])?;
        self.run(&["evidence", "log", "case", "--format", "table"])?;
        self.run(&["evidence", "verify", "case", "--failed", "--format", "table"])
    }

    fn tamper(&self, file: &str, bytes: &[u8]) -> Result<(), String> {
        self.make_case()?;
        let path = self.sandbox.path("work/case").join(file);
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        fs_err::write(&path, bytes).unwrap();
        let args = ["evidence", "verify", "case", "--failed", "--format", "table"];
        self.run(&args)?;
        for args in [
            &["case", "show", "case", "--format", "table"][..],
            &["evidence", "log", "case", "--format", "table"],
            &["case", "summary", "case", "--format", "table"],
            &["evidence", "note", "--case", "case", "hello"],
        ] {
            self.run(args).map_err(|fault| format!("{args:?} {fault}"))?;
        }
        Ok(())
    }

    /// What changed beside `work/` and `home/`.
    fn strays(&self) -> Vec<String> {
        let known = ["canary", "home", "work"];
        let entries = fs_err::read_dir(self.sandbox.root()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut strays: Vec<_> = names.filter(|name| !known.contains(&name.as_str())).collect();
        if fs_err::read(self.sandbox.path("canary")).unwrap() != b"alive" {
            strays.push("canary".to_owned());
        }
        strays
    }
}

#[test]
#[cfg(target_os = "linux")]
fn hostile_input_does_no_harm() {
    let cases = cases::all();
    assert!(cases.len() >= 150, "{} cases", cases.len());
    let before = listing(Path::new("/tmp/pwned"));
    let (open, faults) = (Mutex::new(cases.iter()), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let Some(case) = open.lock().unwrap().next() else { return };
            let arena = Arena::new();
            let result = arena.attack(case);
            let strays = arena.strays();
            let fault = match result {
                Err(fault) => fault,
                Ok(()) if !strays.is_empty() => format!("wrote {strays:?}"),
                Ok(()) => continue,
            };
            faults.lock().unwrap().push(format!("{}: {fault}", case.attacks));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(work);
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{} of {} cases:\n{}", faults.len(), cases.len(), faults.join("\n"));
    assert_eq!(listing(Path::new("/tmp/pwned")), before, "a case wrote to /tmp/pwned");
}

fn listing(path: &Path) -> bool {
    path.exists()
}
