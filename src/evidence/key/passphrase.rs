//! A signing key under a passphrase: PKCS #8 with PBES2 (RFC 8018), as `openssl pkey` reads it.

use std::path::PathBuf;

use fs_err as fs;
use pkcs8::EncryptedPrivateKeyInfoOwned;
use pkcs8::der::pem::{LineEnding, PemLabel};
use pkcs8::der::{Decode, SecretDocument, asn1::OctetString};
use pkcs8::pkcs5::pbes2::Parameters;

use super::KeyError;

/// Who is asked for the passphrase of the key at a path.
pub type Ask<'a> = &'a dyn Fn(PathBuf) -> Result<String, KeyError>;

/// Names the environment variable with the path of a file whose first line is the passphrase.
pub const PASSPHRASE_FILE: &str = "PUGMARK_PASSPHRASE_FILE";

/// Rounds of PBKDF2 with HMAC-SHA-256.
/// Source: OWASP Password Storage Cheat Sheet, 2023 and later.
const ROUNDS: u32 = 600_000;

/// Reads the passphrase for the key at `key` from the file that [`PASSPHRASE_FILE`] names.
///
/// # Errors
///
/// When the variable is not set, or the file cannot be read.
pub fn passphrase_from_environment(key: PathBuf) -> Result<String, KeyError> {
    let path = std::env::var_os(PASSPHRASE_FILE).filter(|path| !path.is_empty());
    read(path.map(PathBuf::from).ok_or(KeyError::NoPassphrase(key))?)
}

/// The first line of the file at `path`.
fn read(path: PathBuf) -> Result<String, KeyError> {
    let text = fs::read_to_string(&path);
    let text = text.map_err(|source| KeyError::PassphraseFile { path, source })?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// True when `pem` holds a key under a passphrase.
pub(super) fn is_protected(pem: &str) -> bool {
    pem.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----")
}

/// Encrypts a private key in DER form; returns PEM.
pub(super) fn protect(der: &[u8], passphrase: &str) -> Result<String, KeyError> {
    if passphrase.is_empty() {
        return Err(KeyError::EmptyPassphrase);
    }
    let (mut salt, mut iv) = ([0; 16], [0; 16]);
    getrandom::fill(&mut salt).map_err(KeyError::NoRandomness)?;
    getrandom::fill(&mut iv).map_err(KeyError::NoRandomness)?;
    let possible = "a salt of 16 bytes and a key of 48 bytes are within the limits of PBES2";
    let parameters =
        Parameters::generate_pbkdf2_sha256_aes256cbc(ROUNDS, &salt, iv).expect(possible);
    let encrypted = parameters.encrypt(passphrase, der).expect(possible);
    let info = EncryptedPrivateKeyInfoOwned {
        encryption_algorithm: parameters.into(),
        encrypted_data: OctetString::new(encrypted).expect(possible),
    };
    let document = SecretDocument::try_from(info).expect(possible);
    let pem = document.to_pem(EncryptedPrivateKeyInfoOwned::PEM_LABEL, LineEnding::LF);
    Ok(pem.expect(possible).to_string())
}

/// Decrypts a private key; `None` when the PEM is malformed, else the DER form, which is
/// rubbish or an error under a wrong passphrase.
pub(super) fn open(pem: &str, passphrase: &str) -> Option<Result<Vec<u8>, ()>> {
    let (label, document) = SecretDocument::from_pem(pem).ok()?;
    if label != EncryptedPrivateKeyInfoOwned::PEM_LABEL {
        return None;
    }
    let info = EncryptedPrivateKeyInfoOwned::from_der(document.as_bytes()).ok()?;
    let opened = info.decrypt(passphrase).map_err(drop);
    Some(opened.map(|der| der.as_bytes().to_vec()))
}
