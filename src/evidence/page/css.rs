//! The addresses in a style sheet: `url()`, `image-set()` and `@import`.

use cssparser::{Parser, Token};
use url::Url;

use super::{Part, Role, resolve};

/// Returns what the style sheet `css`, found at `base`, names; also of the value
/// of a `style` attribute.
pub(in crate::evidence) fn parts(css: &str, base: &Url) -> Vec<Part> {
    let mut found = Vec::new();
    walk(&mut Parser::new(css), false, &mut |text, role| {
        found.extend(resolve(base, text).map(|url| Part { url, role }));
    });
    found
}

/// Walks over all tokens, into blocks and functions; `strings` says whether a bare
/// string is an address here, as it is in `image-set()`.
fn walk(parser: &mut Parser<'_>, strings: bool, found: &mut dyn FnMut(&str, Role)) {
    let mut import = false;
    loop {
        // The parser gives up an unbalanced block by itself; no token is an error here.
        let Ok(token) = parser.next().cloned() else { return };
        let role = if import { Role::Style } else { Role::Other };
        let nested_strings = match &token {
            Token::AtKeyword(name) => {
                import = name.eq_ignore_ascii_case("import");
                continue;
            }
            Token::UnquotedUrl(address) => {
                found(address, role);
                false
            }
            Token::QuotedString(text) => {
                if import || strings {
                    found(text, role);
                }
                false
            }
            Token::Function(name) => {
                let takes_address = name.eq_ignore_ascii_case("url")
                    || name.eq_ignore_ascii_case("src")
                    || name.eq_ignore_ascii_case("image-set")
                    || name.eq_ignore_ascii_case("-webkit-image-set");
                takes_address || (strings && !name.eq_ignore_ascii_case("type"))
            }
            _ => false,
        };
        if is_block(&token) {
            let _ = parser.parse_nested_block(|inner| {
                walk(inner, nested_strings, &mut |text, kind| {
                    found(text, if import { Role::Style } else { kind });
                });
                Ok::<_, cssparser::ParseError<()>>(())
            });
        }
        import = false;
    }
}

fn is_block(token: &Token<'_>) -> bool {
    matches!(
        token,
        Token::Function(_)
            | Token::ParenthesisBlock
            | Token::SquareBracketBlock
            | Token::CurlyBracketBlock
    )
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::parts;
    use crate::evidence::page::Role;

    fn found(css: &str) -> Vec<(String, Role)> {
        let base = Url::parse("https://a.example/css/main.css").unwrap();
        parts(css, &base).into_iter().map(|part| (part.url.to_string(), part.role)).collect()
    }

    fn one(address: &str, role: Role) -> Vec<(String, Role)> {
        vec![(address.to_owned(), role)]
    }

    #[test]
    fn addresses_in_style_sheets_are_found() {
        use Role::{Other, Style};
        for (css, expected) in [
            ("@import 'b.css';", one("https://a.example/css/b.css", Style)),
            ("@import url(b.css) screen;", one("https://a.example/css/b.css", Style)),
            ("@IMPORT url( \"b.css\" );", one("https://a.example/css/b.css", Style)),
            ("a{background:url(../i.png)}", one("https://a.example/i.png", Other)),
            ("a{background:URL('i.png')}", one("https://a.example/css/i.png", Other)),
            ("@media x{a{b:c url(//o.example/i.png)}}", one("https://o.example/i.png", Other)),
            (
                "a{b:image-set('i.png' type('image/png') 1x)}",
                one("https://a.example/css/i.png", Other),
            ),
            (
                "@font-face{src:url(f.woff2) format('woff2')}",
                one("https://a.example/css/f.woff2", Other),
            ),
            ("a{background:url(x\\29 y.png)}", one("https://a.example/css/x)y.png", Other)),
            ("a{content:'i.png'} /* url(no.png) */", vec![]),
            ("a{background:url(data:image/png;base64,AA)}", vec![]),
            ("background:url(i.png)", one("https://a.example/css/i.png", Other)),
        ] {
            assert_eq!(found(css), expected, "{css}");
        }
    }

    #[test]
    fn broken_style_sheets_end() {
        for css in ["a{b:url(", "@import", "}}}}", "{[(".repeat(5000).as_str(), "\u{0}\\"] {
            let _ = found(css);
        }
    }
}
