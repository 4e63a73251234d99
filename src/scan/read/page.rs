//! Makes a record of an HTML page: what it says for machines (JSON-LD, microdata,
//! Open Graph), its title, and the text that a reader sees.

use std::collections::BTreeMap;
use std::io::Read;

use encoding_rs::Encoding;
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use serde::Serialize;
use serde_json::Value;

use super::encoding;
use super::produced::{self, Produced};
use super::unpack::Bytes;

/// Tags inside words: all others end one.
const INLINE: [&str; 11] =
    ["a", "abbr", "b", "em", "font", "i", "mark", "s", "span", "strong", "u"];

/// Tags without an end.
const VOID: [&str; 8] = ["area", "br", "hr", "img", "input", "link", "meta", "wbr"];

/// Letters of an item's property that are kept.
const LONGEST_PROPERTY: usize = 500;

/// Deeper than this a page's JSON-LD is not searched.
const DEEPEST: usize = 12;

/// A page as a record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Page {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) title: Option<String>,
    pub(super) text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) seller: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) category: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<String>,
    /// The page is longer than a record may be, and only its beginning was read.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) cut: bool,
}

/// The page that `input` is, as a line of JSON.
pub(super) fn line(input: Bytes, limit: usize) -> impl Read + Send {
    let pages = std::iter::once_with(move || {
        let mut bytes = Vec::new();
        let most = u64::try_from(limit).unwrap_or(u64::MAX);
        input.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.trim_ascii().is_empty() {
            return Ok(Vec::new());
        }
        let cut = bytes.len() > limit;
        bytes.truncate(limit);
        produced::line(&Page { cut, ..read(&text(&bytes)) })
    });
    Produced::new(pages)
}

/// The text of a page: its mark wins, then what it says itself, then what it looks like.
fn text(bytes: &[u8]) -> String {
    let said = || {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(2048)]).to_ascii_lowercase();
        let rest = start.split("charset=").nth(1)?.trim_start_matches(['"', '\'', ' ']).to_owned();
        let label = rest.split(['"', '\'', ' ', ';', '>', '/']).next()?;
        Encoding::for_label(label.as_bytes())
    };
    let looks = || encoding::detect(bytes).0;
    let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
    marked.or_else(said).unwrap_or_else(looks).decode(bytes).0.into_owned()
}

/// The text that a reader of `html` sees.
pub(super) fn visible(html: &str) -> String {
    read(html).text
}

/// Reads the page `html`.
pub(super) fn read(html: &str) -> Page {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut reader = Reader::default();
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::String(text) => reader.text(&String::from_utf8_lossy(&text)),
            Token::EndTag(tag) => reader.end(&String::from_utf8_lossy(&tag.name)),
            _ => {}
        }
    }
    reader.page()
}

/// Where text goes.
#[derive(Default)]
enum Part {
    #[default]
    Visible,
    Ignored(String),
    Title,
    Data,
}

#[derive(Default)]
struct Reader {
    part: Part,
    title: String,
    text: String,
    data: String,
    /// What the page says of itself, each from the most to the least reliable place.
    said: BTreeMap<&'static str, BTreeMap<u8, String>>,
    /// The property of an item whose text is being read.
    property: Option<(&'static str, String)>,
}

/// How reliable a place is: the least number wins.
const JSON_LD: u8 = 0;
const MICRODATA: u8 = 1;
const OPEN_GRAPH: u8 = 2;
const PLAIN: u8 = 3;

impl Reader {
    fn say(&mut self, what: &'static str, place: u8, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if !value.is_empty() {
            self.said.entry(what).or_default().entry(place).or_insert(value);
        }
    }

    fn start(&mut self, tag: &StartTag<()>) {
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        if !INLINE.contains(&name.as_str()) {
            self.text.push(' ');
        }
        match name.as_str() {
            "title" if self.title.is_empty() => self.part = Part::Title,
            "script" => {
                let kind = attribute(tag, "type").unwrap_or_default().to_ascii_lowercase();
                let is_data = kind.starts_with("application/ld+json");
                self.part = if is_data { Part::Data } else { Part::Ignored(name.clone()) };
            }
            "style" | "template" | "noembed" | "noframes" => {
                self.part = Part::Ignored(name.clone());
            }
            "html" => {
                if let Some(language) = attribute(tag, "lang") {
                    self.say("language", PLAIN, &language);
                }
            }
            "meta" => self.meta(tag),
            "link" if attribute(tag, "rel").is_some_and(|rel| rel == "canonical") => {
                if let Some(href) = attribute(tag, "href") {
                    self.say("url", PLAIN, &href);
                }
            }
            _ => {}
        }
        self.microdata(tag, VOID.contains(&name.as_str()));
    }

