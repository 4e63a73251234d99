//! Ed25519 keys: the user's signing key, and the public keys that a case keeps.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use fs_err as fs;

use super::digest::Sha256;
use super::durable;

/// DER before the 32-byte seed. Source: RFC 8410, section 7 (PKCS #8, version 1).
const PRIVATE_PREFIX: [u8; 16] =
    [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
/// DER before the 32-byte point. Source: RFC 8410, section 4 (SubjectPublicKeyInfo).
const PUBLIC_PREFIX: [u8; 12] = [0x30, 0x2a, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 3, 0x21, 0];

const FILE_NAME: &str = "signing-key.pem";

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
}

/// The key with which a user signs custody entries.
pub struct Signer {
    key: SigningKey,
}

impl Signer {
    /// Reads the user's key, and makes one on first use: `signing-key.pem` in
    /// `$PUGMARK_HOME`, else `$XDG_DATA_HOME/pugmark`, else `$HOME/.local/share/pugmark`.
    ///
    /// # Errors
    ///
    /// When no such folder is known, or the key cannot be read or made.
    pub fn of_user() -> Result<Self, KeyError> {
        Self::in_folder(&user_folder().ok_or(KeyError::NoFolder)?)
    }

    /// Reads the key in `folder`, and makes one when there is none.
    ///
    /// # Errors
    ///
    /// When the key cannot be read or made.
    pub fn in_folder(folder: &Path) -> Result<Self, KeyError> {
        let path = folder.join(FILE_NAME);
        if !path.exists() {
            create(folder, &path)?;
        }
        let pem = fs::read_to_string(&path)?;
        let seed = pem_content(&pem, "PRIVATE KEY")
            .and_then(|der| der.strip_prefix(&PRIVATE_PREFIX[..])?.try_into().ok())
            .ok_or(KeyError::Malformed(path))?;
        Ok(Self { key: SigningKey::from_bytes(&seed) })
    }

    /// The key that checks this one's signatures.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey { key: self.key.verifying_key() }
    }

    /// Signs `message`; the 64-byte signature in base64.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> String {
        BASE64.encode(&self.key.sign(message).to_bytes())
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
        let signature = BASE64
            .decode(signature.as_bytes())
            .ok()
            .and_then(|bytes| Signature::from_slice(&bytes).ok());
        signature.is_some_and(|signature| self.key.verify_strict(message, &signature).is_ok())
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

/// Makes a key at `path`; when another process was quicker, its key stays.
fn create(folder: &Path, path: &Path) -> Result<(), KeyError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(KeyError::NoRandomness)?;
    fs::create_dir_all(folder)?;
    // A temporary file of this crate is mode 0600 from the start.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(pem("PRIVATE KEY", &[&PRIVATE_PREFIX[..], &seed].concat()).as_bytes())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Err(err) if err.error.kind() != io::ErrorKind::AlreadyExists => Err(err.error.into()),
        _ => Ok(durable::sync_folder(folder)?),
    }
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
