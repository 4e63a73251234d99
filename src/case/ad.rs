//! An ad of the ledger: what the platform published and what the scan found in it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use jiff::civil::Date;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::{country, day};

/// The scan record version that this program reads.
pub const SCAN_SCHEMA: &str = "pugmark.scan/1";

/// How the ledger knows an ad; cheap to copy, because lists name ads often.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AdId(Arc<str>);

impl From<String> for AdId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Deref for AdId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AdId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for AdId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

/// The ids with a blank between them, for a cell of a table.
#[must_use]
pub fn joined(ids: &[AdId]) -> String {
    ids.iter().map(|id| &**id).collect::<Vec<_>>().join(" ")
}

/// An ad with the fields that the figures need; the ledger keeps the whole record.
#[derive(Clone, Debug, Default)]
pub struct Ad {
    /// How the ledger knows the ad: platform and id, else a hash of its content.
    pub ad_id: AdId,
    /// Where the record came from, as `file:line`.
    pub from: String,
    /// What the platform published.
    pub offer: Offer,
    /// What the scan found.
    pub finding: Finding,
}

/// The fields of an input record that are understood, under any of their common names.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    /// The platform's own number of the ad.
    pub id: Option<String>,
    /// The platform, in the record's words, else the host of `url`.
    pub platform: Option<String>,
    /// Address of the ad.
    pub url: Option<String>,
    /// Heading.
    pub title: String,
    /// Body.
    pub text: String,
    /// Country as an ISO 3166-1 code, where the record names one.
    pub country: Option<&'static str>,
    /// Town or region in the record's words.
    pub location: Option<String>,
    /// Seller's name on the platform.
    pub seller: Option<String>,
    /// Seller's page.
    pub seller_url: Option<String>,
    /// Day of publication, where the record gives one that can be read in one way only.
    pub date: Option<Date>,
    /// Addresses or hashes of photos.
    pub images: Vec<String>,
}

/// The `pugmark` object of a scan record.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Finding {
    /// Version of the record.
    #[serde(default)]
    pub schema: String,
    /// 0 to 100.
    #[serde(default)]
    pub score: f64,
    /// What the score came to.
    #[serde(default)]
    pub verdict: Verdict,
    /// ISO 639-1.
    #[serde(default)]
    pub language: Option<String>,
    /// Products and taxa of the words that counted, each once.
    #[serde(default, deserialize_with = "distinct_hits")]
    pub hits: Vec<Hit>,
    /// Listings of the taxa meant.
    #[serde(default, deserialize_with = "shared_status")]
    pub status: Option<Arc<Status>>,
    /// What the seller claims about legality.
    #[serde(default)]
    pub claims: Vec<Claim>,
    /// Price asked.
    #[serde(default)]
    pub price: Option<Price>,
    /// Specimens offered, where the ad says how many.
    #[serde(default)]
    pub quantity: Option<u64>,
    /// Telephone numbers, addresses and handles in the text.
    #[serde(default)]
    pub contacts: Vec<Contact>,
    /// The score in words.
    #[serde(default)]
    pub reasons: Vec<String>,
}

impl Finding {
    /// Gives back the room that lists keep for more: of a hundred thousand ads it is much.
    pub(super) fn shrink(&mut self) {
        self.claims.shrink_to_fit();
        self.contacts.shrink_to_fit();
        self.reasons.shrink_to_fit();
    }
}

/// What the scan decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing that counts was found.
    #[default]
    Clear,
    /// A person should look.
    Review,
    /// An offer of a listed specimen, as far as words can tell.
    Flag,
}

impl Verdict {
    /// The word used in records.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Review => "review",
            Self::Flag => "flag",
        }
    }
}

/// A word that counted, as far as the figures need it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Hit {
    /// Product id, such as `ivory`.
    #[serde(default)]
    pub product: Option<String>,
    /// Scientific name.
    #[serde(default)]
    pub taxon: Option<String>,
}

