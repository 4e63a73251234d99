//! What people decided on ads: kept beside the ledger, each change in the custody log.
//!
//! `decisions.jsonl` has one line an ad, in order of its id:
//! `{"ad_id":"…","decision":"confirm","note":"…","time":"…"}`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Folder;
use super::ad::{Ad, Verdict};
use crate::evidence::plain_file;
use crate::evidence::{Action, Custodian, StoreError};

/// Name of the file in a case folder.
pub const DECISIONS_FILE: &str = "decisions.jsonl";

/// What a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It offers a specimen of a listed taxon: it counts, whatever the scan said.
    Confirm,
    /// It does not: it does not count.
    Reject,
    /// Not yet clear: the scan's verdict stands.
    Unsure,
}

impl Decision {
    /// Reads the word for a decision or its first letter.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        match text.trim().to_lowercase().as_str() {
            "c" | "confirm" | "confirmed" | "yes" => Some(Self::Confirm),
            "r" | "reject" | "rejected" | "no" => Some(Self::Reject),
            "u" | "unsure" => Some(Self::Unsure),
            _ => None,
        }
    }

    /// The word used in records.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Reject => "reject",
            Self::Unsure => "unsure",
        }
    }
}

/// A decision on one ad.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The ledger's name of the ad.
    pub ad_id: String,
    /// What was decided.
    pub decision: Decision,
    /// Why, in the person's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// When.
    pub time: Timestamp,
}

/// Why decisions cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum DecisionsError {
    /// A line that is no decision.
    #[error("{DECISIONS_FILE}:{line}: no decision")]
    Damaged {
        /// Counted from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// The file.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The case folder or its log.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The decisions of a case, by ad.
#[derive(Clone, Debug, Default)]
pub struct Decisions {
    by_ad: BTreeMap<String, Decided>,
}

impl Decisions {
    /// Reads the decisions in the case folder `case`; none where there is no file.
    ///
    /// # Errors
    ///
    /// [`DecisionsError::Damaged`] and [`DecisionsError::Io`].
    pub fn of(case: &Path) -> Result<Self, DecisionsError> {
        let text = match plain_file::read_text(&case.join(DECISIONS_FILE), plain_file::LIST) {
            Ok(text) => text,
            Err(err) if err.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(err) => return Err(err.into()),
        };
        let mut by_ad = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            let decided: Decided = serde_json::from_str(line)
                .map_err(|source| DecisionsError::Damaged { line: at + 1, source })?;
            by_ad.insert(decided.ad_id.clone(), decided);
        }
        Ok(Self { by_ad })
    }

    /// The decision on an ad.
    #[must_use]
    pub fn on(&self, ad_id: &str) -> Option<&Decided> {
        self.by_ad.get(ad_id)
    }

    /// True when `ad` counts: confirmed, or not rejected and of one of `verdicts`.
    #[must_use]
    pub fn let_count(&self, ad: &Ad, verdicts: &[Verdict]) -> bool {
        match self.on(&ad.ad_id).map(|decided| decided.decision) {
            Some(Decision::Confirm) => true,
            Some(Decision::Reject) => false,
            Some(Decision::Unsure) | None => verdicts.contains(&ad.finding.verdict),
        }
    }

    /// How many ads were decided so.
    #[must_use]
    pub fn count(&self, decision: Decision) -> usize {
        self.by_ad.values().filter(|decided| decided.decision == decision).count()
    }
}

/// Keeps `decided` in `case`, over what was decided on the same ads before; the custody log
/// gets an entry with each of them.
///
/// # Errors
///
/// [`DecisionsError`]; the case is then as before.
pub fn decide(
    case: &Folder,
    custodian: &Custodian,
    decided: &[Decided],
) -> Result<(), DecisionsError> {
    let mut writer = case.lock(custodian)?;
    let mut all = Decisions::of(case.path())?;
    for one in decided {
        all.by_ad.insert(one.ad_id.clone(), one.clone());
    }
    let action = Action::new("review").with("decisions", decided);
    writer.replace(DECISIONS_FILE, action, |out| {
        for decided in all.by_ad.values() {
            serde_json::to_writer(&mut *out, decided)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Decision;

    #[test]
    fn decisions_are_read_by_word_and_by_letter() {
        assert_eq!(Decision::read(" C "), Some(Decision::Confirm));
        assert_eq!(Decision::read("rejected"), Some(Decision::Reject));
        assert_eq!(Decision::read("u"), Some(Decision::Unsure));
        assert_eq!(Decision::read("maybe"), None);
    }
}
