//! The addresses in an HTML page, without running it.

use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use url::Url;

use super::{Part, Role, css, resolve, srcset};

/// What a page says of itself.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Page {
    /// The text of its first `<title>`.
    pub(in crate::evidence) title: Option<String>,
    /// What it names, in the order of the page.
    pub(in crate::evidence) parts: Vec<Part>,
    /// What a reader of it sees, with a space where a tag ends a word.
    pub(in crate::evidence) text: String,
}

/// Tags inside words: all others end one.
const INLINE: [&str; 11] =
    ["a", "abbr", "b", "em", "font", "i", "mark", "s", "span", "strong", "u"];

/// Attributes in which pages keep the address of a picture until it scrolls into view.
const LAZY_IMAGES: [&str; 5] =
    ["data-src", "data-original", "data-lazy", "data-lazy-src", "data-image"];
const LAZY_SETS: [&str; 2] = ["data-srcset", "data-lazy-srcset"];

/// Reads the page `html`, found at `url`.
pub(in crate::evidence) fn read(html: &str, url: &Url) -> Page {
    let mut emitter = DefaultEmitter::default();
    emitter.naively_switch_states(true);
    let mut reader =
        Reader { page: Page::default(), base: url.clone(), based: false, text: Text::Visible };
    for Ok(token) in Tokenizer::new_with_emitter(html, emitter) {
        match token {
            Token::StartTag(tag) => reader.start(&tag),
            Token::String(text) => reader.text(&String::from_utf8_lossy(&text)),
            Token::EndTag(tag) => {
                reader.end();
                if !INLINE.contains(&String::from_utf8_lossy(&tag.name).as_ref()) {
                    reader.page.text.push(' ');
                }
            }
            _ => {}
        }
    }
    reader.end();
    reader.page
}

/// What the text being read is.
enum Text {
    Visible,
    Ignored,
    Title(String),
    Style(String),
}

struct Reader {
    page: Page,
    base: Url,
    based: bool,
    text: Text,
}

impl Reader {
    fn start(&mut self, tag: &StartTag<()>) {
        self.end();
        let name = String::from_utf8_lossy(&tag.name).into_owned();
        if !INLINE.contains(&name.as_str()) {
            self.page.text.push(' ');
        }
        match name.as_str() {
            "title" if self.page.title.is_none() => self.text = Text::Title(String::new()),
            "noscript" | "template" | "noembed" | "noframes" => self.text = Text::Ignored,
            "style" => self.text = Text::Style(String::new()),
            "base" if !self.based => self.set_base(tag),
            "link" => self.link(tag),
            "meta" => self.meta(tag),
            "img" | "image" => {
                self.add(tag, &["src", "href", "xlink:href"], Role::Image);
                self.add(tag, &LAZY_IMAGES, Role::Image);
                self.add_set(tag, "srcset");
            }
            "input" if attribute(tag, "type").is_some_and(|t| t.eq_ignore_ascii_case("image")) => {
                self.add(tag, &["src"], Role::Image);
            }
            "source" => {
                self.add(tag, &["src"], Role::Other);
                self.add_set(tag, "srcset");
            }
            "script" => {
                self.text = Text::Ignored;
                self.add(tag, &["src"], Role::Script);
            }
            "iframe" | "frame" => {
                self.add(tag, &["src"], Role::Frame);
                self.add(tag, &["data-src"], Role::Frame);
            }
            "embed" | "audio" | "track" | "bgsound" => self.add(tag, &["src"], Role::Other),
            "object" => self.add(tag, &["data"], Role::Other),
            "video" => {
                self.add(tag, &["poster"], Role::Image);
                self.add(tag, &["src"], Role::Other);
            }
            "use" => self.add(tag, &["href", "xlink:href"], Role::Other),
            _ => {}
        }
        for name in LAZY_SETS {
            self.add_set(tag, name);
        }
        self.add(tag, &["background", "data-bg", "data-background-image"], Role::Image);
        if let Some(style) = attribute(tag, "style") {
            self.page.parts.extend(css::parts(&style, &self.base));
        }
    }

    fn text(&mut self, text: &str) {
        match &mut self.text {
            Text::Ignored => {}
            Text::Visible => self.page.text.push_str(text),
            Text::Title(all) | Text::Style(all) => all.push_str(text),
        }
    }

    fn end(&mut self) {
        match std::mem::replace(&mut self.text, Text::Visible) {
            Text::Visible | Text::Ignored => {}
            Text::Title(title) => {
                let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
                self.page.title = Some(title).filter(|title| !title.is_empty());
            }
            Text::Style(style) => self.page.parts.extend(css::parts(&style, &self.base)),
        }
    }

    fn set_base(&mut self, tag: &StartTag<()>) {
        if let Some(base) = attribute(tag, "href").and_then(|href| resolve(&self.base, &href)) {
            self.base = base;
            self.based = true;
        }
    }

    fn link(&mut self, tag: &StartTag<()>) {
        let rel = attribute(tag, "rel").unwrap_or_default().to_ascii_lowercase();
        let is = |word: &str| rel.split_ascii_whitespace().any(|rel| rel == word);
        let preloads = |kind: &str| {
            is("preload")
                && attribute(tag, "as").is_some_and(|text| text.eq_ignore_ascii_case(kind))
        };
        if is("stylesheet") || preloads("style") {
            self.add(tag, &["href"], Role::Style);
        } else if is("icon") || is("apple-touch-icon") || is("image_src") || preloads("image") {
            self.add(tag, &["href"], Role::Image);
        } else if is("modulepreload") || preloads("script") {
            self.add(tag, &["href"], Role::Script);
        } else if is("preload") || is("manifest") {
            self.add(tag, &["href"], Role::Other);
        }
        self.add_set(tag, "imagesrcset");
    }

