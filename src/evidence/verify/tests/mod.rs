//! Changes to a case that must be found, whatever other checkers say of them.

mod clock;
mod crash;
mod revisit;
mod tampering;

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::thread;

use fs_err as fs;
use tempfile::TempDir;

use super::{Check, Expected, verify};
use crate::clock::Clock;
use crate::evidence::digest::Sha256;
use crate::evidence::interrupt::Interrupt;
use crate::evidence::other_digests::Also;
use crate::evidence::{
    Action, CaptureOptions, Capturer, Custodian, Line, Memory, Signer, Store, add, fresh,
};

struct Case {
    folder: TempDir,
    store: Store,
}

impl Case {
    /// A case with a captured page, an added file and a note.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let custodian = fresh::custodian(&folder.path().join("home"));
        let root = folder.path().join("case");
        let store = fresh::store(&root, &custodian);
        fs::write(root.join("case.json"), "{}\n").unwrap();
        let paths = ["case.json", "keys/pugmark.pub"];
        store.lock(&custodian).unwrap().vouch(Action::new("create"), &paths).unwrap();
        let options = CaptureOptions { allow_private: true, ..CaptureOptions::default() };
        let capturer = Capturer::new(&store, &custodian, options).unwrap();
        capturer.capture(&serve(), &mut |_| {}).unwrap();
        let shot = folder.path().join("shot.png");
        fs::write(&shot, "pixels").unwrap();
        add(&store, &custodian, &shot, &[], Also::default(), &Interrupt::default()).unwrap();
        store.lock(&custodian).unwrap().append(Action::new("note").with("text", "x")).unwrap();
        Self { folder, store }
    }

    /// Who made the case.
    fn custodian(&self) -> Custodian {
        fresh::custodian(&self.folder.path().join("home"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.store.root().join(name)
    }

    fn failed(&self) -> Vec<Check> {
        let report = verify(&self.store, &Expected::default(), &|_| {}).unwrap();
        report.checks.into_iter().filter(|check| !check.ok).collect()
    }

    /// Applies `change`, asks for a failed check that names `file`, and undoes it.
    fn must_find(&self, what: &str, file: &str, change: impl FnOnce(&Path)) {
        let saved = self.folder.path().join("saved");
        copy(self.store.root(), &saved);
        change(self.store.root());
        let failed = self.failed();
        let named = failed.iter().any(|check| check.file.as_deref() == Some(file));
        assert!(named, "{what}: {failed:?}");
        fs::remove_dir_all(self.store.root()).unwrap();
        fs::rename(saved, self.store.root()).unwrap();
    }

    fn item(&self, start: &str) -> String {
        let items = fs::read_dir(self.path("items")).unwrap();
        let names = items.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.into_iter().find(|name| name.starts_with(start)).unwrap()
    }
}

/// A server with one page that names one picture.
fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut stream = stream;
            let mut block = [0; 4096];
            let _ = stream.read(&mut block);
            let body = "<title>Ad</title><img src=/i.png>";
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n";
            let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    url
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &place);
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}

fn files(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(root, &path, found);
        } else {
            found.push(super::folder::relative(root, &path));
        }
    }
}

