//! The folder in which a user's key is kept, with what is known of the keys before it.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use jiff::Timestamp;
use serde::Serialize;

use super::handover::Handover;
use super::passphrase::{self, Ask};
use super::{KeyError, PRIVATE_PREFIX, PublicKey, Signer, pem, pem_content, user_folder};
use crate::evidence::digest::Sha256;
use crate::evidence::durable;
use crate::evidence::plain_file;

const PRIVATE: &str = "signing-key.pem";
/// The public key again, so that it can be shown without the passphrase.
const PUBLIC: &str = "signing-key.pub";
/// Folder of the statements with which keys took over from each other.
const HANDOVERS: &str = "handovers";

/// The folder of a user's keys.
#[derive(Clone, Debug)]
pub struct KeyRing {
    folder: PathBuf,
}

/// What there is to say of a key.
#[derive(Clone, Debug, Serialize)]
pub struct KnownKey {
    /// SHA-256 of the public key in DER form.
    pub fingerprint: Sha256,
    /// Whether it signs now.
    pub current: bool,
    /// Whether a passphrase protects it; `None` for a key that is no longer kept.
    pub protected: Option<bool>,
    /// When it took over; `None` for the first.
    pub since: Option<Timestamp>,
    /// Why it took over.
    pub reason: Option<String>,
}

