//! What a page is made of: the addresses it names in HTML, CSS and `srcset`.

mod css;
mod decode;
mod html;
mod srcset;

pub(super) use css::parts as css_parts;
pub(super) use decode::{decode, unpack};
pub(super) use html::read as read_html;

use serde::Serialize;
use url::Url;

/// What part of a page an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The page itself.
    Page,
    /// A page shown inside it.
    Frame,
    /// Where the page leads by `<meta http-equiv=refresh>`.
    Refresh,
    /// A style sheet.
    Style,
    /// A script.
    Script,
    /// A picture.
    Image,
    /// A font, a film, a sound, anything else.
    Other,
}

/// An address that a page or style sheet names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    pub(super) url: Url,
    pub(super) role: Role,
}

/// Resolves `reference` against `base`; `None` when it is not to be fetched by HTTP.
fn resolve(base: &Url, reference: &str) -> Option<Url> {
    // Browsers drop line breaks and tabs anywhere in an address, as does `Url`.
    let mut url = base.join(reference.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    url.set_fragment(None);
    // A page must not make us send a name and password of its choice.
    url.set_username("").ok()?;
    url.set_password(None).ok()?;
    Some(url)
}
