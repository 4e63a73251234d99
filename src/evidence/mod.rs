//! Captures, archives, hashes, logs and verifies what may be gone tomorrow.
//!
//! Evidence lives in a case folder ([`Store`]): `items/NNNN-name/`, each a BagIt
//! 1.0 bag, and a custody log that vouches for every byte. To add:
//!
//! ```no_run
//! use pugmark::clock::Clock;
//! use pugmark::evidence::{Action, Custodian, Store};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = Store::open("CASE".as_ref())?;
//! let custodian = Custodian::of_user(Clock::System)?;
//! let mut writer = store.lock(&custodian)?; // others wait from here
//! writer.append(Action::new("note").with("text", "seller answered"))?;
//! writer.replace("ads.jsonl", Action::new("import").with("ads", 1), |out| {
//!     out.write_all(b"{}\n") // the whole new file
//! })?; // durable, and vouched for by the log
//! # Ok(())
//! # }
//! ```

mod add;
mod browser;
mod capture;
mod content;
mod custody;
mod digest;
mod draft;
pub(crate) mod durable;
mod file_name;
pub(crate) mod foreign;
#[cfg(test)]
mod fresh;
mod interrupt;
mod key;
mod keys;
mod memory;
mod net;
mod other_digests;
mod page;
mod picture;
pub(crate) mod plain_file;
mod readme;
mod recheck;
mod recovery;
mod store;
mod timestamp;
mod transfer;
mod verify;
mod wacz;
mod warc;
mod writer;

pub use add::{AddError, Added, LeftOut, add};
pub use browser::{Browser, BrowserFacts, BrowserOptions};
pub use capture::{
    ACQUISITION_SCHEMA, Acquisition, CaptureError, CaptureOptions, Captured, Capturer, CookieError,
    Cookies, Failure, Fetched, Hosts, Limits, Machine, MadeFile, Manners, Payloads, Prepared,
    Progress, SameAs, SeenPicture, ServerClock, Tls,
};
pub use content::{Chat, ChatKind, Content, HeldChat, Mail, Photo};
pub use custody::{
    Action, CLOCK, Entry, Fault, HEAD_FILE, LOG_FILE, Line, Log, SCHEMA as CUSTODY_SCHEMA,
};
pub use digest::{Hasher, HashingWriter, Sha256};
pub use draft::{DATA, Draft, MANIFEST, PayloadFile, SealedItem, TAG_MANIFEST};
pub(crate) use durable::make_readable;
pub use interrupt::Interrupt;
pub use key::{
    Ask, Handover, KeyError, KeyRing, KnownKey, PASSPHRASE_FILE, PublicKey, Signer,
    passphrase_from_environment, user_folder,
};
pub use memory::Memory;
pub use net::{Proxy, ProxyError, Resolved, Resolver, SystemResolver, refusal};
pub use other_digests::Also;
pub use page::Role;
pub use picture::{PICTURE_HASH, Picture};
pub use readme::{README, README_FILE};
pub use recheck::{Rechecked, State, logged_address, pages_to_visit, visits};
pub use store::{Custodian, FIRST_KEY, ITEMS, KEYS, QUARANTINE, Store, StoreError};
pub use timestamp::{Authority, Stamped, TimeStamp, TimeStampError, stamp_head, stamp_item};
pub use transfer::{
    Anchor, Countersigned, Filed, Receipt, Received, Sent, Terms, TransferError, file_receipt,
    receive, send,
};
pub use verify::{Check, Expected, Report, verify};
pub use wacz::{WaczError, write_wacz};
pub use writer::{TOOL, Writer};