impl KeyRing {
    /// The keys in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The user's keys: see [`Signer::of_user`].
    ///
    /// # Errors
    ///
    /// When no folder for them is known.
    pub fn of_user() -> Result<Self, KeyError> {
        Ok(Self { folder: user_folder().ok_or(KeyError::NoFolder)? })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of the private key.
    #[must_use]
    pub fn private_file(&self) -> PathBuf {
        self.folder.join(PRIVATE)
    }

    /// Reads the private key, and makes one when there is none.
    ///
    /// # Errors
    ///
    /// When the key cannot be read, opened or made.
    pub fn signer(&self, ask: Ask<'_>) -> Result<Signer, KeyError> {
        let path = self.private_file();
        if !path.exists() {
            self.create()?;
        }
        let pem = plain_file::read_text(&path, plain_file::SMALL)?;
        let malformed = || KeyError::Malformed(path.clone());
        let der = if passphrase::is_protected(&pem) {
            let opened = passphrase::open(&pem, &ask(path.clone())?).ok_or_else(malformed)?;
            opened.map_err(|()| KeyError::WrongPassphrase(path.clone()))?
        } else {
            pem_content(&pem, "PRIVATE KEY").ok_or_else(malformed)?
        };
        let seed = der.strip_prefix(&PRIVATE_PREFIX[..]).and_then(|seed| seed.try_into().ok());
        // Under a wrong passphrase one attempt in 256 looks like a success: of rubbish.
        let seed = seed.ok_or_else(|| {
            if passphrase::is_protected(&pem) {
                KeyError::WrongPassphrase(path.clone())
            } else {
                malformed()
            }
        })?;
        Ok(Signer::new(&seed, self.clone()))
    }

    /// Whether a passphrase protects the key.
    ///
    /// # Errors
    ///
    /// When there is a key and it cannot be read.
    pub fn is_protected(&self) -> Result<bool, KeyError> {
        let path = self.private_file();
        Ok(path.exists()
            && passphrase::is_protected(&plain_file::read_text(&path, plain_file::SMALL)?))
    }

    /// The public key; without the passphrase, where it was shown before.
    ///
    /// # Errors
    ///
    /// When the key cannot be read, opened or made.
    pub fn public(&self, ask: Ask<'_>) -> Result<PublicKey, KeyError> {
        if self.is_protected()?
            && let Ok(pem) = fs::read_to_string(self.folder.join(PUBLIC))
            && let Some(key) = PublicKey::from_pem(&pem)
        {
            return Ok(key);
        }
        Ok(self.signer(ask)?.public())
    }

    /// Keeps `signer`'s key under `passphrase` from now on, or without one.
    ///
    /// # Errors
    ///
    /// When the key cannot be written; it is then as before.
    pub fn protect(&self, signer: &Signer, passphrase: Option<&str>) -> Result<(), KeyError> {
        let pem = private_pem(signer, passphrase)?;
        // Away while the key changes: half-way it would show a key that does not sign.
        let public = self.folder.join(PUBLIC);
        match fs::remove_file(&public) {
            Err(err) if err.kind() != io::ErrorKind::NotFound => return Err(err.into()),
            _ => {}
        }
        self.write_private(&pem)?;
        Ok(fs::write(public, signer.public().to_pem())?)
    }

    /// Makes a new key in the place of `old`, which signs that and is kept no longer.
    ///
    /// # Errors
    ///
    /// When the new key cannot be written; the old one is then still there.
    pub fn rotate(
        &self,
        old: &Signer,
        passphrase: Option<&str>,
        time: Timestamp,
        reason: Option<&str>,
    ) -> Result<Signer, KeyError> {
        let new = Signer::new(&random_seed()?, self.clone());
        let public = new.public();
        let handover = Handover::sign(old, &public, time, reason);
        let folder = self.folder.join(HANDOVERS);
        fs::create_dir_all(&folder)?;
        let name = public.fingerprint();
        let file = |extension: &str| folder.join(format!("{name}.{extension}"));
        durable::write(&file("pub"), public.to_pem().as_bytes())?;
        durable::write(&file("sig"), handover.signature())?;
        durable::write(&file("json"), handover.text().as_bytes())?;
        durable::sync_folder(&folder)?;
        self.protect(&new, passphrase)?;
        Ok(new)
    }

    /// How the key `key` came to take over, oldest first, each with the key that took over.
    ///
    /// # Errors
    ///
    /// When a statement is there and cannot be read.
    pub fn handovers(&self, key: Sha256) -> Result<Vec<(Handover, PublicKey)>, KeyError> {
        let folder = self.folder.join(HANDOVERS);
        let mut chain: Vec<(Handover, PublicKey)> = Vec::new();
        let mut to = key;
        while folder.join(format!("{to}.json")).exists() && chain.iter().all(|(h, _)| h.to() != to)
        {
            let file = |extension: &str| folder.join(format!("{to}.{extension}"));
            let statement = Handover::read(&fs::read(file("json"))?, &fs::read(file("sig"))?);
            let public = PublicKey::from_pem(&fs::read_to_string(file("pub"))?);
            let read = statement.zip(public).filter(|(handover, _)| handover.to() == to);
            let (handover, public) = read.ok_or_else(|| KeyError::Malformed(file("json")))?;
            to = handover.from();
            chain.push((handover, public));
        }
        chain.reverse();
        Ok(chain)
    }

    /// The key that signs and those before it, newest first.
    ///
    /// # Errors
    ///
    /// When a key or statement cannot be read.
    pub fn known(&self, ask: Ask<'_>) -> Result<Vec<KnownKey>, KeyError> {
        let fingerprint = self.public(ask)?.fingerprint();
        let chain = self.handovers(fingerprint)?;
        let mut known = vec![KnownKey {
            fingerprint,
            current: true,
            protected: Some(self.is_protected()?),
            since: None,
            reason: None,
        }];
        for (handover, _) in chain.iter().rev() {
            let newest = known.last_mut().expect("the list begins with the current key");
            newest.since = Some(handover.time());
            newest.reason = handover.reason().map(str::to_owned);
            known.push(KnownKey {
                fingerprint: handover.from(),
                current: false,
                protected: None,
                since: None,
                reason: None,
            });
        }
        Ok(known)
    }

    /// Makes a key; when another process was quicker, its key stays.
    fn create(&self) -> Result<(), KeyError> {
        fs::create_dir_all(&self.folder)?;
        let signer = Signer::new(&random_seed()?, self.clone());
        let file = self.staged(&private_pem(&signer, None)?)?;
        match file.persist_noclobber(self.private_file()) {
            Err(err) if err.error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(err.error.into());
            }
            Err(_) => {}
            Ok(_) => fs::write(self.folder.join(PUBLIC), signer.public().to_pem())?,
        }
        Ok(durable::sync_folder(&self.folder)?)
    }

