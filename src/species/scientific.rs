//! Takes a scientific name apart as people write it: with authors, years, ranks and marks.

use super::fold::fold;

/// The parts of a scientific name that identify it, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Scientific {
    pub(super) genus: String,
    /// None for "Genus sp.", one for a species, two for a subspecies or variety.
    pub(super) epithets: Vec<String>,
}

/// Marks between or after the words of a name.
const MARKS: [&str; 16] = [
    "ssp", "subsp", "var", "f", "fo", "forma", "cf", "aff", "sp", "spp", "x", "nr", "cv", "group",
    "gr", "hybrid",
];

impl Scientific {
    /// Reads `name`; `None` for what cannot be a scientific name, such as a word in another script.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let shouted = !name.chars().any(char::is_lowercase);
        let mut words = name.split_whitespace();
        let genus = words.next().filter(|word| word.chars().all(|c| c.is_alphabetic()));
        let genus = genus.map(fold).filter(|word| word.len() > 1 && word.is_ascii())?;
        let mut epithets = Vec::new();
        for word in words {
            match Part::of(word, shouted) {
                Part::Epithet(epithet) if epithets.len() < 2 => epithets.push(epithet),
                Part::Skip => {}
                Part::Epithet(_) | Part::Author => break,
            }
        }
        Some(Self { genus, epithets })
    }

    /// The key under which the whole name is found.
    pub(super) fn key(&self) -> String {
        self.genus.clone() + &self.epithets.concat()
    }

    /// The keys of the same name with other endings of the epithets: *niger*, *nigra*, *nigrum*.
    pub(super) fn other_endings(&self) -> Vec<String> {
        let mut keys = vec![self.genus.clone()];
        for epithet in &self.epithets {
            let endings = endings(epithet);
            keys = keys
                .iter()
                .flat_map(|key| endings.iter().map(move |end| key.clone() + end))
                .collect();
        }
        keys
    }
}

enum Part {
    Epithet(String),
    Skip,
    Author,
}

impl Part {
    fn of(word: &str, shouted: bool) -> Self {
        let folded = fold(word);
        let quoted = word.starts_with(['(', '[', '&', '"', '\'']);
        if MARKS.contains(&folded.as_str()) || folded.is_empty() || word == "&" {
            return Self::Skip;
        }
        if word.starts_with('(') && word.ends_with(')') && !word.contains(',') {
            return Self::Skip; // a subgenus, or an author alone
        }
        let joins = matches!(folded.as_str(), "et" | "and" | "ex" | "de" | "von");
        let named = word.starts_with(char::is_uppercase) && !shouted;
        if quoted || joins || named || !folded.bytes().all(|byte| byte.is_ascii_lowercase()) {
            Self::Author
        } else {
            Self::Epithet(folded)
        }
    }
}

/// Endings that stand for each other when an epithet follows the gender of its genus.
const GENDERS: [&[&str]; 4] =
    [&["us", "a", "um", "os", "on"], &["is", "e"], &["er", "ra", "rum", "ris", "re"], &["ii", "i"]];

/// `epithet` without the ending that follows the gender of its genus.
pub(super) fn stem(epithet: &str) -> String {
    endings(epithet).into_iter().min().expect("an epithet is among its own forms")
}

/// `epithet` in every gender, itself included.
fn endings(epithet: &str) -> Vec<String> {
    let mut forms = vec![epithet.to_owned()];
    for family in GENDERS {
        for ending in family {
            if let Some(stem) = epithet.strip_suffix(ending).filter(|stem| stem.len() > 1) {
                forms.extend(family.iter().map(|other| format!("{stem}{other}")));
            }
        }
    }
    forms.sort();
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::{Scientific, endings};

    fn key(name: &str) -> Option<String> {
        Scientific::parse(name).map(|name| name.key())
    }

    #[test]
    fn authors_years_and_marks_are_left_out() {
        for (name, expected) in [
            ("Loxodonta africana (Blumenbach, 1797)", "loxodontaafricana"),
            ("Panthera tigris Linnaeus, 1758", "pantheratigris"),
            ("Panthera tigris ssp. altaica", "pantheratigrisaltaica"),
            ("Aloe vera (L.) Burm.f.", "aloevera"),
            ("PANTHERA TIGRIS", "pantheratigris"),
            ("Testudo (Agrionemys) horsfieldii", "testudohorsfieldii"),
            ("Dalbergia spp.", "dalbergia"),
            ("Acropora sp", "acropora"),
            ("× Brassocattleya", ""),
            ("Phalaenopsis × intermedia", "phalaenopsisintermedia"),
        ] {
            assert_eq!(key(name).unwrap_or_default(), expected, "{name}");
        }
        assert_eq!(key("ヨウム"), None);
    }

    #[test]
    fn genders_stand_for_each_other() {
        assert!(endings("niger").contains(&"nigra".to_owned()));
        assert!(endings("cinerea").contains(&"cinereus".to_owned()));
        assert!(endings("smithi").contains(&"smithii".to_owned()));
        assert!(endings("viridis").contains(&"viride".to_owned()));
    }
}
