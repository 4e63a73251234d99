//! Cuts text into folded words and remembers where each stood.

use std::ops::Range;

use unicode_normalization::char::compose;

use super::fold::{Class, class, fold_char, voiced};
use super::index::hash;
use super::letters;

/// A character of a text and the bytes that stand for it there (an HTML
/// entity is one character of several bytes).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// First byte.
    pub start: u32,
    /// First byte after it.
    pub end: u32,
    /// The character.
    pub c: char,
    /// What it is.
    pub class: Class,
}

impl Unit {
    /// The character `c`, for which the bytes from `start` to `end` stand.
    #[must_use]
    pub fn new(start: usize, end: usize, c: char) -> Self {
        Self { start: short(start), end: short(end), c, class: class(c) }
    }
}

/// A character of which words are cut.
pub trait Sign: Copy {
    /// The character.
    fn c(self) -> char;
    /// What it is.
    fn class(self) -> Class;
    /// The first byte of the text that `signs[within]` stand for, and the first after them.
    fn place(signs: &[Self], within: Range<usize>) -> Range<usize>;
}

impl Sign for Unit {
    fn c(self) -> char {
        self.c
    }

    fn class(self) -> Class {
        self.class
    }

    fn place(signs: &[Self], within: Range<usize>) -> Range<usize> {
        let signs = &signs[within];
        let end = |unit: &Self| unit.end as usize;
        let start = signs.first().map_or(0, |unit| unit.start as usize);
        start..signs.last().map_or(start, end)
    }
}

/// A byte of a text that is all ASCII, as it stands.
impl Sign for u8 {
    fn c(self) -> char {
        char::from(self)
    }

    fn class(self) -> Class {
        class(char::from(self))
    }

    fn place(_: &[Self], within: Range<usize>) -> Range<usize> {
        within
    }
}

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Letters, digits among them or not.
    Word,
    /// Digits with their separators.
    Number,
    /// A run of a script without spaces.
    Run,
    /// An emoji.
    Picture,
    /// A currency sign.
    Currency,
}

/// What stands between a token and the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Nothing: the script changes or a number meets its unit.
    None,
    /// One sign, no space: `ivo-ry`, `i.v.o.r.y`.
    Joint(char),
    /// Space.
    Space,
    /// More than one space.
    Wide,
    /// Punctuation or a new line.
    Break,
}

/// A word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// First byte in the original text.
    pub start: u32,
    /// First byte after it in the original text.
    pub end: u32,
    /// First byte of the folded form.
    pub from: u32,
    /// First byte after the folded form.
    pub to: u32,
    /// What it is made of.
    pub shape: Shape,
    /// What stands before it.
    pub gap: Gap,
    /// The hash of the folded form; see [`super::index::hash`].
    pub hash: u64,
    /// Tells words apart that fold to the same; see [`super::fold::accents`].
    pub accents: u32,
    /// True when folding took an accent away.
    pub marked: bool,
}

/// The words of one text.
#[derive(Clone, Debug, Default)]
pub struct Words {
    /// The folded forms, one after the other.
    pub folded: String,
    /// The words in order.
    pub tokens: Vec<Token>,
}

