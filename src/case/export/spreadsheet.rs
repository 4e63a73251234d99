//! The ads as rows for a spreadsheet.

use serde::Serialize;

use crate::case::ad::Ad;
use crate::case::summary::{Eur, products, taxa_in_words};
use crate::output::Record;

/// An ad as a row.
#[derive(Clone, Debug, Serialize)]
pub struct AdRow {
    ad_id: String,
    platform: String,
    url: String,
    date: String,
    country: String,
    location: String,
    seller: String,
    title: String,
    taxa: String,
    products: String,
    appendix: String,
    annex: String,
    specimens: String,
    price: String,
    currency: String,
    price_eur: String,
    claims: String,
    contacts: String,
    verdict: &'static str,
    score: String,
    record: String,
}

impl From<&Ad> for AdRow {
    fn from(ad: &Ad) -> Self {
        let (offer, finding) = (&ad.offer, &ad.finding);
        let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
        let status = finding.status.as_deref().cloned().unwrap_or_default();
        let price = finding.price.clone().unwrap_or_default();
        let eur = price.eur.and_then(Eur::new).map(Eur::cents);
        let claims = finding.claims.iter().map(|claim| &*claim.kind);
        let contacts =
            finding.contacts.iter().map(|contact| format!("{}:{}", contact.kind, contact.value));
        Self {
            ad_id: ad.ad_id.to_string(),
            platform: text(offer.platform.as_deref()),
            url: text(offer.url.as_deref()),
            date: offer.date.map(|date| date.to_string()).unwrap_or_default(),
            country: offer.country.unwrap_or_default().to_owned(),
            location: text(offer.location.as_deref()),
            seller: text(offer.seller.as_deref()),
            title: offer.title.clone(),
            taxa: taxa_in_words(finding).join("; "),
            products: products(finding).join("; "),
            appendix: text(status.appendix.as_deref()),
            annex: text(status.annex.as_deref()),
            specimens: finding.quantity.map(|count| count.to_string()).unwrap_or_default(),
            price: finding.price.as_ref().map(|_| price.amount.to_string()).unwrap_or_default(),
            currency: text(price.currency.as_deref()),
            price_eur: eur
                .map(|cents| format!("{}.{:02}", cents / 100, cents % 100))
                .unwrap_or_default(),
            claims: claims.collect::<Vec<_>>().join("; "),
            contacts: contacts.collect::<Vec<_>>().join("; "),
            verdict: finding.verdict.word(),
            score: finding.score.to_string(),
            record: ad.from.to_string(),
        }
    }
}

impl Record for AdRow {
    const COLUMNS: &'static [&'static str] = &[
        "ad_id",
        "platform",
        "url",
        "date",
        "country",
        "location",
        "seller",
        "title",
        "taxa",
        "products",
        "appendix",
        "annex",
        "specimens",
        "price",
        "currency",
        "price_eur",
        "claims",
        "contacts",
        "verdict",
        "score",
        "record",
    ];

    fn cells(&self) -> Vec<String> {
        let cells: [&str; 21] = [
            &self.ad_id,
            &self.platform,
            &self.url,
            &self.date,
            &self.country,
            &self.location,
            &self.seller,
            &self.title,
            &self.taxa,
            &self.products,
            &self.appendix,
            &self.annex,
            &self.specimens,
            &self.price,
            &self.currency,
            &self.price_eur,
            &self.claims,
            &self.contacts,
            self.verdict,
            &self.score,
            &self.record,
        ];
        cells.map(str::to_owned).into()
    }
}
