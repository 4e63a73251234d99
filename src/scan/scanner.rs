//! Judges one ad: from its fields to a [`Finding`].

use jiff::civil::Date;

use crate::lexicon::index::{Fit, Seen};
use crate::lexicon::words::Gap;
use crate::lexicon::{Kind, Language, Languages, Vocabulary, Weight};
use crate::species::Species;

use super::ad::{Ad, Role};
use super::category;
use super::ceiling;
use super::duty::Denials;
use super::explain;
use super::extract::{Measures, Price, Rates, contact, marking, measure, price};
use super::judgement::{self, Circumstances, Judgement, Mark};
use super::language::{self, Met, Spoken};
use super::living;
use super::lookup::Lookup;
use super::matching::{self, Hit};
use super::meaning::{Meaning, Meanings, Scope};
use super::negation;
use super::normal::Text;
use super::prefilter::{Prefilter, Sieve};
use super::record::{Claim, Finding, SCHEMA, Verdict};
use super::weights::Weights;

/// What a scanner is made of.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Which specimens are looked for.
    pub scope: Scope,
    /// The day whose law counts.
    pub on: Date,
}

/// Words of one ad that are judged, at most: each is laid beside each other, and an ad of a million words is no ad.
const MOST_MARKS: usize = 2_000;

/// Room for the hits of most ads.
const HITS: usize = 48;

/// Judges ads.
#[derive(Debug)]
pub struct Scanner<'a> {
    vocabulary: &'a Vocabulary,
    species: &'a Species,
    weights: &'a Weights,
    meanings: Meanings<'a>,
    options: Options,
    has_ceiling: bool,
}

/// An ad after matching, before it is judged.
#[derive(Debug)]
pub struct Reading<'a> {
    /// The terms in it.
    pub marks: Vec<Mark<'a>>,
    /// What else was read.
    pub around: Circumstances,
    /// Its language.
    pub spoken: Spoken,
    texts: Vec<Text>,
    quantity: Option<u64>,
    price: Option<Price>,
    contacts: Vec<contact::Contact>,
}

/// The words of an ad and the terms in them.
struct Matched {
    texts: Vec<Text>,
    hits: Vec<Hit>,
    measures: Measures,
}

impl<'a> Scanner<'a> {
    /// Prepares a scanner.
    #[must_use]
    pub fn new(
        vocabulary: &'a Vocabulary,
        species: &'a Species,
        weights: &'a Weights,
        options: Options,
    ) -> Self {
        let meanings = Meanings::new(species, vocabulary, options.on, options.scope);
        let has_ceiling = ceiling::is_known(weights);
        Self { vocabulary, species, weights, meanings, options, has_ceiling }
    }

