//! Puts a judgement into words: hits with their points, reasons, status.

use jiff::civil::Date;

use crate::lexicon::{Kind, Language};
use crate::species::Species;

use super::ad::Ad;
use super::judgement::{Feature, Judgement, Mark};
use super::meaning::{Meaning, Meant};
use super::record::{HitRecord, StatusRecord, TaxonRecord};
use super::scanner::Reading;
use super::weights::Weights;

/// More taxa than these are not written out.
const MOST_TAXA: usize = 12;

/// A judgement and what is needed to put it into words.
pub(super) struct Explained<'a, F> {
    ad: &'a Ad<'a>,
    reading: &'a Reading<'a>,
    judgement: &'a Judgement,
    weights: &'a Weights,
    meaning: F,
}

impl<'a, F: Fn(&Mark<'_>) -> &'a Meaning> Explained<'a, F> {
    pub(super) fn new(
        ad: &'a Ad<'a>,
        reading: &'a Reading<'a>,
        judgement: &'a Judgement,
        weights: &'a Weights,
        meaning: F,
    ) -> Self {
        Self { ad, reading, judgement, weights, meaning }
    }

    /// The marks that brought points, and every anchor, by field and place.
    pub(super) fn hits(&self, species: &Species) -> Vec<HitRecord> {
        let mut places: Vec<usize> =
            self.judgement.features.iter().filter_map(|feature| feature.mark).collect();
        places.extend(&self.judgement.anchors);
        places.sort_unstable();
        places.dedup();
        let mut hits: Vec<HitRecord> =
            places.into_iter().map(|place| self.hit(place, species)).collect();
        let order =
            |hit: &HitRecord| self.ad.fields.iter().position(|field| field.name == hit.field);
        hits.sort_by_key(|hit| (order(hit), hit.start, hit.end));
        hits
    }

    fn hit(&self, place: usize, species: &Species) -> HitRecord {
        let mark = &self.reading.marks[place];
        let field = &self.ad.fields[mark.hit.field];
        let before = field.text[..mark.hit.start].chars().count();
        let term = &field.text[mark.hit.start..mark.hit.end];
        let meaning = (self.meaning)(mark);
        let points: f64 = self
            .judgement
            .features
            .iter()
            .filter(|feature| feature.mark == Some(place))
            .map(|feature| self.points(feature))
            .sum();
        HitRecord {
            term: term.to_owned(),
            kind: mark.term.kind.name(),
            product: meaning.product.clone(),
            taxon: (mark.term.kind == Kind::Taxon)
                .then(|| meaning.taxa.first())
                .flatten()
                .map(|meant| species.taxon(meant.taxon).name.to_owned()),
            language: self.language(mark),
            field: field.name.clone().into_owned(),
            start: before,
            end: before + term.chars().count(),
            points: rounded(points),
            why: why(mark, meaning),
        }
    }

