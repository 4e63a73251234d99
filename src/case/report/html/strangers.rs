//! Text and addresses written by strangers, made harmless for a page.
//!
//! `maud` escapes markup; this module takes care of what would still mislead a reader.

use maud::{Markup, html};
use url::Url;

use crate::output::terminal_text;

/// Returns `text` on one line with characters that hide or turn text written out.
pub(super) fn text(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    terminal_text::escape(&line).into_owned()
}

/// Returns the start of `words`, at most `most` characters.
pub(in crate::case::report) fn excerpt(words: &str, most: usize) -> String {
    let start: String = words.chars().take(most * 2).collect();
    let line = text(&start);
    if line.chars().count() <= most && start.len() == words.len() {
        return line;
    }
    line.chars().take(most).chain(['…']).collect()
}

/// Shows an address: as a link where it leads to a web page, else as text.
pub(super) fn address(address: &str) -> Markup {
    let shown = excerpt(address, 160);
    html! {
        @if is_web(address) {
            a href=(address) rel="noreferrer nofollow noopener" { (shown) }
        } @else { (shown) }
    }
}

/// True for an http or https address without a user's name, without characters that hide
/// text, and written as a browser would write it.
fn is_web(address: &str) -> bool {
    let plain = address.is_ascii() && !address.contains(|c: char| c.is_ascii_control() || c == ' ');
    let parsed = Url::parse(address).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    plain && parsed.is_some_and(|url| url.username().is_empty() && url.password().is_none())
}

#[cfg(test)]
mod tests {
    use super::{address, excerpt, text};

    #[test]
    fn an_address_that_is_no_web_page_is_no_link() {
        for hostile in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,<script>alert(1)</script>",
            "https://bank.example@evil.example/",
            "https://evil.example/\u{202e}txt.exe",
            "file:///etc/passwd",
            "//evil.example",
            "https://",
        ] {
            assert!(!address(hostile).into_string().contains("<a "), "{hostile}");
        }
    }

    #[test]
    fn a_web_address_is_a_link_that_sends_no_referrer() {
        let link = address("https://a.example/ad/1?x=\"><b>").into_string();
        assert!(
            link.starts_with(
                "<a href=\"https://a.example/ad/1?x=&quot;&gt;&lt;b&gt;\" rel=\"noreferrer"
            ),
            "{link}"
        );
    }

    #[test]
    fn text_that_turns_is_written_out_and_long_text_is_cut() {
        assert_eq!(text("a\u{202e}b\n c"), "a\\u{202e}b c");
        assert_eq!(excerpt("abcdef", 3), "abc…");
        assert_eq!(excerpt("abc", 3), "abc");
    }
}
