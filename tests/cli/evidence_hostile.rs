//! Servers and authorities that answer wrongly: each is told of in words, and the case stands.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;

use serde_json::Value;

use crate::evidence::{assert_sound, case};
use crate::server::{ok, redirect, serve};

/// Time-stamps of OpenSSL over something else than any case has.
const OTHERS: &[u8] = include_bytes!("../../src/evidence/timestamp/fixtures/ec.tsr");
const REFUSAL: &[u8] = include_bytes!("../../src/evidence/timestamp/fixtures/rejected.tsr");

/// An authority that gives `answer` to all that is posted, then goes on with `more` without end.
fn authority(answer: Vec<u8>, more: &'static [u8]) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = Vec::new();
            let mut block = [0; 4096];
            // Head and query: the query is a sequence that says its length, of one octet.
            let is_whole = |request: &[u8]| {
                let end = request.windows(4).position(|bytes| bytes == b"\r\n\r\n");
                end.is_some_and(|end| {
                    let query = &request[end + 4..];
                    query.len() > 1 && query.len() >= 2 + usize::from(query[1])
                })
            };
            while !is_whole(&request) {
                match stream.read(&mut block) {
                    Ok(count @ 1..) => request.extend_from_slice(&block[..count]),
                    _ => break,
                }
            }
            let mut result = stream.write_all(&answer);
            while result.is_ok() && !more.is_empty() {
                result = stream.write_all(more);
            }
        }
    });
    address
}

#[test]
fn authorities_that_answer_rubbish_are_named_and_the_evidence_stays() {
    let sandbox = case();
    sandbox.write("shot.png", "pixels");
    let failing =
        b"HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: close\r\n\r\nbusy".to_vec();
    let endless = b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n\r\n".to_vec();
    let reply = |bytes: &[u8]| ok("application/timestamp-reply", bytes);
    let answers: [(Vec<u8>, &[u8], &str); 9] = [
        (
            ok("text/html", "<h1>Welcome to the hotel</h1>"),
            b"",
            "answers with `text/html`, and not",
        ),
        (
            redirect("http://127.0.0.1:9/inside"),
            b"",
            "it points to `http://127.0.0.1:9/inside`, which is asked only if `--tsa` names it",
        ),
        (failing, b"", "it answers `503 Service Unavailable`"),
        (reply(b""), b"", "its answer is empty"),
        (reply(b"0x30"), b"", "malformed: the response cannot be read"),
        (endless, b"0123456789abcdef", "longer than 1048576 bytes"),
        (reply(OTHERS), b"", "does not hold: it is over something else"),
        (reply(REFUSAL), b"", "the authority refuses: "),
        (b"SSH-2.0-OpenSSH\r\n".to_vec(), b"", "no answer from the authority"),
    ];
    for (number, (answer, more, expected)) in answers.into_iter().enumerate() {
        let url = format!("http://{}/", authority(answer, more));
        let output = sandbox.run(&["evidence", "add", "--case", "case", "shot.png", "--tsa", &url]);
        assert!(output.starts_with("exit 3\n"), "{output}");
        let item = format!("{:04}-shot-png", number + 1);
        for what in [item.as_str(), "the custody log"] {
            let warning = format!("warning: {what} was not time-stamped: ");
            let line = output.lines().find(|line| line.starts_with(&warning));
            assert!(line.is_some_and(|line| line.contains(expected)), "{expected}: {output}");
        }
        assert!(output.contains(&format!("{{\"item\":\"{item}\"")), "{output}");
        assert!(!sandbox.path("case").join("items").join(item).join("manifest.tsr").exists());
    }
    assert_sound(&sandbox);
}

#[test]
fn servers_that_break_off_or_send_rubbish_are_kept_as_far_as_they_came_and_named() {
    let sandbox = case();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
    let answer = |rest: &str| format!("{head}{rest}").into_bytes();
    let server = serve(vec![
        ("/short", answer("Content-Length: 99\r\n\r\n<title>Half")),
        ("/two-lengths", answer("Content-Length: 4\r\nContent-Length: 9\r\n\r\nabcd")),
        ("/no-number", answer("Content-Length: many\r\n\r\nabcd")),
        ("/minus", answer("Content-Length: -1\r\n\r\nabcd")),
        ("/chunk", answer("Transfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\nzz\r\nrubbish")),
        ("/huge-chunk", answer("Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nabcd")),
        ("/no-http", b"SSH-2.0-OpenSSH_9.2\r\n".to_vec()),
        ("/nothing", b"\n".to_vec()),
        ("/endless", [answer("\r\n"), vec![b'x'; 300_000]].concat()),
        ("/long-head", [b"HTTP/1.1 200 OK\r\nX: ".to_vec(), vec![b'x'; 700_000]].concat()),
    ]);
    let base = ["evidence", "capture", "--case", "case", "--allow-private", "--retries", "0"];
    for (path, expected) in [
        ("/short", "is not whole: the server broke off before its whole answer had come"),
        ("/two-lengths", "the server does not speak proper HTTP/1.1"),
        ("/no-number", "the server does not speak proper HTTP/1.1"),
        ("/minus", "the server does not speak proper HTTP/1.1"),
        ("/chunk", "is not whole: the server does not speak proper HTTP/1.1"),
        ("/huge-chunk", "is not whole: the server does not speak proper HTTP/1.1"),
        ("/no-http", "was not captured: the server does not speak proper HTTP/1.1"),
        ("/nothing", "was not captured: the server broke off before its whole answer had come"),
        ("/endless", "is not whole: the answer is longer than the limit of 100000 bytes"),
        ("/long-head", "message head is too large"),
    ] {
        let url = format!("http://{server}{path}");
        let args = [&base[..], &["--max-file-size", "100000", &url]].concat();
        let output = sandbox.run(&args);
        let exit = if output.contains("is not whole") { "exit 3\n" } else { "exit 2\n" };
        assert!(output.starts_with(exit) && output.contains(expected), "{path}: {output}");
    }
    assert_sound(&sandbox);
}

