//! Time-stamps made by OpenSSL's authority over `manifest` and a line feed.
//!
//! Made with `openssl ts -reply`: P-256 with ESSCertIDv2 and fractions of seconds; RSA with
//! the older ESSCertID; RSA with SHA-512; a refusal of MD5. The roots are valid until 2126.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

use super::token::{TimeStamp, check, request};
use super::{Authority, TimeStampError};
use crate::evidence::digest::Sha256;

const QUERY: &[u8] = include_bytes!("fixtures/query.tsq");
const EC: &[u8] = include_bytes!("fixtures/ec.tsr");
const RSA_SHA1: &[u8] = include_bytes!("fixtures/rsa-sha1-certid.tsr");
const RSA_SHA512: &[u8] = include_bytes!("fixtures/rsa-sha512.tsr");
const REJECTED: &[u8] = include_bytes!("fixtures/rejected.tsr");
const EC_ROOT: &[u8] = include_bytes!("fixtures/ec-root.pem");
const RSA_ROOT: &[u8] = include_bytes!("fixtures/rsa-root.pem");
const OTHER_ROOT: &[u8] = include_bytes!("fixtures/other-root.pem");

fn over() -> Sha256 {
    Sha256::of(b"manifest\n")
}

fn checked(response: &[u8], root: &[u8]) -> Result<TimeStamp, TimeStampError> {
    let root = CertificateDer::from_pem_slice(root).unwrap();
    check(response, over(), Some(QUERY), &[root])
}

#[test]
fn sound_time_stamps_are_read() {
    for (response, root, authority) in [
        (EC, EC_ROOT, "ec authority"),
        (RSA_SHA1, RSA_ROOT, "rsa authority"),
        (RSA_SHA512, RSA_ROOT, "rsa authority"),
    ] {
        let stamp = checked(response, root).unwrap();
        assert_eq!(stamp.authority, authority);
        assert!(stamp.is_trusted);
        assert!(stamp.time.to_string().starts_with("2026-11-25T18:5"), "{}", stamp.time);
    }
    assert_eq!(checked(EC, EC_ROOT).unwrap().time.to_string(), "2026-11-25T18:52:54.92Z");
}

/// What public authorities send, made by `make.sh` beside the fixtures: the first four are like
/// those of FreeTSA (P-384 with SHA-512, ESSCertID by SHA-1), DigiCert (RSA, with its chain),
/// Sectigo (SHA-512, the chain without its root) and GlobalSign (accuracy, milliseconds).
macro_rules! style {
    ($name:literal) => {
        include_bytes!(concat!("fixtures/styles/", $name)).as_slice()
    };
}

fn styled(response: &[u8], root: &[u8]) -> Result<TimeStamp, TimeStampError> {
    let root = CertificateDer::from_pem_slice(root).unwrap();
    check(response, over(), Some(style!("query.tsq")), &[root])
}

#[test]
fn time_stamps_are_read_as_public_authorities_send_them() {
    let digi_root = style!("digi-root.pem");
    for (response, root, authority) in [
        (style!("free.tsr"), style!("free-root.pem"), "free authority"),
        (style!("digi.tsr"), digi_root, "digi authority"),
        (style!("sect.tsr"), style!("sect-root.pem"), "sect authority"),
        (style!("glob.tsr"), style!("glob-root.pem"), "glob authority"),
    ] {
        let stamp = styled(response, root).unwrap();
        assert!(stamp.is_trusted && stamp.authority == authority, "{stamp:?}");
        let wrong = styled(response, style!("free-root.pem"));
        assert!(authority == "free authority" || wrong.is_err(), "{authority}: another root");
        let mut forged = response.to_vec();
        *forged.last_mut().unwrap() ^= 1;
        let why = styled(&forged, root).unwrap_err().to_string();
        assert_eq!(why, "the time-stamp does not hold: its signature does not hold", "{authority}");
    }
}

