//! The compiled index, word for word: shared by the compiler (`build.rs`, `species update`) and the reader.
//!
//! A file is a head of [`HEAD_WORDS`] little-endian words and the [`Section`]s one after the other.
//! A record is a run of words; a text is named by its byte offset in [`Section::Texts`], where its
//! length (two bytes) stands before it. Records are fixed in size, so nothing is parsed at start.

/// First bytes of an index.
pub(crate) const MAGIC: [u8; 8] = *b"pugmarkS";
/// Rises with every change of this file's meaning; a reader refuses any other.
pub(crate) const VERSION: u32 = 2;
/// Marks an absent taxon.
pub(crate) const NONE: u32 = u32::MAX;
/// First day of a row that was adopted but has no day of entry into force yet.
pub(crate) const PENDING: u32 = 99_999_999;
/// Bytes of a word.
pub(crate) const WORD: usize = 4;
/// Magic (2 words), version, checksum of what follows (2 words), date of the data, first day of the
/// Annexes at hand, then offset and length of each section.
pub(crate) const HEAD_WORDS: usize = 7 + 2 * SECTIONS;
/// Number of sections.
pub(crate) const SECTIONS: usize = 16;

/// The parts of an index, in file order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Section {
    /// Every text once.
    Texts,
    /// Records of [`taxon`], by name.
    Taxa,
    /// Records of [`listing`] under CITES, by taxon.
    Cites,
    /// Records of [`listing`] under Regulation (EC) No 338/97, by taxon.
    Eu,
    /// Runs of taxa: a count, then that many taxon numbers.
    Lists,
    /// Records of [`name`], by folded text.
    Names,
    /// For each key of [`Section::Keys`], by its number, the first of its names; one more word at the end.
    KeyStarts,
    /// A finite-state map from folded name to its number.
    Keys,
    /// Texts of `annotations.csv`.
    Annotations,
    /// Texts of `specimens.csv`.
    Specimens,
    /// Texts of `meanings.csv`.
    Meanings,
    /// Texts of `national.csv`.
    Duties,
    /// Texts of `products.csv`.
    Products,
    /// Texts of `countries.csv`.
    Countries,
    /// Texts of `sources.csv`.
    Sources,
    /// Texts of `totals.csv`.
    Totals,
}

/// Words of a taxon.
pub(crate) mod taxon {
    /// Text: scientific name.
    pub(crate) const NAME: usize = 0;
    /// Rank, kind, kingdom, and 1 where a taxon below has a listing, a byte each.
    pub(crate) const CODES: usize = 1;
    /// Taxon that this name stands for, or itself.
    pub(crate) const HOME: usize = 2;
    /// Next taxon upward, or `NONE`.
    pub(crate) const PARENT: usize = 3;
    /// First listing in `Section::Cites`; the next record's is one past the last.
    pub(crate) const CITES: usize = 4;
    /// First listing in `Section::Eu`.
    pub(crate) const EU: usize = 5;
    /// The wild taxon of a domesticated form, or `NONE`.
    pub(crate) const WILD: usize = 6;
    /// Text: note.
    pub(crate) const NOTE: usize = 7;
    /// Words in all.
    pub(crate) const WIDTH: usize = 8;
}

