//! Finds the terms of the lexicon in the words of an ad.

use crate::lexicon::index::{Candidate, Fit, Seen};
use crate::lexicon::words::{Gap, Shape, Token};
use crate::lexicon::{Index, Kind, Language, Languages, Vocabulary};

use super::lookup::{After, Lookup};
use super::normal::{Reading, Text};

/// A term met in a field of an ad.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its number in the vocabulary.
    pub term: u32,
    /// The languages that write it as it was met.
    pub languages: Languages,
    /// The field, by its place in the ad.
    pub field: usize,
    /// The first word that it covers.
    pub first: usize,
    /// The first word after it.
    pub after: usize,
    /// The words of the ad before it.
    pub place: usize,
    /// Its first byte in the field.
    pub start: usize,
    /// The first byte after it in the field.
    pub end: usize,
    /// True when only a part of a longer word was met.
    pub part: bool,
    /// True when the word was disguised.
    pub disguised: bool,
}

/// Hits of one text at most, or somewhat more: text that repeats itself for megabytes is no ad.
const MOST: usize = 20_000;

/// Adds the hits in `text`, field number `field`, which has `before` words of the
/// ad before it, in order of their place; the first 20,000 of a text.
pub fn hits(lookup: &Lookup<'_>, text: &Text, field: usize, before: usize, out: &mut Vec<Hit>) {
    let begin = out.len();
    let (matcher, vocabulary) = (Matcher { lookup, text, field, before }, lookup.vocabulary());
    for at in 0..text.tokens().len() {
        matcher.at_word(at, out);
        if out.len() - begin >= MOST {
            break;
        }
    }
    matcher.across(out);
    matcher.abbreviated(out);
    for reading in text.readings().iter().take(MOST) {
        let seen = Seen::of(&reading.form);
        matcher.candidates(seen, reading.first, reading.after, reading.disguised, out);
    }
    let found = &mut out[begin..];
    found.sort_by_key(|hit| (hit.start, hit.end, hit.term, hit.disguised));
    dedup(out, begin);
    drop_covered(vocabulary, text, out, begin);
}

/// True when a term that `wanted` asks for begins in the first `within` bytes of `text` and
/// may go on after its end, or ends in it where `ended`.
pub(super) fn begins(
    lookup: &Lookup<'_>,
    text: &Text,
    within: usize,
    ended: bool,
    wanted: impl Fn(u32) -> bool,
) -> bool {
    let matcher = Matcher { lookup, text, field: 0, before: 0 };
    let is_within = |token: &Token| (token.start as usize) < within;
    let tokens = text.tokens().iter().enumerate();
    let mut words = tokens.filter(|(_, token)| token.shape != Shape::Run && is_within(token));
    words.any(|(at, token)| {
        let seen = matcher.seen(token);
        let bare = without_article(seen.form).map(|form| seen.with_form(form));
        matcher.begins(seen, at + 1, ended, &wanted)
            || bare.is_some_and(|bare| matcher.begins(bare, at + 1, ended, &wanted))
    }) || text.readings().iter().any(|reading| {
        let seen = Seen::of(&reading.form);
        is_within(&text.tokens()[reading.first])
            && matcher.begins(seen, reading.after, ended, &wanted)
    })
}

fn dedup(out: &mut Vec<Hit>, begin: usize) {
    let mut kept = begin;
    for at in begin..out.len() {
        let later = out[at];
        if let Some(first) = out[begin..kept].last_mut()
            && (later.term, later.start, later.end) == (first.term, first.start, first.end)
        {
            first.languages = first.languages.with(later.languages);
        } else {
            out[kept] = later;
            kept += 1;
        }
    }
    out.truncate(kept);
}

struct Matcher<'a> {
    lookup: &'a Lookup<'a>,
    text: &'a Text,
    field: usize,
    before: usize,
}

