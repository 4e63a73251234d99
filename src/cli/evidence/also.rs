//! The option for digests that old systems know.

use crate::evidence::Also;

/// Which digests are made as well.
#[derive(Debug, clap::Args)]
pub(super) struct AlsoArg {
    /// Hash also by old algorithms, for old lists; SHA-256 and BLAKE3 are always there
    #[arg(long, value_name = "ALGORITHM", value_delimiter = ',')]
    also: Vec<Algorithm>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Algorithm {
    Sha1,
    Md5,
}

impl AlsoArg {
    pub(super) fn choice(&self) -> Also {
        Also {
            sha1: self.also.contains(&Algorithm::Sha1),
            md5: self.also.contains(&Algorithm::Md5),
        }
    }
}