/// Listings of the taxa that an ad may mean, the strictest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct Status {
    /// CITES Appendix.
    #[serde(default)]
    pub appendix: Option<String>,
    /// Annex of Regulation (EC) No 338/97.
    #[serde(default)]
    pub annex: Option<String>,
    /// Day of the law.
    #[serde(default)]
    pub as_of: Option<String>,
    /// The taxa.
    #[serde(default)]
    pub taxa: Vec<ListedTaxon>,
}

/// A listed taxon that an ad may mean.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
pub struct ListedTaxon {
    /// Scientific name.
    pub name: String,
    /// Class, empty for plants.
    #[serde(default)]
    pub class: Option<String>,
    /// Order.
    #[serde(default)]
    pub order: Option<String>,
    /// Family.
    #[serde(default)]
    pub family: Option<String>,
}

fn distinct_hits<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Hit>, D::Error> {
    let mut hits: Vec<Hit> = Vec::new();
    for hit in Vec::<Hit>::deserialize(deserializer)? {
        if (hit.product.is_some() || hit.taxon.is_some()) && !hits.contains(&hit) {
            hits.push(hit);
        }
    }
    hits.shrink_to_fit();
    Ok(hits)
}

fn shared_status<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Arc<Status>>, D::Error> {
    Ok(Option::<Status>::deserialize(deserializer)?.map(Arc::new))
}

/// A claim about legality.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Claim {
    /// Such as `antique` or `no-papers`.
    pub kind: String,
    /// The words of the ad.
    #[serde(default)]
    pub text: Option<String>,
    /// Number of a certificate, ring or chip.
    #[serde(default)]
    pub value: Option<String>,
}

/// A price as asked.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Price {
    /// In `currency`.
    pub amount: f64,
    /// ISO 4217.
    #[serde(default)]
    pub currency: Option<String>,
    /// In euro, where a rate is known.
    #[serde(default)]
    pub eur: Option<f64>,
}

/// A way to reach the seller.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Contact {
    /// `phone`, `email`, `telegram` …
    pub kind: String,
    /// In one spelling, whatever the ad wrote.
    pub value: String,
    /// As the ad writes it.
    #[serde(default)]
    pub text: Option<String>,
}

/// What a field of an input record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Id,
    Platform,
    Url,
    Title,
    Text,
    Country,
    Location,
    Seller,
    SellerUrl,
    Date,
    Images,
    Finding,
    Other,
}

impl Field {
    /// The names in use in dumps, in the languages of the platforms that dumps come from.
    fn named(name: &str) -> Self {
        match name.to_ascii_lowercase().as_str() {
            "id" | "ad_id" | "item_id" | "listing_id" => Self::Id,
            "platform" | "plattform" | "plateforme" | "site" | "marketplace" => Self::Platform,
            "url" | "link" | "lien" | "adresse_web" => Self::Url,
            "title" | "titel" | "titre" | "name" | "heading" => Self::Title,
            "text" | "description" | "body" | "beschreibung" | "omschrijving" | "descripcion"
            | "descrizione" | "texte" | "tekst" => Self::Text,
            "country" | "land" | "pays" | "country_code" | "pais" | "paese" => Self::Country,
            "location" | "ort" | "lieu" | "plaats" | "city" | "ville" | "stadt" => Self::Location,
            "seller" | "verkäufer" | "verkaeufer" | "vendeur" | "verkoper" | "seller_name"
            | "user" | "username" => Self::Seller,
            "seller_url" | "seller_link" | "profile_url" => Self::SellerUrl,
            "date" | "datum" | "published" | "date_posted" | "posted" => Self::Date,
            "images" | "image" | "photos" | "bilder" | "fotos" | "image_url" => Self::Images,
            "pugmark" => Self::Finding,
            _ => Self::Other,
        }
    }
}

/// A scan record: the input's fields and, where it was scanned, the finding.
#[derive(Clone, Debug, Default)]
pub struct ScanRecord {
    /// What the platform published.
    pub offer: Offer,
    /// `None`: not scanned.
    pub finding: Option<Finding>,
}

