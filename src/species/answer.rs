//! The record that answers a question about a name.

use jiff::civil::Date;
use serde::Serialize;

use super::annotation::Coverage;
use super::cascade::{Below, Status};
use super::duty::{Duty, Meaning};
use super::listing::Listing;
use super::search::{Finding, Match, MatchKind};
use super::vocabulary::{Rank, TaxonKind};
use super::{Species, TaxonId};

/// Version of the record.
pub(super) const SCHEMA: &str = "pugmark.species/1";
/// What is said of a domesticated form.
const UNCOVERED: &str = "domesticated form: not covered";
/// What is said of a taxon that no row reaches.
const UNLISTED: &str =
    "known and not listed; laws on habitats, hunting and invasive species are not in the data";
/// The day on which the amendments of CoP17 entered into force; the listings go back to it.
const FIRST_DAY: Date = jiff::civil::date(2017, 1, 2);

/// What is asked about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question<'a> {
    /// The day whose law is asked for.
    pub on: Date,
    /// Language of what an Annex means to a seller: `en`, `fr`, `de` or `nl`.
    pub language: &'static str,
    /// A kind of specimen: is it covered?
    pub specimen: Option<&'a str>,
    /// ISO 3166-1 code of a country whose duties are asked for.
    pub country: Option<&'a str>,
}

impl Question<'_> {
    /// Asks in English for the law of the day `on`, and nothing more.
    #[must_use]
    pub fn on(on: Date) -> Self {
        Self { on, language: "en", specimen: None, country: None }
    }
}

/// What the data say about a name on a day; see `schemas/species.schema.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer<'a> {
    /// Name and version of this form.
    pub schema: &'static str,
    /// The name asked for.
    pub query: String,
    /// True when the name is known, or its genus is.
    pub found: bool,
    /// How the name was matched.
    #[serde(rename = "match")]
    pub matched: Option<MatchRecord<'a>>,
    /// The taxon meant.
    pub taxon: Option<TaxonRecord<'a>>,
    /// Status under CITES.
    pub cites: CitesRecord<'a>,
    /// Status under Regulation (EC) No 338/97.
    pub eu: EuRecord<'a>,
    /// Of a domesticated form that the listings leave out: its wild taxon and that one's status.
    pub domesticated: Option<Other<'a>>,
    /// What is listed below the taxon, otherwise than the taxon as a whole.
    pub below: Option<Below<'a>>,
    /// Is the kind of specimen asked for covered?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub specimen: Option<Coverage<'a>>,
    /// Duties in the country asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub national: Option<Vec<Duty<'a>>>,
    /// Other taxa that the name may mean.
    pub also: Vec<Other<'a>>,
    /// Names that the query may have meant.
    pub suggestions: Vec<&'a str>,
    /// What else must be known.
    pub notes: Vec<String>,
    /// The day that the answer is for.
    pub as_of: Date,
    /// The day of the data.
    pub data_date: Date,
}

/// How a name was matched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatchRecord<'a> {
    /// The name in the data.
    pub name: &'a str,
    /// How it was matched.
    pub kind: MatchKind,
    /// ISO 639-1 of a common name.
    pub language: Option<&'a str>,
    /// Slips between the query and the name.
    pub distance: u8,
}

impl<'a> From<&Match<'a>> for MatchRecord<'a> {
    fn from(found: &Match<'a>) -> Self {
        let Match { name, kind, language, distance, .. } = *found;
        Self { name, kind, language, distance }
    }
}

/// A taxon and its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TaxonRecord<'a> {
    /// Number of the taxon.
    #[serde(skip)]
    pub id: TaxonId,
    /// Scientific name.
    pub name: &'a str,
    /// Rank.
    pub rank: Rank,
    /// Class.
    pub class: Option<&'a str>,
    /// Order.
    pub order: Option<&'a str>,
    /// Family.
    pub family: Option<&'a str>,
    /// What kind of taxon it is: accepted, domesticated or fossil.
    pub kind: TaxonKind,
}

/// Status under CITES.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CitesRecord<'a> {
    /// Appendices, joined by `/`; null when in none.
    pub appendix: Option<String>,
    /// The rows in force.
    pub listings: Vec<Listing<'a>>,
    /// Rows adopted and not in force yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub coming: Vec<Listing<'a>>,
}

/// Status under Regulation (EC) No 338/97.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct EuRecord<'a> {
    /// Annexes, joined by `/`; null when in none.
    pub annex: Option<String>,
    /// True when an Annex follows from the Appendix only.
    pub derived: bool,
    /// The rows in force.
    pub listings: Vec<Listing<'a>>,
    /// What the Annexes mean to a seller inside the EU, with the articles.
    pub meaning: Option<String>,
    /// The same, by Annex.
    #[serde(skip)]
    pub meanings: Vec<Meaning<'a>>,
}