/// What stands on the connection is kept, and what of it is no answer is said.
#[test]
fn what_a_server_sends_behind_its_own_answer_is_kept_and_named() {
    let sandbox = case();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";
    let answer = |rest: &str| format!("{head}{rest}").into_bytes();
    let empty = b"HTTP/1.1 304 Not Modified\r\n\r\n<p>body".to_vec();
    let server = serve(vec![
        ("/long", answer("Content-Length: 13\r\n\r\n<title>A</ti>ivory")),
        ("/chunk", answer("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nivory")),
        ("/empty", empty),
        ("/page", ok("text/html", "<img src=/long>")),
        ("/right", answer("Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nA: b\r\n\r\n")),
    ]);
    let cases = [
        ("/long", "/long", Some("5 bytes came behind the 13 that Content-Length gives")),
        ("/chunk", "/chunk", Some("5 bytes came behind the last chunk of the body")),
        ("/empty", "/empty", Some("7 bytes came behind an answer that has no body")),
        ("/page", "/long", Some("5 bytes came behind the 13 that Content-Length gives")),
        ("/right", "/right", None),
    ];
    for (number, (path, part, said)) in cases.into_iter().enumerate() {
        let url = format!("http://{server}{path}");
        let output =
            sandbox.run(&["evidence", "capture", "--case", "case", "--allow-private", &url]);
        assert!(output.starts_with("exit 0\n"), "{output}");
        let part = format!("http://{server}{part}");
        let warning = said.map(|said| format!("{part}: {said}; they stand in the archive"));
        let is_said = warning.as_ref().is_none_or(|warning| output.contains(warning));
        assert!(is_said && output.contains("warning: ") == said.is_some(), "{output}");
        let log = fs_err::read_to_string(sandbox.path("case/custody.jsonl")).unwrap();
        let entry: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        assert_eq!(entry["entry"]["details"]["surplus"][&part].as_str(), said);
        let place = sandbox.path("case/items").join(item_of(&entry)).join("data");
        let record = fs_err::read_to_string(place.join("acquisition.json")).unwrap();
        let record: Value = serde_json::from_str(&record).unwrap();
        assert_eq!(record["complete"], true);
        let fetched = record["fetched"].as_array().unwrap();
        let fetched = fetched.iter().find(|fetched| fetched["url"] == part.as_str()).unwrap();
        assert_eq!(fetched["surplus"].as_str(), said, "{number}");
        if path == "/long" {
            let mut archive = Vec::new();
            let file = fs_err::File::open(place.join("capture.warc.gz")).unwrap();
            flate2::read::MultiGzDecoder::new(file).read_to_end(&mut archive).unwrap();
            let archive = String::from_utf8_lossy(&archive);
            assert!(archive.contains("<title>A</ti>ivory\r\n\r\n"), "{archive}");
            assert_eq!(fetched["sha256"].as_str().unwrap().len(), 64);
        }
    }
    assert_sound(&sandbox);
}

fn item_of(entry: &Value) -> &str {
    entry["entry"]["item"].as_str().unwrap()
}