impl Matcher<'_> {
    fn at_word(&self, at: usize, out: &mut Vec<Hit>) {
        let token = &self.text.tokens()[at];
        match token.shape {
            Shape::Number | Shape::Currency => {
                // "1.1" and "2 years old" are terms too.
                self.candidates(self.seen(token), at, at + 1, false, out);
            }
            Shape::Run => self.inside(token, at, out),
            Shape::Word | Shape::Picture => {
                let seen = self.seen(token);
                self.candidates(seen, at, at + 1, false, out);
                if let Some(bare) = without_article(seen.form) {
                    self.candidates(seen.with_form(bare), at, at + 1, false, out);
                }
            }
        }
    }

    fn seen(&self, token: &Token) -> Seen<'_> {
        let Token { hash, accents, marked, .. } = *token;
        Seen { form: self.text.form(token), hash, accents, marked }
    }

    /// The terms whose first word is `seen`, read from the tokens `first..next`.
    fn candidates(
        &self,
        seen: Seen<'_>,
        first: usize,
        next: usize,
        disguised: bool,
        out: &mut Vec<Hit>,
    ) {
        self.lookup.at(seen, self.after(next), |index, candidate, term| {
            let Some(after) = self.rest(index, &candidate, next) else { return };
            let part = candidate.fit != Fit::Whole;
            let languages = Languages::one(candidate.language);
            let hit = Hit { part, disguised, ..self.hit(term, languages, first, after) };
            match candidate.fit {
                Fit::Whole => out.push(hit),
                Fit::Head(bytes) => self.head(hit, &seen.form[bytes..], out),
                Fit::Tail(bytes) => self.tail(hit, &seen.form[..seen.form.len() - bytes], out),
            }
        });
    }

    /// What stands at `next`, as the second word of a term.
    fn after(&self, next: usize) -> After {
        let token = self.text.tokens().get(next).filter(|token| token.gap != Gap::Break);
        let Some(token) = token else { return After::Nothing };
        let seen = self.seen(token);
        let is_read_otherwise =
            without_article(seen.form).is_some() || self.readings_at(next).next().is_some();
        if is_read_otherwise { After::Anything } else { After::Word(seen.glance()) }
    }

    /// The first token after all words of `candidate`.
    fn rest(&self, index: &Index, candidate: &Candidate, next: usize) -> Option<usize> {
        let count = candidate.remaining;
        let tokens = self.text.tokens().get(next..next + count)?;
        self.fits(index, candidate, next, tokens).then_some(next + count)
    }

    /// True when `tokens`, from number `next` on, are the words of `candidate` after its first.
    fn fits(&self, index: &Index, candidate: &Candidate, next: usize, tokens: &[Token]) -> bool {
        tokens.iter().enumerate().all(|(at, token)| {
            token.gap != Gap::Break
                && (index.follows(candidate, at, self.seen(token))
                    || self.follows_disguised(index, candidate, at, next + at)
                    || without_article(self.text.form(token)).is_some_and(|bare| {
                        index.follows(candidate, at, self.seen(token).with_form(bare))
                    }))
        })
    }

    /// True when a term of several words that begins with `seen` has more of them than the
    /// text from `next` on, or where `ended` as many or fewer, and those fit.
    fn begins(
        &self,
        seen: Seen<'_>,
        next: usize,
        ended: bool,
        wanted: impl Fn(u32) -> bool,
    ) -> bool {
        let rest = &self.text.tokens()[next..];
        let after = if rest.is_empty() { After::Anything } else { self.after(next) };
        let mut found = false;
        self.lookup.at(seen, after, |index, candidate, term| {
            let words = candidate.remaining;
            let is_open = words > rest.len();
            found = found
                || words > 0
                    && (is_open || ended)
                    && self.fits(index, &candidate, next, &rest[..words.min(rest.len())])
                    && wanted(term);
        });
        found
    }

    /// The other readings that begin with the token at `place`.
    fn readings_at(&self, place: usize) -> impl Iterator<Item = &Reading> {
        let readings = self.text.readings();
        let first = readings.partition_point(|reading| reading.first < place);
        readings[first..].iter().take_while(move |reading| reading.first == place)
    }

    /// True when word number `at` of `candidate` is what the disguised token `place` means.
    fn follows_disguised(
        &self,
        index: &Index,
        candidate: &Candidate,
        at: usize,
        place: usize,
    ) -> bool {
        self.readings_at(place)
            .filter(|reading| reading.after == place + 1)
            .any(|reading| index.follows(candidate, at, Seen::of(&reading.form)))
    }

    /// A compound that begins with the term: what follows must be known when the
    /// term is a taxon (*Tigerfell* but not *Tigerente*).
    fn head(&self, hit: Hit, rest: &str, out: &mut Vec<Hit>) {
        let known = self.push_parts(hit, rest, true, out);
        if known || self.lookup.vocabulary().kind(hit.term) == Kind::Product {
            out.push(hit);
        }
    }

    /// A compound that ends with the term.
    fn tail(&self, hit: Hit, before: &str, out: &mut Vec<Hit>) {
        self.push_parts(hit, before, false, out);
        let kind = self.lookup.vocabulary().kind(hit.term);
        if kind != Kind::Taxon || before.chars().count() >= 3 {
            out.push(hit);
        }
    }

    /// Adds the terms that the other part of a compound is, with its linking
    /// letters or without; true when there are any.
    fn push_parts(&self, hit: Hit, part: &str, after: bool, out: &mut Vec<Hit>) -> bool {
        let mut known = false;
        for link in ["", "s", "n", "en", "e", "er", "es"] {
            let bare = if after { part.strip_prefix(link) } else { part.strip_suffix(link) };
            let Some(bare) = bare.filter(|bare| bare.chars().count() >= 3) else { continue };
            self.lookup.at(Seen::of(bare), After::Nothing, |_, candidate, term| {
                let is_known = candidate.fit == Fit::Whole || after;
                if candidate.remaining == 0 && is_known {
                    let languages = Languages::one(candidate.language);
                    out.push(Hit { term, languages, part: true, ..hit });
                    known = true;
                }
            });
        }
        known
    }

    fn inside(&self, token: &Token, at: usize, out: &mut Vec<Hit>) {
        let most = out.len() + MOST;
        let run = self.text.form(token);
        let plain = run.len() == (token.end - token.start) as usize;
        self.lookup.vocabulary().inside(run, |inside| {
            if out.len() >= most {
                return;
            }
            let languages = Languages::one(inside.language);
            let mut hit = self.hit(inside.term, languages, at, at + 1);
            if plain {
                hit.start = token.start as usize + inside.from;
                hit.end = token.start as usize + inside.to;
            }
            out.push(hit);
        });
    }

    /// Terms that a space parts in a script without spaces: 곰 발톱, 象 牙. They begin
    /// with a word, or the end of one word and the beginning of another would meet.
    fn across(&self, out: &mut Vec<Hit>) {
        let tokens = self.text.tokens();
        let mut at = 0;
        while at < tokens.len() {
            let mut after = at + 1;
            while after < tokens.len() && is_parted(&tokens[at], &tokens[after]) {
                after += 1;
            }
            if tokens[at].shape == Shape::Run && after > at + 1 {
                self.across_chain(at, after, out);
            }
            at = after;
        }
    }

    fn across_chain(&self, first: usize, after: usize, out: &mut Vec<Hit>) {
        let tokens = &self.text.tokens()[first..after];
        let mut joined = String::new();
        let mut starts = Vec::new();
        for token in tokens {
            starts.push(joined.len());
            joined.push_str(self.text.form(token));
        }
        let token_at = |byte: usize| starts.partition_point(|start| *start <= byte) - 1;
        let most = out.len() + MOST;
        self.lookup.vocabulary().inside(&joined, |inside| {
            if out.len() >= most {
                return;
            }
            let (from, last) = (token_at(inside.from), token_at(inside.to - 1));
            let whole = starts[from] == inside.from;
            let length = self.lookup.vocabulary().term(inside.term).text().chars().count();
            if last == from || !whole || length < 2 {
                return;
            }
            let single = tokens[from..=last].iter().all(|token| self.letters(token) == 1);
            let ends = starts.get(last + 1).map_or(joined.len(), |start| *start) == inside.to;
            if (length == 2 && !single) || (length < 4 && !ends) {
                return;
            }
            let languages = Languages::one(inside.language);
            let hit = self.hit(inside.term, languages, first + from, first + last + 1);
            let rest = inside.to - starts[last];
            let end = match plain_end(&tokens[last], self.text.form(&tokens[last]), rest) {
                Some(end) => end,
                None => hit.end,
            };
            out.push(Hit { end, disguised: single, ..hit });
        });
    }

    fn letters(&self, token: &Token) -> usize {
        self.text.form(token).chars().count()
    }

    /// `B. hamorii`, where only one name is shortened so.
    fn abbreviated(&self, out: &mut Vec<Hit>) {
        for (at, pair) in self.text.tokens().windows(2).enumerate() {
            let (initial, epithet) = (self.text.form(&pair[0]), self.text.form(&pair[1]));
            let fits = pair[0].end + 2 == pair[1].start
                && initial.len() == 1
                && epithet.len() >= 5
                && epithet.bytes().all(|byte| byte.is_ascii_lowercase())
                && pair[1].gap == Gap::Break;
            if fits && let Some(term) = self.lookup.vocabulary().abbreviated(initial, epithet) {
                out.push(self.hit(term, Languages::one(Language::LATIN), at, at + 2));
            }
        }
    }

    fn hit(&self, term: u32, languages: Languages, first: usize, after: usize) -> Hit {
        let tokens = self.text.tokens();
        Hit {
            term,
            languages,
            field: self.field,
            first,
            after,
            place: self.before + first,
            start: tokens[first].start as usize,
            end: tokens[after - 1].end as usize,
            part: false,
            disguised: false,
        }
    }
}

