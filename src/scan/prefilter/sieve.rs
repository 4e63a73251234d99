//! Decides text by text whether an anchor may stand in it.

use crate::lexicon::index::sketch::Sketch;
use crate::lexicon::words::{Shape, Token};
use crate::scan::lookup::Lookup;
use crate::scan::matching::Hit;
use crate::scan::normal::Text;

use super::Prefilter;
use super::memory::{Known, Memory, Pair, key};
use super::passing::{self, Padded, Passed, Passing, SPACED};
use super::pieces::{self, Piece, is_number, signs};
use super::plain::Plain;
use super::runs::{self, Part};

/// Pieces that are looked at from the one in which a term of several words begins, at
/// least; more where a term has more words.
const WINDOW: usize = 12;

/// The prefilter of one thread.
#[derive(Debug)]
pub struct Sieve<'a> {
    filter: Prefilter<'a>,
    memory: Memory,
    text: Text,
    hits: Vec<Hit>,
    plain: Plain,
    window: usize,
    /// The text that is looked at.
    padded: Padded,
}

/// What stands before a piece.
#[derive(Clone, Copy, Debug, Default)]
struct Before {
    /// The piece before, if an anchor of several words may begin there.
    open: Option<(usize, u32)>,
    /// Punctuation stands after it.
    closed: bool,
    /// Single letters in a row.
    singles: u32,
    /// The piece before, if it ends in a script without spaces, and whether
    /// it is not looked at sign by sign.
    run: Option<(usize, bool)>,
    /// The piece before, if it is one letter and a point: *B. hamorii*.
    initial: Option<(usize, u32)>,
    /// What is known of the piece before, if no anchor stands in it.
    passed: Option<Passed>,
}

impl Before {
    /// True when the next piece counts by itself, as a later word of a term, or as a letter.
    fn says_little(&self) -> bool {
        self.run.is_none() && self.initial.is_none()
    }
}

impl<'a> Sieve<'a> {
    pub(in crate::scan) fn new(filter: Prefilter<'a>) -> Self {
        let (text, hits) = (Text::default(), Vec::new());
        let window = WINDOW.max(filter.sketch.longest() + 1);
        let passing = Passing::new(!filter.sketch.has_numbers());
        let (memory, plain) = (Memory::new(passing), Plain::new());
        Self { filter, memory, text, hits, plain, window, padded: Padded::default() }
    }

    /// False when no anchor stands in `text`, the whole text of a field.
    pub fn may_hold_anchor(&mut self, text: &str) -> bool {
        let mut padded = std::mem::take(&mut self.padded);
        padded.set(text.as_bytes());
        let may = self.may_hold(text, &padded);
        self.padded = padded;
        may
    }

    fn may_hold(&mut self, text: &str, padded: &Padded) -> bool {
        let bytes = text.as_bytes();
        let mut before = Before::default();
        let mut at = 0;
        loop {
            if before.says_little() {
                let open = before.open.filter(|_| !before.closed);
                let mut little = passing::Before { open, singles: before.singles };
                let end = self.memory.pass(padded, at, &mut little);
                if end > at {
                    let passing::Before { open, singles } = little;
                    before = Before { open, singles, ..Before::default() };
                    at = end;
                }
            }
            let Some(piece) = pieces::next(bytes, at) else { return false };
            at = piece.next;
            if self.piece(text, &piece, &mut before) {
                return true;
            }
            if let Some(passed) = before.passed.take()
                && is_word(&piece, text)
                && (piece.begin == piece.start || !passed.begins && !passed.is_single)
            {
                self.memory.passing.put(padded, piece.begin, passed);
            }
        }
    }

