//! What the shop's category says: *Reptiles* beside a name is evidence, and so is *Books*.
//!
//! The words stand in `species-data/lexicon/categories.csv`. A path of categories is
//! read from its end, since *Pets > Accessories* holds no animals.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::lexicon::fold::{Class, class, fold};

use super::ad::{Ad, Role};
use super::judgement::Shelf;

/// Words of goods that may be for animals or for people.
const ACCESSORIES: &[&str] = &[
    "accessories",
    "accessory",
    "accessoires",
    "accesorios",
    "accessori",
    "acessorios",
    "akcesoria",
    "supplies",
    "zubehor",
    "toebehoren",
    "doplnky",
    "potreby",
    "аксессуары",
    "аксесуари",
    "用品",
    "용품",
    "phu kien",
    "อุปกรณ์",
    "perlengkapan",
    "مستلزمات",
    "aksesuar",
];

static WORDS: LazyLock<FxHashMap<String, Shelf>> = LazyLock::new(|| {
    include_str!("../../species-data/lexicon/categories.csv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(','))
        .filter_map(|(name, words)| Some((shelf_of(name)?, words)))
        .flat_map(|(shelf, words)| words.split('|').map(move |word| (fold(word), shelf)))
        .collect()
});

fn shelf_of(name: &str) -> Option<Shelf> {
    Some(match name {
        "alive" => Shelf::Alive,
        "nature" => Shelf::Nature,
        "supplies" => Shelf::Supplies,
        "elsewhere" => Shelf::Elsewhere,
        _ => return None,
    })
}

/// What the category of `ad` is for; nothing when it has none or none that matters.
#[must_use]
pub(super) fn shelf(ad: &Ad<'_>) -> Option<Shelf> {
    ad.fields
        .iter()
        .filter(|field| field.role == Role::Category)
        .find_map(|field| of_text(&field.text))
}

fn of_text(text: &str) -> Option<Shelf> {
    let folded = fold(text);
    let is_of_goods = ACCESSORIES.iter().any(|word| folded.contains(word));
    let shelf = of_path(&folded)?;
    Some(if is_of_goods && shelf == Shelf::Alive { Shelf::Supplies } else { shelf })
}

fn of_path(folded: &str) -> Option<Shelf> {
    folded.rsplit(['>', '/', '|', '›', '»', ';', ':']).find_map(|part| {
        let part = part.trim();
        WORDS.get(part).copied().or_else(|| of_words(part))
    })
}

/// By the single words of a category; goods for animals come before animals.
fn of_words(part: &str) -> Option<Shelf> {
    let words = part.split(|c: char| !c.is_alphanumeric() && c != '\'');
    let found: Vec<Shelf> = words.filter_map(of_word).collect();
    [Shelf::Supplies, Shelf::Elsewhere, Shelf::Alive, Shelf::Nature]
        .into_iter()
        .find(|shelf| found.contains(shelf))
}

fn of_word(word: &str) -> Option<Shelf> {
    if let Some(shelf) = WORDS.get(word) {
        return Some(*shelf);
    }
    // Without spaces a word stands inside others.
    let is_run = word.chars().next().is_some_and(|c| class(c) == Class::Inside);
    let inside = || {
        WORDS.iter().filter(|(known, _)| {
            word.contains(known.as_str()) && known.chars().all(|c| class(c) == Class::Inside)
        })
    };
    is_run
        .then(|| inside().max_by_key(|(known, _)| (known.len(), *known)).map(|(_, shelf)| *shelf))?
}

#[cfg(test)]
mod tests {
    use super::{Shelf, of_text};

    #[test]
    fn the_last_of_a_path_that_says_something_counts() {
        for (category, shelf) in [
            ("Haustiere > Vögel", Some(Shelf::Alive)),
            ("Haustiere > Zubehör", Some(Shelf::Supplies)),
            ("Pet Supplies", Some(Shelf::Supplies)),
            ("Reptiles & Amphibians", Some(Shelf::Alive)),
            ("爬宠", Some(Shelf::Alive)),
            ("宠物用品", Some(Shelf::Supplies)),
            ("Kinderbücher / Bücher", Some(Shelf::Elsewhere)),
            ("Taxidermy", Some(Shelf::Nature)),
            ("Accessories > Belts", None),
            ("Immobilien", None),
        ] {
            assert_eq!(of_text(category), shelf, "{category}");
        }
    }
}
