//! Chats in zip archives, as telephones hand them over together with their pictures.

use std::io::{self, BufReader, Read};
use std::path::Path;

use fs_err as fs;

use super::HeldChat;
use super::chat;
use crate::scan::read::archive::{Archive, Entry};

/// Bytes that are unpacked of all files of an archive together, and of archives in it.
const LONGEST: u64 = 256 << 20;
/// Files of an archive, and of archives in it, that are looked into.
const MOST: usize = 1000;
/// Archives inside of one another that are looked into: telephones pack what was packed.
const DEEPEST: usize = 3;
/// So many reasons why something was not read are given; of more, their number.
const MOST_REASONS: usize = 10;

/// The chats in the archive at `path`, also in archives in it, and why some of it was not read.
///
/// # Errors
///
/// When the file cannot be opened; what is wrong in it is said.
pub(super) fn chats(path: &Path) -> io::Result<(Vec<HeldChat>, Option<String>)> {
    chats_within(path, LONGEST)
}

fn chats_within(path: &Path, longest: u64) -> io::Result<(Vec<HeldChat>, Option<String>)> {
    let left = Left { bytes: longest, limit: longest };
    let mut search = Search { left, looked_into: 0, found: Vec::new(), unread: Vec::new() };
    search.archive(fs::File::open(path)?.into_file(), "", 1);
    let more = search.unread.len().saturating_sub(MOST_REASONS);
    search.unread.truncate(MOST_REASONS);
    let mut unread = search.unread.join("; ");
    if more > 0 {
        unread.push_str(&format!("; and {more} more"));
    }
    Ok((search.found, (!unread.is_empty()).then_some(unread)))
}

/// What was found so far, and what may still be unpacked.
struct Search {
    left: Left,
    looked_into: usize,
    found: Vec<HeldChat>,
    unread: Vec<String>,
}

impl Search {
    /// Looks into the archive in `file`, which is called `inside` with a slash behind it where
    /// it stands in another, and is the `depth`th from the outside.
    fn archive(&mut self, file: std::fs::File, inside: &str, depth: usize) {
        // How far a file may grow in proportion is not asked: what is unpacked of all is bounded.
        let (archive, entries) = match Archive::open(file, u64::MAX) {
            Ok(opened) => opened,
            Err(err) => return self.leave(inside, format!("no archive that can be read: {err}")),
        };
        for entry in entries.iter().filter(|entry| is_archive(entry) || may_be_chat(entry)) {
            if self.left.bytes == 0 {
                return;
            }
            if self.looked_into == MOST {
                let many = format!("more than {MOST} texts: the rest was not looked into");
                return self.leave("", many);
            }
            self.looked_into += 1;
            let name = format!("{inside}{}", entry.name);
            let result = if !is_archive(entry) {
                self.text(&archive, entry, &name)
            } else if depth < DEEPEST {
                self.unpack(&archive, entry)
                    .map(|inner| self.archive(inner, &format!("{name}/"), depth + 1))
            } else {
                Err(io::Error::other(format!("archives are opened {DEEPEST} deep and no more")))
            };
            if let Err(err) = result {
                self.leave(&name, err.to_string());
            }
        }
    }

    fn text(&mut self, archive: &Archive, entry: &Entry, name: &str) -> io::Result<()> {
        let text = BufReader::new(Bounded { input: archive.read(entry)?, left: &mut self.left });
        let chats = match entry.name.ends_with(".json") {
            true => chat::telegram(text)?,
            false => chat::whatsapp(text)?.into_iter().collect(),
        };
        let held = |chat| HeldChat { path: Some(name.to_owned()), chat };
        self.found.extend(chats.into_iter().map(held));
        Ok(())
    }

    /// An archive in an archive, as a file without a name.
    fn unpack(&mut self, archive: &Archive, entry: &Entry) -> io::Result<std::fs::File> {
        let mut file = tempfile::tempfile()?;
        let mut input = Bounded { input: archive.read(entry)?, left: &mut self.left };
        io::copy(&mut input, &mut file)?;
        Ok(file)
    }

