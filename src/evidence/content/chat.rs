//! Chats as WhatsApp and Telegram export them.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

use serde::{Deserialize, Serialize};

/// Longest line of an export that is read.
const LONGEST_LINE: u64 = 1 << 20;
/// Longest export of Telegram that is read.
const LONGEST_JSON: u64 = 256 << 20;
/// Writers of a chat that are counted one by one.
const MOST_WRITERS: usize = 10_000;
/// A text is a chat when it starts with so many messages, or with one on its first line.
const ENOUGH: u64 = 2;

/// Which program exported a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ChatKind {
    /// WhatsApp: `_chat.txt`, or a text named after the chat.
    Whatsapp,
    /// Telegram: `result.json`.
    Telegram,
}

/// Who wrote in a chat, how much, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chat {
    /// The program that exported it.
    pub program: ChatKind,
    /// Its name, where the export has one.
    pub name: Option<String>,
    /// Messages.
    pub messages: u64,
    /// Messages by writer.
    pub participants: BTreeMap<String, u64>,
    /// Messages by writers beyond the first ten thousand.
    #[serde(skip_serializing_if = "is_zero")]
    pub by_others: u64,
    /// When the first message was written, as the export has it: local time, in the order of
    /// day and month of the telephone.
    pub first: Option<String>,
    /// When the last one was.
    pub last: Option<String>,
}

impl Chat {
    fn new(program: ChatKind) -> Self {
        Self {
            program,
            name: None,
            messages: 0,
            participants: BTreeMap::new(),
            by_others: 0,
            first: None,
            last: None,
        }
    }

