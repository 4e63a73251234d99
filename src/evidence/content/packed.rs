//! Chats in zip archives, as telephones hand them over together with their pictures.

use std::io::{self, BufReader, Read};
use std::path::Path;

use fs_err as fs;

use super::HeldChat;
use super::chat::{self, Chat};
use crate::scan::read::archive::{Archive, Entry};

/// Bytes that are unpacked of all files of an archive together.
const LONGEST: u64 = 256 << 20;
/// Files of an archive that are looked into.
const MOST: usize = 1000;

/// The chats in the archive at `path`, and why some of it was not read.
///
/// # Errors
///
/// When the file cannot be opened; what is wrong in it is said.
pub(super) fn chats(path: &Path) -> io::Result<(Vec<HeldChat>, Option<String>)> {
    chats_within(path, LONGEST)
}

fn chats_within(path: &Path, longest: u64) -> io::Result<(Vec<HeldChat>, Option<String>)> {
    // How far a file may grow in proportion is not asked: what is unpacked of all is bounded.
    let file = fs::File::open(path)?.into_file();
    let (archive, entries) = match Archive::open(file, u64::MAX) {
        Ok(opened) => opened,
        Err(err) => return Ok((Vec::new(), Some(format!("no archive that can be read: {err}")))),
    };
    let mut found = Vec::new();
    let mut unread = None;
    let mut left = Left { bytes: longest, limit: longest };
    for (number, entry) in entries.iter().filter(|entry| may_be_chat(entry)).enumerate() {
        if number == MOST {
            unread.get_or_insert(format!("more than {MOST} texts: the rest was not looked into"));
            break;
        }
        match read(&archive, entry, &mut left) {
            Ok(chats) => found.extend(chats.into_iter().map(|chat| {
                let path = Some(entry.name.clone());
                HeldChat { path, chat }
            })),
            Err(err) => {
                unread.get_or_insert(format!("{}: {err}", entry.name));
            }
        }
        if left.bytes == 0 {
            break;
        }
    }
    Ok((found, unread))
}

/// True for what WhatsApp and Telegram call their exports.
fn may_be_chat(entry: &Entry) -> bool {
    let name = entry.name.rsplit('/').next().unwrap_or_default().to_lowercase();
    name.ends_with(".txt") || name == "result.json"
}

fn read(archive: &Archive, entry: &Entry, left: &mut Left) -> io::Result<Vec<Chat>> {
    let text = BufReader::new(Bounded { input: archive.read(entry)?, left });
    if entry.name.ends_with(".json") {
        chat::telegram(text)
    } else {
        Ok(chat::whatsapp(text)?.into_iter().collect())
    }
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