impl Words {
    /// Cuts `text` as it stands.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let units: Vec<Unit> =
            text.char_indices().map(|(at, c)| Unit::new(at, at + c.len_utf8(), c)).collect();
        let mut words = Self::default();
        words.cut(&units);
        words
    }

    /// The folded form of `token`.
    #[must_use]
    pub fn form(&self, token: &Token) -> &str {
        &self.folded[token.from as usize..token.to as usize]
    }

    /// Replaces what is held with the words of `signs`.
    pub fn cut<S: Sign>(&mut self, signs: &[S]) {
        self.folded.clear();
        self.tokens.clear();
        let mut at = 0;
        let mut gap_from = 0;
        while at < signs.len() {
            let Some(shape) = shape_at(signs, at) else {
                at += 1;
                continue;
            };
            let gap = self.gap(&signs[gap_from..at]);
            let end = end_of(signs, at, shape);
            self.push(signs, at..end, shape, gap);
            at = end;
            gap_from = end;
        }
    }

    fn gap<S: Sign>(&self, between: &[S]) -> Gap {
        if let [sign] = between
            && sign.c() == ' '
            && !self.tokens.is_empty()
        {
            return Gap::Space;
        }
        let mut seen = between.iter().filter(|sign| sign.class() != Class::Invisible);
        match (seen.next().map(|sign| sign.c()), seen.next()) {
            _ if self.tokens.is_empty() => Gap::Break,
            (None, _) => Gap::None,
            (Some('\n'), None) => Gap::Break,
            (Some(c), None) if c.is_whitespace() => Gap::Space,
            (Some(c), None) if !matches!(c, ',' | ';' | ':' | '(' | ')') => Gap::Joint(c),
            _ if between.iter().all(|sign| sign.c().is_whitespace() && sign.c() != '\n') => {
                Gap::Wide
            }
            _ => Gap::Break,
        }
    }

    fn push<S: Sign>(&mut self, signs: &[S], within: Range<usize>, shape: Shape, gap: Gap) {
        let digits = if shape == Shape::Word { measured(&signs[within.clone()]) } else { 0 };
        if digits > 0 {
            let letters = within.start + digits;
            self.push_one(signs, within.start..letters, Shape::Number, gap);
            self.push_one(signs, letters..within.end, Shape::Word, Gap::None);
        } else {
            self.push_one(signs, within, shape, gap);
        }
    }

    fn push_one<S: Sign>(&mut self, signs: &[S], within: Range<usize>, shape: Shape, gap: Gap) {
        let from = self.folded.len();
        let word = &signs[within.clone()];
        let folded = self.fold_single(word);
        let (accents, marked) = folded.unwrap_or_else(|| self.fold_joined(word));
        let place = S::place(signs, within);
        self.tokens.push(Token {
            start: short(place.start),
            end: short(place.end),
            from: short(from),
            to: short(self.folded.len()),
            shape,
            gap,
            hash: hash(&self.folded[from..]),
            accents,
            marked,
        });
    }

    /// Folds letters of which each stands for itself; gives their accents and whether one was
    /// taken away. Nothing, when some letter is not in the table.
    fn fold_single<S: Sign>(&mut self, signs: &[S]) -> Option<(u32, bool)> {
        let from = self.folded.len();
        let (mut accents, mut marked) = (NO_ACCENTS, false);
        for c in signs.iter().map(|sign| sign.c()) {
            if c.is_ascii() {
                let lower = c.to_ascii_lowercase();
                self.folded.push(lower);
                accents = hashed(accents, Some(lower));
                continue;
            }
            let Some(letter) = letters::letter(c) else {
                self.folded.truncate(from);
                return None;
            };
            self.folded.push(letter.folded);
            self.folded.extend(letter.second);
            accents = hashed(accents, Some(letter.lower));
            marked |= letter.marked;
        }
        Some((accents, marked))
    }

    /// Folds letters that the marks after them may change.
    fn fold_joined<S: Sign>(&mut self, signs: &[S]) -> (u32, bool) {
        let mut accents = NO_ACCENTS;
        let mut letter: Option<char> = None;
        let mut marked = false;
        let mut kana = None;
        for sign in signs {
            let c = sign.c();
            if let Some(whole) = kana.and_then(|before| voiced(before, c)) {
                self.folded.pop();
                self.folded.push(whole);
                continue;
            }
            if sign.class() == Class::Invisible {
                marked |= matches!(c, '\u{300}'..='\u{36F}');
                // a and its accent as two characters are á.
                if let Some(whole) = letter.and_then(|letter| compose(letter, c)) {
                    letter = Some(whole);
                }
                continue;
            }
            for lower in c.to_lowercase() {
                accents = hashed(accents, letter.replace(lower));
            }
            let before = self.folded.len();
            fold_char(c, |letter| self.folded.push(letter));
            kana = self.folded[before..].chars().next_back();
            marked |= !c.is_ascii() && !self.folded[before..].chars().eq(c.to_lowercase());
        }
        (hashed(accents, letter), marked)
    }
}

/// The digits that a word begins with, where its letters are their unit: `14mm`; else 0.
fn measured<S: Sign>(signs: &[S]) -> usize {
    let is_digit = |sign: &S| sign.class() == Class::Digit;
    let digits = signs.iter().take_while(|sign| is_digit(sign)).count();
    let letters = signs.len() - digits;
    let may = digits > 0 && (letters <= 3 || digits >= 2);
    if may && !signs[digits..].iter().any(is_digit) { digits } else { 0 }
}