/// Another taxon beside the one answered for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Other<'a> {
    /// Scientific name.
    pub name: &'a str,
    /// The name that led here.
    #[serde(rename = "match")]
    pub matched: &'a str,
    /// Its Appendices.
    pub appendix: Option<String>,
    /// Its Annexes.
    pub annex: Option<String>,
}

impl Answer<'_> {
    /// True when the taxon or some of it stands in an Appendix or an Annex on the day: a parcel
    /// of *manatee* is none to let through because only its species are listed.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.cites.appendix.is_some() || self.eu.annex.is_some() || self.below.is_some()
    }
}

impl Species {
    /// Answers `query` as the law stood on the day `on`.
    #[must_use]
    pub fn answer(&self, query: &str, on: Date) -> Answer<'_> {
        self.ask(query, Question::on(on))
    }

    /// Answers `question` about `query`.
    #[must_use]
    pub fn ask(&self, query: &str, question: Question<'_>) -> Answer<'_> {
        self.tell_of(query, question, &self.search(query))
    }

    /// Answers with what `finding` came to.
    pub(super) fn tell_of<'a>(
        &'a self,
        query: &str,
        question: Question<'_>,
        finding: &Finding<'a>,
    ) -> Answer<'a> {
        let mut answer = Answer {
            schema: SCHEMA,
            query: query.to_owned(),
            found: false,
            matched: None,
            taxon: None,
            cites: CitesRecord::default(),
            eu: EuRecord::default(),
            domesticated: None,
            below: None,
            specimen: None,
            national: None,
            also: Vec::new(),
            suggestions: Vec::new(),
            notes: Vec::new(),
            as_of: question.on,
            data_date: self.data_date(),
        };
        match finding.matches.split_first() {
            Some((first, others)) if finding.sure => {
                self.tell(&mut answer, question, first, others);
            }
            _ => self.suggest(&mut answer, finding),
        }
        answer
    }

    fn suggest<'a>(&'a self, answer: &mut Answer<'a>, finding: &Finding<'a>) {
        answer.suggestions = names(&finding.matches);
        answer.notes.push("unknown name: this is no statement that it is not listed".to_owned());
    }

    fn tell<'a>(
        &'a self,
        answer: &mut Answer<'a>,
        question: Question<'_>,
        first: &Match<'a>,
        others: &[Match<'a>],
    ) {
        let status = self.status(first.taxon, answer.as_of);
        let through_genus = first.kind == MatchKind::Genus;
        answer.below = self.below_otherwise(first.taxon, &status, answer.as_of);
        if through_genus && status.cites.is_empty() && status.eu.is_empty() {
            let examples = answer.below.iter().flat_map(|below| below.examples.iter().copied());
            answer.suggestions = names(others).into_iter().chain(examples).collect();
            answer.below = None;
            answer.notes.push(format!(
                "unknown name: {} is known and not listed as a whole, which says nothing of this name",
                self.name_of(first.taxon)
            ));
            return;
        }
        answer.found = true;
        answer.matched = Some(first.into());
        answer.taxon = Some(self.taxon_record(first.taxon));
        answer.domesticated =
            self.wild(first.taxon).map(|wild| self.other(wild, first.name, answer.as_of));
        if through_genus {
            answer.suggestions = names(others);
            let moved = others.iter().filter(|found| found.distance == 0);
            answer.also =
                moved.map(|found| self.other(found.taxon, found.name, answer.as_of)).collect();
        } else {
            let others =
                others.iter().map(|found| self.other(found.taxon, found.name, answer.as_of));
            answer.also = others.collect();
        }
        self.remark(answer, first, &status);
        let listings = if status.cites.is_empty() { &status.eu } else { &status.cites };
        answer.specimen = question.specimen.map(|kind| self.coverage(kind, listings));
        answer.national = question.country.map(|code| self.duties(first.taxon, code, question.on));
        let meanings = self.meanings_inside(&status.eu, question.language);
        answer.cites = CitesRecord {
            appendix: status.appendix,
            listings: status.cites,
            coming: status.coming,
        };
        answer.eu = EuRecord {
            annex: status.annex,
            derived: status.derived,
            meaning: in_one_text(&meanings),
            meanings,
            listings: status.eu,
        };
    }

    /// What is listed below `id`, where that differs from the whole.
    fn below_otherwise(&self, id: TaxonId, status: &Status<'_>, on: Date) -> Option<Below<'_>> {
        let below = self.below(id, on);
        below.filter(|below| below.appendix != status.appendix || below.annex != status.annex)
    }

    fn taxon_record(&self, id: TaxonId) -> TaxonRecord<'_> {
        let taxon = self.taxon(id);
        let some = |name| Some(name).filter(|name: &&str| !name.is_empty());
        TaxonRecord {
            id,
            name: taxon.name,
            rank: taxon.rank,
            class: some(taxon.class),
            order: some(taxon.order),
            family: some(taxon.family),
            kind: taxon.kind,
        }
    }

    fn other<'a>(&'a self, id: TaxonId, matched: &'a str, on: Date) -> Other<'a> {
        let status = self.status(id, on);
        let name = self.name_of(id);
        Other { name, matched, appendix: status.appendix, annex: status.annex }
    }

    /// What the Annexes of `rows` mean inside the EU.
    fn meanings_inside(&self, rows: &[Listing<'_>], language: &str) -> Vec<Meaning<'_>> {
        let mut annexes: Vec<&str> = rows.iter().map(|row| row.grade).collect();
        annexes.dedup();
        let inside =
            |annex| self.meanings(annex, language).find(|meaning| meaning.side == "inside");
        annexes.into_iter().filter_map(inside).collect()
    }

    fn remark(&self, answer: &mut Answer<'_>, first: &Match<'_>, status: &Status<'_>) {
        let name = self.name_of(first.taxon);
        let mut notes = std::mem::take(&mut answer.notes);
        match first.kind {
            MatchKind::Genus => notes.push(format!(
                "`{}` is not in the data: answered for {name}, which it belongs to by its name",
                answer.query
            )),
            MatchKind::Product => notes.push(format!(
                "`{}` is a product: it may come from any of the taxa named here",
                first.name
            )),
            MatchKind::Fuzzy => notes.push(format!("read as `{}`", first.name)),
            MatchKind::Synonym if self.kind(first.named) == TaxonKind::Included => {
                let why = Some(self.taxon(first.named).note);
                let why = why.filter(|why| !why.is_empty() && !why.starts_with("CITES treats"));
                let why = why.map_or_else(String::new, |why| format!(" ({why})"));
                notes.push(format!("CITES treats {} as part of {name}{why}", first.name));
            }
            MatchKind::Synonym => notes.push(format!("{} is another name of {name}", first.name)),
            MatchKind::Accepted | MatchKind::Common => {}
        }
        if status.by_species {
            notes.push(format!(
                "{name} has no row of its own: these are the rows of its species in the data, and \
                 the row of a higher rank reaches none of them"
            ));
        }
        if let Some(most) = self.of_most_species(first.taxon, answer.as_of) {
            notes.push(format!(
                "most species of {name} in the data are in Appendix {} and Annex {}, not in those of \
                 the genus: ask for the species",
                most.appendix.as_deref().unwrap_or("none"),
                most.annex.as_deref().unwrap_or("none"),
            ));
        }
        let unlisted = status.cites.is_empty() && status.eu.is_empty() && answer.below.is_none();
        let note = self.taxon(first.taxon).note;
        let known = Some(note).filter(|note| !note.is_empty());
        notes.extend(match (self.kind(first.taxon), known) {
            (TaxonKind::Domesticated, Some(note)) => Some(format!("{UNCOVERED} ({note})")),
            (TaxonKind::Domesticated, None) => Some(UNCOVERED.to_owned()),
            (TaxonKind::Accepted, None) if unlisted => Some(UNLISTED.to_owned()),
            (TaxonKind::Fossil, None) => Some("extinct taxon outside the Convention".to_owned()),
            (_, note) => note.map(str::to_owned),
        });
        for row in &status.coming {
            let day =
                row.from.map_or_else(|| "a day not known yet".to_owned(), |day| day.to_string());
            let law = if row.appendix.is_some() { "Appendix" } else { "Annex" };
            notes.push(format!(
                "adopted, not in force on {}: {law} {} from {day}",
                answer.as_of, row.grade
            ));
        }
        if answer.as_of < FIRST_DAY {
            notes.push(format!(
                "the listings begin on {FIRST_DAY}: what was in force before is not in the data"
            ));
        }
        answer.notes = notes;
    }
}

/// The meanings one after the other.
fn in_one_text(meanings: &[Meaning<'_>]) -> Option<String> {
    let text = |meaning: &Meaning<'_>| {
        format!("{}: {} ({})", meaning.annex, meaning.text, meaning.article)
    };
    let texts: Vec<String> = meanings.iter().map(text).collect();
    (!texts.is_empty()).then(|| texts.join(" "))
}

/// The names of `matches`, each once.
fn names<'a>(matches: &[Match<'a>]) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for found in matches {
        if !names.contains(&found.name) {
            names.push(found.name);
        }
    }
    names
}
