//! One key takes over from another: a statement that the one before signs.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PublicKey, Signer};
use crate::evidence::digest::Sha256;

/// Name and version of the record.
const SCHEMA: &str = "pugmark.handover/1";

/// What is stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    schema: String,
    from: Sha256,
    to: Sha256,
    time: Timestamp,
    reason: Option<String>,
}

/// The statement that a key takes over, signed by the key before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handover {
    statement: Statement,
    text: String,
    signature: Vec<u8>,
}

impl Handover {
    /// States that `to` takes over from `from`.
    pub(super) fn sign(
        from: &Signer,
        to: &PublicKey,
        time: Timestamp,
        reason: Option<&str>,
    ) -> Self {
        let statement = Statement {
            schema: SCHEMA.to_owned(),
            from: from.public().fingerprint(),
            to: to.fingerprint(),
            time,
            reason: reason.map(str::to_owned),
        };
        let text = serde_json_canonicalizer::to_string(&statement)
            .expect("a statement has string keys and no numbers");
        let signature = from.sign_bytes(text.as_bytes()).to_vec();
        Self { statement, text, signature }
    }

    /// Reads a statement and its signature; whether that holds [`Handover::is_signed_by`] says.
    #[must_use]
    pub fn read(text: &[u8], signature: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok()?.to_owned();
        let statement: Statement = serde_json::from_str(&text).ok()?;
        let known = statement.schema == SCHEMA;
        known.then(|| Self { statement, text, signature: signature.to_vec() })
    }

    /// Fingerprint of the key that is replaced.
    #[must_use]
    pub fn from(&self) -> Sha256 {
        self.statement.from
    }

    /// Fingerprint of the key that takes over.
    #[must_use]
    pub fn to(&self) -> Sha256 {
        self.statement.to
    }

    /// When it was stated.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        self.statement.time
    }

    /// Why.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.statement.reason.as_deref()
    }

    /// The signed bytes.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The 64 bytes of the signature.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// True when `key` is the one that is replaced, and signed this.
    #[must_use]
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.fingerprint() == self.statement.from
            && key.verifies_bytes(self.text.as_bytes(), &self.signature)
    }
}
