//! What an ad denies that national law asks of a keeper: "ohne Chip" beside a tortoise in Germany.
//!
//! Only what is sure counts: the record names the country, the ad is about a living animal whose
//! every meaning has a duty there, and the seller says that the mark or document is not there.

use jiff::civil::Date;

use crate::lexicon::Kind;
use crate::species::{Duty, Species, TaxonId};

use super::ad::Ad;
use super::judgement::Mark;
use super::meaning::Meaning;
use super::record::DutyRecord;

/// More taxa than these are not written out.
const MOST_TAXA: usize = 3;

/// An ad, and what it may be about.
pub(super) struct Denials<'a, F> {
    pub(super) species: &'a Species,
    pub(super) ad: &'a Ad<'a>,
    pub(super) marks: &'a [Mark<'a>],
    /// The marks that the ad may be about.
    pub(super) anchors: &'a [&'a Mark<'a>],
    pub(super) meaning: F,
    pub(super) on: Date,
}

impl<'a, F: Fn(&Mark<'_>) -> &'a Meaning> Denials<'a, F> {
    /// The duties that the ad denies, by taxon.
    pub(super) fn duties(&self) -> Vec<DutyRecord> {
        let denied = self.denied();
        let country = self.ad.place.and_then(|place| self.species.country(place));
        let (Some(country), false) = (country, denied.is_empty() || self.is_dead()) else {
            return Vec::new();
        };
        let mut found: Vec<DutyRecord> = Vec::new();
        for taxa in self.meant() {
            for (duty, text) in &denied {
                let of_taxa: Vec<DutyRecord> = taxa
                    .iter()
                    .filter_map(|taxon| self.record(*taxon, country, duty, text))
                    .collect();
                if of_taxa.len() == taxa.len() {
                    found.extend(of_taxa);
                }
            }
        }
        found.sort();
        found.dedup_by(|a, b| a.taxon == b.taxon && a.duty == b.duty);
        found
    }

    /// The marks and documents that the seller says are not there, with the words.
    fn denied(&self) -> Vec<(&'static str, &str)> {
        let claims = self.marks.iter().filter(|mark| mark.term.kind == Kind::Legality);
        let claims =
            claims.filter(|mark| mark.term.refers_to().next().is_some_and(|to| to == "no-papers"));
        let denied = claims.flat_map(|mark| {
            let field = &self.ad.fields[mark.hit.field].text;
            let said = &field[mark.hit.start..mark.hit.end];
            mark.term.refers_to().filter_map(duty_of).map(move |duty| (duty, said))
        });
        denied.collect()
    }

    /// True for an ad of a skin, a skull, a mount: the duties are on living animals. The ring and
    /// the chip of the claim itself are no such parts.
    fn is_dead(&self) -> bool {
        let claims = || self.marks.iter().filter(|mark| mark.term.kind == Kind::Legality);
        let is_claimed = |mark: &Mark<'_>| {
            claims().any(|claim| {
                let (claim, hit) = (&claim.hit, &mark.hit);
                claim.field == hit.field && claim.start <= hit.start && hit.end <= claim.end
            })
        };
        let is_dead =
            |mark: &Mark<'_>| mark.term.kind == Kind::Specimen && !mark.living && !is_claimed(mark);
        let of_product = self.anchors.iter().any(|mark| mark.term.kind != Kind::Taxon);
        of_product || self.marks.iter().any(is_dead)
    }

    /// For each name that the ad may be about the taxa that it means.
    fn meant(&self) -> impl Iterator<Item = Vec<TaxonId>> {
        let taxa = |mark: &&Mark<'_>| -> Vec<TaxonId> {
            (self.meaning)(mark).taxa.iter().map(|meant| meant.taxon).collect()
        };
        self.anchors.iter().map(taxa).filter(|taxa| !taxa.is_empty() && taxa.len() <= MOST_TAXA)
    }

    fn record(&self, taxon: TaxonId, country: &str, duty: &str, claim: &str) -> Option<DutyRecord> {
        let duties = self.species.duties(taxon, country, self.on);
        let (asked, others): (Vec<Duty<'_>>, _) =
            duties.into_iter().partition(|known| known.duty == duty);
        let asked = asked.first()?;
        let mut instead: Vec<String> = others.iter().map(|other| other.duty.to_owned()).collect();
        instead.dedup();
        Some(DutyRecord {
            taxon: self.species.taxon(taxon).name.to_owned(),
            country: country.to_owned(),
            duty: duty.to_owned(),
            detail: asked.detail.map(str::to_owned),
            instead,
            claim: claim.to_owned(),
            as_of: self.on.to_string(),
            source: asked.source.to_owned(),
        })
    }
}

/// The duty that a denied claim is about.
fn duty_of(claim: &str) -> Option<&'static str> {
    match claim {
        "chip" => Some("transponder"),
        "ring" => Some("closed-ring"),
        "documentation" => Some("documentation"),
        _ => None,
    }
}

impl DutyRecord {
    /// The denial as a reason.
    pub(super) fn in_words(&self, species: &Species) -> String {
        let country = species.country_name(&self.country).unwrap_or(&self.country);
        let detail = self.detail.as_ref().map_or_else(String::new, |detail| format!(" ({detail})"));
        let instead = if self.instead.is_empty() {
            String::new()
        } else {
            let names: Vec<&str> = self.instead.iter().map(|duty| name(duty)).collect();
            format!(" or {}", names.join(" or "))
        };
        format!(
            "says \"{}\"; {country} asks for {}{detail}{instead} for {}: {} (as of {})",
            self.claim,
            name(&self.duty),
            self.taxon,
            self.source,
            self.as_of
        )
    }
}

fn name(duty: &str) -> &str {
    match duty {
        "closed-ring" => "a closed ring",
        "transponder" => "a transponder",
        "other-mark" => "another mark",
        "unspecified" => "a mark that the law does not name",
        other => other,
    }
}
