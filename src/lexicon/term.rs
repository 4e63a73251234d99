//! What a row of a word list says.

use super::language::Languages;

macro_rules! named {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// All values, in the order of the word lists' README.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that stands for this value in the word lists.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value that `name` stands for.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.name() == name)
            }
        }
    };
}

named! {
    /// What a term does in an ad.
    Kind {
        /// The name of an animal or plant.
        Taxon = "taxon",
        /// A material or specimen that names its origin by itself.
        Product = "product",
        /// A part or form that becomes a wildlife specimen beside a taxon.
        Specimen = "specimen",
        /// Work that is typical of a wildlife material.
        Craft = "craft",
        /// A detail that sellers mention of real material.
        Tell = "tell",
        /// An offer for sale.
        Offer = "offer",
        /// An ad that looks for something.
        Ask = "ask",
        /// A way to reach the seller.
        Contact = "contact",
        /// A claim about legality or origin.
        Legality = "legality",
        /// A word that stands for something else.
        Code = "code",
        /// A word that turns an animal word into something else.
        Negative = "negative",
    }
}

impl Kind {
    /// True for the kinds of terms that an ad can be about.
    #[must_use]
    pub fn is_about(self) -> bool {
        matches!(self, Self::Taxon | Self::Product | Self::Craft | Self::Code)
    }
}

named! {
    /// Which forms of a term count.
    Inflection {
        /// Only as written.
        Fixed = "fixed",
        /// The endings of a noun of the language.
        Noun = "noun",
        /// The endings of an adjective of the language.
        Adjective = "adjective",
        /// The endings of a verb of the language.
        Verb = "verb",
        /// A noun that also counts inside compounds.
        Compound = "compound",
        /// Any ending may follow.
        Stem = "stem",
        /// Anywhere inside a run of letters.
        Inside = "inside",
    }
}

named! {
    /// How much a term says by itself.
    Weight {
        /// Little.
        Weak = "weak",
        /// Something.
        Medium = "medium",
        /// Much.
        Strong = "strong",
    }
}

/// One term of a word list or one name of a taxon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// The term as its language writes it.
    pub text: String,
    /// What it does in an ad.
    pub kind: Kind,
    /// Product ids, taxa, a claim or a context, by kind.
    pub refers_to: Vec<String>,
    /// Which forms count.
    pub inflection: Inflection,
    /// How much it says by itself.
    pub weight: Weight,
    /// The languages that write it so.
    pub languages: Languages,
}

macro_rules! contexts {
    ($($context:literal),+ $(,)?) => {
        /// The contexts that a negative term may name, and the feature that each is in the
        /// table of weights.
        pub const CONTEXTS: &[(&str, &str)] =
            &[$(($context, concat!("negative.", $context))),+];
    };
}

contexts!(
    "print",
    "colour",
    "imitation",
    "toy",
    "stamp",
    "book",
    "art",
    "brand",
    "team",
    "vehicle",
    "software",
    "game",
    "clothing-name",
    "food",
    "recipe",
    "fossil",
    "place",
    "person",
    "tool",
    "plant-name",
    "pet-supplies",
    "jewellery-motif",
    "coin",
    "film",
    "music",
    "furniture",
    "scent",
    "service",
    "domestic",
    "housewares",
    "electronics",
);
