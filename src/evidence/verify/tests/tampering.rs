//! Changes of structure, made one after the other: entries, records and files removed, added,
//! exchanged, cut and dated anew, by somebody who has every tool but the signing key.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use fs_err as fs;
use serde_json::Value;

use super::super::archive::{self, Acquired};
use super::{Case, copy, edit_lines, files};
use crate::clock::Clock;
use crate::evidence::digest::Sha256;
use crate::evidence::verify::{Check, Expected, verify};
use crate::evidence::warc::WarcReader;
use crate::evidence::{Action, Custodian, Line, Memory, PublicKey, Signer, Store};

const LOG: &str = "custody.jsonl";
const TAG_MANIFEST: &str = "tagmanifest-sha256.txt";
const ARCHIVE: &str = "data/capture.warc.gz";

/// A case, and how many changes of it were found.
struct Trial {
    case: Case,
    expected: Expected,
    found: usize,
}

impl Trial {
    fn new() -> Self {
        let case = Case::new();
        let custodian = case.custodian();
        let mut writer = case.store.lock(&custodian).unwrap();
        for number in 0..3 {
            writer.append(Action::new("note").with("text", number)).unwrap();
        }
        drop(writer);
        let memory = Some(Memory::new(&case.folder.path().join("home")));
        Self { case, expected: Expected { memory, ..Expected::default() }, found: 0 }
    }

    fn root(&self) -> &Path {
        self.case.store.root()
    }

    fn failed(&self) -> Vec<Check> {
        verify(&self.case.store, &self.expected, &|_| {}).unwrap().into_failed()
    }

    /// Applies `change`, asks for a failed check that names `file`, and undoes it.
    fn must_find(&mut self, what: &str, file: &str, change: impl FnOnce(&Path)) {
        let saved = self.case.folder.path().join("saved");
        copy(self.root(), &saved);
        change(self.root());
        let failed = self.failed();
        let named = failed.iter().any(|check| check.file.as_deref() == Some(file));
        assert!(named, "{what}: {file} is not named: {failed:?}");
        fs::remove_dir_all(self.root()).unwrap();
        fs::rename(saved, self.root()).unwrap();
        self.found += 1;
    }
}

