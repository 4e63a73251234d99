//! Answers many names with one question as JSON lines, and remembers what it said of each taxon.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use super::answer::{MatchRecord, SCHEMA};
use super::search::{Finding, Match, MatchKind};
use super::{Answer, Question, Species, TaxonId};

/// Taxa that are remembered at most: about a kilobyte each.
const MOST_REMEMBERED: usize = 30_000;

/// Where names are answered; one desk serves many threads.
#[derive(Debug)]
pub struct Desk<'a> {
    species: &'a Species,
    question: Question<'a>,
    known: RwLock<HashMap<TaxonId, Arc<Known>>>,
}

/// What follows the match in the answer for a taxon.
#[derive(Debug)]
struct Known {
    rest: Box<[u8]>,
    listed: bool,
}

impl<'a> Desk<'a> {
    /// Opens a desk that asks `question` about each name.
    #[must_use]
    pub fn new(species: &'a Species, question: Question<'a>) -> Self {
        Self { species, question, known: RwLock::default() }
    }

    /// Appends the answer to `query` to `out` as one line; returns whether the taxon is listed.
    pub fn answer(&self, query: &str, out: &mut Vec<u8>) -> bool {
        let finding = self.species.search(query);
        let listed = match plain_match(&finding) {
            Some(found) => {
                let known = self.known(found, &finding);
                write_head(query, Some(&found.into()), out);
                out.extend_from_slice(&known.rest);
                known.listed
            }
            None => {
                let answer = self.species.tell_of(query, self.question, &finding);
                write(&answer, out);
                answer.is_listed()
            }
        };
        out.push(b'\n');
        listed
    }

    /// What is said of the taxon of `found`, asked for once.
    fn known(&self, found: &Match<'_>, finding: &Finding<'_>) -> Arc<Known> {
        let remembered = self.known.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = remembered.get(&found.named) {
            return Arc::clone(known);
        }
        drop(remembered);
        let mut answer = self.species.tell_of("", self.question, finding);
        answer.matched = None;
        let (mut head, mut whole) = (Vec::new(), Vec::new());
        write_head("", None, &mut head);
        write(&answer, &mut whole);
        let rest =
            whole.strip_prefix(head.as_slice()).expect("an answer begins with its head").into();
        let known = Arc::new(Known { rest, listed: answer.is_listed() });
        let mut remembered = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() < MOST_REMEMBERED {
            remembered.insert(found.named, Arc::clone(&known));
        }
        known
    }
}

/// The match of a name that leads to one taxon without a slip, so that nothing but the match itself
/// depends on how the name was written.
fn plain_match<'f, 'a>(finding: &'f Finding<'a>) -> Option<&'f Match<'a>> {
    match finding.matches.as_slice() {
        [found] if finding.sure => {
            let plain = [MatchKind::Accepted, MatchKind::Synonym, MatchKind::Common];
            plain.contains(&found.kind).then_some(found)
        }
        _ => None,
    }
}

/// The first fields of an answer that was found, as [`write`] writes them.
fn write_head(query: &str, matched: Option<&MatchRecord<'_>>, out: &mut Vec<u8>) {
    let json = "memory takes what is written, and these are JSON";
    out.extend_from_slice(b"{\"schema\":\"");
    out.extend_from_slice(SCHEMA.as_bytes());
    out.extend_from_slice(b"\",\"query\":");
    serde_json::to_writer(&mut *out, query).expect(json);
    out.extend_from_slice(b",\"found\":true,\"match\":");
    serde_json::to_writer(&mut *out, &matched).expect(json);
}

fn write(answer: &Answer<'_>, out: &mut Vec<u8>) {
    serde_json::to_writer(out, answer)
        .expect("memory takes what is written, and an answer is JSON");
}

#[cfg(test)]
mod tests {
    use super::Desk;
    use crate::species::{Question, Species};

    #[test]
    fn a_desk_says_what_an_answer_says_the_first_time_and_later() {
        let species = Species::embedded();
        let question = Question::on(jiff::civil::date(2026, 11, 25));
        let desk = Desk::new(species, question);
        let names = [
            "Panthera tigris",
            "Tiger",
            "tigre",
            "Uncia uncia",
            "Felis catus",
            "Panthera tigirs",
            "Varanus xyz",
            "no such name",
            "Cathartes aura",
            "drill",
            "\"\\\u{1}",
            "ヨウム",
        ];
        for name in names.iter().chain(&names) {
            let mut line = Vec::new();
            let listed = desk.answer(name, &mut line);
            let answer = species.ask(name, question);
            assert_eq!(
                String::from_utf8(line).unwrap(),
                serde_json::to_string(&answer).unwrap() + "\n"
            );
            assert_eq!(listed, answer.is_listed(), "{name}");
        }
    }
}