/// True when a space or a sign stands between runs of letters.
fn is_parted(first: &Token, next: &Token) -> bool {
    first.shape == Shape::Run
        && next.shape == Shape::Run
        && matches!(next.gap, Gap::Space | Gap::Joint(_))
}

/// The byte of the text after `rest` bytes of the folded form, where they are the same.
fn plain_end(token: &Token, form: &str, rest: usize) -> Option<usize> {
    let (start, end) = (token.start as usize, token.end as usize);
    (form.len() == end - start).then_some(start + rest)
}

/// The word without the Arabic article and the letters that are written on to it.
fn without_article(form: &str) -> Option<&str> {
    if !form.starts_with(|c: char| ('\u{600}'..='\u{6FF}').contains(&c)) {
        return None;
    }
    let bare = form.trim_start_matches(['و', 'ف']);
    let bare = bare
        .strip_prefix("ال")
        .or_else(|| bare.strip_prefix("لل"))
        .or_else(|| bare.strip_prefix("بال"))
        .or_else(|| bare.strip_prefix("كال"))
        .or_else(|| bare.strip_prefix('ب'))?;
    (bare.chars().count() >= 3).then_some(bare)
}

/// Takes out what a longer term makes meaningless: *tiger* in *tiger shark*,
/// *ivory* in *ivory coast*.
fn drop_covered(vocabulary: &Vocabulary, text: &Text, out: &mut Vec<Hit>, begin: usize) {
    let found = &out[begin..];
    let kinds: Vec<Kind> = found.iter().map(|hit| vocabulary.kind(hit.term)).collect();
    let denies = |at: usize| {
        kinds[at] == Kind::Legality
            && vocabulary.term(found[at].term).refers_to().any(|to| to == "no-papers")
    };
    let covers = |long: usize, short: usize| {
        let (a, b) = (&found[long], &found[short]);
        a.start <= b.start
            && b.end <= a.end
            && a.end - a.start > b.end - b.start
            // *sans CITES* claims no certificate.
            && (is_covering(kinds[long], kinds[short])
                || (kinds[short] == Kind::Legality && denies(long) && !denies(short))
                || is_sign(vocabulary, text, b))
    };
    // A part of a word that is a term itself says nothing else: Glas in Glasaal.
    let parts = |whole: usize, part: usize| {
        let (a, b) = (&found[whole], &found[part]);
        b.part
            && !a.part
            && (a.start, a.end) == (b.start, b.end)
            && (kinds[whole] == Kind::Negative
                || (is_covering(kinds[whole], Kind::Negative) && kinds[part] == Kind::Negative))
    };
    let longest = found.iter().map(|hit| hit.end - hit.start).max().unwrap_or(0);
    let hidden = (0..found.len()).map(|short| {
        let hit = &found[short];
        // The hits stand in the order of their starts.
        let first = found.partition_point(|other| other.start + longest < hit.start);
        let near = found.partition_point(|other| other.start < hit.end);
        let hides =
            |long| covers(long, short) || parts(long, short) || breaks(text, &found[long], hit);
        (first..near).any(hides)
    });
    let hidden: Vec<bool> = hidden.collect();
    let mut hidden = std::iter::repeat_n(&false, begin).chain(&hidden);
    out.retain(|_| hidden.next() != Some(&true));
}