/// Writes the log anew after `edit`: hashes and chain are right, signatures are what they were.
fn rewrite_log(root: &Path, edit: impl FnOnce(&mut Vec<Value>)) {
    let text = fs::read_to_string(root.join(LOG)).unwrap();
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    edit(&mut lines);
    let mut previous = Value::Null;
    let mut written = String::new();
    for line in &mut lines {
        line["entry"]["previous"] = previous;
        let entry = serde_json_canonicalizer::to_string(&line["entry"]).unwrap();
        let hash = Sha256::of(entry.as_bytes());
        let signature = line["signature"].as_str().unwrap();
        let sealed = format!(r#"{{"entry":{entry},"hash":"{hash}","signature":"{signature}"}}"#);
        fs::write(root.join("custody.head"), format!("{sealed}\n")).unwrap();
        written.push_str(&sealed);
        written.push('\n');
        previous = hash.to_string().into();
    }
    fs::write(root.join(LOG), written).unwrap();
}

#[test]
fn every_change_of_the_log_is_found() {
    let mut trial = Trial::new();
    let entries = trial.case.store.log().unwrap().lines.len();
    assert_eq!(entries, 7);
    for index in 0..entries {
        let lines = |edit: fn(&mut Vec<String>, usize)| {
            move |root: &Path| edit_lines(&root.join(LOG), |lines| edit(lines, index))
        };
        trial.must_find("removed", LOG, lines(|lines, at| drop(lines.remove(at))));
        trial.must_find("repeated", LOG, lines(|lines, at| lines.insert(at, lines[at].clone())));
        trial.must_find("blank line", LOG, lines(|lines, at| lines.insert(at, String::new())));
        trial.must_find("cut before", LOG, lines(|lines, at| lines.truncate(at)));
        if index + 1 < entries {
            trial.must_find("exchanged", LOG, lines(|lines, at| lines.swap(at, at + 1)));
            // With the head to match, and everything that came later taken away as well.
            trial.must_find("cut with its head", LOG, |root| {
                edit_lines(&root.join(LOG), |lines| lines.truncate(index + 1));
                let log = fs::read_to_string(root.join(LOG)).unwrap();
                let head = log.lines().next_back().unwrap();
                fs::write(root.join("custody.head"), format!("{head}\n")).unwrap();
            });
        }
        let forge = |edit: fn(&mut Value)| {
            move |root: &Path| rewrite_log(root, |lines| edit(&mut lines[index]["entry"]))
        };
        trial.must_find(
            "dated anew",
            LOG,
            forge(|entry| {
                entry["time"] = "2020-01-01T00:00:00Z".into();
            }),
        );
        trial.must_find(
            "dated a second later",
            LOG,
            forge(|entry| {
                let time: jiff::Timestamp = entry["time"].as_str().unwrap().parse().unwrap();
                entry["time"] = (time + jiff::SignedDuration::from_secs(1)).to_string().into();
            }),
        );
        trial.must_find("another action", LOG, forge(|entry| entry["action"] = "note2".into()));
        trial.must_find("another detail", LOG, forge(|entry| entry["details"]["x"] = 1.into()));
        trial.must_find("another tool", LOG, forge(|entry| entry["tool"] = "x".into()));
        trial.must_find("removed, chain mended", LOG, |root| {
            rewrite_log(root, |lines| drop(lines.remove(index)));
        });
        trial.must_find("added, chain mended", LOG, |root| {
            rewrite_log(root, |lines| {
                lines.insert(index, lines[index].clone());
                for (number, line) in (1..).zip(lines) {
                    line["entry"]["number"] = number.into();
                }
            });
        });
    }
    assert!(trial.found > 80, "{}", trial.found);
    assert_eq!(trial.failed(), []);
}

#[test]
fn every_change_of_the_files_is_found() {
    let mut trial = Trial::new();
    let mut names = Vec::new();
    files(trial.root(), trial.root(), &mut names);
    names.sort();
    for (index, name) in names.iter().enumerate().filter(|(_, name)| *name != ".lock") {
        let other = &names[(index + 1) % names.len()];
        let edit = |edit: fn(Vec<u8>) -> Vec<u8>| {
            let path = name.clone();
            move |root: &Path| {
                let bytes = fs::read(root.join(&path)).unwrap();
                fs::write(root.join(&path), edit(bytes)).unwrap();
            }
        };
        trial.must_find("emptied", name, edit(|_| Vec::new()));
        trial.must_find("one byte short", name, edit(|bytes| bytes[..bytes.len() - 1].to_vec()));
        trial.must_find("cut in half", name, edit(|bytes| bytes[..bytes.len() / 2].to_vec()));
        trial.must_find("one byte longer", name, edit(|bytes| [&bytes[..], b"\n"].concat()));
        trial.must_find("twice", name, edit(|bytes| [&bytes[..], &bytes].concat()));
        trial.must_find("replaced by another", name, |root| {
            fs::copy(root.join(other), root.join(name)).unwrap();
        });
        let beside = format!("{name}.bak");
        trial.must_find("a copy beside it", &beside, |root| {
            fs::copy(root.join(name), root.join(&beside)).unwrap();
        });
        if name != LOG {
            trial.must_find("removed", name, |root| fs::remove_file(root.join(name)).unwrap());
        }
    }
    let (page, shot) = (trial.case.item("0001"), trial.case.item("0002"));
    for (item, other) in [(&page, &shot), (&shot, &page)] {
        let tag_manifest = format!("items/{item}/{TAG_MANIFEST}");
        trial.must_find("items exchanged", &tag_manifest, |root| {
            let place = |name: &str| root.join("items").join(name);
            fs::rename(place(item), root.join("aside")).unwrap();
            fs::rename(place(other), place(item)).unwrap();
            fs::rename(root.join("aside"), place(other)).unwrap();
        });
        trial.must_find("item renamed", &tag_manifest, |root| {
            fs::rename(root.join("items").join(item), root.join("items/0009-x")).unwrap();
        });
        #[cfg(unix)]
        trial.must_find("item moved away and linked to", &tag_manifest, |root| {
            let away = root.parent().unwrap().join("away");
            let _ = fs::remove_dir_all(&away);
            fs::rename(root.join("items").join(item), &away).unwrap();
            std::os::unix::fs::symlink(away, root.join("items").join(item)).unwrap();
        });
    }
    assert!(trial.found > 100, "{}", trial.found);
    assert_eq!(trial.failed(), []);
}

/// The gzip members of the archive, one a record.
pub(super) fn records(archive: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(archive).unwrap();
    let mut reader = WarcReader::new(bytes.as_slice());
    let mut members = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        let place = |at: u64| usize::try_from(at).unwrap();
        members.push(bytes[place(record.offset)..place(record.end)].to_vec());
    }
    members
}

/// A record with `from` replaced by `to` in what it holds.
pub(super) fn edited(member: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut text = Vec::new();
    GzDecoder::new(member).read_to_end(&mut text).unwrap();
    let at = memchr::memmem::find(&text, from.as_bytes()).unwrap();
    text.splice(at..at + from.len(), to.bytes());
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(&text).unwrap();
    out.finish().unwrap()
}

/// Brings the manifests of a bag in line with its files.
fn reseal(item: &Path) {
    let manifest = |name: &str, digests: &BTreeMap<String, Sha256>| {
        let lines = digests.iter().map(|(path, digest)| format!("{digest}  {path}\n"));
        fs::write(item.join(name), lines.collect::<String>()).unwrap();
    };
    let mut names = Vec::new();
    files(item, &item.join("data"), &mut names);
    let digests = |names: &[String]| -> BTreeMap<String, Sha256> {
        let digest = |name: &String| Sha256::of_file(&item.join(name)).unwrap().0;
        names.iter().map(|name| (name.clone(), digest(name))).collect()
    };
    manifest("manifest-sha256.txt", &digests(&names));
    let tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"].map(str::to_owned);
    manifest(TAG_MANIFEST, &digests(&tags));
}

