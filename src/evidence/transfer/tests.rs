//! Packages as they should be, and as forgers would have them.

use std::io::Read;
use std::path::{Path, PathBuf};

use fs_err as fs;
use tar::{Archive, Builder, EntryType, Header};
use tempfile::TempDir;

use super::{Received, Sent, Terms, TransferError, file_receipt, receive, send};
use crate::evidence::interrupt::Interrupt;
use crate::evidence::other_digests::Also;
use crate::evidence::verify::{Check, Expected, verify};
use crate::evidence::{Action, Custodian, Store, add, fresh};

struct Desk {
    folder: TempDir,
    store: Store,
    sender: Custodian,
    receiver: Custodian,
    items: Vec<String>,
}

impl Desk {
    /// A case with two items, and two people.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let person = |name: &str| fresh::custodian(&folder.path().join(name));
        let (sender, receiver) = (person("sender"), person("receiver"));
        let store = case(&folder.path().join("case"), &sender);
        let mut items = Vec::new();
        // The second name is too long for the plain form of a tar file.
        for name in ["shot.png".to_owned(), format!("{}.txt", "chat".repeat(28))] {
            let file = folder.path().join(&name);
            fs::write(&file, &name).unwrap();
            let added =
                add(&store, &sender, &file, &[], Also::default(), &Interrupt::default()).unwrap();
            items.push(added.item);
        }
        Self { folder, store, sender, receiver, items }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn send(&self, items: &[String], out: &str) -> Sent {
        send(&self.store, &self.sender, items, ("Ivory", "Lab"), &self.path(out)).unwrap()
    }

    fn receive(&self, package: &str, case: &str) -> Result<Received, TransferError> {
        let terms = Terms {
            case: self.path(case),
            receipt: self.path(&format!("{case}.receipt.json")),
            ..Terms::default()
        };
        receive(&self.path(package), &self.receiver, &terms)
    }
}

fn case(root: &Path, custodian: &Custodian) -> Store {
    let store = fresh::store(root, custodian);
    fs::write(root.join("case.json"), "{}\n").unwrap();
    let paths = ["case.json", "keys/pugmark.pub"];
    store.lock(custodian).unwrap().vouch(Action::new("create"), &paths).unwrap();
    store
}

fn failed(store: &Store) -> Vec<Check> {
    verify(store, &Expected::default(), &|_| {}).unwrap().into_failed()
}

#[test]
fn a_case_changes_hands_and_the_receipt_comes_back() {
    let desk = Desk::new();
    let sent = desk.send(&[], "package.tar");
    let received = desk.receive("package.tar", "lab").unwrap();
    assert_eq!((received.items, received.package), (2, sent.sha256));
    let lab = Store::open(&received.case).unwrap();
    assert_eq!(failed(&lab), []);
    let actions = |store: &Store| -> Vec<String> {
        store.log().unwrap().lines.into_iter().map(|line| line.entry.action).collect()
    };
    assert_eq!(actions(&lab)[3..], ["transfer-out", "key", "transfer-in"]);
    let filed = file_receipt(&desk.store, &desk.sender, &received.receipt).unwrap();
    assert_eq!(filed.by, "Lab");
    assert_eq!(filed.key, desk.receiver.public_key().fingerprint());
    assert_eq!(actions(&desk.store)[3..], ["transfer-out", "package", "receipt"]);
    let report = verify(&desk.store, &Expected::default(), &|_| {}).unwrap();
    assert_eq!(report.failed(), 0, "{:?}", report.checks);
    assert!(report.checks.iter().any(|check| check.detail.starts_with("Lab signed for the 2")));
    let again = file_receipt(&desk.store, &desk.sender, &received.receipt);
    assert!(matches!(again, Err(TransferError::Exists(_))));
    let again = send(&desk.store, &desk.sender, &[], ("", ""), &desk.path("package.tar"));
    assert!(matches!(again, Err(TransferError::Exists(_))));
    assert!(matches!(desk.receive("package.tar", "lab"), Err(TransferError::Exists(_))));
}

#[test]
fn what_was_left_behind_is_no_fault_and_what_came_along_must_stay() {
    let desk = Desk::new();
    let sent = desk.send(&desk.items[..1], "package.tar");
    assert_eq!(sent.left_behind, desk.items[1..]);
    let received = desk.receive("package.tar", "lab").unwrap();
    let lab = Store::open(&received.case).unwrap();
    assert_eq!(failed(&lab), []);
    assert!(!lab.item(&desk.items[1]).exists());
    fs::remove_dir_all(lab.item(&desk.items[0])).unwrap();
    let file = format!("items/{}/tagmanifest-sha256.txt", desk.items[0]);
    assert!(failed(&lab).iter().any(|check| check.file.as_ref() == Some(&file)));
    let unknown = send(&desk.store, &desk.sender, &["0009-x".into()], ("", ""), &desk.path("x"));
    assert!(matches!(unknown, Err(TransferError::NoItem(_))));
    assert!(!desk.path("x").exists());
}

