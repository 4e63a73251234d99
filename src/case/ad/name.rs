//! Short words that many ads share, such as a platform's name: kept once, cheap to copy.

use std::borrow::Borrow;
use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A word that several things hold together.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Name {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::Text::deserialize(deserializer).map(|text| (&*text).into())
    }
}

/// The names met so far.
#[derive(Debug, Default)]
pub(super) struct Names(HashSet<Name>);

impl Names {
    /// Names that are kept; beyond that they are met anew.
    const MOST: usize = 50_000;

    /// The name `text`: the one met before, where there is one.
    pub(super) fn of(&mut self, text: &str) -> Name {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        if self.0.len() == Self::MOST {
            self.0.clear();
        }
        let name = Name::from(text);
        self.0.insert(name.clone());
        name
    }

    /// Puts the one met before in the place of `name`.
    pub(super) fn share(&mut self, name: &mut Name) {
        *name = self.of(name);
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn a_name_met_twice_is_kept_once() {
        let mut names = Names::default();
        let (first, mut second) = (names.of("a.example"), super::Name::from("a.example"));
        names.share(&mut second);
        assert!(std::sync::Arc::ptr_eq(&first.0, &second.0));
        assert_eq!(&*names.of("b.example"), "b.example");
    }
}
