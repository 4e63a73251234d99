//! The closed sets of words in the data: ranks, kinds of taxa, kinds of names.

/// Declares an enum whose variants are words of the CSV files.
macro_rules! vocabulary {
    ($(#[$about:meta])* $set:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $set { $($(#[$doc])* $variant),+ }

        impl $set {
            /// Every word, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the word as it stands in the data.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// Returns the member that `word` names.
            #[must_use]
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }

            /// Number of the member in the compiled index.
            pub(crate) fn code(self) -> u8 { self as u8 }

            /// The member with that number; the first one for a number that no compiler writes.
            pub(crate) fn from_code(code: u8) -> Self {
                Self::ALL.get(usize::from(code)).copied().unwrap_or(Self::ALL[0])
            }
        }

        impl serde::Serialize for $set {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

vocabulary! {
    /// Rank of a taxon, lowest first.
    Rank {
        /// Variety of a plant.
        Variety = "variety",
        /// Subspecies.
        Subspecies = "subspecies",
        /// Species.
        Species = "species",
        /// Genus.
        Genus = "genus",
        /// Subfamily.
        Subfamily = "subfamily",
        /// Family.
        Family = "family",
        /// Suborder.
        Suborder = "suborder",
        /// Order.
        Order = "order",
        /// Subclass.
        Subclass = "subclass",
        /// Class.
        Class = "class",
    }
}

vocabulary! {
    /// What a row of `taxa.csv` is.
    TaxonKind {
        /// A taxon under the name that the listings use.
        Accepted = "accepted",
        /// Another name of an accepted taxon.
        Synonym = "synonym",
        /// A name that CITES used before.
        Former = "former",
        /// A taxon that CITES treats as part of another.
        Included = "included",
        /// A domesticated form that the listings leave out.
        Domesticated = "domesticated",
        /// An extinct taxon outside the Convention.
        Fossil = "fossil",
    }
}

vocabulary! {
    /// Kingdom of a taxon, as far as listings go.
    Kingdom {
        /// Animals.
        Animalia = "Animalia",
        /// Plants.
        Plantae = "Plantae",
    }
}

vocabulary! {
    /// What kind of name a name is, best first.
    NameKind {
        /// Scientific name of a taxon with a status of its own.
        Scientific = "scientific",
        /// Scientific name that stands for another taxon.
        Synonym = "synonym",
        /// The usual common name.
        Common = "name",
        /// Another common name or spelling.
        Variant = "variant",
        /// A plural.
        Plural = "plural",
        /// A word of the trade.
        Trade = "trade",
        /// A name of a group.
        Group = "group",
        /// A word for a product, which may come from several taxa.
        Product = "product",
    }
}
