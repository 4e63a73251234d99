//! The pages of the demonstration: each ad as a marketplace would show it.

use std::collections::BTreeMap;

use maud::{DOCTYPE, html};

use super::server::Document;
use crate::case::ad::Offer;

const STYLE: &str = "body{font:16px/1.5 sans-serif;margin:2rem auto;max-width:40rem;padding:0 1rem}\
header{border-bottom:2px solid #888;margin-bottom:1rem}img{width:100%;max-width:20rem}.price{font-size:1.5rem}";

/// Returns the documents of a server with a page for each of `offers`, by path.
pub(super) fn pages<'a>(offers: impl Iterator<Item = &'a Offer>) -> BTreeMap<String, Document> {
    let mut documents = BTreeMap::new();
    let style = Document { kind: "text/css; charset=utf-8", body: STYLE.as_bytes().to_vec() };
    documents.insert("/style.css".to_owned(), style);
    for offer in offers {
        let Some(path) = path(offer) else { continue };
        documents.insert(photo_path(&path), photo(offer));
        let body = page(offer, &path).into_bytes();
        documents.insert(path, Document { kind: "text/html; charset=utf-8", body });
    }
    documents
}

/// Where the page of `offer` stands on the server: its platform, then its number.
pub(super) fn path(offer: &Offer) -> Option<String> {
    Some(format!("/{}/ad/{}", offer.platform.as_deref()?, offer.id.as_deref()?))
}

fn photo_path(path: &str) -> String {
    format!("{path}/photo.svg")
}

fn page(offer: &Offer, path: &str) -> String {
    let platform = offer.platform.as_deref().unwrap_or_default();
    let location = offer.location.as_deref().unwrap_or_default();
    let page = html! {
        (DOCTYPE)
        html {
            head {
                meta charset="utf-8";
                title { (offer.title) " | " (platform) }
                link rel="stylesheet" href="/style.css";
            }
            body {
                header { (platform) }
                h1 { (offer.title) }
                img src=(photo_path(path)) alt="";
                @if let Some(date) = offer.date { p { time { (date) } ", " (location) } }
                p { (offer.text) }
                @if let Some(seller) = &offer.seller { p { (seller) } }
                footer { small { "A page of pugmark's demonstration. Nobody sells anything here." } }
            }
        }
    };
    page.into_string()
}

/// A picture in place of a photo, another one for each ad.
fn photo(offer: &Offer) -> Document {
    let hue = offer.title.bytes().fold(0_u32, |sum, byte| (sum * 31 + u32::from(byte)) % 360);
    let body = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 320 240\">\
         <rect width=\"320\" height=\"240\" fill=\"hsl({hue} 30% 85%)\"/>\
         <circle cx=\"160\" cy=\"120\" r=\"70\" fill=\"hsl({hue} 30% 55%)\"/></svg>\n"
    );
    Document { kind: "image/svg+xml", body: body.into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::pages;
    use crate::case::ad::Offer;

    #[test]
    fn an_ad_has_a_page_with_style_and_photo() {
        let (platform, id) = (Some("a.example".into()), Some("7".to_owned()));
        let offer = Offer { platform, id, title: "<b>".to_owned(), ..Offer::default() };
        let pages = pages([&offer].into_iter());
        let paths: Vec<&str> = pages.keys().map(String::as_str).collect();
        assert_eq!(paths, ["/a.example/ad/7", "/a.example/ad/7/photo.svg", "/style.css"]);
        let page = String::from_utf8(pages["/a.example/ad/7"].body.clone()).unwrap();
        assert!(page.contains("&lt;b&gt;") && page.contains("/a.example/ad/7/photo.svg"), "{page}");
    }
}