/// Lengths left open, strings in pieces, RSA-PSS by an ordinary key and by one for it alone.
/// They hold a copy of another's statement: its request has no part in them.
#[test]
fn lengths_left_open_and_rsa_pss_are_read() {
    let root = CertificateDer::from_pem_slice(style!("digi-root.pem")).unwrap();
    for (response, authority) in [
        (style!("ber.tsr"), "digi authority"),
        (style!("pss.tsr"), "pss authority"),
        (style!("psskey.tsr"), "pss key authority"),
    ] {
        let stamp = check(response, over(), None, std::slice::from_ref(&root)).unwrap();
        assert!(stamp.is_trusted && stamp.authority == authority, "{stamp:?}");
        for position in 0..response.len() {
            let mut changed = response.to_vec();
            changed[position] ^= 1 << (position % 8);
            let changed = check(&changed, over(), None, std::slice::from_ref(&root));
            assert!(changed.is_err() || changed.unwrap() == stamp, "{authority}: {position}");
        }
    }
    let why = |response| check(response, over(), None, &[]).unwrap_err().to_string();
    let salt = why(style!("pss-salt.tsr"));
    assert!(salt.contains("it uses RSA-PSS with a salt of 20 bytes, which is not"), "{salt}");
    let sha3 = why(style!("sha3.tsr"));
    assert!(sha3.contains("it uses the digest 2.16.840.1.101.3.4.2.8, which"), "{sha3}");
}

#[test]
fn an_authority_whose_certificate_had_ended_when_it_signed_is_refused() {
    let late = style!("late.tsr");
    let why = styled(late, style!("digi-root.pem")).unwrap_err().to_string();
    assert!(why.starts_with("the certificate of the time-stamp does not hold: "), "{why}");
    assert!(why.to_lowercase().contains("expired"), "{why}");
}

#[test]
fn without_a_root_the_signature_holds_and_trust_is_open() {
    let stamp = check(EC, over(), None, &[]).unwrap();
    assert!(!stamp.is_trusted);
    assert_eq!(stamp.authority, "ec authority");
}

#[test]
fn what_does_not_hold_is_refused() {
    let why = |result: Result<TimeStamp, TimeStampError>| result.unwrap_err().to_string();
    assert!(why(checked(EC, OTHER_ROOT)).contains("certificate"));
    assert!(why(check(EC, Sha256::of(b"other"), None, &[])).contains("over something else"));
    let other = request(over(), &[1; 8]);
    assert!(why(check(EC, over(), Some(&other), &[])).contains("answers another request"));
    assert!(why(check(REJECTED, over(), None, &[])).starts_with("the authority refuses: "));
    for rubbish in [&b""[..], b"<html>busy</html>", b"\x30\x80", &EC[..EC.len() - 1]] {
        assert!(why(check(rubbish, over(), None, &[])).contains("malformed"), "{rubbish:?}");
    }
}

/// Some bytes of a response are not covered by the signature: its status text, the root
/// that comes along. No change may make it state anything else.
#[test]
fn no_changed_byte_changes_what_a_time_stamp_states() {
    for (response, root) in [(EC, EC_ROOT), (RSA_SHA512, RSA_ROOT)] {
        let sound = checked(response, root).unwrap();
        let mut refused = 0;
        for position in 0..response.len() {
            let mut changed = response.to_vec();
            changed[position] ^= 1 << (position % 8);
            match checked(&changed, root) {
                Ok(stamp) => assert_eq!(stamp, sound, "byte {position}"),
                Err(_) => refused += 1,
            }
        }
        assert!(refused * 2 > response.len(), "{refused} of {}", response.len());
    }
}

#[test]
fn a_file_without_a_certificate_gives_no_roots() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ca.pem");
    fs_err::write(&path, "no certificate").unwrap();
    let result = Authority::new("http://tsa.example/", Some(&path));
    assert!(matches!(result, Err(TimeStampError::NoCertificate(_))));
}
