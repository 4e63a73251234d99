//! Reads a whole official list, page by page; pages that have come are kept, so that a run that was
//! cut off goes on where it stopped.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::UpdateError;
use super::http::Polite;
use super::official::Official;

/// Where a list is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Site {
    /// The Checklist of CITES Species: no token, CITES only.
    Checklist,
    /// The API of Species+: with a token, CITES and EU.
    Api {
        /// Sent as `X-Authentication-Token`, and written nowhere.
        token: String,
    },
}

/// How a list is read.
#[derive(Debug)]
pub struct Fetch {
    /// Which list.
    pub site: Site,
    /// Address of the site, without a path.
    pub base: String,
    /// Folder for the pages that have come.
    pub pages: PathBuf,
    /// Pause between questions.
    pub delay: Duration,
    /// The time: pages kept for more than a day are asked for again.
    pub now: Timestamp,
}

/// How far a list has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Taxa that have come.
    pub taxa: usize,
    /// Taxa that the server announced.
    pub total: usize,
}

impl Site {
    /// The official address.
    #[must_use]
    pub fn address(&self) -> &'static str {
        match self {
            Self::Checklist => "https://www.speciesplus.net",
            Self::Api { .. } => "https://api.speciesplus.net",
        }
    }

    fn url(&self, base: &str, page: usize) -> String {
        let base = base.trim_end_matches('/');
        match self {
            Self::Checklist => format!(
                "{base}/checklist/taxon_concepts?output_layout=alphabetical&level_of_listing=0\
                 &show_synonyms=1&show_author=1&show_english=1&show_spanish=1&show_french=1\
                 &locale=en&page={page}&per_page=1000"
            ),
            Self::Api { .. } => format!("{base}/api/v1/taxon_concepts?page={page}&per_page=500"),
        }
    }

    /// The taxa of a page, as JSON, and the total announced on it.
    fn taxa<'a>(&self, page: &'a Value) -> Option<(Vec<&'a Value>, usize)> {
        let list = |value: &'a Value| value.as_array().map(|list| list.iter());
        let (taxa, total) = match self {
            Self::Checklist => {
                let first = page.as_array()?.first()?;
                (
                    list(&first["animalia"])?.chain(list(&first["plantae"])?).collect(),
                    &first["total_cnt"],
                )
            }
            Self::Api { .. } => {
                (list(&page["taxon_concepts"])?.collect(), &page["pagination"]["total_entries"])
            }
        };
        Some((taxa, usize::try_from(total.as_u64()?).ok()?))
    }

    fn read(&self, taxon: &Value) -> Option<Official> {
        match self {
            Self::Checklist => Official::from_checklist(taxon),
            Self::Api { .. } => Official::from_api(taxon),
        }
    }
}

/// Reads the whole list.
///
/// # Errors
///
/// A server that does not answer with the list, and a list that is not whole: fewer taxa than
/// announced, a total that changes on the way, a page that came before.
pub fn fetch(fetch: &Fetch, told: &mut dyn FnMut(Progress)) -> Result<Vec<Official>, UpdateError> {
    let token = match &fetch.site {
        Site::Checklist => None,
        Site::Api { token } => Some(token.clone()),
    };
    let polite = Polite::new(token, fetch.delay)?;
    fs_err::create_dir_all(&fetch.pages)?;
    let mut list = List { seen: BTreeSet::new(), taxa: Vec::new(), total: None };
    for number in 1.. {
        let (page, is_new) = page(fetch, &polite, number)?;
        if let Err(reason) = list.add(&fetch.site, &page, number) {
            // What was kept is of no use any more: the next run starts afresh.
            fs_err::remove_dir_all(&fetch.pages)?;
            return Err(UpdateError::Incomplete(reason));
        }
        if is_new {
            keep(&fetch.pages, number, &page)?;
        }
        let total = list.total.unwrap_or(0);
        told(Progress { taxa: list.seen.len(), total });
        if list.seen.len() >= total {
            break;
        }
    }
    Ok(list.taxa)
}

/// A list that is being put together.
struct List {
    seen: BTreeSet<String>,
    taxa: Vec<Official>,
    total: Option<usize>,
}

impl List {
    fn add(&mut self, site: &Site, page: &Value, number: usize) -> Result<(), String> {
        let (taxa, total) =
            site.taxa(page).ok_or_else(|| format!("page {number} is not of the form expected"))?;
        let announced = *self.total.get_or_insert(total);
        if announced != total {
            return Err(format!("{announced} taxa were announced, and on page {number} {total}"));
        }
        let before = self.seen.len();
        for taxon in taxa {
            let id = taxon["id"].to_string() + taxon["full_name"].as_str().unwrap_or("");
            if self.seen.insert(id) {
                self.taxa.extend(site.read(taxon));
            }
        }
        if self.seen.len() == before && before < announced {
            return Err(format!(
                "{announced} taxa were announced and {before} have come; page {number} brings none"
            ));
        }
        Ok(())
    }
}

/// The page number `number`, from the folder or the server, and whether it is new.
fn page(fetch: &Fetch, polite: &Polite, number: usize) -> Result<(Value, bool), UpdateError> {
    if let Some(page) = kept(&path(&fetch.pages, number), fetch.now) {
        return Ok((page, false));
    }
    Ok((polite.json(&fetch.site.url(&fetch.base, number))?, true))
}

/// A page that came in an earlier run.
fn kept(path: &Path, now: Timestamp) -> Option<Value> {
    let written = Timestamp::try_from(fs_err::metadata(path).ok()?.modified().ok()?).ok()?;
    if now.duration_since(written) > SignedDuration::from_hours(24) {
        return None;
    }
    serde_json::from_slice(&fs_err::read(path).ok()?).ok()
}

/// Keeps a page: it stands in the folder whole or not at all.
fn keep(pages: &Path, number: usize, page: &Value) -> Result<(), UpdateError> {
    let file = tempfile::NamedTempFile::new_in(pages)?;
    serde_json::to_writer(&file, page).map_err(std::io::Error::from)?;
    file.persist(path(pages, number)).map_err(|err| err.error)?;
    Ok(())
}

fn path(pages: &Path, number: usize) -> PathBuf {
    pages.join(format!("page-{number:04}.json"))
}
