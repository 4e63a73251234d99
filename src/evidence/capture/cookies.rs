//! Cookies: the investigator's from a file, and those that servers set while a page is captured.

use std::fmt;

use cookie_store::{CookieStore, RawCookie};
use hyper::HeaderMap;
use hyper::header::{HeaderValue, SET_COOKIE};
use url::Url;

/// One cookie as `cookies.txt` has it.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::evidence) struct CookieLine {
    /// The host, without a dot before it.
    pub(in crate::evidence) domain: String,
    /// Whether hosts below it get the cookie too.
    pub(in crate::evidence) subdomains: bool,
    pub(in crate::evidence) path: String,
    pub(in crate::evidence) secure: bool,
    pub(in crate::evidence) http_only: bool,
    /// Seconds since 1970; `None` for the session.
    pub(in crate::evidence) expires: Option<i64>,
    pub(in crate::evidence) name: String,
    pub(in crate::evidence) value: String,
}

/// The cookies of a browser that is logged in.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Cookies(Vec<CookieLine>);

/// A line of `cookies.txt` that cannot be understood.
#[derive(Debug, thiserror::Error)]
#[error(
    "line {0} is no cookie: seven fields with tabs between them are expected (Netscape cookies.txt)"
)]
pub struct CookieError(usize);

/// How many, not which: their values are secrets.
impl fmt::Debug for Cookies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cookies({})", self.0.len())
    }
}

impl Cookies {
    /// Reads the text of a `cookies.txt` in Netscape's form, as browsers' extensions, curl and
    /// wget write it.
    ///
    /// # Errors
    ///
    /// [`CookieError`] with the number of the line that is none.
    pub fn read(text: &str) -> Result<Self, CookieError> {
        let mut cookies = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let (line, http_only) = match line.strip_prefix("#HttpOnly_") {
                Some(rest) => (rest, true),
                None => (line, false),
            };
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            cookies.push(cookie(line, http_only).ok_or(CookieError(index + 1))?);
        }
        Ok(Self(cookies))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::evidence) fn iter(&self) -> impl Iterator<Item = &CookieLine> {
        self.0.iter()
    }

    /// A jar with these cookies in it.
    pub(super) fn jar(&self) -> Jar {
        let mut store = CookieStore::new();
        for line in &self.0 {
            let scheme = if line.secure { "https" } else { "http" };
            let Ok(url) = Url::parse(&format!("{scheme}://{}{}", line.domain, line.path)) else {
                continue;
            };
            let mut cookie = RawCookie::new(line.name.clone(), line.value.clone());
            cookie.set_path(line.path.clone());
            cookie.set_secure(line.secure);
            if line.subdomains {
                cookie.set_domain(line.domain.clone());
            }
            // One that is not for its own host is no use to anybody.
            let _ = store.insert_raw(&cookie, &url);
        }
        Jar(store)
    }
}

/// Source: the form that Netscape's `cookies.txt` had, as curl documents it.
fn cookie(line: &str, http_only: bool) -> Option<CookieLine> {
    let fields: Vec<&str> = line.trim_end_matches(['\r', '\n']).split('\t').collect();
    let [domain, subdomains, path, secure, expires, name, value] = fields[..] else { return None };
    let expires: i64 = expires.split('.').next()?.parse().ok()?;
    Some(CookieLine {
        domain: domain.trim_start_matches('.').to_ascii_lowercase(),
        subdomains: subdomains.eq_ignore_ascii_case("true") || domain.starts_with('.'),
        path: path.to_owned(),
        secure: secure.eq_ignore_ascii_case("true"),
        http_only,
        expires: (expires > 0).then_some(expires),
        name: name.to_owned(),
        value: value.to_owned(),
    })
}

/// The cookies of one capture.
pub(super) struct Jar(CookieStore);

impl Jar {
    /// What is sent to `url`.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let pairs: Vec<String> =
            self.0.get_request_values(url).map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| HeaderValue::from_str(&pairs.join("; ")).ok()).flatten()
    }

    /// Keeps what `url` sets.
    pub(super) fn keep(&mut self, url: &Url, headers: &HeaderMap) {
        let values = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        let cookies = values.filter_map(|value| RawCookie::parse(value.to_owned()).ok());
        self.0.store_response_cookies(cookies, url);
    }
}

#[cfg(test)]
mod tests {
    use hyper::HeaderMap;
    use hyper::header::SET_COOKIE;
    use url::Url;

    use super::Cookies;

    const FILE: &str = "# Netscape HTTP Cookie File\n\n.market.example\tTRUE\t/\tTRUE\t2000000000\tsession\ts3cret\n\
        #HttpOnly_shop.example\tFALSE\t/a\tFALSE\t0\tid\t1\n";

    fn sent(jar: &super::Jar, url: &str) -> Option<String> {
        let value = jar.header(&Url::parse(url).unwrap())?;
        Some(value.to_str().unwrap().to_owned())
    }

    #[test]
    fn cookies_go_to_their_own_hosts_only() {
        let cookies = Cookies::read(FILE).unwrap();
        let jar = cookies.jar();
        assert_eq!(sent(&jar, "https://www.market.example/ad").unwrap(), "session=s3cret");
        assert_eq!(sent(&jar, "http://market.example/"), None, "over TLS only");
        assert_eq!(sent(&jar, "https://notmarket.example/"), None);
        assert_eq!(sent(&jar, "http://shop.example/a/b").unwrap(), "id=1");
        assert_eq!(sent(&jar, "http://shop.example/b"), None);
        assert_eq!(sent(&jar, "http://x.shop.example/a"), None);
        assert_eq!(format!("{cookies:?}"), "Cookies(2)");
    }

    #[test]
    fn what_a_server_sets_is_sent_back_and_can_be_deleted() {
        let mut jar = Cookies::default().jar();
        let url = Url::parse("http://a.example/").unwrap();
        let mut headers = HeaderMap::new();
        headers.append(SET_COOKIE, "seen=1; Path=/".parse().unwrap());
        headers.append(SET_COOKIE, "foreign=1; Domain=b.example".parse().unwrap());
        jar.keep(&url, &headers);
        assert_eq!(sent(&jar, "http://a.example/x").unwrap(), "seen=1");
        headers.insert(SET_COOKIE, "seen=; Max-Age=0; Path=/".parse().unwrap());
        jar.keep(&url, &headers);
        assert_eq!(sent(&jar, "http://a.example/x"), None);
    }

    #[test]
    fn a_line_that_is_no_cookie_is_named() {
        for text in ["a=b", "# c\na.example\tTRUE\t/\tTRUE\tsoon\ta\tb"] {
            assert!(Cookies::read(text).unwrap_err().to_string().starts_with("line "), "{text}");
        }
    }
}
