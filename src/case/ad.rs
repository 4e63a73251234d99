//! An ad of the ledger: what the platform published and what the scan found in it.

use std::fmt;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{country, day};

/// The scan record version that this program reads.
pub const SCAN_SCHEMA: &str = "pugmark.scan/1";

/// An ad with the fields that the figures need; the ledger keeps the whole record.
#[derive(Clone, Debug, Default)]
pub struct Ad {
    /// How the ledger knows the ad: platform and id, else a hash of its content.
    pub ad_id: String,
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
    /// Words that counted.
    #[serde(default)]
    pub hits: Vec<Hit>,
    /// Listings of the taxa meant.
    #[serde(default)]
    pub status: Option<Status>,
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
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Hit {
    /// Product id, such as `ivory`.
    #[serde(default)]
    pub product: Option<String>,
    /// Scientific name.
    #[serde(default)]
    pub taxon: Option<String>,
}

/// Listings of the taxa that an ad may mean, the strictest first.
#[derive(Clone, Debug, Default, Deserialize)]
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
#[derive(Clone, Debug, Default, Deserialize)]
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
struct Words(Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut words = Vec::new();
        collect(&serde_json::Value::deserialize(deserializer)?, &mut words);
        Ok(Self(words))
    }
}

fn collect(value: &serde_json::Value, words: &mut Vec<String>) {
    match value {
        serde_json::Value::String(text) if !text.trim().is_empty() => words.push(text.clone()),
        serde_json::Value::Number(number) => words.push(number.to_string()),
        serde_json::Value::Array(values) => values.iter().for_each(|value| collect(value, words)),
        _ => {}
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
