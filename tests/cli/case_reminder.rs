//! From a capture over a notice to the reminder, through the built program and a server whose
//! pages go and stay.

use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::server::{ok, serve_changing};

fn page(number: usize) -> Vec<u8> {
    let body = format!(
        "<!doctype html><title>Tusk {number}</title><h1>Carved tusk, number {number}</h1><p>An old \
         carved tusk from the estate of my grandfather, polished, on a wooden base, for sale to \
         the first who calls, no papers, pick up on any evening of the week."
    );
    ok("text/html", body)
}

fn record(address: &str, number: usize) -> String {
    format!(
        "{{\"id\":\"{number}\",\"platform\":\"m.example\",\"seller\":\"tom\",\"date\":\"2026-10-0{number}\",\
         \"title\":\"Tusk {number}\",\"url\":\"{address}/ad/{number}\",\"pugmark\":\
         {{\"schema\":\"pugmark.scan/1\",\"score\":90,\"verdict\":\"flag\",\"language\":\"en\",\
         \"hits\":[{{\"product\":\"ivory\"}}],\"status\":{{\"appendix\":\"I\",\"annex\":\"A\",\
         \"as_of\":\"2026-11-01\",\"taxa\":[{{\"name\":\"Elephas maximus\",\"class\":\"Mammalia\"}}]}}}}}}\n"
    )
}

#[test]
fn what_is_still_up_after_a_notice_is_in_the_reminder_and_what_is_gone_in_the_removal_rate() {
    let sandbox = Sandbox::new();
    let pages =
        Arc::new(Mutex::new(vec![("/ad/1", page(1)), ("/ad/2", page(2)), ("/ad/3", page(3))]));
    let address = format!("http://{}", serve_changing(Arc::clone(&pages)));
    let _ = sandbox.run(&["case", "new", "case", "--title", "Tusks"]);
    let records: String = (1..=3).map(|number| record(&address, number)).collect();
    let imported = sandbox.pipe(&["case", "import", "case"], records);
    assert!(imported.status.success(), "{}", sandbox.show(&imported));
    let urls: Vec<String> = (1..=3).map(|number| format!("{address}/ad/{number}")).collect();
    let mut capture = vec!["evidence", "capture", "--case", "case", "--allow-private"];
    capture.extend(urls.iter().map(String::as_str));
    let captured = sandbox.run(&capture);
    assert!(captured.starts_with("exit 0"), "{captured}");

    let letters = |kind: &'static str, out: &'static str| {
        let who = ["--notifier", "R. Jansen", "--email", "r.jansen@authority.example"];
        let args = ["case", "notice", "case", "--kind", kind, "--out", out];
        sandbox.run(&[&args[..], &who[..]].concat())
    };
    // Nothing was notified yet, so there is nothing to remind of.
    let early = letters("reminder", "early");
    assert!(early.starts_with("exit 1"), "{early}");
    let noticed = letters("notice", "notices");
    assert!(noticed.starts_with("exit 0"), "{noticed}");
    let notice = fs_err::read_to_string(sandbox.path("notices/notice-m.example.en.txt")).unwrap();
    assert!(notice.contains("items/0001") || notice.contains("0001-"), "{notice}");

    // The platform takes one ad down; the two others stay.
    pages.lock().unwrap().remove(1);
    let visited = sandbox.run(&[
        "evidence",
        "recheck",
        "--case",
        "case",
        "--allow-private",
        "--timeout",
        "2",
    ]);
    assert!(visited.contains("2 up, 0 changed, 1 gone, 0 unknown."), "{visited}");

    let summary = sandbox.pipe(&["case", "summary", "case", "--format", "json"], "");
    let summary: Value = serde_json::from_slice(&summary.stdout).unwrap();
    assert_eq!(summary["removal"]["checked"], 3);
    let rate = summary["totals"]["removal_rate"].as_f64().unwrap();
    assert!((rate - 1.0 / 3.0).abs() < 1e-9, "{rate}");
    assert!(summary["removal"]["median_days"].as_i64().unwrap() >= 0, "{summary}");

    let reminded = letters("reminder", "reminders");
    assert!(reminded.starts_with("exit 0"), "{reminded}");
    let reminder =
        fs_err::read_to_string(sandbox.path("reminders/reminder-m.example.en.txt")).unwrap();
    for (number, still_up) in [(1, true), (2, false), (3, true)] {
        assert_eq!(reminder.contains(&format!("{address}/ad/{number}")), still_up, "{reminder}");
    }
}