    fn take(&mut self, writer: Option<&str>, time: &str) {
        self.messages += 1;
        if let Some(writer) = writer {
            let is_full = self.participants.len() >= MOST_WRITERS;
            match self.participants.get_mut(writer) {
                Some(messages) => *messages += 1,
                None if is_full => self.by_others += 1,
                None => drop(self.participants.insert(writer.to_owned(), 1)),
            }
        }
        self.first.get_or_insert_with(|| time.to_owned());
        self.last = Some(time.to_owned());
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Reads an export of WhatsApp; `None` for any other text.
pub(super) fn whatsapp(mut text: impl BufRead) -> io::Result<Option<Chat>> {
    let mut chat = Chat::new(ChatKind::Whatsapp);
    let mut line = Vec::new();
    for number in 0_u64.. {
        line.clear();
        if (&mut text).take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        // Marks of direction stand before times and names.
        let line: String = String::from_utf8_lossy(&line)
            .chars()
            .filter(|c| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{feff}'))
            .collect();
        match message(line.trim_end()) {
            Some((time, writer)) => chat.take(writer, time),
            // The first line of an export is a message; what follows may be lines of one.
            None if number == 0 => return Ok(None),
            None => {}
        }
    }
    Ok((chat.messages >= ENOUGH && !chat.participants.is_empty()).then_some(chat))
}

/// Time and writer of a message that starts here; without a writer the program speaks.
///
/// `[02.11.26, 10:00:01] Name: text` on telephones of Apple, `02/11/2026, 10:00 - Name: text`
/// on others.
fn message(line: &str) -> Option<(&str, Option<&str>)> {
    let (time, rest) = match line.strip_prefix('[') {
        Some(rest) => rest.split_once("] ")?,
        None => line.split_once(" - ")?,
    };
    let (day, clock) = time.split_once([',', ' '])?;
    let is_day = day.split(['.', '/', '-']).filter(|part| is_number(part, 4)).count() == 3;
    let clock = clock.trim();
    let is_clock = clock.split_once([':', '.']).is_some_and(|(hour, rest)| {
        is_number(hour, 2) && rest.starts_with(|c: char| c.is_ascii_digit())
    });
    (is_day && is_clock).then(|| (time, rest.split_once(": ").map(|(writer, _)| writer)))
}

fn is_number(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[derive(Deserialize)]
struct Export {
    name: Option<String>,
    #[serde(default)]
    messages: Vec<Message>,
    /// In an export of a whole account.
    chats: Option<Chats>,
}

#[derive(Deserialize)]
struct Chats {
    list: Vec<Export>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(rename = "type")]
    kind: String,
    date: String,
    from: Option<String>,
    from_id: Option<String>,
}

/// Reads an export by Telegram, of one chat or of all; empty for any other JSON.
///
/// # Errors
///
/// When `text` cannot be read.
pub(super) fn telegram(text: impl Read) -> io::Result<Vec<Chat>> {
    let export: Export = match serde_json::from_reader(text.take(LONGEST_JSON)) {
        Ok(export) => export,
        Err(err) if err.is_io() => return Err(err.into()),
        Err(_) => return Ok(Vec::new()),
    };
    let Export { name, messages, chats } = export;
    let inner = chats.map_or_else(Vec::new, |chats| chats.list);
    let all = std::iter::once((name, messages))
        .chain(inner.into_iter().map(|chat| (chat.name, chat.messages)));
    Ok(all
        .map(|(name, messages)| of_telegram(name, &messages))
        .filter(|c| c.messages > 0)
        .collect())
}

fn of_telegram(name: Option<String>, messages: &[Message]) -> Chat {
    let mut chat = Chat { name, ..Chat::new(ChatKind::Telegram) };
    for message in messages.iter().filter(|message| message.kind == "message") {
        let writer = match (&message.from, &message.from_id) {
            (Some(name), Some(id)) => Some(format!("{name} ({id})")),
            (name, id) => name.clone().or_else(|| id.clone()),
        };
        chat.take(writer.as_deref(), &message.date);
    }
    chat
}

#[cfg(test)]
mod tests {
    use super::{Chat, ChatKind, telegram, whatsapp};

    fn count(chat: &Chat, writer: &str) -> u64 {
        chat.participants.get(writer).copied().unwrap_or(0)
    }

    #[test]
    fn exports_of_whatsapp_are_read_in_their_forms() {
        for text in [
            "[02.11.26, 10:00:01] Händler: \u{200e}Nachrichten sind verschlüsselt\n[02.11.26, 10:01:00] Kunde: Elfenbein?\nzweite Zeile: ja\n[03.11.26, 09:00:00] Händler: 450 €\n",
            "02/11/2026, 10:00 - Händler: a\r\n02/11/2026, 10:01 - Kunde: b\r\n03/11/2026, 09:00 - Händler: c\r\n",
            "\u{feff}\u{200e}[11/2/26, 10:00:00 AM] Händler: a\n[11/2/26, 10:01:00 AM] Kunde: b\n[11/3/26, 9:00:00 AM] Händler: c\n",
            "2026-11-02 10.00 - Händler: a\n2026-11-02 10.01 - Kunde: b\n2026-11-03 9.00 - Händler: c\n",
        ] {
            let chat = whatsapp(text.as_bytes()).unwrap().unwrap_or_else(|| panic!("{text}"));
            assert_eq!((chat.program, chat.messages), (ChatKind::Whatsapp, 3), "{text}");
            assert_eq!((count(&chat, "Händler"), count(&chat, "Kunde")), (2, 1), "{text}");
            assert!(chat.first.unwrap() < chat.last.unwrap(), "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_chats() {
        for text in [
            "",
            "Dear Sir,\n02/11/2026, 10:00 - Name: a\n",
            "02/11/2026, 10:00 - one line alone\n",
            "Ivory - 2 pieces: 450\nRhino - 1 piece: 900\n",
        ] {
            assert_eq!(whatsapp(text.as_bytes()).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn an_export_of_telegram_is_read_and_other_json_is_not() {
        let text = r#"{"name":"Reptiles","type":"private_supergroup","id":1,"messages":[
            {"id":1,"type":"service","date":"2026-11-01T09:00:00","actor":"A","action":"create"},
            {"id":2,"type":"message","date":"2026-11-01T10:00:00","from":"Anna","from_id":"user7","text":"x"},
            {"id":3,"type":"message","date":"2026-11-02T10:00:00","from":null,"from_id":"user8","text":[{"type":"link","text":"y"}]}]}"#;
        let [chat] = telegram(text.as_bytes()).unwrap().try_into().unwrap();
        assert_eq!((chat.name.as_deref(), chat.messages), (Some("Reptiles"), 2));
        assert_eq!((count(&chat, "Anna (user7)"), count(&chat, "user8")), (1, 1));
        assert_eq!(chat.last.as_deref(), Some("2026-11-02T10:00:00"));
        for other in ["{\"messages\":1}", "[]", "{}", "{\"chats\":{\"list\":[{}]}}", "not JSON"] {
            assert_eq!(telegram(other.as_bytes()).unwrap(), [], "{other}");
        }
        let account =
            format!(r#"{{"about":"x","chats":{{"list":[{text},{{"name":"Empty"}},{text}]}}}}"#);
        assert_eq!(telegram(account.as_bytes()).unwrap(), [chat.clone(), chat]);
    }

    #[test]
    fn writers_without_end_are_counted_together() {
        let lines = (0..10_500).map(|n| format!("02/11/2026, 10:00 - Writer {n}: text\n"));
        let chat = whatsapp(lines.collect::<String>().as_bytes()).unwrap().unwrap();
        assert_eq!((chat.messages, chat.participants.len(), chat.by_others), (10_500, 10_000, 500));
    }
}
