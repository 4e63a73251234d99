//! Answers whose body stands in another item.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use fs_err as fs;

use super::tampering::{edited, records};
use super::{Case, Check, Expected, verify};
use crate::evidence::{Action, CaptureOptions, Capturer};

/// Two pages with one script; returns their addresses.
fn serve() -> [String; 2] {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut block = [0; 4096];
            let count = stream.read(&mut block).unwrap_or(0);
            let (kind, body) = match String::from_utf8_lossy(&block[..count]).contains("/long.js") {
                true => ("text/javascript", "x".repeat(5000)),
                false => ("text/html", "<script src=/long.js></script>".to_owned()),
            };
            let length = body.len();
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n");
            let _ = write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}");
        }
    });
    ["a", "b"].map(|page| format!("http://{address}/{page}"))
}

/// What `verify` says of references in the case.
fn found(case: &Case, expected: &Expected) -> Vec<Check> {
    let checks = verify(&case.store, expected, &|_| {}).unwrap().checks;
    checks.into_iter().filter(|check| check.check == "revisit").collect()
}

#[test]
fn a_body_that_stands_in_another_item_is_looked_up_there() {
    let case = Case::new();
    let custodian = case.custodian();
    let options = CaptureOptions { allow_private: true, ..CaptureOptions::default() };
    let capturer = Capturer::new(&case.store, &custodian, options).unwrap();
    let items = serve().map(|url| capturer.capture(&url, &mut |_| {}).unwrap().item);
    assert_eq!(case.failed(), []);
    let checks = found(&case, &Expected::default());
    assert_eq!(checks.len(), 1, "{checks:?}");
    assert_eq!(checks[0].item.as_ref(), Some(&items[1]));
    assert!(checks[0].ok && checks[0].detail.starts_with("1 bodies"), "{checks:?}");

    // The record is there, but another than was referred to.
    let archive = format!("items/{}/data/capture.warc.gz", items[0]);
    let second = format!("items/{}/data/capture.warc.gz", items[1]);
    case.must_find("another answer", &second, |root| {
        let mut members = records(&root.join(&archive));
        let target = members.iter_mut().find(|member| {
            let mut text = String::new();
            flate2::read::GzDecoder::new(&member[..]).read_to_string(&mut text).unwrap();
            text.contains("WARC-Type: response") && text.contains("/long.js\r\n")
        });
        let target = target.unwrap();
        *target = edited(target, "WARC-Payload-Digest: sha256:", "WARC-Payload-Digest: sha257:");
        fs::write(root.join(&archive), members.concat()).unwrap();
    });
    case.must_find("no such item", &second, |root| {
        fs::remove_dir_all(root.join("items").join(&items[0])).unwrap();
    });

    // An item that the log says is gone is missing, and that is no fault.
    let place = case.path("items").join(&items[0]);
    fs::remove_dir_all(&place).unwrap();
    let gone = Expected { left_behind: [items[0].clone()].into(), ..Expected::default() };
    let checks = found(&case, &gone);
    assert!(checks[0].ok && checks[0].detail.contains("is not here"), "{checks:?}");
    let purged = serde_json::json!({ &items[0]: "x" });
    let action = Action::new("purge").with("purged_items", purged);
    case.store.lock(&custodian).unwrap().append(action).unwrap();
    let checks = found(&case, &Expected::default());
    assert!(checks[0].ok && checks[0].detail.contains("is not here"), "{checks:?}");
    assert_eq!(case.failed(), []);
}
