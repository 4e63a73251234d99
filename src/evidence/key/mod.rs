//! Ed25519 keys: the user's signing key, the public keys that a case keeps, and how one
//! key takes over from another.

mod handover;
mod passphrase;
mod ring;

use std::io;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use super::digest::Sha256;

pub use handover::Handover;
pub use passphrase::{Ask, PASSPHRASE_FILE, passphrase_from_environment};
pub use ring::{KeyRing, KnownKey};

/// DER before the 32-byte seed. Source: RFC 8410, section 7 (PKCS #8, version 1).
const PRIVATE_PREFIX: [u8; 16] =
    [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/// DER before the 32-byte point. Source: RFC 8410, section 4 (SubjectPublicKeyInfo).
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Neither `PUGMARK_HOME` nor `XDG_DATA_HOME` nor `HOME` is set.
    #[error("no folder for the signing key: set PUGMARK_HOME or HOME")]
    NoFolder,
    /// The key file cannot be read or made.
    #[error("cannot use the signing key")]
    Io(#[from] io::Error),
    /// The file holds something else.
    #[error("`{0}` holds no Ed25519 key in PEM form")]
    Malformed(PathBuf),
    /// The system gave no random numbers.
    #[error("the system gave no random numbers for a new key: {0}")]
    NoRandomness(getrandom::Error),
    /// The key is protected, and nobody said the passphrase.
    #[error("the signing key `{0}` is protected by a passphrase, and none was given")]
    NoPassphrase(PathBuf),
    /// The passphrase is not the one the key was protected with.
    #[error("the passphrase does not open the signing key `{0}`")]
    WrongPassphrase(PathBuf),
    /// A passphrase must have at least one character.
    #[error("an empty passphrase protects nothing")]
    EmptyPassphrase,
    /// The passphrase file cannot be read.
    #[error("cannot read the passphrase from `{path}`")]
    PassphraseFile {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// The key with which a user signs custody entries.
pub struct Signer {
    key: SigningKey,
    ring: KeyRing,
}

impl Signer {
    /// Reads the user's key, and makes one on first use: `signing-key.pem` in
    /// `$PUGMARK_HOME`, else `$XDG_DATA_HOME/pugmark`, else `$HOME/.local/share/pugmark`.
    /// `ask` is asked for the passphrase when the key is protected by one.
    ///
    /// # Errors
    ///
    /// When no such folder is known, or the key cannot be read, opened or made.
    pub fn of_user(ask: Ask<'_>) -> Result<Self, KeyError> {
        KeyRing::of_user()?.signer(ask)
    }

    /// Reads the key in `folder`, and makes one when there is none.
    ///
    /// # Errors
    ///
    /// When the key cannot be read or made, or is protected by a passphrase.
    pub fn in_folder(folder: &Path) -> Result<Self, KeyError> {
        KeyRing::new(folder).signer(&passphrase_from_environment)
    }

    fn new(seed: &[u8; 32], ring: KeyRing) -> Self {
        Self { key: SigningKey::from_bytes(seed), ring }
    }

    /// Where the key is kept, with what is known of the keys before it.
    #[must_use]
    pub fn ring(&self) -> &KeyRing {
        &self.ring
    }

    /// The key that checks this one's signatures.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey { key: self.key.verifying_key() }
    }

    /// Signs `message`; the 64-byte signature in base64.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> String {
        BASE64.encode(&self.sign_bytes(message))
    }

    /// Signs `message`; the 64 bytes of the signature as they are.
    #[must_use]
    pub fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

/// A key that checks signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    key: VerifyingKey,
}

impl PublicKey {
    /// Reads the PEM form; `None` when it is anything else, to the last byte.
    #[must_use]
    pub fn from_pem(pem: &str) -> Option<Self> {
        let der = pem_content(pem, "PUBLIC KEY")?;
        let point = der.strip_prefix(&PUBLIC_PREFIX[..])?.try_into().ok()?;
        let key = Self { key: VerifyingKey::from_bytes(&point).ok()? };
        (key.to_pem() == pem).then_some(key)
    }

    /// The PEM form that `openssl pkeyutl -pubin -inkey` reads.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem("PUBLIC KEY", &self.der())
    }

    /// SHA-256 of the key in DER form (SubjectPublicKeyInfo): the key's short name.
    #[must_use]
    pub fn fingerprint(&self) -> Sha256 {
        Sha256::of(&self.der())
    }

    /// True when `signature` (base64) over `message` was made with this key.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &str) -> bool {
        let signature = BASE64.decode(signature.as_bytes());
        signature.is_ok_and(|signature| self.verifies_bytes(message, &signature))
    }

    /// As [`PublicKey::verifies`], for the 64 bytes of a signature as they are.
    #[must_use]
    pub fn verifies_bytes(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.key.verify_strict(message, &signature).is_ok())
    }

    fn der(&self) -> Vec<u8> {
        [&PUBLIC_PREFIX[..], self.key.as_bytes()].concat()
    }
}

/// Where a user's key and settings live, from the environment.
#[must_use]
pub fn user_folder() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("PUGMARK_HOME")
        .or_else(|| set("XDG_DATA_HOME").map(|data| data.join("pugmark")))
        .or_else(|| set("HOME").map(|home| home.join(".local/share/pugmark")))
}

fn pem(label: &str, der: &[u8]) -> String {
    // Both forms are shorter than the 64 columns of one line (RFC 7468, section 2).
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", BASE64.encode(der))
}

fn pem_content(pem: &str, label: &str) -> Option<Vec<u8>> {
    let body = pem
        .trim_end()
        .strip_prefix(&format!("-----BEGIN {label}-----"))?
        .strip_suffix(&format!("-----END {label}-----"))?;
    BASE64.decode(body.trim().as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::{PublicKey, Signer};

    #[test]
    fn a_key_is_made_once_and_then_read() {
        let folder = tempfile::tempdir().unwrap();
        let first = Signer::in_folder(&folder.path().join("new/home")).unwrap();
        let again = Signer::in_folder(&folder.path().join("new/home")).unwrap();
        assert_eq!(first.public(), again.public());
        let other = Signer::in_folder(&folder.path().join("other")).unwrap();
        assert_ne!(first.public(), other.public());
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_the_key() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        Signer::in_folder(folder.path()).unwrap();
        let mode = fs_err::metadata(folder.path().join("signing-key.pem")).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
    }

    #[test]
    fn a_signature_holds_for_its_message_and_key_only() {
        let folder = tempfile::tempdir().unwrap();
        let signer = Signer::in_folder(folder.path()).unwrap();
        let other = Signer::in_folder(&folder.path().join("other")).unwrap();
        let signature = signer.sign(b"entry");
        let public = PublicKey::from_pem(&signer.public().to_pem()).unwrap();
        assert!(public.verifies(b"entry", &signature));
        assert!(!public.verifies(b"entrY", &signature));
        assert!(!other.public().verifies(b"entry", &signature));
    }

    #[test]
    fn a_public_key_with_one_more_space_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let pem = Signer::in_folder(folder.path()).unwrap().public().to_pem();
        assert!(PublicKey::from_pem(&pem).is_some());
        assert!(PublicKey::from_pem(&format!("{pem} ")).is_none());
    }
}
