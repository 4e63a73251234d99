//! The heads of mails. Source: RFC 5322, RFC 2047.

use mailparse::{MailHeader, MailHeaderMap};
use serde::Serialize;

/// What the head of a mail says; encoded words are decoded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mail {
    /// `From`.
    pub from: Option<String>,
    /// `To` and `Cc`, each as it stands.
    pub to: Vec<String>,
    /// `Subject`.
    pub subject: Option<String>,
    /// `Date`, as it stands.
    pub date: Option<String>,
    /// `Message-ID`.
    pub message_id: Option<String>,
    /// `Received`, newest first: the way the mail says it took.
    pub received: Vec<String>,
}

/// Reads the head that `bytes` start with; `None` when it names nobody.
pub(super) fn read(bytes: &[u8]) -> Option<Mail> {
    let (headers, _) = mailparse::parse_headers(bytes).ok()?;
    let headers: &[MailHeader<'_>] = &headers;
    let all = |name: &str| headers.get_all_values(name);
    let mail = Mail {
        from: headers.get_first_value("From"),
        to: [all("To"), all("Cc")].concat(),
        subject: headers.get_first_value("Subject"),
        date: headers.get_first_value("Date"),
        message_id: headers.get_first_value("Message-ID"),
        received: all("Received"),
    };
    (mail.from.is_some() || mail.message_id.is_some()).then_some(mail)
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn the_head_of_a_mail_is_read_and_a_letter_is_none() {
        let mail = b"Received: from a by b; Mon, 2 Nov 2026 10:00:00 +0100\r\nReceived: from c by a\r\n\
            From: =?utf-8?q?H=C3=A4ndler?= <h@a.example>\r\nTo: k@b.example\r\nCc: l@b.example\r\n\
            Subject: =?utf-8?B?RWxmZW5iZWlu?=\r\n =?utf-8?Q?_alt?=\r\nDate: Mon, 2 Nov 2026 09:59:58 +0100\r\n\
            Message-ID: <1@a.example>\r\n\r\nFrom: nobody\r\n";
        let mail = read(mail).unwrap();
        assert_eq!(mail.from.as_deref(), Some("Händler <h@a.example>"));
        assert_eq!(mail.subject.as_deref(), Some("Elfenbein alt"));
        assert_eq!(mail.to, ["k@b.example", "l@b.example"]);
        assert_eq!(mail.received.len(), 2);
        assert_eq!(mail.message_id.as_deref(), Some("<1@a.example>"));
        assert_eq!(read(b"Dear Sir,\r\n\r\nI have ivory.\r\n"), None);
    }
}
