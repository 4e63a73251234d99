//! Which signatures of time-stamps are checked, and what is said of the others.

use p384::ecdsa::VerifyingKey;
use p384::ecdsa::signature::hazmat::PrehashVerifier;
use ring::signature::{self as with, RsaParameters, UnparsedPublicKey};
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm};
use sha2::Digest;

use super::certificate::Key;
use super::der::{Reader, tag};
use super::{TimeStampError, oid};

/// A signature, and how it says that it was made.
#[derive(Clone, Copy)]
pub(super) struct Signature<'a> {
    /// The digest of what is signed.
    pub(super) digest: &'a [u8],
    /// The content of its `AlgorithmIdentifier`.
    pub(super) algorithm: &'a [u8],
    /// Its octets.
    pub(super) bytes: &'a [u8],
}

/// Returns the digest of `bytes`; `None` for one that is not known here.
pub(super) fn digest(algorithm: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        oid::SHA256 => Some(sha2::Sha256::digest(bytes).to_vec()),
        oid::SHA384 => Some(sha2::Sha384::digest(bytes).to_vec()),
        oid::SHA512 => Some(sha2::Sha512::digest(bytes).to_vec()),
        oid::SHA1 => {
            let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
            Some(digest.as_ref().to_vec())
        }
        _ => None,
    }
}

impl Signature<'_> {
    /// Checks that the key of `certificate` signed `message`.
    ///
    /// # Errors
    ///
    /// [`TimeStampError::Wrong`] when it did not; [`TimeStampError::Unsupported`] when that
    /// cannot be found out here.
    pub(super) fn check(
        &self,
        certificate: &CertificateDer<'_>,
        message: &[u8],
    ) -> Result<(), TimeStampError> {
        let entity = webpki::EndEntityCert::try_from(certificate)
            .map_err(|err| TimeStampError::Certificate(err.to_string()))?;
        let key =
            Key::of(certificate).ok_or(TimeStampError::Malformed("the key of its certificate"))?;
        let holds = algorithms(self.digest)
            .iter()
            .any(|algorithm| entity.verify_signature(*algorithm, message, self.bytes).is_ok());
        if holds || self.holds_by(&key, message) {
            return Ok(());
        }
        Err(match self.unsupported(&key) {
            Some(kind) => TimeStampError::Unsupported(kind),
            None => TimeStampError::Wrong("its signature does not hold"),
        })
    }

    /// Checks the kinds that `webpki` has not: keys for RSA-PSS alone, and SHA-512 by a
    /// key on P-384.
    fn holds_by(&self, key: &Key<'_>, message: &[u8]) -> bool {
        let pss = |parameters: &'static RsaParameters| {
            UnparsedPublicKey::new(parameters, key.bytes).verify(message, self.bytes).is_ok()
        };
        match (key.kind, self.digest) {
            (oid::RSA_PSS, oid::SHA256) => pss(&with::RSA_PSS_2048_8192_SHA256),
            (oid::RSA_PSS, oid::SHA384) => pss(&with::RSA_PSS_2048_8192_SHA384),
            (oid::RSA_PSS, oid::SHA512) => pss(&with::RSA_PSS_2048_8192_SHA512),
            (oid::EC, oid::SHA512) if key.curve == Some(oid::P384) => {
                let signature = p384::ecdsa::DerSignature::from_bytes(self.bytes);
                let key = VerifyingKey::from_sec1_bytes(key.bytes);
                key.is_ok_and(|key| {
                    let digest = sha2::Sha512::digest(message);
                    signature.is_ok_and(|signature| key.verify_prehash(&digest, &signature).is_ok())
                })
            }
            _ => false,
        }
    }

    /// What it is signed by, where that is not checked here; `None` for what is.
    fn unsupported(&self, key: &Key<'_>) -> Option<String> {
        let bits = match self.digest {
            oid::SHA256 => 256,
            oid::SHA384 => 384,
            oid::SHA512 => 512,
            other => return Some(format!("the digest {}", oid::name(other))),
        };
        match key.kind {
            oid::RSA | oid::RSA_PSS => {
                let length = key.rsa_bits()?;
                if !(2048..=8192).contains(&length) {
                    return Some(format!("an RSA key of {length} bits"));
                }
                let salt = self.salt()?;
                (salt.saturating_mul(8) != bits)
                    .then(|| format!("RSA-PSS with a salt of {salt} bytes"))
            }
            oid::EC => match (key.curve, bits) {
                (Some(oid::P256), 256 | 384) | (Some(oid::P384), _) => None,
                (Some(curve), _) => {
                    Some(format!("a key on the curve {} with SHA-{bits}", oid::name(curve)))
                }
                (None, _) => Some("a key on a curve without a name".to_owned()),
            },
            oid::ED25519 => (bits != 512).then(|| format!("Ed25519 with SHA-{bits}")),
            other => Some(format!("a key of the kind {}", oid::name(other))),
        }
    }

    /// How long the salt of RSA-PSS is, in bytes; `None` for another kind of signature.
    /// Source: RFC 4055, section 3.1: 20 where nothing is said.
    fn salt(&self) -> Option<usize> {
        let mut algorithm = Reader::new(self.algorithm);
        algorithm.expect(tag::OID).filter(|kind| *kind == oid::RSA_PSS)?;
        let Some(mut parameters) = algorithm.enter(tag::SEQUENCE) else { return Some(20) };
        while let Some(parameter) = parameters.next() {
            if parameter.tag == tag::CONTEXT_2 {
                let salt = Reader::new(parameter.content).expect(tag::INTEGER)?;
                return Some(salt.iter().fold(0, |salt, &octet| salt << 8 | usize::from(octet)));
            }
        }
        Some(20)
    }
}

/// The signatures that go with a digest; which one it is the key says.
fn algorithms(digest: &[u8]) -> &'static [&'static dyn SignatureVerificationAlgorithm] {
    use webpki::ring as with;
    match digest {
        oid::SHA256 => {
            const {
                &[
                    with::ECDSA_P256_SHA256,
                    with::ECDSA_P384_SHA256,
                    with::RSA_PKCS1_2048_8192_SHA256,
                    with::RSA_PSS_2048_8192_SHA256_LEGACY_KEY,
                ]
            }
        }
        oid::SHA384 => {
            const {
                &[
                    with::ECDSA_P256_SHA384,
                    with::ECDSA_P384_SHA384,
                    with::RSA_PKCS1_2048_8192_SHA384,
                    with::RSA_PSS_2048_8192_SHA384_LEGACY_KEY,
                ]
            }
        }
        oid::SHA512 => {
            const {
                &[
                    with::RSA_PKCS1_2048_8192_SHA512,
                    with::RSA_PSS_2048_8192_SHA512_LEGACY_KEY,
                    with::ED25519,
                ]
            }
        }
        _ => &[],
    }
}