#[test]
fn a_package_becomes_an_item_of_a_case_that_is_there() {
    let desk = Desk::new();
    desk.send(&[], "package.tar");
    let own = case(&desk.path("own"), &desk.receiver);
    let received = desk.receive("package.tar", "own").unwrap();
    assert!(received.item.is_some_and(|item| own.item(&item).is_dir()));
    assert_eq!(failed(&own), []);
    file_receipt(&desk.store, &desk.sender, &received.receipt).unwrap();
}

#[test]
fn a_case_that_does_not_verify_is_not_handed_over() {
    let desk = Desk::new();
    let file = format!("items/{}/data/files/shot.png", desk.items[0]);
    fs::write(desk.store.root().join(&file), "forged").unwrap();
    let result = send(&desk.store, &desk.sender, &[], ("", ""), &desk.path("package.tar"));
    let Err(TransferError::NotSound(checks)) = result else { panic!("handed over") };
    assert_eq!(checks[0].file, Some(file));
    assert!(!desk.path("package.tar").exists());
}

type Members = Vec<(String, Vec<u8>)>;

fn members(package: &Path) -> Members {
    let mut archive = Archive::new(fs::File::open(package).unwrap());
    let read = |entry: std::io::Result<tar::Entry<'_, fs::File>>| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
    };
    archive.entries().unwrap().map(read).collect()
}