/// One of the clocks is wrong: which, a judge may ask. Both are in the record.
#[test]
fn a_server_whose_clock_is_an_hour_off_is_named_and_both_times_are_kept() {
    let sandbox = case();
    let now = jiff::Timestamp::now();
    let page = |hours: i64| {
        let time = now + jiff::SignedDuration::from_hours(hours);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&time);
        let head = format!("HTTP/1.1 200 OK\r\nDate: {}\r\nContent-Length: 1", date.unwrap());
        format!("{head}\r\nContent-Type: text/html\r\nConnection: close\r\n\r\nx").into_bytes()
    };
    let server = serve(vec![("/ahead", page(1)), ("/behind", page(-1)), ("/right", page(0))]);
    for (path, side) in [("ahead", Some("ahead of")), ("behind", Some("behind")), ("right", None)] {
        let url = format!("http://{server}/{path}");
        let output =
            sandbox.run(&["evidence", "capture", "--case", "case", "--allow-private", &url]);
        assert!(output.starts_with("exit 0\n"), "{output}");
        assert_eq!(output.contains("one of the two is wrong"), side.is_some(), "{output}");
        let Some(side) = side else { continue };
        assert!(output.contains(&format!(" s {side} this machine's")), "{output}");
    }
    let items = fs_err::read_dir(sandbox.path("case/items")).unwrap();
    let mut offsets: Vec<i64> = items
        .map(|item| {
            let path = item.unwrap().path().join("data/acquisition.json");
            let record: Value = serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap();
            record["clock"]["offset_seconds"].as_i64().unwrap()
        })
        .collect();
    offsets.sort_unstable();
    for (offset, expected) in offsets.into_iter().zip([-3600, 0, 3600]) {
        assert!((offset - expected).abs() < 60, "{offset}");
    }
    assert_sound(&sandbox);
}

/// Makes something that never ends at `path`: a pipe that nobody writes to, or a link to a device.
#[cfg(unix)]
fn never_ending(path: &std::path::Path, is_pipe: bool) {
    let _ = fs_err::remove_file(path);
    if is_pipe {
        assert!(std::process::Command::new("mkfifo").arg(path).status().unwrap().success());
    } else {
        std::os::unix::fs::symlink("/dev/zero", path).unwrap();
    }
}

/// Runs the program; what waits is ended after ten seconds, what fills the memory at 3 GB.
#[cfg(unix)]
fn within_bounds(sandbox: &crate::sandbox::Sandbox, args: &str) -> i32 {
    let program = sandbox.command(&[]).get_program().to_owned();
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &format!("ulimit -v 3000000; exec timeout 10 \"$0\" {args}")]).arg(program);
    shell.current_dir(sandbox.root()).env_remove("PUGMARK_CASE");
    shell.env("PUGMARK_HOME", sandbox.path("home"));
    shell.output().unwrap().status.code().unwrap_or(-1)
}

/// A case from other hands may have anything in the place of its files.
#[cfg(unix)]
#[test]
fn what_never_ends_in_the_place_of_a_file_of_a_case_is_neither_waited_for_nor_read() {
    let sandbox = case();
    let url = format!("http://{}/ad/1", crate::server::market());
    let captured = sandbox.run(&["evidence", "capture", "--case", "case", "--allow-private", &url]);
    assert!(captured.starts_with("exit 0\n"), "{captured}");
    let item = fs_err::read_dir(sandbox.path("case/items")).unwrap().next().unwrap().unwrap();
    let bag = |name| format!("items/{}/{name}", item.file_name().display());
    let of_case = [
        "case.json",
        "custody.jsonl",
        "custody.head",
        ".lock",
        "ads.jsonl",
        "decisions.jsonl",
        "README.txt",
        "keys/pugmark.pub",
        "keys/2.pub",
    ];
    let of_bag = [
        "bagit.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "manifest.tsr",
        "data/acquisition.json",
        "data/capture.warc.gz",
        "data/more",
    ];
    let files: Vec<String> =
        of_case.map(str::to_owned).into_iter().chain(of_bag.map(bag)).collect();
    for (file, is_pipe) in files.iter().flat_map(|file| [(file, true), (file, false)]) {
        let copied = std::process::Command::new("cp")
            .args(["-rT", "case", "bad"])
            .current_dir(sandbox.root())
            .status();
        assert!(copied.unwrap().success());
        never_ending(&sandbox.path("bad").join(file), is_pipe);
        let code = within_bounds(&sandbox, "evidence verify bad");
        // A lock has no content.
        assert!((1..=3).contains(&code) || file == ".lock", "{file}: exit {code}");
        let others: &[&str] = if file.starts_with("items/") {
            &["evidence recheck --case bad --allow-private"]
        } else {
            &["case summary bad", "case show bad", "evidence note --case bad words"]
        };
        for call in others {
            let code = within_bounds(&sandbox, call);
            assert!((0..=3).contains(&code), "{file}, {call}: exit {code}");
        }
        fs_err::remove_dir_all(sandbox.path("bad")).unwrap();
    }
}

/// A file of nothing but a length needs no room on the disk, and would fill the memory.
#[cfg(unix)]
#[test]
fn a_record_of_a_case_that_is_longer_than_any_can_be_is_not_read() {
    for file in ["case.json", "custody.jsonl", "custody.head"] {
        let sandbox = case();
        let path = sandbox.path("case").join(file);
        let long = fs_err::OpenOptions::new().write(true).open(path).unwrap();
        long.set_len(1 << 37).unwrap();
        for call in ["evidence verify case", "case show case", "evidence note --case case words"] {
            let code = within_bounds(&sandbox, call);
            let only_checks = file == "case.json" && call.starts_with("evidence");
            assert!(code == 2 || only_checks, "{file}, {call}: exit {code}");
        }
    }
}
