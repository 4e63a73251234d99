//! Scan records as they are read: nothing is copied that need not be.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::name::Names;
use super::words::{Text, Words};
use super::{Claim, Contact, Duty, Finding, Hit, Name, Offer, Price, Status, Verdict};
use crate::case::{country, day};
use crate::scan::ad::Role;

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
    /// The names in use in dumps, in the languages of the platforms that dumps come from; those
    /// that the scan reads stand there.
    fn named(name: &str) -> Self {
        let lower: Cow<'_, str> = if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            name.to_ascii_lowercase().into()
        } else {
            name.into()
        };
        match &*lower {
            "id" | "ad_id" | "item_id" | "listing_id" => Self::Id,
            "platform" | "plattform" | "plateforme" | "site" | "marketplace" => Self::Platform,
            "url" | "link" | "lien" | "adresse_web" => Self::Url,
            "title" | "titel" | "titre" | "name" | "heading" => Self::Title,
            "text" | "description" | "body" | "beschreibung" | "omschrijving" | "descripcion"
            | "descrizione" | "texte" | "tekst" => Self::Text,
            "country" | "land" | "pays" | "country_code" | "pais" | "paese" => Self::Country,
            "location" | "ort" | "lieu" | "plaats" | "city" | "ville" | "stadt" => Self::Location,
            "seller" | "verkäufer" | "verkaeufer" | "vendeur" | "verkoper" | "vendedor"
            | "venditore" | "sprzedawca" | "卖家" | "賣家" | "продавец" | "seller_name"
            | "user" | "username" => Self::Seller,
            "seller_url" | "seller_link" | "profile_url" => Self::SellerUrl,
            "date" | "datum" | "published" | "date_posted" | "posted" => Self::Date,
            "images" | "image" | "photos" | "bilder" | "fotos" | "image_url" => Self::Images,
            "pugmark" => Self::Finding,
            "price" | "currency" | "quantity" | "category" | "language" => Self::Other,
            other => match Role::of_name(other) {
                Some(Role::Id) => Self::Id,
                Some(Role::Title) => Self::Title,
                Some(Role::Text) => Self::Text,
                Some(Role::Country) => Self::Country,
                _ => Self::Other,
            },
        }
    }
}

/// A scan record: the input's fields and, where it was scanned, the finding.
#[derive(Debug, Default)]
pub struct ScanRecord<'a> {
    /// What the platform published.
    pub offer: Offer,
    /// `None`: not scanned.
    pub finding: Option<Found<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for ScanRecord<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(RecordVisitor)
    }
}

struct RecordVisitor;

impl<'de> Visitor<'de> for RecordVisitor {
    type Value = ScanRecord<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a scan record, which is a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut record = ScanRecord::default();
        let mut country_text = None;
        while let Some(key) = map.next_key::<Text<'de>>()? {
            match Field::named(&key) {
                Field::Other => drop(map.next_value::<IgnoredAny>()?),
                Field::Finding => record.finding = map.next_value()?,
                Field::Images => {
                    let Words { first, more } = map.next_value()?;
                    let images = first.into_iter().chain(more);
                    record.offer.images = images.map(Into::into).collect();
                }
                field => {
                    let words: Words<'de> = map.next_value()?;
                    if let Some(word) = words.first {
                        record.offer.put(field, word.into_owned(), &mut country_text);
                    }
                }
            }
        }
        record.offer.settle(country_text);
        Ok(record)
    }
}

/// The `pugmark` object of a scan record as it is read, before it is kept as a [`Finding`].
#[derive(Debug, Default, Deserialize)]
pub struct Found<'a> {
    /// Version of the record.
    #[serde(borrow, default)]
    pub schema: Text<'a>,
    #[serde(default)]
    score: f64,
    /// What the score came to.
    #[serde(default)]
    pub verdict: Verdict,
    #[serde(borrow, default)]
    language: Option<Text<'a>>,
    #[serde(borrow, default)]
    hits: Hits<'a>,
    #[serde(borrow, default)]
    status: Option<&'a RawValue>,
    #[serde(default)]
    claims: Box<[Claim]>,
    #[serde(default)]
    duties: Box<[Duty]>,
    #[serde(default)]
    price: Option<Price>,
    #[serde(default)]
    quantity: Option<u64>,
    #[serde(default)]
    contacts: Box<[Contact]>,
    #[serde(borrow, default)]
    reasons: Vec<Text<'a>>,
}