fn edit_lines(path: &Path, edit: impl FnOnce(&mut Vec<String>)) {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = text.lines().map(str::to_owned).collect();
    edit(&mut lines);
    fs::write(path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
}

#[test]
fn a_case_as_it_was_written_has_no_fault() {
    let case = Case::new();
    assert_eq!(case.failed(), []);
    let report = verify(&case.store, &Expected::default(), &|_| {}).unwrap();
    assert_eq!((report.items, report.entries), (2, 4));
    assert!(report.total().ok);
}

/// Changes at places spread over all bytes of the case: `PUGMARK_BYTE_CHANGES` of them.
#[test]
fn single_byte_changes_are_found_in_the_right_file() {
    let case = Case::new();
    let mut names = Vec::new();
    files(case.store.root(), case.store.root(), &mut names);
    names.sort();
    let sizes = names.iter().map(|name| fs::metadata(case.path(name)).unwrap().len());
    let sizes: Vec<usize> = sizes.map(|size| usize::try_from(size).unwrap()).collect();
    let total: usize = sizes.iter().sum();
    let wanted = std::env::var("PUGMARK_BYTE_CHANGES").map_or(250, |text| text.parse().unwrap());
    for change in 0..wanted {
        // A stride by the golden ratio favours no part of the case.
        let mut place = (change * 0x9e37_79b9) % total;
        let file = sizes.iter().position(|size| {
            let inside = place < *size;
            place -= if inside { 0 } else { *size };
            inside
        });
        let name = &names[file.unwrap()];
        let before = fs::read(case.path(name)).unwrap();
        let mut after = before.clone();
        after[place] ^= 1 << (change % 8);
        fs::write(case.path(name), after).unwrap();
        let failed = case.failed();
        let named = failed.iter().any(|check| check.file.as_deref() == Some(name.as_str()));
        assert!(named, "byte {place} of {name}: {failed:?}");
        fs::write(case.path(name), before).unwrap();
    }
    assert_eq!(case.failed(), []);
}

#[test]
fn what_is_cut_added_or_missing_in_the_log_is_found() {
    let case = Case::new();
    let log = "custody.jsonl";
    let lines = |edit: fn(&mut Vec<String>)| move |root: &Path| edit_lines(&root.join(log), edit);
    case.must_find("last entry cut", log, lines(|lines| drop(lines.pop())));
    case.must_find("all but the first cut", log, lines(|lines| lines.truncate(1)));
    case.must_find("entry removed", log, lines(|lines| drop(lines.remove(1))));
    case.must_find("entries swapped", log, lines(|lines| lines.swap(1, 2)));
    case.must_find("entry repeated", log, lines(|lines| lines.insert(2, lines[1].clone())));
    case.must_find("empty line", log, lines(|lines| lines.insert(1, String::new())));
    case.must_find("rubbish behind", log, lines(|lines| lines.push("x".to_owned())));
    case.must_find("rubbish without line feed", log, |root| {
        let mut file = fs::OpenOptions::new().append(true).open(root.join(log)).unwrap();
        file.write_all(b"{\"entr").unwrap();
        file.write_all(b"X").unwrap();
    });
    case.must_find("no head", "custody.head", |root| {
        fs::remove_file(root.join("custody.head")).unwrap();
    });
}

#[test]
fn an_entry_signed_by_a_stranger_is_found() {
    let case = Case::new();
    let stranger = Signer::in_folder(&case.folder.path().join("stranger")).unwrap();
    let stranger = Custodian::new(stranger, Clock::System);
    case.must_find("stranger's entry, key taken away", "custody.jsonl", |root| {
        let store = Store::open(root).unwrap();
        store.lock(&stranger).unwrap().append(Action::new("note")).unwrap();
        fs::remove_file(root.join("keys/0002.pub")).unwrap();
    });
    case.must_find("key exchanged", "keys/pugmark.pub", |root| {
        fs::write(root.join("keys/pugmark.pub"), stranger.public_key().to_pem()).unwrap();
    });
}

#[test]
fn a_second_investigator_brings_a_key_of_his_own() {
    let case = Case::new();
    let second = Signer::in_folder(&case.folder.path().join("second")).unwrap();
    let second = Custodian::new(second, Clock::System);
    for _ in 0..2 {
        case.store.lock(&second).unwrap().append(Action::new("note")).unwrap();
    }
    assert_eq!(case.failed(), []);
    let log = case.store.log().unwrap();
    let actions: Vec<_> = log.lines.iter().map(|line| line.entry.action.as_str()).collect();
    assert_eq!(actions[4..], ["key", "note", "note"]);
}

/// The maker's key was replaced twice before the case was used again.
#[test]
fn keys_that_took_over_are_followed_and_replaced_ones_sign_no_more() {
    let case = Case::new();
    let ring = case.custodian().signer.ring().clone();
    let first = ring.signer(&|_| unreachable!()).unwrap();
    let second = ring.rotate(&first, None, jiff::Timestamp::UNIX_EPOCH, Some("yearly")).unwrap();
    let third = ring.rotate(&second, None, jiff::Timestamp::UNIX_EPOCH, None).unwrap();
    let origin = first.public().fingerprint();
    let third = Custodian::new(third, Clock::System);
    case.store.lock(&third).unwrap().append(Action::new("note")).unwrap();
    assert_eq!(case.failed(), []);
    let report = verify(&case.store, &Expected::default(), &|_| {}).unwrap();
    let keys: Vec<_> = report.checks.iter().filter(|check| check.check == "keys").collect();
    assert_eq!(keys.len(), 3, "{keys:?}");
    assert!(keys.iter().any(|check| check.detail.contains("made the case")));
    let took_over = keys.iter().filter(|check| check.detail.contains("took over from"));
    assert_eq!(took_over.count(), 2, "{keys:?}");
    for name in ["0002.pub", "0002.handover.json", "0002.handover.sig", "0003.pub"] {
        assert!(case.path("keys").join(name).is_file(), "{name}");
    }
    for signer in [origin, third.public_key().fingerprint()] {
        let expected = Expected { signers: vec![signer], ..Expected::default() };
        assert_eq!(verify(&case.store, &expected, &|_| {}).unwrap().failed(), 0);
    }
    let expected = Expected { signers: vec![Sha256::of(b"other")], ..Expected::default() };
    assert_eq!(verify(&case.store, &expected, &|_| {}).unwrap().failed(), 3);

    // Whoever kept a copy of the old key cannot use it here, and what it signed is found.
    let thief = Custodian::new(first, Clock::System);
    let refused = case.store.lock(&thief).err().map(|err| err.to_string()).unwrap_or_default();
    assert!(refused.contains("was replaced by"), "{refused}");
    case.must_find("entry by a replaced key", "custody.jsonl", |root| {
        append_line(root, &thief.signer);
    });
    case.must_find("statement exchanged", "keys/0002.handover.json", |root| {
        fs::copy(root.join("keys/0003.handover.json"), root.join("keys/0002.handover.json"))
            .unwrap();
    });
}

/// Adds an entry that is sound but for who signs it.
fn append_line(root: &Path, signer: &Signer) {
    let text = fs::read_to_string(root.join("custody.jsonl")).unwrap();
    let last = Line::parse(text.lines().next_back().unwrap()).unwrap();
    let mut entry = last.entry.clone();
    entry.number += 1;
    entry.previous = Some(last.hash);
    entry.key = signer.public().fingerprint();
    let line = Line::seal(entry, signer).text + "\n";
    fs::write(root.join("custody.jsonl"), text + &line).unwrap();
    fs::write(root.join("custody.head"), line).unwrap();
}

/// A log that was cut with everything set back to match is sound in itself.
#[test]
fn this_machine_knows_that_a_log_was_cut() {
    let case = Case::new();
    let home = case.folder.path().join("home");
    let expected = Expected { memory: Some(Memory::new(&home)), ..Expected::default() };
    let failed = |root: &Path| -> Vec<Check> {
        let report = verify(&Store::open(root).unwrap(), &expected, &|_| {}).unwrap();
        report.checks.into_iter().filter(|check| !check.ok).collect()
    };
    assert_eq!(failed(case.store.root()), []);
    let old = case.folder.path().join("old");
    copy(case.store.root(), &old);
    let custodian = case.custodian();
    case.store.lock(&custodian).unwrap().append(Action::new("note")).unwrap();
    assert_eq!(failed(case.store.root()), []);
    assert_eq!(failed(&old), [], "a copy beside the case is older, and may be");
    fs::remove_dir_all(case.store.root()).unwrap();
    let found = failed(&old);
    assert!(found[0].detail.contains("the log was cut"), "gone, with a copy left: {found:?}");
    fs::rename(&old, case.store.root()).unwrap();
    let found = failed(case.store.root());
    assert!(found[0].file.as_deref() == Some("custody.jsonl"), "{found:?}");
    let refused = case.store.lock(&custodian).err().unwrap().to_string();
    assert!(refused.contains("the log was cut"), "{refused}");
}

#[test]
fn files_that_are_missing_new_or_moved_are_found() {
    let case = Case::new();
    let page = format!("items/{}", case.item("0001"));
    let shot = format!("items/{}", case.item("0002"));
    let write = |name: String| move |root: &Path| fs::write(root.join(name), "x").unwrap();
    for name in [
        format!("{page}/data/extra.txt"),
        format!("{page}/extra"),
        format!("{shot}/data/files/.hidden"),
        "extra.txt".to_owned(),
        "keys/extra.pub".to_owned(),
    ] {
        case.must_find("new file", &name.clone(), write(name));
    }
    case.must_find("new item", "items/0003-x", |root| {
        copy(&root.join(&shot), &root.join("items/0003-x"));
    });
    let archive = format!("{page}/data/capture.warc.gz");
    case.must_find("missing file", &archive, |root| fs::remove_file(root.join(&archive)).unwrap());
    case.must_find("missing item", &format!("{shot}/tagmanifest-sha256.txt"), |root| {
        fs::remove_dir_all(root.join(&shot)).unwrap();
    });
    case.must_find("lock with content", ".lock", |root| {
        fs::write(root.join(".lock"), "x").unwrap();
    });
    #[cfg(unix)]
    case.must_find("file replaced by a link to itself", &archive, |root| {
        let elsewhere = case.folder.path().join("elsewhere");
        fs::copy(root.join(&archive), &elsewhere).unwrap();
        fs::remove_file(root.join(&archive)).unwrap();
        std::os::unix::fs::symlink(elsewhere, root.join(&archive)).unwrap();
    });
}

/// A forger who has every tool but the signing key makes the bag consistent again.
#[test]
fn an_item_that_was_sealed_anew_is_found() {
    let case = Case::new();
    let shot = format!("items/{}", case.item("0002"));
    let tag_manifest = format!("{shot}/tagmanifest-sha256.txt");
    case.must_find("sealed anew", &tag_manifest, |root| {
        let replace = |file: &str, from: Sha256, to: Sha256| {
            let path = root.join(&shot).join(file);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(&path, text.replace(&from.to_string(), &to.to_string())).unwrap();
        };
        let manifest = root.join(&shot).join("manifest-sha256.txt");
        let before = Sha256::of_file(&manifest).unwrap().0;
        fs::write(root.join(&shot).join("data/files/shot.png"), "forged").unwrap();
        replace("manifest-sha256.txt", Sha256::of(b"pixels"), Sha256::of(b"forged"));
        replace("tagmanifest-sha256.txt", before, Sha256::of_file(&manifest).unwrap().0);
    });
}