    fn meta(&mut self, tag: &StartTag<()>) {
        let property = attribute(tag, "property").or_else(|| attribute(tag, "name"));
        let (Some(property), Some(content)) = (property, attribute(tag, "content")) else { return };
        let what = match property.to_ascii_lowercase().as_str() {
            "og:title" => "title",
            "og:description" => "description",
            "og:url" => "url",
            "product:price:amount" | "og:price:amount" => "price",
            "product:price:currency" | "og:price:currency" => "currency",
            "product:category" => "category",
            "description" => return self.say("description", PLAIN, &content),
            _ => return,
        };
        self.say(what, OPEN_GRAPH, &content);
    }

    fn microdata(&mut self, tag: &StartTag<()>, is_void: bool) {
        let Some(property) = attribute(tag, "itemprop") else { return };
        let what = match property.as_str() {
            "name" => "title",
            "price" | "lowPrice" => "price",
            "priceCurrency" => "currency",
            "seller" => "seller",
            "category" => "category",
            "description" => "description",
            _ => return,
        };
        match attribute(tag, "content") {
            Some(content) => self.say(what, MICRODATA, &content),
            None if !is_void && self.property.is_none() => {
                self.property = Some((what, String::new()));
            }
            None => {}
        }
    }

    fn text(&mut self, text: &str) {
        match self.part {
            Part::Ignored(_) => {}
            Part::Visible => self.text.push_str(text),
            Part::Title => self.title.push_str(text),
            Part::Data => self.data.push_str(text),
        }
        if let (Part::Visible, Some((_, value))) = (&self.part, &mut self.property)
            && value.len() < LONGEST_PROPERTY
        {
            value.push_str(text);
        }
    }

    fn end(&mut self, name: &str) {
        if let Some((what, value)) = self.property.take_if(|(_, value)| !value.trim().is_empty()) {
            self.say(what, MICRODATA, &value);
        }
        let part = std::mem::take(&mut self.part);
        match part {
            Part::Ignored(opened) if opened != name => self.part = Part::Ignored(opened),
            Part::Data => {
                let data = std::mem::take(&mut self.data);
                if let Ok(value) = serde_json::from_str::<Value>(&data) {
                    self.item(&value, 0);
                }
            }
            _ => {}
        }
        if !INLINE.contains(&name) {
            self.text.push(' ');
        }
    }

    /// Looks for products and offers in JSON-LD.
    fn item(&mut self, value: &Value, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.item(item, depth + 1)),
            Value::Object(members) => {
                if is_product(members) {
                    for (key, what) in [
                        ("name", "title"),
                        ("description", "description"),
                        ("category", "category"),
                        ("url", "url"),
                        ("price", "price"),
                        ("lowPrice", "price"),
                        ("priceCurrency", "currency"),
                        ("seller", "seller"),
                        ("offeredBy", "seller"),
                    ] {
                        if let Some(value) = members.get(key).and_then(plain) {
                            self.say(what, JSON_LD, &value);
                        }
                    }
                }
                members
                    .iter()
                    .filter(|(key, _)| !is_about_others(key))
                    .for_each(|(_, value)| self.item(value, depth + 1));
            }
            _ => {}
        }
    }

    fn page(mut self) -> Page {
        if let Some((what, value)) = self.property.take() {
            self.say(what, MICRODATA, &value);
        }
        let title = std::mem::take(&mut self.title);
        self.say("title", PLAIN, &title);
        let mut said = self.said;
        let mut best = |what| said.remove(what)?.into_iter().next().map(|(_, value)| value);
        let mut text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(description) = best("description").filter(|said| !text.contains(said.as_str()))
        {
            text = format!("{description} {text}").trim().to_owned();
        }
        Page {
            url: best("url"),
            title: best("title"),
            text,
            price: best("price"),
            currency: best("currency").map(|code| code.to_uppercase()),
            seller: best("seller"),
            category: best("category"),
            language: best("language"),
            cut: false,
        }
    }
}