impl Found<'_> {
    /// Reads the part that [`Found::keep`] would have to read.
    ///
    /// # Errors
    ///
    /// When the status has another form than this program knows.
    pub fn check(&self, known: &mut Known) -> Result<(), serde_json::Error> {
        self.status.map(|status| known.status(status)).transpose().map(drop)
    }

    /// The finding; its status and its names are taken from `known`, where that has them.
    ///
    /// # Errors
    ///
    /// When the status has another form than this program knows.
    pub fn keep(mut self, known: &mut Known) -> Result<Finding, serde_json::Error> {
        let status = self.status.map(|status| known.status(status)).transpose()?;
        let names = &mut known.names;
        self.claims.iter_mut().for_each(|claim| names.share(&mut claim.kind));
        self.contacts.iter_mut().for_each(|contact| names.share(&mut contact.kind));
        self.price.iter_mut().flat_map(|price| &mut price.currency).for_each(|it| names.share(it));
        let mut name = |text: Text<'_>| names.of(&text);
        Ok(Finding {
            schema: name(self.schema),
            score: self.score,
            verdict: self.verdict,
            language: self.language.map(&mut name),
            hits: self
                .hits
                .0
                .into_iter()
                .map(|hit| Hit {
                    product: hit.product.map(&mut name),
                    taxon: hit.taxon.map(&mut name),
                })
                .collect(),
            status,
            claims: self.claims,
            duties: self.duties,
            price: self.price,
            quantity: self.quantity,
            contacts: self.contacts,
            reasons: self.reasons.into_iter().map(name).collect(),
        })
    }
}

/// What many ads have alike and what is kept once: statuses by their JSON, and names.
#[derive(Debug, Default)]
pub struct Known {
    statuses: HashMap<Box<str>, Arc<Status>>,
    names: Names,
}

impl Known {
    /// Statuses that are kept; more different ones than that are not expected.
    const MOST: usize = 10_000;

    fn status(&mut self, json: &RawValue) -> Result<Arc<Status>, serde_json::Error> {
        if let Some(known) = self.statuses.get(json.get()) {
            return Ok(Arc::clone(known));
        }
        let status: Arc<Status> = Arc::new(serde_json::from_str(json.get())?);
        if self.statuses.len() == Self::MOST {
            self.statuses.clear();
        }
        self.statuses.insert(json.get().into(), Arc::clone(&status));
        Ok(status)
    }
}

/// What a hit names.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
struct Naming<'a> {
    #[serde(borrow, default)]
    product: Option<Text<'a>>,
    #[serde(borrow, default)]
    taxon: Option<Text<'a>>,
}

/// The hits that name something, each once.
#[derive(Debug, Default)]
struct Hits<'a>(Vec<Naming<'a>>);

impl<'de: 'a, 'a> Deserialize<'de> for Hits<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(HitsVisitor)
    }
}

struct HitsVisitor;

impl<'de> Visitor<'de> for HitsVisitor {
    type Value = Hits<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of hits")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut hits = Vec::new();
        while let Some(hit) = list.next_element::<Naming<'de>>()? {
            if (hit.product.is_some() || hit.taxon.is_some()) && !hits.contains(&hit) {
                hits.push(hit);
            }
        }
        Ok(Hits(hits))
    }
}

impl Offer {
    /// Takes the names from `known`, where that has them.
    #[must_use]
    pub fn sharing(mut self, known: &mut Known) -> Self {
        let names = [&mut self.platform, &mut self.location, &mut self.seller];
        names.into_iter().flatten().for_each(|name| known.names.share(name));
        self
    }

    /// Keeps `word` for `field` unless an earlier field has given it.
    fn put(&mut self, field: Field, word: String, country_text: &mut Option<String>) {
        let place = match field {
            Field::Title if self.title.is_empty() => return self.title = word,
            Field::Text if self.text.is_empty() => return self.text = word,
            Field::Date => return self.date = self.date.or_else(|| day::read(&word)),
            Field::Platform => return put_name(&mut self.platform, &word),
            Field::Location => return put_name(&mut self.location, &word),
            Field::Seller => return put_name(&mut self.seller, &word),
            Field::Id => &mut self.id,
            Field::Url => &mut self.url,
            Field::Country => country_text,
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

fn put_name(place: &mut Option<Name>, word: &str) {
    place.get_or_insert_with(|| word.into());
}

/// The host of an address, without a leading `www.`.
fn host(address: &str) -> Option<Name> {
    let parsed = url::Url::parse(address).ok()?;
    let host = parsed.host_str()?;
    Some(host.strip_prefix("www.").unwrap_or(host).into())
}

#[cfg(test)]
mod tests;