    /// The words that it knows.
    #[must_use]
    pub fn vocabulary(&self) -> &'a Vocabulary {
        self.vocabulary
    }

    /// A prefilter for one thread.
    #[must_use]
    pub fn sieve(&self) -> Sieve<'_> {
        Sieve::new(Prefilter::new(self.vocabulary, &self.meanings))
    }

    /// Judges `ad` if it names anything that a finding could be about; else it is
    /// clear, and language, price and contacts are not read.
    #[must_use]
    pub fn judge_named(&self, ad: &Ad<'_>, lookup: &Lookup<'_>) -> Option<Finding> {
        let found = matched(ad, lookup);
        self.is_named(&found).then(|| self.judged(ad, self.read_on(ad, found)))
    }

    /// Judges `ad` like [`Self::judge_named`]; nothing, too, for one that is clear. Most of
    /// these are known by their words alone.
    #[must_use]
    pub fn judge_unless_clear(&self, ad: &Ad<'_>, lookup: &Lookup<'_>) -> Option<Finding> {
        let reading = self.read_on(ad, self.unless_clear(ad, lookup)?);
        let judgement = judgement::judge(&reading.marks, reading.around, self.weights);
        let is_clear = self.verdict(score(judgement.points)) == Verdict::Clear;
        (!is_clear).then(|| self.finding(ad, &reading, &judgement))
    }

    /// The verdict of [`Self::judge`], for where nothing else is asked: price and contacts
    /// are read only where they decide.
    #[must_use]
    pub fn verdict_of(&self, ad: &Ad<'_>, lookup: &Lookup<'_>) -> Verdict {
        let Some(found) = self.unless_clear(ad, lookup) else { return Verdict::Clear };
        let mut reading = self.words_of(ad, found);
        let points = judgement::points_by(&reading.marks, reading.around, self.weights);
        let with = |price, contact| self.verdict(score(points(price, contact)));
        let mut verdict = with(false, false);
        let others = [(true, true), (true, false), (false, true)];
        if others.iter().any(|(price, contact)| with(*price, *contact) != verdict) {
            self.figures(ad, &mut reading);
            verdict = with(reading.around.price, reading.around.contact);
        }
        lookup.reuse(reading.texts);
        verdict
    }

    /// The words of `ad`, unless they alone tell that it is clear.
    fn unless_clear(&self, ad: &Ad<'_>, lookup: &Lookup<'_>) -> Option<Matched> {
        let found = matched(ad, lookup);
        if self.is_named(&found) && !self.must_be_clear(ad, &found) {
            return Some(found);
        }
        lookup.reuse(found.texts);
        None
    }

    /// True when a term in it is what an ad can be about.
    fn is_named(&self, found: &Matched) -> bool {
        found.hits.iter().any(|hit| self.is_anchor(hit.term))
    }

    /// True when no language, price or contact would make more than clear of `ad`.
    fn must_be_clear(&self, ad: &Ad<'_>, found: &Matched) -> bool {
        if !self.has_ceiling || found.hits.len() > MOST_MARKS {
            return false;
        }
        let is_ascii = ad.fields.iter().all(|field| field.text.is_ascii());
        let marks: Vec<Mark<'_>> =
            found.hits.iter().map(|hit| self.best_mark(ad, *hit, is_ascii)).collect();
        let around = ceiling::assumed(
            found.measures.grams.is_some(),
            found.measures.centimetres.is_some(),
            category::shelf(ad),
        );
        self.verdict(score(ceiling::points(&marks, around, self.weights))) == Verdict::Clear
    }

    /// The mark of `hit` where it says the most: a negative is held denied, unless it is
    /// English. Of an ad in ASCII English is never ruled out, so that one will count.
    fn best_mark(&self, ad: &Ad<'_>, hit: Hit, is_ascii: bool) -> Mark<'a> {
        let mark = self.mark(hit);
        let will_count =
            is_ascii && (hit.languages.is_universal() || hit.languages.has(Language::ENGLISH));
        let denied = mark.term.kind == Kind::Negative && (!will_count || is_denied(ad, &hit));
        Mark { denied, ..mark }
    }

    /// Judges `ad`.
    #[must_use]
    pub fn judge(&self, ad: &Ad<'_>) -> Finding {
        self.judged(ad, self.read(ad))
    }

    fn judged(&self, ad: &Ad<'_>, reading: Reading<'_>) -> Finding {
        let judgement = judgement::judge(&reading.marks, reading.around, self.weights);
        self.finding(ad, &reading, &judgement)
    }

    /// True for a term that an ad can be about and whose taxa are in scope.
    fn is_anchor(&self, term: u32) -> bool {
        self.vocabulary.kind(term).is_about() && self.meanings.of(term).standing.counts
    }

    /// Matches the terms of `ad` and reads its figures.
    #[must_use]
    pub fn read(&self, ad: &Ad<'_>) -> Reading<'a> {
        self.read_on(ad, matched(ad, &Lookup::new(self.vocabulary)))
    }

    fn read_on(&self, ad: &Ad<'_>, found: Matched) -> Reading<'a> {
        let mut reading = self.words_of(ad, found);
        self.figures(ad, &mut reading);
        reading
    }

    /// The words of the language that `ad` is in, and what is said of the goods but their price.
    fn words_of(&self, ad: &Ad<'_>, found: Matched) -> Reading<'a> {
        let Matched { texts, hits, measures } = found;
        let spoken = self.spoken(ad, &texts, &hits);
        let mut marks = self.marks(ad, hits, spoken);
        for mark in &mut marks {
            mark.denied = mark.term.kind == Kind::Negative && is_denied(ad, &mark.hit);
        }
        let around = Circumstances {
            price: false,
            grams: measures.grams.is_some(),
            contact: false,
            isbn: texts.iter().any(has_isbn),
            unknown_name: self.has_unknown_name(ad, &texts),
            size: measures.centimetres.is_some(),
            category: category::shelf(ad),
        };
        Reading { marks, around, spoken, texts, quantity: None, price: None, contacts: Vec::new() }
    }

    fn spoken(&self, ad: &Ad<'_>, texts: &[Text], hits: &[Hit]) -> Spoken {
        let fields: Vec<(&str, &Text)> =
            ad.fields.iter().map(|field| field.text.as_ref()).zip(texts).collect();
        let hint = ad.language.and_then(Language::from_code);
        let met = hits.iter().map(|hit| Met {
            languages: hit.languages,
            length: hit.end - hit.start,
            is_name: self.vocabulary.kind(hit.term) == Kind::Taxon,
        });
        language::spoken(&fields, met, hint)
    }

    /// The hits that the language of the ad allows, the first [`MOST_MARKS`] of them.
    fn marks(&self, ad: &Ad<'_>, hits: Vec<Hit>, spoken: Spoken) -> Vec<Mark<'a>> {
        let mut marks = Vec::with_capacity(hits.len().min(MOST_MARKS));
        let understood = hits.into_iter().filter_map(|hit| {
            let understood = hit.languages.is_universal() || hit.languages.meets(spoken.possible);
            let counts = understood || self.vocabulary.kind(hit.term).is_about();
            (counts && !self.is_out_of_place(ad, &hit, spoken.told))
                .then(|| Mark { foreign: !understood, ..self.mark(hit) })
        });
        marks.extend(understood.take(MOST_MARKS));
        marks
    }

    /// True for a name of one word where the words around it are of other languages, those `told`:
    /// *kurt* is a wolf in Turkish only. A short genus has a capital letter there: *tyto* is Czech
    /// for these.
    fn is_out_of_place(&self, ad: &Ad<'_>, hit: &Hit, told: Languages) -> bool {
        let term = self.vocabulary.term(hit.term);
        // What speaks against an ad stays, or words alone would no longer bound its points.
        let is_weak = self.is_anchor(hit.term)
            && term.kind == Kind::Taxon
            && hit.after - hit.first == 1
            && term.weight != Weight::Strong;
        if told.count() == 0 || hit.languages.meets(told) || !is_weak {
            return false;
        }
        if hit.languages.is_universal() {
            let written = &ad.fields[hit.field].text[hit.start..hit.end];
            return term.weight == Weight::Weak && written.starts_with(char::is_lowercase);
        }
        !hit.languages.has(Language::ENGLISH)
    }

    /// The mark of `hit`, held neither foreign nor denied.
    fn mark(&self, hit: Hit) -> Mark<'a> {
        let term = self.vocabulary.term(hit.term);
        let living = term.kind == Kind::Specimen && living::is_word(term.text());
        let standing = if term.kind.is_about() {
            self.meanings.of(hit.term).standing
        } else {
            judgement::Standing::default()
        };
        Mark { hit, term, standing, foreign: false, denied: false, living }
    }

    /// Reads the price, the contacts and how many specimens there are.
    fn figures(&self, ad: &Ad<'_>, reading: &mut Reading<'_>) {
        let rates = Rates::embedded();
        reading.price = ad.price.and_then(|text| price::of_fields(text, ad.currency, rates));
        for (field, text) in ad.fields.iter().zip(&reading.texts) {
            if field.role == Role::Category {
                continue;
            }
            if reading.price.is_none() {
                reading.price = price::asked(text, &field.text, ad.currency, rates);
            }
            reading.contacts.extend(contact::contacts(&field.text, ad.country));
        }
        if let Some(price) = &mut reading.price
            && price.currency.as_deref() == Some("JPY")
            && ad.currency.is_none()
            && reading.spoken.best.is_some_and(|language| language.code() == "zh")
        {
            price.currency = Some("CNY".to_owned());
            price.eur = rates.eur(price.amount, "CNY");
        }
        let counted = || of_goods(ad, &reading.texts).find_map(measure::quantity);
        reading.quantity = ad.quantity.or_else(counted);
        reading.around.price = reading.price.is_some();
        reading.around.contact = !reading.contacts.is_empty();
    }

    /// True when the ad writes a scientific name that is not known: what is of an
    /// animal or plant of that name is seldom listed.
    fn has_unknown_name(&self, ad: &Ad<'_>, texts: &[Text]) -> bool {
        ad.fields.iter().zip(texts).any(|(field, text)| {
            text.tokens().windows(2).any(|pair| {
                let written =
                    |at: usize| &field.text[pair[at].start as usize..pair[at].end as usize];
                pair[1].gap == Gap::Space
                    && looks_scientific(written(0), written(1))
                    && !self.is_known(text.form(&pair[0]))
            })
        })
    }

    fn is_known(&self, form: &str) -> bool {
        let mut known = false;
        self.vocabulary.at(Seen::of(form), |_, candidate, _| known |= candidate.fit == Fit::Whole);
        known
    }

    /// Puts a judgement into the words of the record.
    #[must_use]
    pub fn finding(&self, ad: &Ad<'_>, reading: &Reading<'_>, judgement: &Judgement) -> Finding {
        let score = score(judgement.points);
        let explained = explain::Explained::new(ad, reading, judgement, self.weights, |mark| {
            self.meaning(mark)
        });
        let anchors = explain::anchors(&reading.marks, judgement);
        let taxa = anchors.iter().flat_map(|mark| &self.meaning(mark).taxa);
        let denials = Denials {
            species: self.species,
            ad,
            marks: &reading.marks,
            anchors: &anchors,
            meaning: |mark: &Mark<'_>| self.meaning(mark),
            on: self.options.on,
        };
        let duties = denials.duties();
        let mut reasons = explained.reasons();
        reasons.extend(duties.iter().map(|duty| duty.in_words(self.species)));
        Finding {
            schema: SCHEMA,
            score,
            verdict: self.verdict(score),
            language: reading.spoken.best.map(Language::code),
            hits: explained.hits(self.species),
            status: explain::status(self.species, taxa, self.options.on),
            claims: claims(ad, reading),
            duties,
            price: reading.price.clone(),
            quantity: reading.quantity,
            contacts: reading.contacts.clone(),
            reasons,
        }
    }

    /// What the term of `mark` means.
    #[must_use]
    pub fn meaning(&self, mark: &Mark<'_>) -> &Meaning {
        self.meanings.of(mark.hit.term)
    }

    /// What `score` comes to.
    #[must_use]
    pub fn verdict(&self, score: u8) -> Verdict {
        let score = f64::from(score);
        if score >= self.weights.get("threshold.flag") {
            Verdict::Flag
        } else if score >= self.weights.get("threshold.review") {
            Verdict::Review
        } else {
            Verdict::Clear
        }
    }
}

/// True when a word that denies stands before `hit`.
fn is_denied(ad: &Ad<'_>, hit: &Hit) -> bool {
    negation::ends(&ad.fields[hit.field].text[..hit.start])
}

fn matched(ad: &Ad<'_>, lookup: &Lookup<'_>) -> Matched {
    let mut hits: Vec<Hit> = Vec::with_capacity(HITS);
    let mut texts = Vec::with_capacity(ad.fields.len());
    let mut before = 0;
    for (at, field) in ad.fields.iter().enumerate() {
        let text = lookup.read(&field.text);
        matching::hits(lookup, &text, at, before, &mut hits);
        before += text.tokens().len();
        texts.push(text);
    }
    let measures = measures(ad, &texts);
    Matched { texts, hits, measures }
}

/// How heavy and large the goods of `ad` are.
fn measures(ad: &Ad<'_>, texts: &[Text]) -> Measures {
    of_goods(ad, texts).fold(Measures::default(), |known, text| known.or(Measures::of(text)))
}

/// The fields of `ad` that speak of the goods: all but the category.
fn of_goods<'t>(ad: &Ad<'_>, texts: &'t [Text]) -> impl Iterator<Item = &'t Text> {
    let fields = ad.fields.iter().zip(texts);
    fields.filter(|(field, _)| field.role != Role::Category).map(|(_, text)| text)
}

fn score(points: f64) -> u8 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to 0..=100 before"
    )]
    let score = points.round().clamp(0.0, 100.0) as u8;
    score
}

