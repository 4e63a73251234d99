//! Answers many names with one question as JSON lines, and remembers what it said of each taxon.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};

use memchr::memmem;

use super::answer::{MatchRecord, SCHEMA};
use super::search::{Finding, Match, MatchKind};
use super::{Answer, Question, Species, TaxonId};

/// Taxa, and names of several taxa, that are remembered at most.
const MOST_REMEMBERED: usize = 40_000;

/// Where names are answered; one desk serves many threads.
#[derive(Debug)]
pub struct Desk<'a> {
    species: &'a Species,
    question: Question<'a>,
    memory: RwLock<Memory>,
}

/// What was said so far.
#[derive(Debug, Default)]
struct Memory {
    /// By the taxon that the name belongs to, of names that lead to one taxon.
    by_taxon: HashMap<TaxonId, Arc<Known>>,
    /// By the name, of names that several taxa share.
    by_name: HashMap<Box<str>, Arc<Known>>,
    /// Parts that many answers have in common.
    parts: HashSet<Arc<[u8]>>,
}

/// What follows the match in an answer, in parts that answers can share.
#[derive(Debug)]
struct Known {
    parts: [Arc<[u8]>; 3],
    listed: bool,
}

impl<'a> Desk<'a> {
    /// Opens a desk that asks `question` about each name.
    #[must_use]
    pub fn new(species: &'a Species, question: Question<'a>) -> Self {
        Self { species, question, memory: RwLock::default() }
    }

    /// Appends the answer to `query` to `out` as one line; returns whether the taxon is listed.
    pub fn answer(&self, query: &str, out: &mut Vec<u8>) -> bool {
        let finding = self.species.search(query);
        let listed = match plain_match(&finding) {
            Some(found) => {
                let known = self.known(query, found, &finding);
                write_head(query, Some(&found.into()), out);
                known.parts.iter().for_each(|part| out.extend_from_slice(part));
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

    /// What follows the match, made once for a taxon or a name.
    fn known(&self, query: &str, found: &Match<'_>, finding: &Finding<'_>) -> Arc<Known> {
        let alone = finding.matches.len() == 1;
        let memory = self.memory.read().unwrap_or_else(PoisonError::into_inner);
        let remembered =
            if alone { memory.by_taxon.get(&found.named) } else { memory.by_name.get(query) };
        if let Some(known) = remembered {
            return Arc::clone(known);
        }
        drop(memory);
        let mut answer = self.species.tell_of("", self.question, finding);
        answer.matched = None;
        let (mut head, mut whole) = (Vec::new(), Vec::new());
        write_head("", None, &mut head);
        write(&answer, &mut whole);
        let rest = whole.strip_prefix(head.as_slice()).expect("an answer begins with its head");
        let mut memory = self.memory.write().unwrap_or_else(PoisonError::into_inner);
        let parts = split(rest).map(|part| memory.part(part));
        let known = Arc::new(Known { parts, listed: answer.is_listed() });
        if memory.by_taxon.len() + memory.by_name.len() < MOST_REMEMBERED {
            if alone {
                memory.by_taxon.insert(found.named, Arc::clone(&known));
            } else {
                memory.by_name.insert(query.into(), Arc::clone(&known));
            }
        }
        known
    }
}

impl Memory {
    fn part(&mut self, bytes: &[u8]) -> Arc<[u8]> {
        if let Some(part) = self.parts.get(bytes) {
            return Arc::clone(part);
        }
        let part: Arc<[u8]> = bytes.into();
        if self.parts.len() < MOST_REMEMBERED {
            self.parts.insert(Arc::clone(&part));
        }
        part
    }
}

/// Cuts an answer before and after its listings, which many taxa have in common.
fn split(rest: &[u8]) -> [&[u8]; 3] {
    let law = memmem::find(rest, b",\"cites\":{").unwrap_or(0);
    let after = memmem::rfind(rest, b",\"domesticated\":").filter(|after| *after >= law);
    let after = after.unwrap_or(rest.len());
    [&rest[..law], &rest[law..after], &rest[after..]]
}

/// The first match of a name that was read without a slip, so that nothing but the match itself
/// depends on how the name was written.
fn plain_match<'f, 'a>(finding: &'f Finding<'a>) -> Option<&'f Match<'a>> {
    let plain = [MatchKind::Accepted, MatchKind::Synonym, MatchKind::Common, MatchKind::Product];
    let first = finding.matches.first().filter(|_| finding.sure);
    first.filter(|found| plain.contains(&found.kind))
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