/// [`super::fold::accents`] of no letters.
const NO_ACCENTS: u32 = 0x811C_9DC5;

/// The next step of [`super::fold::accents`].
fn hashed(accents: u32, letter: Option<char>) -> u32 {
    match letter {
        Some(letter) => (accents ^ u32::from(letter)).wrapping_mul(0x0100_0193),
        None => accents,
    }
}

/// Offsets are kept in 32 bits: a record is at most some MiB long.
fn short(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn shape_at<S: Sign>(signs: &[S], at: usize) -> Option<Shape> {
    match signs[at].class() {
        Class::Letter => Some(Shape::Word),
        Class::Digit if is_number(signs, at) => Some(Shape::Number),
        Class::Digit => Some(Shape::Word),
        Class::Inside => Some(Shape::Run),
        Class::Picture => Some(Shape::Picture),
        Class::Invisible => None,
        Class::Other => is_currency(signs[at].c()).then_some(Shape::Currency),
    }
}

/// True for a sign that stands for money.
#[must_use]
pub fn is_currency(c: char) -> bool {
    matches!(c, '$' | '£' | '¥' | '￥' | '฿') || matches!(c, '\u{20A0}'..='\u{20C0}')
}

/// True when the digits at `at` are not the beginning of a word.
fn is_number<S: Sign>(signs: &[S], at: usize) -> bool {
    let mut classes = signs[at..].iter().map(|sign| sign.class());
    let after = classes.find(|class| !matches!(class, Class::Digit | Class::Invisible));
    after.is_none_or(|class| class != Class::Letter)
}

fn end_of<S: Sign>(signs: &[S], at: usize, shape: Shape) -> usize {
    let mut end = at + 1;
    while end < signs.len() {
        let goes_on = match (shape, signs[end].class()) {
            (_, Class::Invisible) => true,
            (Shape::Word, Class::Letter | Class::Digit)
            | (Shape::Run, Class::Inside)
            | (Shape::Number, Class::Digit) => true,
            (Shape::Number, Class::Other) => {
                matches!(signs[end].c(), '.' | ',' | '\'' | '’')
                    && signs.get(end + 1).is_some_and(|next| next.class() == Class::Digit)
            }
            _ => false,
        };
        if !goes_on {
            break;
        }
        end += 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Gap, Shape, Words};

    fn forms(text: &str) -> Vec<String> {
        let words = Words::of(text);
        words.tokens.iter().map(|token| words.form(token).to_owned()).collect()
    }

    #[test]
    fn words_numbers_runs_and_signs_are_told_apart() {
        assert_eq!(
            forms("Écaille d'Ivoire, 1.200,50 €"),
            ["ecaille", "d", "ivoire", "1.200,50", "€"]
        );
        assert_eq!(
            forms("14mm A10 CB23 象牙bracelet🐘"),
            ["14", "mm", "a10", "cb23", "象牙", "bracelet", "🐘"]
        );
    }

    #[test]
    fn spans_point_into_the_original() {
        let text = "très Élégant";
        let words = Words::of(text);
        let token = words.tokens[1];
        assert_eq!(&text[token.start as usize..token.end as usize], "Élégant");
        assert_eq!((token.shape, token.gap, token.marked), (Shape::Word, Gap::Space, true));
    }

    #[test]
    fn an_accent_of_its_own_makes_the_same_word() {
        let (one, two) = (Words::of("ngà ậm"), Words::of("nga\u{300} a\u{323}\u{302}m"));
        for (a, b) in one.tokens.iter().zip(&two.tokens) {
            assert_eq!((one.form(a), a.accents, a.marked), (two.form(b), b.accents, b.marked));
        }
    }

    #[test]
    fn invisible_characters_do_not_part_a_word() {
        assert_eq!(forms("iv\u{200B}o\u{AD}ry"), ["ivory"]);
        assert_eq!(forms("ﾍﾞｯｺｳ"), ["ベッコウ"]);
    }

    proptest! {
        #[test]
        fn bytes_are_cut_like_characters(text in "[ -~\n\t]{0,80}|[a1 .,$-]{0,20}") {
            let mut of_bytes = Words::default();
            of_bytes.cut(text.as_bytes());
            let of_characters = Words::of(&text);
            prop_assert_eq!(&of_bytes.folded, &of_characters.folded);
            prop_assert_eq!(of_bytes.tokens, of_characters.tokens);
        }
    }
}
