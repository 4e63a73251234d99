//! Reads a JSON object without rewriting it: keys, and values as they stand.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

/// Lists in lists are read this deep: a hostile record nests a million.
const DEEPEST: usize = 4;
/// Members that a record seldom has more of.
const USUAL: usize = 16;

/// An object: its keys and values in order.
#[derive(Debug)]
pub struct Object<'a> {
    /// Keys and values as they stand in the text.
    pub members: Vec<(Cow<'a, str>, &'a RawValue)>,
}

#[derive(Deserialize, PartialEq, Eq)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Object<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::with_capacity(USUAL);
                while let Some((key, value)) = map.next_entry::<Key<'de>, &'de RawValue>()? {
                    members.push((key.0, value));
                }
                Ok(Object { members })
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// A string with escapes. Half of a surrogate pair is no character: it is read as
/// U+FFFD, so that it hides no ad.
struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Text, E> {
                Ok(Text(String::from_utf8_lossy(bytes).into_owned()))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

/// A value as text: strings without quotes, numbers as they stand, lists joined
/// by spaces; nothing for null, objects and truth values.
#[must_use]
pub fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    text_of(value.get())
}

/// The same of a whole value in `raw`.
pub(super) fn text_of(raw: &str) -> Option<Cow<'_, str>> {
    text_within(raw, DEEPEST)
}

fn text_within(raw: &str, depth: usize) -> Option<Cow<'_, str>> {
    match raw.as_bytes().first()? {
        b'"' if memchr::memchr(b'\\', raw.as_bytes()).is_none() => {
            Some(Cow::Borrowed(&raw[1..raw.len() - 1]))
        }
        b'"' => serde_json::from_str::<Text>(raw).ok().map(|text| Cow::Owned(text.0)),
        b'-' | b'0'..=b'9' => Some(Cow::Borrowed(raw)),
        b'[' if depth > 0 => {
            let items: Vec<&RawValue> = serde_json::from_str(raw).ok()?;
            let texts: Vec<Cow<'_, str>> =
                items.into_iter().filter_map(|item| text_within(item.get(), depth - 1)).collect();
            (!texts.is_empty()).then(|| Cow::Owned(texts.join(" ")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Object, text};

    #[test]
    fn values_stand_as_they_were_written() {
        let object: Object<'_> =
            serde_json::from_str(r#"{"a":"\u00e9","b": 1.50 ,"c":["x","y"],"d":null}"#).unwrap();
        let texts: Vec<_> = object.members.iter().map(|(_, value)| text(value)).collect();
        assert_eq!(object.members[1].1.get(), "1.50");
        assert_eq!(texts[0].as_deref(), Some("é"));
        assert_eq!(texts[2].as_deref(), Some("x y"));
        assert_eq!(texts[3], None);
    }

    #[test]
    fn half_a_surrogate_pair_hides_nothing() {
        let object: Object<'_> =
            serde_json::from_str(r#"{"a":"ivory \ud800 tusk \ud83d\udc18"}"#).unwrap();
        let text = text(object.members[0].1).unwrap();
        assert!(text.starts_with("ivory \u{fffd}") && text.ends_with(" tusk 🐘"), "{text}");
    }
}