impl<'de> Deserialize<'de> for ScanRecord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = ScanRecord;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scan record, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ScanRecord, A::Error> {
        let mut record = ScanRecord::default();
        let mut country_text = None;
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            match Field::named(&key) {
                Field::Other => drop(map.next_value::<IgnoredAny>()?),
                Field::Finding => record.finding = map.next_value()?,
                Field::Images => record.offer.images = map.next_value::<Words>()?.0,
                field => {
                    let Words(words) = map.next_value()?;
                    if let Some(word) = words.into_iter().next() {
                        record.offer.put(field, word, &mut country_text);
                    }
                }
            }
        }
        record.offer.settle(country_text);
        Ok(record)
    }
}

impl Offer {
    /// Keeps `word` for `field` unless an earlier field has given it.
    fn put(&mut self, field: Field, word: String, country_text: &mut Option<String>) {
        let place = match field {
            Field::Title if self.title.is_empty() => return self.title = word,
            Field::Text if self.text.is_empty() => return self.text = word,
            Field::Date => return self.date = self.date.or_else(|| day::read(&word)),
            Field::Id => &mut self.id,
            Field::Platform => &mut self.platform,
            Field::Url => &mut self.url,
            Field::Country => country_text,
            Field::Location => &mut self.location,
            Field::Seller => &mut self.seller,
            Field::SellerUrl => &mut self.seller_url,
            Field::Title | Field::Text | Field::Images | Field::Finding | Field::Other => return,
        };
        place.get_or_insert(word);
    }

    /// Fills what follows from other fields: the platform from the address, the country's code.
    fn settle(&mut self, country_text: Option<String>) {
        self.country = country_text.as_deref().and_then(country::code);
        if self.platform.is_none() {
            self.platform = self.url.as_deref().and_then(host);
        }
    }
}

/// The host of an address, without a leading `www.`.
fn host(address: &str) -> Option<String> {
    let parsed = url::Url::parse(address).ok()?;
    let host = parsed.host_str()?;
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}

/// A value read as words: a string, a number, or a list of them; nothing else counts.
#[derive(Default)]
struct Words(Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WordsVisitor)
    }
}

struct WordsVisitor;

impl<'de> Visitor<'de> for WordsVisitor {
    type Value = Words;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_str<E>(self, text: &str) -> Result<Words, E> {
        let words = if text.trim().is_empty() { Vec::new() } else { vec![text.to_owned()] };
        Ok(Words(words))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Words, E> {
        Ok(Words(vec![number.to_string()]))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Words, E> {
        Ok(Words(vec![number.to_string()]))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Words, E> {
        Ok(Words(vec![number.to_string()]))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Words, E> {
        Ok(Words::default())
    }

    fn visit_unit<E>(self) -> Result<Words, E> {
        Ok(Words::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Words, A::Error> {
        let mut words = Vec::new();
        while let Some(Words(more)) = list.next_element()? {
            words.extend(more);
        }
        Ok(Words(words))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Words, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Words::default())
    }
}

#[cfg(test)]
mod tests {
    use super::{ScanRecord, Verdict};

    fn read(json: &str) -> ScanRecord {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn fields_are_found_under_their_names_in_other_languages() {
        let offer = read(r#"{"titel":"Beeldje","omschrijving":"ivoor","land":"Nederland"}"#).offer;
        assert_eq!((offer.title.as_str(), offer.text.as_str()), ("Beeldje", "ivoor"));
        assert_eq!(offer.country, Some("NL"));
    }

    #[test]
    fn the_first_of_two_fields_of_one_meaning_counts_and_numbers_are_words() {
        let offer = read(r#"{"id":17,"description":"a","text":"b","title":null}"#).offer;
        assert_eq!((offer.id.as_deref(), offer.text.as_str()), (Some("17"), "a"));
    }

    #[test]
    fn without_a_platform_the_host_of_the_address_is_it() {
        let offer = read(r#"{"url":"https://www.kleinkram.example/a/1"}"#).offer;
        assert_eq!(offer.platform.as_deref(), Some("kleinkram.example"));
    }

    #[test]
    fn a_record_that_was_not_scanned_has_no_finding() {
        assert!(read(r#"{"id":1}"#).finding.is_none());
        let finding = read(r#"{"pugmark":{"verdict":"flag","score":87}}"#).finding.unwrap();
        assert_eq!(finding.verdict, Verdict::Flag);
    }
}