    fn leave(&mut self, name: &str, why: String) {
        let name = name.trim_end_matches('/');
        self.unread.push(if name.is_empty() { why } else { format!("{name}: {why}") });
    }
}

/// True for what WhatsApp and Telegram call their exports.
fn may_be_chat(entry: &Entry) -> bool {
    let name = entry.name.rsplit('/').next().unwrap_or_default().to_lowercase();
    name.ends_with(".txt") || name == "result.json"
}

fn is_archive(entry: &Entry) -> bool {
    entry.name.to_lowercase().ends_with(".zip")
}

/// What may still be unpacked.
struct Left {
    bytes: u64,
    limit: u64,
}

/// Passes on what may still be unpacked, then fails.
struct Bounded<'a, R> {
    input: R,
    left: &'a mut Left,
}

impl<R: Read> Read for Bounded<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(out)?;
        let Some(left) = self.left.bytes.checked_sub(count as u64).filter(|left| *left > 0) else {
            self.left.bytes = 0;
            let limit = self.left.limit;
            return Err(io::Error::other(format!(
                "the archive unpacks to more than {limit} bytes"
            )));
        };
        self.left.bytes = left;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use tempfile::TempDir;

    use super::{LONGEST, chats, chats_within};

    const WHATSAPP: &str = "[02.11.26, 10:00:01] Anna: a\n[03.11.26, 10:01:00] Ben: b\n";
    const TELEGRAM: &str = r#"{"name":"Reptiles","messages":[{"type":"message","date":"2026-11-01T10:00:00","from":"A","from_id":"user7"}]}"#;

    /// A zip archive of `entries`, packed by deflate.
    fn zip(entries: &[(&str, &[u8])]) -> (TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("chat.zip");
        let mut out = rawzip::ZipArchiveWriter::new(fs_err::File::create(&path).unwrap());
        for (name, bytes) in entries {
            let method = rawzip::CompressionMethod::DEFLATE;
            let (mut entry, config) =
                out.new_file(name).compression_method(method).start().unwrap();
            let packer =
                flate2::write::DeflateEncoder::new(&mut entry, flate2::Compression::default());
            let mut writer = config.wrap(packer);
            std::io::Write::write_all(&mut writer, bytes).unwrap();
            let (packer, output) = writer.finish().unwrap();
            packer.finish().unwrap();
            entry.finish(output).unwrap();
        }
        out.finish().unwrap();
        (folder, path)
    }

    #[test]
    fn chats_are_found_beside_pictures_and_other_texts() {
        let (_folder, path) = zip(&[
            ("photo.jpg", b"pixels"),
            ("notes.txt", b"Dear Sir,\n"),
            ("WhatsApp Chat with Anna.txt", WHATSAPP.as_bytes()),
            ("export/result.json", TELEGRAM.as_bytes()),
        ]);
        let (found, unread) = chats(&path).unwrap();
        assert_eq!(unread, None);
        let paths: Vec<_> = found.iter().map(|held| held.path.as_deref().unwrap()).collect();
        assert_eq!(paths, ["WhatsApp Chat with Anna.txt", "export/result.json"]);
        assert_eq!((found[0].chat.messages, found[1].chat.messages), (2, 1));
        assert_eq!(found[0].chat.last.as_deref(), Some("03.11.26, 10:01:00"));
        assert_eq!(found[1].chat.name.as_deref(), Some("Reptiles"));
    }

    #[test]
    fn bombs_end_and_what_was_not_read_is_said() {
        let bomb = format!("{WHATSAPP}{}", "x".repeat(8 << 20));
        let (_folder, path) = zip(&[
            ("_chat.txt", WHATSAPP.as_bytes()),
            ("bomb.txt", bomb.as_bytes()),
            ("behind.txt", WHATSAPP.as_bytes()),
        ]);
        assert!(fs_err::metadata(&path).unwrap().len() < 1 << 17);
        let (found, unread) = chats_within(&path, 1 << 20).unwrap();
        assert_eq!(found.len(), 1);
        let unread = unread.unwrap();
        assert_eq!(unread, "bomb.txt: the archive unpacks to more than 1048576 bytes");
        let (found, unread) = chats_within(&path, LONGEST).unwrap();
        assert_eq!((found.len(), unread), (3, None));
        let many: Vec<String> = (0..1100).map(|number| format!("{number}.txt")).collect();
        let many: Vec<_> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
        let (_folder, path) = zip(&many);
        assert!(chats(&path).unwrap().1.unwrap().starts_with("more than 1000 texts"));
    }

    /// `bytes` in an archive in an archive, and so on, `depth` deep.
    fn nested(depth: usize, name: &str, bytes: &[u8]) -> Vec<u8> {
        let (_folder, path) = match depth {
            1 => zip(&[(name, bytes)]),
            _ => zip(&[("in.ZIP", &nested(depth - 1, name, bytes)), ("photo.jpg", b"pixels")]),
        };
        fs_err::read(path).unwrap()
    }

    #[test]
    fn archives_in_archives_are_opened_so_deep_and_no_more() {
        let read = |bytes: &[u8], longest: u64| {
            let file = tempfile::NamedTempFile::new().unwrap();
            fs_err::write(file.path(), bytes).unwrap();
            chats_within(file.path(), longest).unwrap()
        };
        let three = nested(3, "_chat.txt", WHATSAPP.as_bytes());
        let (found, unread) = read(&three, LONGEST);
        assert_eq!((found.len(), unread), (1, None));
        assert_eq!(found[0].path.as_deref(), Some("in.ZIP/in.ZIP/_chat.txt"));
        let (found, unread) = read(&nested(4, "_chat.txt", WHATSAPP.as_bytes()), LONGEST);
        let expected = "in.ZIP/in.ZIP/in.ZIP: archives are opened 3 deep and no more";
        assert_eq!((found.len(), unread.as_deref()), (0, Some(expected)));
        // A bomb that is small in each of its wrappings.
        let bomb = nested(3, "_chat.txt", format!("{WHATSAPP}{}", "x".repeat(8 << 20)).as_bytes());
        assert!(bomb.len() < 1 << 16);
        let (found, unread) = read(&bomb, 1 << 20);
        let unread = unread.unwrap();
        assert!(
            found.is_empty() && unread.ends_with("unpacks to more than 1048576 bytes"),
            "{unread}"
        );
        // What is no archive though it is called so, beside a chat; and many such.
        let (_folder, path) = zip(&[("a.zip", b"rubbish"), ("_chat.txt", WHATSAPP.as_bytes())]);
        let (found, unread) = chats(&path).unwrap();
        assert!(found.len() == 1 && unread.unwrap().starts_with("a.zip: no archive that can be"));
        let names: Vec<String> = (0..15).map(|number| format!("{number}.zip")).collect();
        let many: Vec<_> = names.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
        let (_folder, path) = zip(&many);
        assert!(chats(&path).unwrap().1.unwrap().ends_with("; and 5 more"));
    }

    #[test]
    fn what_is_damaged_or_no_archive_is_said() {
        let (_folder, path) = zip(&[("_chat.txt", WHATSAPP.as_bytes())]);
        let mut bytes = fs_err::read(&path).unwrap();
        bytes[45] ^= 1;
        fs_err::write(&path, &bytes).unwrap();
        let (found, unread) = chats(&path).unwrap();
        assert!(found.is_empty() && unread.unwrap().starts_with("_chat.txt: "));
        fs_err::write(&path, &bytes[..40]).unwrap();
        assert!(chats(&path).unwrap().1.unwrap().starts_with("no archive that can be read"));
        assert!(chats(Path::new("/nowhere")).is_err());
    }
}