    /// What this thread has looked up.
    #[must_use]
    pub fn lookup(&self) -> &Lookup<'a> {
        &self.filter.lookup
    }

    fn sketch(&self) -> &Sketch<'a> {
        &self.filter.sketch
    }

    /// What is known of one plain word that no term begins with.
    fn plain(&mut self, piece: &str) -> Option<Known> {
        let Self { filter, plain, .. } = self;
        let folded = plain.fold(piece)?;
        let may = filter.sketch.may(folded.bytes);
        if may.begin && filter.begins_term(folded.seen(piece)) {
            return None;
        }
        Some(Known::new(Known::ONE | if may.go_on { Known::GOES_ON } else { 0 }))
    }

    fn piece(&mut self, text: &str, piece: &Piece, before: &mut Before) -> bool {
        if piece.parted || before.closed {
            let initial = before.initial.filter(|_| !piece.parted);
            *before = Before { initial, ..Before::default() };
        }
        if piece.start == piece.end {
            before.closed = true;
            return false;
        }
        if is_number(piece, text) && !self.sketch().has_numbers() {
            before.singles = if piece.end - piece.start == 1 { before.singles + 1 } else { 0 };
            let open = before.open.take();
            before.closed = piece.closed;
            return before.singles >= SPACED
                || open.is_some_and(|(start, _)| {
                    self.number_goes_on(&text[piece.start..piece.end]) && self.window(text, start)
                });
        }
        let written = &text[piece.start..piece.end];
        if piece.signs & signs::LONG != 0
            && runs::has_run(written.as_bytes())
            && let Some(parts) = runs::parts(written)
            && parts.iter().any(|(part, _, _)| *part == Part::Run)
        {
            return self.runs(text, piece, &parts, before);
        }
        let known = self.known(text, piece.start, piece.end);
        self.join(text, piece, known, before)
    }

    /// Takes a piece together with what stands before it.
    fn join(&mut self, text: &str, piece: &Piece, known: Known, before: &mut Before) -> bool {
        if known.has(Known::ANCHOR) {
            return true;
        }
        let run = before.run.take().filter(|_| known.has(Known::RUN_FIRST));
        let initial = before.initial.take();
        if run.is_some_and(|(start, _)| self.window(text, start))
            || initial.is_some_and(|first| self.abbreviated(text, first, piece, known.number))
        {
            return true;
        }
        before.run = known.has(Known::RUN_LAST).then_some((piece.start, true));
        let is_initial = known.has(Known::SINGLE_FIRST) && known.has(Known::ONE) && piece.closed;
        before.initial = is_initial.then_some((piece.start, known.number));
        if known.has(Known::SINGLE_FIRST) {
            before.singles += 1;
            if before.singles >= SPACED {
                return true;
            }
        }
        if !known.has(Known::SINGLE_FIRST) || !known.has(Known::ONE) {
            before.singles = u32::from(known.has(Known::SINGLE_LAST));
        }
        if let Some((start, number)) = before.open
            && known.has(Known::GOES_ON)
            && let pair = self.pair(text, (start, number), piece.end, known.number)
            && pair.goes_on
            && self.third(text, (start, pair.number), piece)
            && self.ahead(text, start)
        {
            return true;
        }
        before.open = known.has(Known::BEGINS).then_some((piece.start, known.number));
        before.closed = piece.closed;
        let is_single = known.has(Known::SINGLE_FIRST) && known.has(Known::ONE) && !piece.closed;
        before.passed =
            (before.says_little() && (before.singles == 0 || is_single)).then_some(Passed {
                number: known.number,
                begins: before.open.is_some() && !piece.closed,
                goes_on: known.has(Known::GOES_ON),
                is_single,
            });
        false
    }

    /// Whether a term that begins at `first` goes on in the piece that ends at `end`.
    fn pair(&mut self, text: &str, first: (usize, u32), end: usize, second: u32) -> Pair {
        let Self { filter, memory, text: room, .. } = self;
        memory.pair(first.1, second, || {
            let written = &text[first.0..end];
            room.read(written);
            filter.begins(room, first_piece(written))
        })
    }

    /// True when `piece` ends a name that is shortened to the initial `first`: only a point and
    /// a space stand between them.
    fn abbreviated(&mut self, text: &str, first: (usize, u32), piece: &Piece, second: u32) -> bool {
        let letter = text[first.0..].chars().next().map_or(0, char::len_utf8);
        if piece.start != first.0 + letter + 2 {
            return false;
        }
        let Self { filter, memory, text: room, hits, .. } = self;
        memory.abbreviation(first.1, second, || {
            room.read(&text[first.0..piece.end]);
            filter.holds_anchor(room, hits)
        })
    }

    /// False when no term has the number that `piece` begins with after its first word.
    fn number_goes_on(&mut self, piece: &str) -> bool {
        self.text.read(piece);
        self.text.tokens().is_empty() || self.may_go_on()
    }

    /// The same of a pair that ends with `piece`, and the piece after it, where a term may
    /// go on in that.
    fn third(&mut self, text: &str, pair: (usize, u32), piece: &Piece) -> bool {
        let Some(next) = pieces::next(text.as_bytes(), piece.next) else { return true };
        if piece.closed || next.parted || next.start == next.end {
            return true;
        }
        let third = self.known(text, next.start, next.end);
        self.pair(text, pair, next.end, third.number).goes_on
    }

    /// True when an anchor of several words begins in the piece at `start`.
    fn ahead(&mut self, text: &str, start: usize) -> bool {
        let window = self.pieces_from(text, start);
        self.text.read(window);
        self.filter.begins(&self.text, first_piece(window))
    }

    /// True when an anchor stands in the text from `start` on, a few pieces long.
    fn window(&mut self, text: &str, start: usize) -> bool {
        self.text.read(self.pieces_from(text, start));
        self.filter.holds_anchor(&self.text, &mut self.hits)
    }

    /// As many pieces from `start` on as the longest term has words.
    fn pieces_from<'t>(&self, text: &'t str, start: usize) -> &'t str {
        let mut end = start;
        for _ in 0..self.window {
            let Some(piece) = pieces::next(text.as_bytes(), end) else { break };
            end = piece.next;
        }
        &text[start..end]
    }

    /// A piece with signs of a script without spaces in it.
    fn runs(
        &mut self,
        text: &str,
        piece: &Piece,
        parts: &[(Part, usize, usize)],
        before: &mut Before,
    ) -> bool {
        let open = before.open.take().map(|(start, _)| start);
        let whole = before.run.filter(|(_, whole)| *whole).map(|(start, _)| start);
        if open.or(whole).is_some_and(|start| self.window(text, start)) {
            return true;
        }
        let last = parts.last().filter(|(part, _, _)| *part == Part::Run);
        let run = last.map(|(_, from, _)| (piece.start + from, false));
        *before = Before { singles: 1, closed: piece.closed, run, ..Before::default() };
        parts.iter().any(|(part, from, to)| {
            let (start, end) = (piece.start + from, piece.start + to);
            match part {
                Part::Run => self.run(text, start, end),
                Part::Other => {
                    let known = self.known(text, start, end);
                    known.has(Known::ANCHOR)
                        || (known.has(Known::BEGINS) && self.window(text, start))
                }
            }
        })
    }

    /// A run, with the sign after it where only a space or a sign parts them: 象 牙.
    fn run(&mut self, text: &str, start: usize, end: usize) -> bool {
        let run = &text[start..end];
        let sketch = self.sketch();
        let mut ends = run.char_indices().skip(2).map(|(at, _)| at).chain([run.len()]);
        let begins = run.char_indices().any(|(at, _)| {
            let end = ends.next().unwrap_or(run.len());
            sketch.may_begin_run(&run[at..end])
        });
        let begins = begins || {
            let after = text[end..].chars().nth(1).filter(|c| runs::is_run(*c));
            let pair = run.chars().next_back().zip(after);
            pair.is_some_and(|(last, first)| {
                sketch.may_begin_run(&String::from_iter([last, first]))
            })
        };
        begins && self.window(text, start)
    }

    /// What is known of `text[start..end]`.
    fn known(&mut self, text: &str, start: usize, end: usize) -> Known {
        let bytes = text.as_bytes();
        let Some(key) = key(bytes, start, end) else {
            let piece = &bytes[start..end];
            return match self.memory.get_long(piece) {
                Some(known) => known,
                None => {
                    let known = self.find(&text[start..end]);
                    self.memory.put_long(piece, known)
                }
            };
        };
        match self.memory.get(&key) {
            Some(known) => known,
            None => {
                let known = self.find(&text[start..end]);
                if is_figure(&bytes[start..end]) {
                    return self.memory.numbered(known);
                }
                self.memory.put(key, known)
            }
        }
    }

    /// Finds what `piece` means, with the matcher.
    fn find(&mut self, piece: &str) -> Known {
        if let Some(known) = self.plain(piece) {
            return known;
        }
        let bits = self.bits(piece);
        // Whether UTF-8 is mended depends on letters elsewhere in the text, too.
        let doubt = may_be_mended(piece) && self.is_mended(piece);
        Known::new(if doubt { bits | Known::ANCHOR } else { bits })
    }

    /// True when `piece` reads otherwise in a text that has broken letters.
    fn is_mended(&self, piece: &str) -> bool {
        let beside = Text::of(&format!("Ã {piece}"));
        let forms = beside.tokens().iter().skip(1).map(|token| beside.form(token));
        !forms.eq(self.text.tokens().iter().map(|token| self.text.form(token)))
    }

    fn bits(&mut self, piece: &str) -> u32 {
        self.text.read(piece);
        if self.filter.holds_anchor(&self.text, &mut self.hits) {
            return Known::ANCHOR;
        }
        let mut bits = 0;
        let tokens = self.text.tokens();
        let form = |at: usize| tokens.get(at).map(|token| self.text.form(token));
        let (first, last) = (form(0), tokens.len().checked_sub(1).and_then(form));
        let shape = |token: Option<&Token>| token.is_some_and(|token| token.shape == Shape::Run);
        let is_single = |form: Option<&str>| form.is_some_and(|form| form.chars().nth(1).is_none());
        for (said, bit) in [
            (is_single(first), Known::SINGLE_FIRST),
            (is_single(last), Known::SINGLE_LAST),
            (tokens.len() <= 1, Known::ONE),
            (self.may_go_on(), Known::GOES_ON),
            (shape(tokens.first()), Known::RUN_FIRST),
            (shape(tokens.last()), Known::RUN_LAST),
            (self.filter.goes_on(&self.text), Known::BEGINS),
        ] {
            bits |= if said { bit } else { 0 };
        }
        bits
    }

    /// True when an anchor may go on in the first word, as written or as meant.
    fn may_go_on(&self) -> bool {
        let first = self.text.tokens().first().map(|token| self.text.form(token));
        let readings = self.text.readings().iter().filter(|reading| reading.first == 0);
        let mut forms = first.into_iter().chain(readings.map(|reading| reading.form.as_str()));
        forms.any(|form| self.may_be_later(form))
    }

    /// Letters that Arabic writes on to the beginning of a word may hide it.
    fn may_be_later(&self, form: &str) -> bool {
        form.starts_with(|c: char| ('\u{600}'..='\u{6FF}').contains(&c))
            || self.sketch().may(form.as_bytes()).go_on
    }
}

/// True for mostly digits: such pieces hardly come again.
fn is_figure(piece: &[u8]) -> bool {
    piece.iter().filter(|byte| byte.is_ascii_digit()).count() * 2 > piece.len()
}

/// True for what may come again and again: figures hardly do.
fn is_word(piece: &Piece, text: &str) -> bool {
    piece.signs & signs::DIGIT == 0 && !is_number(piece, text)
}

/// The bytes of `text` up to its first space.
fn first_piece(text: &str) -> usize {
    pieces::next(text.as_bytes(), 0).map_or(0, |piece| piece.next)
}

/// True when `piece` has characters that may be UTF-8 read as Windows-1252.
fn may_be_mended(piece: &str) -> bool {
    !piece.is_ascii()
        && piece.chars().zip(piece.chars().skip(1)).any(|(first, second)| {
            matches!(first, '\u{C2}'..='\u{DF}' | '\u{E2}') && !second.is_ascii()
        })
}
