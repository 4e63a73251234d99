//! What a file says of itself: where a photo was taken, who sent a mail, who wrote in a chat.
//!
//! It is what the file says, not what is true: anybody can write it there.

mod chat;
mod mail;
mod packed;
mod photo;

use std::io::{self, Read};
use std::path::Path;

use fs_err as fs;
use serde::Serialize;

use super::picture::Picture;

pub use chat::{Chat, ChatKind};
pub use mail::Mail;
pub use photo::Photo;

/// So much of a picture file is looked at.
const LONGEST_PICTURE: u64 = 64 << 20;

/// What a file says of itself, by what it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Content {
    /// What a picture looks like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub picture: Option<Picture>,
    /// What a camera wrote into a picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub photo: Option<Photo>,
    /// The head of a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<Mail>,
    /// An exported chat.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chat: Option<Chat>,
    /// Exported chats in an archive, or of a whole account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub chats: Vec<HeldChat>,
    /// Why some of an archive was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unread: Option<String>,
}

/// One of several chats in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HeldChat {
    /// Its place in an archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The chat.
    #[serde(flatten)]
    pub chat: Chat,
}

impl Content {
    /// Reads the file at `path`, which was called `name`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read; what cannot be understood is left out.
    pub(super) fn read(path: &Path, name: &str) -> io::Result<Self> {
        let extension = name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase();
        let mut content = Self::default();
        match extension.as_str() {
            "jpg" | "jpeg" | "png" | "gif" | "webp" | "tif" | "tiff" | "heic" | "heif" | "avif" => {
                let mut bytes = Vec::new();
                fs::File::open(path)?.take(LONGEST_PICTURE).read_to_end(&mut bytes)?;
                content.picture = Picture::read(&bytes);
                content.photo = photo::read(&bytes);
            }
            "eml" => content.mail = mail::read(&start(path)?),
            "txt" => content.chat = chat::whatsapp(io::BufReader::new(fs::File::open(path)?))?,
            "json" => content.take(chat::telegram(io::BufReader::new(fs::File::open(path)?))?),
            "zip" => (content.chats, content.unread) = packed::chats(path)?,
            _ => {}
        }
        Ok(content)
    }

    fn take(&mut self, mut chats: Vec<Chat>) {
        if chats.len() == 1 {
            self.chat = chats.pop();
        } else {
            self.chats = chats.into_iter().map(|chat| HeldChat { path: None, chat }).collect();
        }
    }
}

/// The first bytes of a file: heads of mails are not longer.
fn start(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(1 << 18).read_to_end(&mut bytes)?;
    Ok(bytes)
}
