//! Bodies that the case holds already: the second time a reference is enough.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde::Serialize;

use crate::evidence::digest::Sha256;

/// Shorter bodies are kept each time: a reference would not be shorter.
const SHORTEST: u64 = 1 << 10;

/// Where a body stands that came before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SameAs {
    /// The item of the case.
    pub item: String,
    /// The record in its archive.
    pub record: String,
    /// What was asked for then.
    pub url: String,
    /// When.
    pub started: String,
}

/// A body that was written into an archive, to be known once its item has its place.
#[derive(Clone, Debug)]
pub(in crate::evidence) struct Written {
    pub(super) digest: Sha256,
    pub(super) same_as: SameAs,
}

/// The bodies of one run, by digest. Copies share them.
#[derive(Clone, Debug, Default)]
pub struct Payloads(Arc<Mutex<BTreeMap<Sha256, SameAs>>>);

impl Payloads {
    /// Where the body with this digest and length stands, if that is worth a reference.
    pub(super) fn find(&self, (digest, bytes): (Sha256, u64)) -> Option<SameAs> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&digest).filter(|_| bytes >= SHORTEST).cloned()
    }

    /// Makes the bodies of `item` known.
    pub(super) fn add(&self, item: &str, written: Vec<Written>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for Written { digest, same_as } in written {
            known.entry(digest).or_insert(SameAs { item: item.to_owned(), ..same_as });
        }
    }
}