    fn meta(&mut self, tag: &StartTag<()>) {
        let names = ["og:image", "og:image:url", "og:image:secure_url", "twitter:image"];
        let property = attribute(tag, "property").or_else(|| attribute(tag, "name"));
        if property.is_some_and(|name| names.contains(&name.to_ascii_lowercase().as_str())) {
            self.add(tag, &["content"], Role::Image);
        }
        if attribute(tag, "http-equiv").is_some_and(|text| text.eq_ignore_ascii_case("refresh"))
            && let Some(content) = attribute(tag, "content")
            && let Some(url) = refresh_address(&content).and_then(|to| resolve(&self.base, to))
        {
            self.page.parts.push(Part { url, role: Role::Refresh });
        }
    }

    /// Adds the first of the attributes `names` that `tag` has.
    fn add(&mut self, tag: &StartTag<()>, names: &[&str], role: Role) {
        let value = names.iter().find_map(|name| attribute(tag, name));
        if let Some(value) = value.filter(|value| !value.trim().is_empty()) {
            self.page.parts.extend(resolve(&self.base, &value).map(|url| Part { url, role }));
        }
    }

    fn add_set(&mut self, tag: &StartTag<()>, name: &str) {
        let Some(value) = attribute(tag, name) else { return };
        let urls = srcset::addresses(&value).into_iter().filter_map(|url| resolve(&self.base, url));
        self.page.parts.extend(urls.map(|url| Part { url, role: Role::Image }));
    }
}

/// The address in the value of `<meta http-equiv=refresh content=…>`.
fn refresh_address(content: &str) -> Option<&str> {
    let (_, rest) = content.split_once([';', ','])?;
    let rest = rest.trim_start();
    let rest = match rest.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("url") => {
            rest[3..].trim_start().strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let quoted =
        ['"', '\''].into_iter().find_map(|quote| rest.strip_prefix(quote)?.split(quote).next());
    Some(quoted.unwrap_or(rest).trim()).filter(|address| !address.is_empty())
}

fn attribute(tag: &StartTag<()>, name: &str) -> Option<String> {
    let value = tag.attributes.get(name.as_bytes())?;
    Some(String::from_utf8_lossy(value).into_owned())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::read;
    use crate::evidence::page::Role;

    fn found(html: &str) -> Vec<(String, Role)> {
        let page = read(html, &Url::parse("https://a.example/ads/1").unwrap());
        page.parts.into_iter().map(|part| (part.url.to_string(), part.role)).collect()
    }

    fn at(path: &str, role: Role) -> (String, Role) {
        (format!("https://a.example/{path}"), role)
    }

    #[test]
    fn parts_of_a_page_are_found() {
        use Role::{Frame, Image, Other, Refresh, Script, Style};
        for (html, expected) in [
            ("<img src=a.jpg>", vec![at("ads/a.jpg", Image)]),
            ("<IMG SRC=' /a.jpg '>", vec![at("a.jpg", Image)]),
            (
                "<img src='a.jpg' srcset='b.jpg 2x'>",
                vec![at("ads/a.jpg", Image), at("ads/b.jpg", Image)],
            ),
            ("<img data-src=/lazy.jpg>", vec![at("lazy.jpg", Image)]),
            ("<picture><source srcset=/a.webp></picture>", vec![at("a.webp", Image)]),
            ("<link rel='alternate stylesheet' href=/s.css>", vec![at("s.css", Style)]),
            ("<link rel=canonical href=/c>", vec![]),
            ("<link rel='shortcut icon' href=/f.ico>", vec![at("f.ico", Image)]),
            ("<script src=/s.js></script>", vec![at("s.js", Script)]),
            ("<script>document.write('<img src=no.jpg>')</script>", vec![]),
            ("<iframe src=/f></iframe><frame src=/g>", vec![at("f", Frame), at("g", Frame)]),
            ("<style>a{background:url(/b.png)}</style>", vec![at("b.png", Other)]),
            ("<p style='background:url(/b.png)'>", vec![at("b.png", Other)]),
            ("<body background=/b.png>", vec![at("b.png", Image)]),
            ("<video poster=/p.jpg src=/v.mp4>", vec![at("p.jpg", Image), at("v.mp4", Other)]),
            ("<base href=/x/><img src=a.jpg>", vec![at("x/a.jpg", Image)]),
            ("<meta http-equiv=Refresh content='0; URL=/next'>", vec![at("next", Refresh)]),
            ("<meta http-equiv=refresh content=\"5;url='/next'\">", vec![at("next", Refresh)]),
            ("<meta http-equiv=refresh content=5>", vec![]),
            ("<meta property=og:image content=/og.jpg>", vec![at("og.jpg", Image)]),
            (
                "<svg><image href=/i.png /><use xlink:href='/s.svg#a'/></svg>",
                vec![at("i.png", Image), at("s.svg", Other)],
            ),
            ("<a href=/no>x</a><img src=javascript:x><img src=data:,x><img src=''>", vec![]),
            ("<!-- <img src=/no.jpg> --><textarea><img src=/no></textarea>", vec![]),
            ("<img src='http://u:p@b.example/i'>", vec![("http://b.example/i".to_owned(), Image)]),
        ] {
            assert_eq!(found(html), expected, "{html}");
        }
    }

    #[test]
    fn the_title_is_one_line() {
        let url = Url::parse("https://a.example/").unwrap();
        assert_eq!(
            read("<title> Ivory &amp;\n bone </title>", &url).title.unwrap(),
            "Ivory & bone"
        );
        assert_eq!(read("<title></title>", &url).title, None);
    }
}