fn pack(members: &Members, package: &Path) {
    let mut tar = Builder::new(fs::File::create(package).unwrap());
    for (name, bytes) in members {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    tar.finish().unwrap();
}

/// The files that a refusal names.
fn named(result: Result<Received, TransferError>) -> Vec<String> {
    match result {
        Ok(received) => panic!("taken over: {received:?}"),
        Err(TransferError::NotSound(checks)) => {
            checks.into_iter().filter_map(|check| check.file).collect()
        }
        Err(TransferError::Refused { file, .. }) => vec![file],
        Err(err) => vec![err.to_string()],
    }
}

#[test]
fn every_member_that_is_changed_missing_or_new_refuses_the_package() {
    let desk = Desk::new();
    desk.send(&[], "package.tar");
    let sound = members(&desk.path("package.tar"));
    assert!(sound.len() > 15, "{}", sound.len());
    for (index, (name, _)) in sound.iter().enumerate() {
        let place = name.strip_prefix("case/").unwrap_or(name);
        let mut changed = sound.clone();
        let middle = changed[index].1.len() / 2;
        changed[index].1[middle] ^= 1;
        let mut missing = sound.clone();
        missing.remove(index);
        for (what, forged) in [("changed", changed), ("missing", missing)] {
            pack(&forged, &desk.path("forged.tar"));
            let found = named(desk.receive("forged.tar", "lab"));
            // A key, log or receipt that is not as it was is found by what it no longer supports.
            let supports = ["keys/pugmark.pub", "custody.jsonl", "custody.head", "receipt.json"];
            let found_by = found.iter().any(|file| file.contains(place))
                || supports.contains(&place) && !found.is_empty();
            assert!(found_by, "{what} {name}: {found:?}");
            assert!(!desk.path("lab").exists() && !desk.path("lab.receipt.json").exists());
        }
    }
    let with = |name: &str| {
        let mut forged = sound.clone();
        forged.push((name.to_owned(), b"x".to_vec()));
        pack(&forged, &desk.path("forged.tar"));
        named(desk.receive("forged.tar", "lab"))
    };
    assert_eq!(with("case/extra.txt"), ["extra.txt"]);
    assert_eq!(with(&format!("case/items/{}/data/extra", desk.items[0])).len(), 1);
    assert_eq!(with("case/case.json"), ["case/case.json"]);
    assert_eq!(with("elsewhere"), ["elsewhere"]);
    let left = fs::read_dir(desk.folder.path()).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(left.into_iter().all(|name| !name.starts_with(".receive-")));
    // As it was sent, it is taken.
    pack(&sound, &desk.path("forged.tar"));
    desk.receive("forged.tar", "lab").unwrap();
}

/// Writes a member whose name and kind no well-meant program would write.
fn hostile(sound: &Members, name: &[u8], kind: EntryType, link: &str, package: &Path) {
    let mut tar = Builder::new(fs::File::create(package).unwrap());
    let mut header = Header::new_gnu();
    header.as_old_mut().name[..name.len()].copy_from_slice(name);
    header.set_entry_type(kind);
    if !link.is_empty() {
        header.set_link_name(link).unwrap();
    }
    header.set_size(0);
    header.set_cksum();
    tar.append(&header, std::io::empty()).unwrap();
    for (name, bytes) in sound {
        let mut header = Header::new_gnu();
        header.set_size(bytes.len() as u64);
        tar.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    tar.finish().unwrap();
}

#[test]
fn members_that_lead_elsewhere_refuse_the_package() {
    let desk = Desk::new();
    desk.send(&[], "package.tar");
    let sound = members(&desk.path("package.tar"));
    let file = EntryType::Regular;
    for (name, kind, link) in [
        (&b"/etc/cron.d/x"[..], file, ""),
        (b"../x", file, ""),
        (b"case/../../x", file, ""),
        (b"case//x", file, ""),
        (b"case/./x", file, ""),
        (b"case/..", EntryType::Directory, ""),
        (b"C:\\x", file, ""),
        (b"case\\..\\..\\x", file, ""),
        (b"case/items", EntryType::Symlink, "/tmp"),
        (b"case/keys", EntryType::Symlink, "../../home"),
        (b"case/x", EntryType::Link, "/etc/passwd"),
        (b"case/x", EntryType::Char, ""),
        (b"case/x", EntryType::Fifo, ""),
        (b"case/x", EntryType::XHeader, ""),
        (b"case/x", EntryType::XGlobalHeader, ""),
        (b"case/x", EntryType::GNUSparse, ""),
        (b"case/x", EntryType::GNULongLink, ""),
    ] {
        hostile(&sound, name, kind, link, &desk.path("forged.tar"));
        let result = desk.receive("forged.tar", "lab");
        let shown = String::from_utf8_lossy(name);
        assert!(matches!(result, Err(TransferError::Refused { .. })), "{shown}: {result:?}");
        assert!(!desk.path("lab").exists() && !desk.path("x").exists(), "{shown}");
    }
    let long = format!("case/{}", "../".repeat(60));
    let mut forged = sound.clone();
    forged.push((format!("case/{}x", "a/".repeat(60)), Vec::new()));
    pack(&forged, &desk.path("forged.tar"));
    let bytes = fs::read(desk.path("forged.tar")).unwrap();
    let name = format!("case/{}x", "a/".repeat(60));
    let at = memchr::memmem::find(&bytes, name.as_bytes()).unwrap();
    let mut bytes = bytes;
    bytes[at..at + name.len()].copy_from_slice(&long.as_bytes()[..name.len()]);
    fs::write(desk.path("forged.tar"), bytes).unwrap();
    let result = desk.receive("forged.tar", "lab");
    assert!(matches!(result, Err(TransferError::Refused { .. })), "{result:?}");
    for rubbish in [&b""[..], b"<html>", &[0; 4096], &[0xff; 4096]] {
        fs::write(desk.path("rubbish.tar"), rubbish).unwrap();
        let result = desk.receive("rubbish.tar", "lab");
        assert!(matches!(result, Err(TransferError::Refused { .. })), "{result:?}");
    }
}

#[test]
fn receipts_that_do_not_hold_are_not_filed() {
    let desk = Desk::new();
    desk.send(&[], "package.tar");
    let received = desk.receive("package.tar", "lab").unwrap();
    let text = fs::read_to_string(&received.receipt).unwrap();
    let refused = |forged: &str| {
        fs::write(desk.path("forged.json"), forged).unwrap();
        let result = file_receipt(&desk.store, &desk.sender, &desk.path("forged.json"));
        assert!(matches!(result, Err(TransferError::Receipt(_))), "{forged}: {result:?}");
    };
    for (from, to) in [
        ("\\\"to\\\":\\\"Lab\\\"", "\\\"to\\\":\\\"Pub\\\""),
        ("pugmark.received/1", "pugmark.received/2"),
        ("BEGIN PUBLIC KEY", "BEGIN PUBLIC KEX"),
        ("{\n", "[\n"),
    ] {
        assert!(text.contains(from), "{from}: {text}");
        refused(&text.replace(from, to));
    }
    // Signed by a stranger in the receiver's place, over something else, or for another case.
    let other = Desk::new();
    other.send(&[], "package.tar");
    let others = other.receive("package.tar", "lab").unwrap();
    refused(&fs::read_to_string(others.receipt).unwrap());
    assert_eq!(failed(&desk.store), []);
}

/// The log cut back behind the transfer is sound in itself; the receipt shows that it is not.
#[test]
fn a_receipt_kept_elsewhere_shows_that_the_log_was_cut() {
    let desk = Desk::new();
    let log = fs::read_to_string(desk.store.root().join("custody.jsonl")).unwrap();
    desk.send(&[], "package.tar");
    let received = desk.receive("package.tar", "lab").unwrap();
    let anchor = super::Countersigned::read(&received.receipt).unwrap().anchor().unwrap();
    let expected = Expected { anchors: vec![("r".to_owned(), anchor)], ..Expected::default() };
    assert_eq!(verify(&desk.store, &expected, &|_| {}).unwrap().failed(), 0);
    fs::write(desk.store.root().join("custody.jsonl"), &log).unwrap();
    let head = log.lines().next_back().unwrap().to_owned() + "\n";
    fs::write(desk.store.root().join("custody.head"), head).unwrap();
    assert_eq!(failed(&desk.store), []);
    let found = verify(&desk.store, &expected, &|_| {}).unwrap().into_failed();
    assert!(found[0].detail.contains("the log was cut or replaced"), "{found:?}");
}
