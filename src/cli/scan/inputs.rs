//! What `scan` reads, and how.

use std::fs::File;
use std::io;
use std::num::NonZero;
use std::path::Path;

use crate::cli::exit::Hint;
use crate::scan::read::{How, Inputs, Kind, LayoutError, Mapping, RATIO, Source};

/// Options that say how files are read.
#[derive(Debug, clap::Args)]
pub(super) struct InputArgs {
    /// Read files as this, whatever they look like
    #[arg(long, value_name = "KIND")]
    from: Option<KindChoice>,
    /// Say which field is for what: text=omschrijving,price=prijs
    #[arg(long, value_name = "ROLE=FIELD", value_delimiter = ',')]
    map: Vec<String>,
    /// Leave out records longer than this
    #[arg(long, value_name = "MIB", default_value = "16")]
    pub(super) max_record: NonZero<usize>,
    /// Stop reading a packed file that grows to more than N times its size
    #[arg(long, value_name = "N", default_value_t = RATIO)]
    max_ratio: u64,
}

/// The kind of a file as the user types it.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum KindChoice {
    /// An ad a line
    Text,
    /// A header, then an ad a row; the delimiter is found
    Csv,
    /// A JSON object a line
    Jsonl,
    /// A JSON array of objects, in an object or not, or objects over several lines
    Json,
    /// A page
    Html,
    /// An e-mail message
    Eml,
    /// A mailbox
    Mbox,
    /// Parquet
    Parquet,
}

impl KindChoice {
    fn kind(self) -> Kind {
        match self {
            Self::Text => Kind::Text,
            Self::Csv => Kind::Csv,
            Self::Jsonl => Kind::Jsonl,
            Self::Json => Kind::Json,
            Self::Html => Kind::Html,
            Self::Eml => Kind::Eml,
            Self::Mbox => Kind::Mbox,
            Self::Parquet => Kind::Parquet,
        }
    }
}

impl InputArgs {
    /// How files are read.
    pub(super) fn how(&self) -> anyhow::Result<How> {
        let mut mapping = Mapping::default();
        for pair in &self.map {
            anyhow::ensure!(
                mapping.add(pair),
                "`--map {pair}` is not of the form ROLE=FIELD, where ROLE is one of id, title, \
                 text, price, currency, quantity, country, category, language"
            );
        }
        Ok(How {
            mapping,
            limit: self.max_record.get() << 20,
            from: self.from.map(KindChoice::kind),
            ratio: self.max_ratio,
        })
    }
}

/// The inputs of the file that the user named, and another handle of it; `-` is stdin.
pub(super) fn open(file: &Path, how: &How) -> anyhow::Result<(Inputs, Option<File>)> {
    let (source, name, handle) = if file.as_os_str() == "-" {
        (Source::Stream(Box::new(io::stdin())), "stdin".to_owned(), None)
    } else {
        let opened = fs_err::File::open(file)?.into_file();
        let handle = opened.try_clone().ok();
        (Source::File(opened), file.display().to_string(), handle)
    };
    Ok((Inputs::open(source, &name, how).map_err(refused)?, handle))
}

/// Adds what the user can do about it.
pub(super) fn refused(err: LayoutError) -> anyhow::Error {
    match err {
        LayoutError::NoText { .. } | LayoutError::NoColumn { .. } => {
            let hint = Hint("name the column with --map text=COLUMN".to_owned());
            anyhow::Error::new(err).context(hint)
        }
        other => anyhow::Error::new(other),
    }
}