/// Words of a listing.
pub(crate) mod listing {
    /// The listed taxon.
    pub(crate) const TAXON: usize = 0;
    /// 1, 2, 3 for Appendix I to III; 1 to 4 for Annex A to D.
    pub(crate) const GRADE: usize = 1;
    /// First day in force, as the number `YYYYMMDD`; 0 for before 2017; `PENDING`.
    pub(crate) const FROM: usize = 2;
    /// Last day in force; 0 for still in force.
    pub(crate) const TO: usize = 3;
    /// Offset of a run in `Section::Lists`: taxa left out.
    pub(crate) const EXCLUDED: usize = 4;
    /// Columns of `cites.csv` and `eu.csv` that are kept as text, from `SCOPE` on.
    pub(crate) const TEXTS: [&str; 11] = [
        "scope",
        "populations_in",
        "populations_out",
        "parts",
        "excluded_domesticated",
        "parties",
        "annotation",
        "quota",
        "basis",
        "cites",
        "source",
    ];
    /// Text: `scope`.
    pub(crate) const SCOPE: usize = 5;
    /// Text: `populations_in`.
    pub(crate) const POPULATIONS_IN: usize = 6;
    /// Text: `populations_out`.
    pub(crate) const POPULATIONS_OUT: usize = 7;
    /// Text: `parts`.
    pub(crate) const PARTS: usize = 8;
    /// Text: `excluded_domesticated`.
    pub(crate) const EXCLUDED_DOMESTICATED: usize = 9;
    /// Text: `parties`.
    pub(crate) const PARTIES: usize = 10;
    /// Text: `annotation`.
    pub(crate) const ANNOTATION: usize = 11;
    /// Text: `quota`.
    pub(crate) const QUOTA: usize = 12;
    /// Text: `basis`.
    pub(crate) const BASIS: usize = 13;
    /// Text: `cites`.
    pub(crate) const CITES: usize = 14;
    /// Text: `source`.
    pub(crate) const SOURCE: usize = 15;
    /// Words in all.
    pub(crate) const WIDTH: usize = SCOPE + TEXTS.len();
}

/// Words of a name.
pub(crate) mod name {
    /// The taxon whose row or name this is.
    pub(crate) const TAXON: usize = 0;
    /// Text as written.
    pub(crate) const TEXT: usize = 1;
    /// Kind in the lowest four bits, doubt in the next four; above them the text of the language,
    /// which is one of the first texts.
    pub(crate) const CODES: usize = 2;
    /// Words in all.
    pub(crate) const WIDTH: usize = 3;
}

/// Columns of the tables that are kept as texts only.
pub(crate) const ANNOTATION_COLUMNS: [&str; 9] = [
    "code",
    "kingdom",
    "covers",
    "excludes",
    "covers_terms",
    "excludes_terms",
    "applies_to",
    "note",
    "source",
];
/// Columns of `specimens.csv`.
pub(crate) const SPECIMEN_COLUMNS: [&str; 8] =
    ["code", "term_en", "term_fr", "term_de", "term_nl", "synonyms", "kingdom", "source"];
/// Columns of `meanings.csv`.
pub(crate) const MEANING_COLUMNS: [&str; 6] =
    ["annex", "side", "lang", "text", "article", "source"];
/// Columns of `national.csv`.
pub(crate) const DUTY_COLUMNS: [&str; 7] =
    ["country", "taxon", "duty", "detail", "from", "to", "source"];

/// Columns of `products.csv`.
pub(crate) const PRODUCT_COLUMNS: [&str; 4] = ["id", "taxa", "term_code", "scope_note"];

/// Columns of `countries.csv` that are needed here.
pub(crate) const COUNTRY_COLUMNS: [&str; 5] = ["code", "en", "fr", "de", "nl"];

/// Columns of `sources.csv`.
pub(crate) const SOURCE_COLUMNS: [&str; 4] = ["what", "source", "date", "licence"];

/// Columns of `totals.csv`.
pub(crate) const TOTAL_COLUMNS: [&str; 7] = ["group", "date", "I", "II", "III", "A", "explanation"];

/// A sum over the body of an index that shows a damaged file: FNV-1a over words of eight bytes.
pub(crate) fn checksum(body: &[u8]) -> u64 {
    let step =
        |sum: u64, word: u64| (sum ^ word).wrapping_mul(0x0000_0100_0000_01B3).rotate_left(5);
    let (words, rest) = body.as_chunks::<8>();
    let sum =
        words.iter().fold(0xCBF2_9CE4_8422_2325, |sum, word| step(sum, u64::from_le_bytes(*word)));
    rest.iter().fold(sum, |sum, byte| step(sum, u64::from(*byte)))
}
