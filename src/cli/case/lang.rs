//! The languages that reports and notices come in.

use crate::case::report::Language;

/// Choice of a language on the command line.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(super) enum Lang {
    En,
    Fr,
    De,
    Nl,
}

impl From<Lang> for Language {
    fn from(lang: Lang) -> Self {
        match lang {
            Lang::En => Self::En,
            Lang::Fr => Self::Fr,
            Lang::De => Self::De,
            Lang::Nl => Self::Nl,
        }
    }
}
