//! Taxa, their listings under CITES and Regulation (EC) No 338/97, and search by any name.
//!
//! [`Species`] is a data set: the one that is a part of the program, or one that was compiled from
//! newer tables. It answers a name with [`Species::find`], a taxon with [`Species::status`], and a
//! whole question with [`Species::answer`].

mod annotation;
mod answer;
mod cascade;
pub mod compile;
mod desk;
mod duty;
mod epithet;
mod fold;
mod fuzzy;
mod index;
mod layout;
mod list;
mod listing;
mod name;
mod scientific;
mod search;
mod summary;
mod taxon;
pub mod update;
mod vocabulary;

use std::sync::{LazyLock, OnceLock};

use jiff::civil::Date;

pub use annotation::{Annotation, Coverage, CoverageRow, Kind};
pub use answer::{Answer, Other, Question, TaxonRecord};
pub use cascade::{Below, Status};
pub use desk::Desk;
pub use duty::{Duty, Meaning};
pub use fold::fold;
pub use index::IndexError;
pub use list::{Filter, GRADES, Listed, Total};
pub use listing::{Law, Listing};
pub use name::Name;
pub use search::{Match, MatchKind};
pub use summary::{Official, Source, Summary};
pub use taxon::{Taxon, TaxonId};
pub use vocabulary::{Kingdom, NameKind, Rank, TaxonKind};

use epithet::Epithets;
use index::Index;

/// A data set: taxa, names and listings.
#[derive(Debug)]
pub struct Species {
    index: Index,
    /// Made when it is first asked for.
    epithets: OnceLock<Epithets>,
}

static EMBEDDED: LazyLock<Species> = LazyLock::new(|| {
    let bytes = include_bytes!(concat!(env!("OUT_DIR"), "/species.index"));
    let index = Index::embedded(bytes).expect("build.rs wrote the index that this code reads");
    Species { index, epithets: OnceLock::new() }
});

impl Species {
    /// Returns the data set that is a part of the program.
    #[must_use]
    pub fn embedded() -> &'static Self {
        &EMBEDDED
    }

    /// Opens a compiled data set.
    ///
    /// # Errors
    ///
    /// Bytes that are no index, of another version, or damaged.
    pub fn open(index: Vec<u8>) -> Result<Self, IndexError> {
        Ok(Self { index: Index::checked(index)?, epithets: OnceLock::new() })
    }

    /// Returns the day on which the data were last brought up to date.
    #[must_use]
    pub fn data_date(&self) -> Date {
        listing::date(self.index.date()).expect("the compiler writes a day of the calendar")
    }
}
