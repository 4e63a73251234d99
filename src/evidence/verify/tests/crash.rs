//! What crashes and power cuts leave of a case.

use std::io::Write;

use fs_err as fs;

use super::super::{Anchor, Expected, verify};
use super::Case;
use crate::evidence::interrupt::Interrupt;
use crate::evidence::other_digests::Also;
use crate::evidence::{Action, add};

#[test]
fn what_a_crash_leaves_is_named_and_no_fault() {
    let case = Case::new();
    fs::create_dir_all(case.path("items/.unfinished-abc/data")).unwrap();
    fs::write(case.path("items/.unfinished-abc/data/x"), "x").unwrap();
    fs::write(case.path("ads.jsonl.new"), "half").unwrap();
    let mut log = fs::OpenOptions::new().append(true).open(case.path("custody.jsonl")).unwrap();
    log.write_all(b"{\"entry\":{\"act").unwrap();
    let report = verify(&case.store, &Expected::default(), &|_| {}).unwrap();
    assert_eq!(report.failed(), 0, "{:?}", report.checks);
    let left: Vec<_> = report.checks.iter().filter(|check| check.check == "unfinished").collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(report.checks[0].detail.contains("14 bytes of an entry"), "{:?}", report.checks[0]);

    let custodian = case.custodian();
    case.store.lock(&custodian).unwrap().append(Action::new("note")).unwrap();
    assert_eq!(case.failed(), []);
    assert_eq!(fs::read_dir(case.path("quarantine")).unwrap().count(), 3);
    assert_eq!(case.store.log().unwrap().torn_bytes, 0);
}

/// After a power cut a file may have grown without its data: NUL bytes.
#[test]
fn an_unwritten_end_of_the_log_is_set_aside_and_unwritten_entries_are_a_fault() {
    let case = Case::new();
    let log = case.path("custody.jsonl");
    let newest = format!("{}{}", "{\"entry\":", "x".repeat(40));
    let unwritten = vec![0; 4096];
    let half = [newest.as_bytes(), &unwritten].concat();
    let later_block = [&unwritten, newest.as_bytes(), b"\n"].concat();
    for end in [&unwritten[..1], &unwritten, &half, &later_block] {
        let whole = fs::read(&log).unwrap();
        fs::write(&log, [&whole, end].concat()).unwrap();
        let report = verify(&case.store, &Expected::default(), &|_| {}).unwrap();
        assert_eq!(report.failed(), 0, "{:?}", report.checks);
        let named = format!("{} bytes of an entry that was cut off", end.len());
        assert!(report.checks[0].detail.contains(&named), "{}", report.checks[0].detail);
        case.store.lock(&case.custodian()).unwrap().append(Action::new("note")).unwrap();
        assert!(fs::read(&log).unwrap().starts_with(&whole));
        assert_eq!((case.failed(), case.store.log().unwrap().torn_bytes), (vec![], 0));
    }
    let whole = fs::read(&log).unwrap();
    let last = whole.split_inclusive(|&byte| byte == b'\n').next_back().unwrap();
    let before = whole.len() - last.len();
    for (start, end) in
        [(before, whole.len()), (before, whole.len() - 1), (before + 9, before + 10), (0, 9)]
    {
        case.must_find("an entry was not written", "custody.jsonl", |root| {
            let mut bytes = whole.clone();
            bytes[start..end].fill(0);
            fs::write(root.join("custody.jsonl"), bytes).unwrap();
        });
    }
    // With the head set back as well, whoever keeps a later one finds it.
    let anchor = Anchor::of(case.store.log().unwrap().lines.last().unwrap());
    head_back(&case);
    fs::write(&log, [&whole[..before], &unwritten].concat()).unwrap();
    let anchors = vec![("receipt.json".to_owned(), anchor)];
    let expected = Expected { anchors, ..Expected::default() };
    let report = verify(&case.store, &expected, &|_| {}).unwrap();
    assert_eq!(report.into_failed()[0].file.as_deref(), Some("custody.jsonl"));
}

/// Sets the head back by one entry: what that promised is then not known to be done.
fn head_back(case: &Case) {
    let log = fs::read_to_string(case.path("custody.jsonl")).unwrap();
    let before = log.lines().rev().nth(1).unwrap();
    fs::write(case.path("custody.head"), format!("{before}\n")).unwrap();
}

/// The program was killed between the entry and the move into place.
#[test]
fn what_the_newest_entry_promised_counts_and_is_kept() {
    let case = Case::new();
    let custodian = case.custodian();
    let shot = case.folder.path().join("shot.png");
    let added =
        add(&case.store, &custodian, &shot, &[], Also::default(), &Interrupt::default()).unwrap();
    let place = case.store.item(&added.item);
    head_back(&case);
    fs::rename(&place, case.path("items/.unfinished-abc")).unwrap();
    fs::write(case.path("items/.unfinished-abc/.lock"), "").unwrap();
    assert_eq!(case.failed(), []);
    drop(case.store.lock(&custodian).unwrap());
    assert!(place.is_dir());
    assert_eq!(case.failed(), []);

    let mut writer = case.store.lock(&custodian).unwrap();
    writer.replace("ads.jsonl", Action::new("import"), |out| out.write_all(b"{}\n")).unwrap();
    drop(writer);
    fs::rename(case.path("ads.jsonl"), case.path("ads.jsonl.new")).unwrap();
    fs::copy(case.path("custody.head"), case.path("custody.head.new")).unwrap();
    head_back(&case);
    assert_eq!(case.failed(), []);
    drop(case.store.lock(&custodian).unwrap());
    assert_eq!(fs::read(case.path("ads.jsonl")).unwrap(), b"{}\n");
    assert_eq!(case.failed(), []);
}
