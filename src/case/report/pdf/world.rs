//! All that the typesetter sees: the template, the data, and the fonts in the program.

use std::cell::RefCell;
use std::collections::BTreeSet;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use super::machine::fonts_for;

const TEMPLATE: &str = include_str!("report.typ");

/// Stands for a letter that no font in the program has.
const MISSING: char = '□';

/// The fonts in the program (Latin, Greek and Cyrillic letters, and many signs), and those of
/// the machine that were asked for.
pub(super) struct Fonts {
    fonts: Vec<Font>,
    /// Letters that were asked for and that no font has.
    missing: RefCell<BTreeSet<char>>,
}

impl Fonts {
    pub(super) fn shipped() -> Self {
        let fonts = typst_assets::fonts().flat_map(|font| Font::iter(Bytes::new(font)));
        Self { fonts: fonts.collect(), missing: RefCell::default() }
    }

    /// These fonts, and fonts of the machine for the letters that were missing.
    pub(super) fn with_machine(mut self) -> Self {
        let missing = self.missing.take();
        if !missing.is_empty() {
            self.fonts.extend(fonts_for(&missing));
        }
        self
    }

    /// `text` with [`MISSING`] for each letter that no font has: PDF/A forbids letters
    /// without a shape.
    pub(super) fn covered(&self, text: &str) -> String {
        let has = |c: char| {
            let covers = |font: &Font| font.info().coverage.contains(u32::from(c));
            c == ' ' || self.fonts.iter().any(covers)
        };
        let covered = |c: char| {
            if has(c) {
                c
            } else {
                self.missing.borrow_mut().insert(c);
                MISSING
            }
        };
        text.chars().map(covered).collect()
    }

    /// The letters that no font has, of the texts so far.
    pub(super) fn missing(&self) -> BTreeSet<char> {
        self.missing.borrow().clone()
    }
}

/// A template, its data, and the fonts.
pub(super) struct ReportWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    data: (FileId, Bytes),
}

impl ReportWorld {
    /// `data` is what the template reads as `/data.json`.
    pub(super) fn new(fonts: &Fonts, data: Vec<u8>) -> Self {
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts.fonts)),
            fonts: fonts.fonts.clone(),
            main: Source::new(file_id("/report.typ"), TEMPLATE.to_owned()),
            data: (file_id("/data.json"), Bytes::new(data)),
        }
    }
}

fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("a plain absolute path");
    FileId::new(RootedPath::new(VirtualRoot::Project, path))
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 { Ok(self.data.1.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