/// True for a capital word and a small one that both end as Latin does.
fn looks_scientific(genus: &str, epithet: &str) -> bool {
    let is_ascii = genus.bytes().chain(epithet.bytes()).all(|byte| byte.is_ascii_alphabetic());
    let capital = genus.starts_with(|c: char| c.is_ascii_uppercase())
        && genus[1..].bytes().all(|byte| byte.is_ascii_lowercase());
    let small = epithet.bytes().all(|byte| byte.is_ascii_lowercase());
    let ends = |word: &str, ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    is_ascii
        && capital
        && small
        && genus.len() >= 5
        && epithet.len() >= 5
        && ends(
            genus,
            &["us", "is", "as", "os", "on", "um", "ops", "ys", "ax", "ias", "ium", "ichas"],
        )
        && ends(epithet, &["us", "is", "um", "ae", "ii", "ensis", "oides", "atus", "ata", "icus"])
}

/// True when a text holds the number of a book.
fn has_isbn(text: &Text) -> bool {
    text.tokens().iter().any(|token| {
        let form = text.form(token);
        form.len() == 13
            && (form.starts_with("978") || form.starts_with("979"))
            && form.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn claims(ad: &Ad<'_>, reading: &Reading<'_>) -> Vec<Claim> {
    let mut claims = Vec::new();
    let legality = || reading.marks.iter().filter(|mark| mark.term.kind == Kind::Legality);
    // *CITES* is not claimed by *sans CITES*.
    let is_denied = |mark: &Mark<'_>| {
        legality().any(|other| {
            let (long, short) = (&other.hit, &mark.hit);
            long.field == short.field
                && long.start <= short.start
                && short.end <= long.end
                && long.end - long.start > short.end - short.start
                && other.term.refers_to().any(|claim| claim == "no-papers")
        })
    };
    for mark in legality().filter(|mark| !is_denied(mark)) {
        let field = &ad.fields[mark.hit.field];
        let text = &field.text[mark.hit.start..mark.hit.end];
        let kind = mark.term.refers_to().next().unwrap_or_default().to_owned();
        let is_marking = matches!(kind.as_str(), "certificate" | "export-permit" | "ring" | "chip");
        let value =
            is_marking.then(|| marking::number_after(&field.text[mark.hit.end..])).flatten();
        let claim = Claim { kind, text: text.to_owned(), value };
        if !claims.contains(&claim) {
            claims.push(claim);
        }
    }
    claims
}
