//! Which data a command answers from: those in the program or a newer set of the user's.

use std::path::PathBuf;

use crate::cli::Streams;
use crate::evidence::user_folder;
use crate::species::{Species, update};

/// The `--data` option.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(in crate::cli) struct DataArgs {
    /// Which data to use: the newest, or those that are part of the program
    #[arg(long, value_name = "DATA", default_value = "newest")]
    data: Choice,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Choice {
    /// What `species update` brought, when it is newer
    Newest,
    /// What is part of the program
    Embedded,
}

/// An open data set.
pub(in crate::cli) enum Data {
    Embedded,
    Updated(Box<Species>),
}

impl Data {
    pub(in crate::cli) fn species(&self) -> &Species {
        match self {
            Self::Embedded => Species::embedded(),
            Self::Updated(species) => species,
        }
    }
}

impl DataArgs {
    /// What a command uses that does not ask.
    pub(in crate::cli) const NEWEST: Self = Self { data: Choice::Newest };

    /// Opens the data; a set of the user's that cannot be used is named, and left alone.
    pub(in crate::cli) fn open(self, streams: &mut Streams) -> anyhow::Result<Data> {
        let Some(folder) = folder().filter(|_| self.data == Choice::Newest) else {
            return Ok(Data::Embedded);
        };
        match update::installed(&folder) {
            Ok(Some(species)) if species.data_date() >= Species::embedded().data_date() => {
                Ok(Data::Updated(Box::new(species)))
            }
            Ok(_) => Ok(Data::Embedded),
            Err(err) => {
                let path = folder.join(update::INDEX_FILE);
                streams.warning(format_args!(
                    "{}: {:#}; the data in the program are used: run `pugmark species update` again",
                    path.display(),
                    anyhow::Error::from(err)
                ));
                Ok(Data::Embedded)
            }
        }
    }
}

/// Where updated data are kept.
pub(in crate::cli) fn folder() -> Option<PathBuf> {
    user_folder().map(|folder| folder.join("species"))
}