/// Also puts the new tag manifest into the log, with hashes and chain to match.
fn reseal_in_log(root: &Path, item: &str) {
    reseal(&root.join("items").join(item));
    let digest = Sha256::of_file(&root.join("items").join(item).join(TAG_MANIFEST)).unwrap().0;
    rewrite_log(root, |lines| {
        let line = lines.iter_mut().find(|line| line["entry"]["item"] == item).unwrap();
        line["entry"]["details"]["tagmanifest"] = digest.to_string().into();
    });
}

#[test]
fn every_change_of_an_archive_is_found_however_much_is_made_to_match() {
    let mut trial = Trial::new();
    let item = trial.case.item("0001");
    let archive = trial.root().join("items").join(&item).join(ARCHIVE);
    let acquired: Acquired =
        serde_json::from_slice(&fs::read(archive.with_file_name("acquisition.json")).unwrap())
            .unwrap();
    let sound = records(&archive);
    assert!(sound.len() > 4, "{}", sound.len());
    let mut changes: Vec<(&str, Vec<Vec<u8>>)> = Vec::new();
    for index in 0..sound.len() {
        let mut change = |what, edit: &dyn Fn(&mut Vec<Vec<u8>>)| {
            let mut changed = sound.clone();
            edit(&mut changed);
            changes.push((what, changed));
        };
        change("removed", &|all| drop(all.remove(index)));
        change("repeated", &|all| all.insert(index, all[index].clone()));
        change("cut off", &|all| all.truncate(index));
        change("dated anew", &|all| {
            all[index] = edited(&all[index], "WARC-Date: 20", "WARC-Date: 19");
        });
        change("another kind", &|all| {
            all[index] = edited(&all[index], "WARC-Type: ", "WARC-Type: x");
        });
        if index + 1 < sound.len() {
            change("exchanged", &|all| all.swap(index, index + 1));
        }
    }
    assert!(changes.len() > 25, "{}", changes.len());
    for (what, changed) in changes {
        let write = |root: &Path| {
            fs::write(root.join("items").join(&item).join(ARCHIVE), changed.concat()).unwrap();
        };
        let file = |name: &str| format!("items/{item}/{name}");
        trial.must_find(what, &file(ARCHIVE), write);
        trial.must_find(&format!("{what}, sealed anew"), &file(TAG_MANIFEST), |root| {
            write(root);
            reseal(&root.join("items").join(&item));
        });
        trial.must_find(&format!("{what}, sealed anew, log to match"), LOG, |root| {
            write(root);
            reseal_in_log(root, &item);
        });
        // The hash apart, reading the archive is enough. What a record is dated, only that
        // about the file itself and about answers state nowhere else.
        fs::write(trial.case.folder.path().join("changed"), changed.concat()).unwrap();
        let changed = trial.case.folder.path().join("changed");
        let found = archive::check(&changed, &item, &acquired, &BTreeSet::new());
        assert!(!found.faults.is_empty() || what == "dated anew", "{what}");
    }
    assert!(trial.found > 75, "{}", trial.found);
    assert_eq!(trial.failed(), []);
}

/// Where nothing is known from elsewhere, a case made anew under another key is as good as the
/// first: README.txt says so. The fingerprint of the key shows it.
#[test]
fn a_case_signed_anew_is_found_by_the_fingerprint_of_the_key() {
    let trial = Trial::new();
    let forger = Signer::in_folder(&trial.case.folder.path().join("forger")).unwrap();
    let maker = trial.case.custodian().public_key();
    sign_anew(trial.root(), &forger.public(), &forger);
    let store = Store::open(trial.root()).unwrap();
    assert_eq!(verify(&store, &Expected::default(), &|_| {}).unwrap().failed(), 0);
    let expected = Expected { signers: vec![maker.fingerprint()], ..Expected::default() };
    let found = verify(&store, &expected, &|_| {}).unwrap().into_failed();
    assert!(found[0].detail.contains("was not expected"), "{found:?}");
    let forger = Custodian::new(forger, Clock::System);
    assert_eq!(forger.public_key().fingerprint(), store.log().unwrap().lines[0].entry.key);
}

fn sign_anew(root: &Path, key: &PublicKey, signer: &Signer) {
    fs::write(root.join("keys/pugmark.pub"), key.to_pem()).unwrap();
    let text = fs::read_to_string(root.join(LOG)).unwrap();
    let mut previous = None;
    let mut written = String::new();
    for line in text.lines() {
        let mut entry = Line::parse(line).unwrap().entry;
        entry.key = key.fingerprint();
        entry.previous = previous;
        if let Some(digest) = entry.files.get_mut("keys/pugmark.pub") {
            *digest = Sha256::of(key.to_pem().as_bytes());
        }
        let line = Line::seal(entry, signer);
        previous = Some(line.hash);
        written.push_str(&line.text);
        written.push('\n');
        fs::write(root.join("custody.head"), line.text + "\n").unwrap();
    }
    fs::write(root.join(LOG), written).unwrap();
}