/// True for a term of one sign inside a run without spaces, as 牙 in 象牙: in a longer term,
/// whatever that is, it says nothing of its own.
fn is_sign(vocabulary: &Vocabulary, text: &Text, hit: &Hit) -> bool {
    hit.end - hit.start <= char::MAX.len_utf8()
        && text.tokens()[hit.first].shape == Shape::Run
        && vocabulary.term(hit.term).text().chars().nth(1).is_none()
}

/// True when `later` begins inside `first` and ends after it, in Thai: words are
/// cut from the right there (หวี|กระดูก, a comb of bone, is no หวีกระ, of tortoiseshell).
fn breaks(text: &Text, later: &Hit, first: &Hit) -> bool {
    let overlap = first.start < later.start && later.start < first.end && first.end < later.end;
    overlap
        && first.after - first.first == 1
        && text
            .form(&text.tokens()[first.first])
            .starts_with(|c: char| ('\u{E00}'..='\u{E7F}').contains(&c))
}

fn is_covering(long: Kind, short: Kind) -> bool {
    match long {
        Kind::Taxon | Kind::Product | Kind::Code | Kind::Craft => {
            matches!(short, Kind::Taxon | Kind::Product | Kind::Code | Kind::Craft)
                || short == Kind::Negative
                || (long == Kind::Taxon && short == Kind::Specimen)
        }
        Kind::Negative => short != Kind::Negative,
        Kind::Tell | Kind::Legality => matches!(short, Kind::Negative | Kind::Tell | Kind::Product),
        // Dutch *te koop* is an offer, and *koop* alone asks.
        Kind::Offer | Kind::Ask => matches!(short, Kind::Offer | Kind::Ask),
        other => other == short,
    }
}

