//! What the custody log says of captured pages.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;

use crate::evidence::{Store, StoreError};

/// A captured page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preserved {
    /// Folder of the item below `items/`.
    pub item: String,
    /// When the custody log took it in.
    pub time: Timestamp,
    /// SHA-256 of the item's `tagmanifest-sha256.txt`, which vouches for all its files.
    pub sha256: String,
}

/// The captured pages of a case by their address; of several captures the first.
///
/// # Errors
///
/// When the custody log cannot be read.
pub fn preserved(store: &Store) -> Result<BTreeMap<String, Preserved>, StoreError> {
    let mut pages = BTreeMap::new();
    for (item, hash, line) in store.log()?.held() {
        let entry = &line.entry;
        if let Some(url) = entry.details.get("url").and_then(|url| url.as_str()) {
            let (item, sha256) = (item.to_owned(), hash.to_string());
            let page = Preserved { item, time: entry.time, sha256 };
            pages.entry(url.to_owned()).or_insert(page);
        }
    }
    Ok(pages)
}
