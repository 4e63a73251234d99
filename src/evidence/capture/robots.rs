//! `robots.txt`: what a site asks programs to leave alone.
//!
//! Source: RFC 9309, Robots Exclusion Protocol. `Crawl-delay` is no part of it, but common.

use std::time::Duration;

use url::{Position, Url};

/// The name by which `robots.txt` means this program.
pub(super) const NAME: &str = "pugmark";

/// The rules that hold for this program.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Rules {
    /// Pattern of a path, and whether it may be asked for.
    rules: Vec<(String, bool)>,
    /// Shortest time between pages.
    pub(super) delay: Option<Duration>,
}

/// Rules that stand for some programs.
#[derive(Default)]
struct Group {
    agents: Vec<String>,
    rules: Rules,
}

impl Rules {
    /// Reads the rules for [`NAME`], else those for all.
    pub(super) fn read(text: &str) -> Self {
        let groups = groups(text);
        let for_agent = |agent: &str| {
            let mut found: Option<Self> = None;
            for group in groups.iter().filter(|group| group.agents.iter().any(|a| a == agent)) {
                // Groups for one program count together.
                let all = found.get_or_insert_default();
                all.rules.extend(group.rules.rules.iter().cloned());
                all.delay = all.delay.or(group.rules.delay);
            }
            found
        };
        for_agent(NAME).or_else(|| for_agent("*")).unwrap_or_default()
    }

    /// True when `url` may be asked for: the longest pattern that fits decides.
    pub(super) fn allow(&self, url: &Url) -> bool {
        let path = &url[Position::BeforePath..Position::AfterQuery];
        let path = plain(path);
        let fitting =
            self.rules.iter().filter(|(pattern, _)| fits(pattern.as_bytes(), path.as_bytes()));
        fitting.max_by_key(|(pattern, allowed)| (pattern.len(), *allowed)).is_none_or(|(_, a)| *a)
    }
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut names_agents = false;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.split('#').next().unwrap_or_default();
        let Some((key, value)) = line.split_once(':') else { continue };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        if key == "user-agent" {
            if !names_agents {
                groups.push(Group::default());
            }
            names_agents = true;
            let agent = value.split(['/', ' ']).next().unwrap_or_default().to_ascii_lowercase();
            groups.last_mut().expect("a group was pushed above").agents.push(agent);
            continue;
        }
        let Some(group) = groups.last_mut() else { continue };
        match key.as_str() {
            "allow" | "disallow" if !value.is_empty() => {
                group.rules.rules.push((plain(value), key == "allow"));
            }
            "crawl-delay" => {
                let seconds = value.parse().ok().and_then(|s| Duration::try_from_secs_f64(s).ok());
                group.rules.delay = seconds;
            }
            "allow" | "disallow" => {}
            // Other lines stand outside of groups and end nothing.
            _ => continue,
        }
        names_agents = false;
    }
    groups
}

/// One spelling for all: percent-encoded only where it must be.
fn plain(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = path.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        if let Some(byte) = hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out += &format!("%{byte:02X}");
            }
            at += 3;
        } else if bytes[at].is_ascii() {
            out.push(char::from(bytes[at]));
            at += 1;
        } else {
            out += &format!("%{:02X}", bytes[at]);
            at += 1;
        }
    }
    out
}

/// True when `pattern` fits the start of `path`; `*` stands for anything, `$` for the end.
fn fits(pattern: &[u8], path: &[u8]) -> bool {
    let (pattern, to_end) = match pattern.strip_suffix(b"$") {
        Some(rest) => (rest, true),
        None => (pattern, false),
    };
    let mut pieces = pattern.split(|&byte| byte == b'*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    let pieces: Vec<&[u8]> = pieces.collect();
    let Some((last, middle)) = pieces.split_last() else { return !to_end || rest.is_empty() };
    for piece in middle {
        let Some(at) = find(rest, piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    if to_end { rest.ends_with(last) } else { find(rest, last).is_some() }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, part)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::Rules;

    fn allowed(robots: &str, path: &str) -> bool {
        Rules::read(robots).allow(&Url::parse(&format!("http://a.example{path}")).unwrap())
    }

    /// The first ones are the examples of RFC 9309, sections 2.2.2, 2.2.3 and 5.
    #[test]
    fn rules_are_read_as_the_standard_says() {
        let longest =
            "user-agent: *\nallow: /example/page/\ndisallow: /example/page/disallowed.gif\n";
        let special =
            "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n";
        let named = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: Pugmark/1.0\nDisallow: /private\n";
        let both = "user-agent: pugmark\ndisallow: /a\nuser-agent: x\ndisallow: /\nuser-agent: pugmark\ndisallow: /b\n";
        for (robots, path, expected) in [
            (longest, "/example/page/x", true),
            (longest, "/example/page/disallowed.gif", false),
            (special, "/a.gif", false),
            (special, "/a.gif?x", true),
            (special, "/example/x", false),
            (special, "/publications/x", true),
            (named, "/ad/1", true),
            (named, "/private/1", false),
            (both, "/a", false),
            (both, "/b", false),
            (both, "/c", true),
            ("user-agent: *\ndisallow: /x\nallow: /x\n", "/x", true),
            ("user-agent: *\ndisallow: /p*q*r$\n", "/p1q2r", false),
            ("user-agent: *\ndisallow: /p*q*r$\n", "/p1q2rs", true),
            ("user-agent: *\ndisallow: /foo/bar/%E3%83%84\n", "/foo/bar/ツ", false),
            ("user-agent: *\ndisallow: /a%3cd.html\n", "/a%3Cd.html", false),
            ("user-agent: *\ndisallow: /%7Ejoe\n", "/~joe/x", false),
            ("user-agent: *\ndisallow:\n", "/x", true),
            ("user-agent: *\ndisallow: / # all\n", "/x", false),
            ("\u{feff}user-agent:*\nsitemap: x\ndisallow:/\n", "/x", false),
            ("disallow: /\n", "/x", true),
            ("<html>not found: /</html>", "/x", true),
            ("", "/x", true),
        ] {
            assert_eq!(allowed(robots, path), expected, "{robots} {path}");
        }
    }

    #[test]
    fn the_delay_is_read_and_nonsense_is_not() {
        let delay =
            |text: &str| Rules::read(&format!("user-agent: *\ncrawl-delay: {text}\n")).delay;
        assert_eq!(delay("2.5").unwrap().as_millis(), 2500);
        for text in ["-1", "soon", "nan", "1e300"] {
            assert_eq!(delay(text), None, "{text}");
        }
    }
}