#[cfg(test)]
mod tests {
    use super::{Hit, MOST, hits};
    use crate::lexicon::Vocabulary;
    use crate::scan::lookup::Lookup;
    use crate::scan::normal::Text;

    #[test]
    fn one_sign_is_a_word_before_kana_and_none_in_a_longer_word_or_term() {
        let vocabulary = Vocabulary::embedded();
        let lookup = Lookup::new(&vocabulary);
        let terms = |text: &str| {
            let mut found = Vec::new();
            hits(&lookup, &Text::of(text), 0, 0, &mut found);
            let term = |hit: &Hit| vocabulary.term(hit.term).text();
            found.iter().map(term).collect::<Vec<_>>()
        };
        for text in ["ヨウムの雛", "ヨウムの雛です", "雛セット"] {
            assert!(terms(text).contains(&"雛"), "{text}: {:?}", terms(text));
        }
        for text in ["牙刷", "牙膏二支", "象牙", "象牙です"] {
            assert!(!terms(text).contains(&"牙"), "{text}: {:?}", terms(text));
        }
    }

    #[test]
    fn text_that_repeats_itself_without_end_has_so_many_hits_and_no_more() {
        let vocabulary = Vocabulary::embedded();
        let lookup = Lookup::new(&vocabulary);
        for text in ["ivory ", "象牙手镯出售", "象 牙 ", "i-v-o-r-y "] {
            let mut found = Vec::new();
            hits(&lookup, &Text::of(&text.repeat(40_000)), 0, 0, &mut found);
            assert!((1_000..4 * MOST).contains(&found.len()), "{text}: {} hits", found.len());
        }
    }
}
