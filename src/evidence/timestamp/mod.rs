//! Time-stamps by a third party (RFC 3161): that something existed at a time, said by
//! an authority that has no part in the case.

mod ber;
mod certificate;
mod der;
mod oid;
mod signature;
mod stamp;
mod token;

#[cfg(test)]
mod tests;

use std::io;

pub use stamp::{Authority, Stamped, stamp_head, stamp_item};
pub use token::TimeStamp;

pub(super) use stamp::{HEAD_STAMPS, certificates, check_stamps};
pub(super) use token::check;

/// Why there is no time-stamp, or why one does not hold.
#[derive(Debug, thiserror::Error)]
pub enum TimeStampError {
    /// What should be the address of an authority is none.
    #[error(
        "`{0}` is no address of an authority for time-stamps: it must start with http:// or https://"
    )]
    NoAddress(String),
    /// No answer from the authority.
    #[error("no answer from the authority `{url}`: {reason}")]
    NoAnswer {
        /// Where it was asked.
        url: String,
        /// What went wrong.
        reason: String,
    },
    /// The authority refuses.
    #[error("the authority refuses: {0}")]
    Rejected(String),
    /// It cannot be read.
    #[error("the time-stamp is malformed: {0} cannot be read")]
    Malformed(&'static str),
    /// It does not hold.
    #[error("the time-stamp does not hold: {0}")]
    Wrong(&'static str),
    /// It is signed in a way that is not checked here.
    #[error(
        "the time-stamp cannot be checked: it uses {0}, which is not known here \
         (`openssl ts -verify` may know it)"
    )]
    Unsupported(String),
    /// Its certificate does not hold.
    #[error("the certificate of the time-stamp does not hold: {0}")]
    Certificate(String),
    /// The certificates to trust cannot be read.
    #[error("`{0}` holds no certificate in PEM form")]
    NoCertificate(String),
    /// A file cannot be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The case cannot be written to.
    #[error(transparent)]
    Store(#[from] super::StoreError),
}