    fn write_private(&self, pem: &str) -> Result<(), KeyError> {
        let file = self.staged(pem)?;
        file.persist(self.private_file()).map_err(|err| err.error)?;
        Ok(durable::sync_folder(&self.folder)?)
    }

    /// A temporary file of this crate is mode 0600 from the start.
    fn staged(&self, pem: &str) -> Result<tempfile::NamedTempFile, KeyError> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(pem.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file)
    }
}

fn private_pem(signer: &Signer, passphrase: Option<&str>) -> Result<String, KeyError> {
    let der = [&PRIVATE_PREFIX[..], signer.key.as_bytes()].concat();
    match passphrase {
        Some(passphrase) => passphrase::protect(&der, passphrase),
        None => Ok(pem("PRIVATE KEY", &der)),
    }
}

fn random_seed() -> Result<[u8; 32], KeyError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(KeyError::NoRandomness)?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::KeyRing;
    use crate::evidence::key::{Ask, KeyError, PublicKey};

    const TIME: jiff::Timestamp = jiff::Timestamp::UNIX_EPOCH;

    fn say(word: &str) -> impl Fn(std::path::PathBuf) -> Result<String, KeyError> {
        move |_| Ok(word.to_owned())
    }

    fn none() -> Ask<'static> {
        &|path| Err(KeyError::NoPassphrase(path))
    }

    #[test]
    fn a_protected_key_opens_with_its_passphrase_only() {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::new(folder.path());
        let signer = ring.signer(none()).unwrap();
        ring.protect(&signer, Some("tusk & horn")).unwrap();
        assert!(ring.is_protected().unwrap());
        assert!(matches!(ring.signer(none()), Err(KeyError::NoPassphrase(_))));
        assert!(matches!(ring.signer(&say("tusk")), Err(KeyError::WrongPassphrase(_))));
        assert_eq!(ring.signer(&say("tusk & horn")).unwrap().public(), signer.public());
        assert_eq!(ring.public(none()).unwrap(), signer.public());
        assert!(matches!(ring.protect(&signer, Some("")), Err(KeyError::EmptyPassphrase)));
        ring.protect(&signer, None).unwrap();
        assert_eq!(ring.signer(none()).unwrap().public(), signer.public());
    }

    #[test]
    fn each_key_signs_who_takes_over() {
        let folder = tempfile::tempdir().unwrap();
        let ring = KeyRing::new(folder.path());
        let first = ring.signer(none()).unwrap();
        let second = ring.rotate(&first, None, TIME, Some("yearly")).unwrap();
        let third = ring.rotate(&second, None, TIME, None).unwrap();
        assert_eq!(ring.signer(none()).unwrap().public(), third.public());
        let chain = ring.handovers(third.public().fingerprint()).unwrap();
        let signers = [first.public(), second.public()];
        for ((handover, to), (from, next)) in
            chain.iter().zip(signers.iter().zip([second.public(), third.public()]))
        {
            assert!(handover.is_signed_by(from));
            assert!(!handover.is_signed_by(to));
            assert_eq!((handover.to(), to), (next.fingerprint(), &next));
        }
        assert_eq!(chain.len(), 2);
        let known: Vec<PublicKey> = vec![third.public(), second.public(), first.public()];
        let shown = ring.known(none()).unwrap();
        let fingerprints: Vec<_> = known.iter().map(PublicKey::fingerprint).collect();
        assert_eq!(shown.iter().map(|key| key.fingerprint).collect::<Vec<_>>(), fingerprints);
        assert_eq!(shown[1].reason.as_deref(), Some("yearly"));
    }
}