/// True for a thing that is sold, or its offer.
fn is_product(members: &serde_json::Map<String, Value>) -> bool {
    let is_one = |kind: &str| {
        let kind = kind.rsplit(['/', ':']).next().unwrap_or(kind);
        matches!(kind, "Product" | "IndividualProduct" | "Offer" | "AggregateOffer" | "Vehicle")
    };
    match members.get("@type") {
        Some(Value::String(kind)) => is_one(kind),
        Some(Value::Array(kinds)) => kinds.iter().filter_map(Value::as_str).any(is_one),
        _ => false,
    }
}

/// Members that name other products than the page's own.
fn is_about_others(key: &str) -> bool {
    matches!(
        key,
        "isRelatedTo" | "isSimilarTo" | "isAccessoryOrSparePartFor" | "review" | "hasPart"
    )
}

/// A value as text; of a thing its name.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Object(members) => members.get("name").and_then(Value::as_str).map(str::to_owned),
        Value::Array(items) => items.first().filter(|item| !item.is_array()).and_then(plain),
        _ => None,
    }
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use super::{Page, read, text};

    #[test]
    fn what_a_page_says_for_machines_wins() {
        let page = read(
            r#"<html lang="de"><head><title>Figur | Shop</title>
            <meta property="og:title" content="Figur (og)"><link rel=canonical href="https://a.example/1">
            <script type="application/ld+json">{"@graph":[{"@type":"WebSite","name":"Shop"},
              {"@type":"Product","name":"Figur aus Elfenbein","description":"um 1900",
               "isSimilarTo":{"@type":"Product","name":"Stuhl"},
               "offers":{"@type":"Offer","price":450,"priceCurrency":"EUR","seller":{"name":"Alt & Co"}}}]}</script>
            <script>var t = "<b>nicht sichtbar</b>";</script><style>p{}</style></head>
            <body><p>Zu ver<b>kaufen</b></p><p>an Sammler</p></body></html>"#,
        );
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            page,
            Page {
                url: some("https://a.example/1"),
                title: some("Figur aus Elfenbein"),
                text: "um 1900 Zu verkaufen an Sammler".to_owned(),
                price: some("450"),
                currency: some("EUR"),
                seller: some("Alt & Co"),
                language: some("de"),
                ..Page::default()
            }
        );
    }

    #[test]
    fn microdata_and_open_graph_are_read() {
        let page = read(
            "<title>t</title><div itemscope><h1 itemprop=name>Ivory <i>tusk</i></h1>\
             <meta itemprop=priceCurrency content=gbp><span itemprop=price>1,200.00</span> \
             <p itemprop=seller>Jo</p></div>",
        );
        assert_eq!(page.title.as_deref(), Some("Ivory tusk"));
        let figures = (page.price.as_deref(), page.currency.as_deref(), page.seller.as_deref());
        assert_eq!(figures, (Some("1,200.00"), Some("GBP"), Some("Jo")));
        let page = read(
            "<meta property='product:price:amount' content='9.50'><meta name=description content=Shell>",
        );
        assert_eq!((page.price.as_deref(), page.text.as_str()), (Some("9.50"), "Shell"));
    }

    #[test]
    fn the_encoding_is_what_the_page_says() {
        assert_eq!(
            text(b"<meta charset=iso-8859-1>Sch\xe4del"),
            "<meta charset=iso-8859-1>Schädel"
        );
        assert_eq!(text("<p>Schädel".as_bytes()), "<p>Schädel");
        assert_eq!(text(b"\xff\xfe<\0p\0>\0\xe4\0"), "<p>ä");
    }

    #[test]
    fn broken_pages_are_read_as_far_as_they_go() {
        for html in
            ["<script>", "<script type='application/ld+json'>{\"@type\":", "<title>x", "<", ""]
        {
            let _ = read(html);
        }
        let deep = format!(
            "<script type='application/ld+json'>{}1{}</script>ok",
            "[".repeat(100_000),
            "]".repeat(100_000)
        );
        assert_eq!(read(&deep).text, "ok");
        assert_eq!(read(&"<div>".repeat(100_000)).text, "");
    }
}