    /// The language of the ad where the term has it, else the term's first.
    fn language(&self, mark: &Mark<'_>) -> Option<&'static str> {
        let languages = mark.hit.languages;
        let of_ad = self.reading.spoken.best.filter(|best| languages.has(*best));
        of_ad.or_else(|| languages.iter().next()).map(Language::code).filter(|code| *code != "xx")
    }

    fn points(&self, feature: &Feature) -> f64 {
        feature.value * self.weights.get(feature.name)
    }

    /// The sum in words, the largest part first.
    pub(super) fn reasons(&self) -> Vec<String> {
        self.judgement
            .features
            .iter()
            .map(|feature| (feature, rounded(self.points(feature))))
            .filter(|(_, points)| *points != 0)
            .map(|(feature, points)| format!("{} {points:+}", self.reason(feature)))
            .collect()
    }

    fn reason(&self, feature: &Feature) -> String {
        let said = feature.mark.map(|place| {
            let hit = &self.reading.marks[place].hit;
            self.ad.fields[hit.field].text[hit.start..hit.end].to_owned()
        });
        let about = match feature.mark {
            Some(place) if feature.name == anchor_name(&self.reading.marks[place]) => {
                let mark = &self.reading.marks[place];
                why(mark, (self.meaning)(mark))
            }
            _ => in_words(feature.name),
        };
        match said {
            Some(said) => format!("{said}: {about}"),
            None => about,
        }
    }
}

fn anchor_name(mark: &Mark<'_>) -> &'static str {
    super::judgement::anchor_feature(mark)
}

fn rounded(points: f64) -> i32 {
    #[expect(clippy::cast_possible_truncation, reason = "points are clamped to 1,000")]
    let rounded = points.round().clamp(-1000.0, 1000.0) as i32;
    rounded
}

/// The marks that the ad may be about.
pub(super) fn anchors<'a>(marks: &'a [Mark<'a>], judgement: &Judgement) -> Vec<&'a Mark<'a>> {
    judgement.anchors.iter().map(|at| &marks[*at]).collect()
}

fn why(mark: &Mark<'_>, meaning: &Meaning) -> String {
    let listed = meaning.taxa.iter().any(Meant::is_listed);
    let taxon = if listed { "a listed taxon" } else { "a taxon that is not listed" };
    let product = meaning.product.as_deref().unwrap_or("something else").replace('-', " ");
    match mark.term.kind {
        Kind::Taxon if mark.standing.scientific => format!("scientific name of {taxon}"),
        Kind::Taxon => format!("name of {taxon}"),
        Kind::Product if meaning.taxa.is_empty() => product,
        Kind::Product => format!("{product}, a product of {taxon}"),
        Kind::Craft => format!("work that is typical of {product}"),
        Kind::Code => format!("a word that stands for {product}"),
        Kind::Specimen => "a part or form".to_owned(),
        Kind::Tell => "a detail of real material".to_owned(),
        Kind::Offer => "an offer".to_owned(),
        Kind::Ask => "looks for something".to_owned(),
        Kind::Contact => "a way to reach the seller".to_owned(),
        Kind::Legality => {
            let claim = mark.term.refers_to().next().unwrap_or("legality");
            format!("claim: {}", claim.replace('-', " "))
        }
        Kind::Negative => {
            let context = mark.term.refers_to().next().unwrap_or("something else");
            format!("speaks of {}", context.replace('-', " "))
        }
    }
}

/// What a feature is, for people.
fn in_words(name: &str) -> String {
    match name {
        "base" => "every ad starts".to_owned(),
        "taxon.kept" => "often traded alive".to_owned(),
        "anchor.part" => "only a part of a longer word".to_owned(),
        "anchor.foreign" => "a word of another language".to_owned(),
        "anchor.partly" => "not all taxa that are meant are listed".to_owned(),
        "anchor.below" => "only some taxa of this group are listed".to_owned(),
        "anchor.buried" => "not in the title".to_owned(),
        "taxon.unlisted" => "a taxon that is not listed".to_owned(),
        "taxon.unknown" => "a scientific name that is not known".to_owned(),
        "clean" => "nothing speaks of something else".to_owned(),
        "isbn" => "the number of a book".to_owned(),
        "anchor.more" => "further marks of wildlife".to_owned(),
        "disguised" => "written in disguise".to_owned(),
        "taxon.specimen" | "product.specimen" | "craft.specimen" => {
            "a part or form beside it".to_owned()
        }
        "taxon.tell" | "product.tell" | "craft.tell" => "a detail of real material".to_owned(),
        "specimen.more" => "further parts or forms".to_owned(),
        "offer" => "an offer".to_owned(),
        "ask" => "looks for something".to_owned(),
        "contact" => "a way to reach the seller".to_owned(),
        "price" => "price given".to_owned(),
        "grams" => "weight given".to_owned(),
        "size" => "size given".to_owned(),
        "category.alive" => "in a category of animals or plants".to_owned(),
        "category.nature" => "in a category of nature or old things".to_owned(),
        "category.supplies" => "in a category of supplies".to_owned(),
        "category.elsewhere" => "in a category of other goods".to_owned(),
        _ => match name.split_once('.') {
            Some(("negative", context)) => format!("speaks of {}", context.replace('-', " ")),
            Some(("claim", claim)) => format!("claim: {}", claim.replace('-', " ")),
            _ => name.replace(['.', '-'], " "),
        },
    }
}

/// The listings of `taxa`, the strictest over all; nothing when none is listed.
pub(super) fn status<'a>(
    species: &Species,
    taxa: impl Iterator<Item = &'a Meant>,
    on: Date,
) -> Option<StatusRecord> {
    let mut listed: Vec<&Meant> = taxa.filter(|meant| meant.is_listed()).collect();
    listed.sort_by_key(|meant| (grade(meant.appendix.as_deref()), meant.taxon));
    listed.dedup_by_key(|meant| meant.taxon);
    if listed.is_empty() {
        return None;
    }
    let strictest = |grades: &mut dyn Iterator<Item = &str>| {
        grades
            .flat_map(|grade| grade.split('/'))
            .min_by_key(|one| grade(Some(one)))
            .map(str::to_owned)
    };
    Some(StatusRecord {
        appendix: strictest(&mut listed.iter().filter_map(|meant| meant.appendix.as_deref())),
        annex: strictest(&mut listed.iter().filter_map(|meant| meant.annex.as_deref())),
        as_of: on.to_string(),
        taxa: listed.iter().take(MOST_TAXA).map(|meant| taxon_record(species, meant)).collect(),
    })
}

/// Orders Appendices and Annexes, the strictest first.
fn grade(listed: Option<&str>) -> usize {
    const ORDER: &[&str] = &["I", "A", "II", "B", "III", "C", "D"];
    let first = listed.and_then(|grades| grades.split('/').next());
    first.and_then(|first| ORDER.iter().position(|known| *known == first)).unwrap_or(ORDER.len())
}

fn taxon_record(species: &Species, meant: &Meant) -> TaxonRecord {
    let taxon = species.taxon(meant.taxon);
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    TaxonRecord {
        name: taxon.name.to_owned(),
        class: some(taxon.class),
        order: some(taxon.order),
        family: some(taxon.family),
        appendix: meant.appendix.clone(),
        annex: meant.annex.clone(),
    }
}
