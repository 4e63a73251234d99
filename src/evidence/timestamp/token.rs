//! Time-stamps as authorities give them: RFC 3161 in a CMS envelope (RFC 5652).

use jiff::Timestamp;
use rustls::pki_types::{CertificateDer, UnixTime};

use super::ber::definite;
use super::certificate::{is_for_time_stamping, subject};
use super::der::{Element, Reader, element, tag};
use super::signature::{Signature, digest};
use super::{TimeStampError, oid};
use crate::evidence::digest::Sha256;

/// A request for a time-stamp over `imprint`, with the authority's certificate.
pub(super) fn request(imprint: Sha256, nonce: &[u8; 8]) -> Vec<u8> {
    // A leading zero keeps the number positive; a first octet that is not zero keeps it shortest.
    let nonce = [&[0, nonce[0] | 0x80][..], &nonce[1..]].concat();
    let algorithm =
        element(tag::SEQUENCE, &[&element(tag::OID, &[oid::SHA256]), &element(tag::NULL, &[])]);
    let imprint = element(tag::OCTET_STRING, &[&imprint.to_bytes()]);
    element(
        tag::SEQUENCE,
        &[
            &element(tag::INTEGER, &[&[1]]),
            &element(tag::SEQUENCE, &[&algorithm, &imprint]),
            &element(tag::INTEGER, &[&nonce]),
            &element(tag::BOOLEAN, &[&[0xff]]),
        ],
    )
}

/// A time-stamp that was taken apart, and whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeStamp {
    /// The time it states.
    pub time: Timestamp,
    /// Who signed it: the common name, else the organisation.
    pub authority: String,
    /// The authority's number for it, in hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate that checks the signature, in DER form.
    pub certificate: Sha256,
    /// Whether the certificate leads to one that is trusted, at that time.
    pub is_trusted: bool,
}

/// Reads an authority's response and checks all that it states about `imprint`: status,
/// imprint, nonce (of the `request`, where it is at hand), signature, certificate.
///
/// # Errors
///
/// [`TimeStampError`] says what does not hold. Without `roots` the certificate's
/// issuer is not judged; [`TimeStamp::is_trusted`] is then false.
pub(in crate::evidence) fn check(
    response: &[u8],
    imprint: Sha256,
    request: Option<&[u8]>,
    roots: &[CertificateDer<'_>],
) -> Result<TimeStamp, TimeStampError> {
    let response = definite(response).ok_or(TimeStampError::Malformed("the response"))?;
    let token = token(&response)?;
    let signed = SignedData::read(token).ok_or(TimeStampError::Malformed("its envelope"))?;
    let info = Info::read(signed.content).ok_or(TimeStampError::Malformed("what it states"))?;
    if info.imprint != imprint.to_bytes() {
        return Err(TimeStampError::Wrong("it is over something else"));
    }
    let asked = request.map(nonce_of);
    if asked.is_some_and(|nonce| nonce.is_none() || nonce != info.nonce) {
        return Err(TimeStampError::Wrong("it answers another request"));
    }
    let certificate = signed.check_signature()?;
    if !is_for_time_stamping(certificate) {
        return Err(TimeStampError::Wrong("its certificate is not one for time-stamps"));
    }
    let is_trusted = !roots.is_empty();
    if is_trusted {
        signed.check_chain(certificate, info.time, roots)?;
    }
    Ok(TimeStamp {
        time: info.time,
        authority: subject(certificate).unwrap_or_else(|| "an authority without a name".to_owned()),
        serial: data_encoding::HEXLOWER.encode(info.serial),
        certificate: Sha256::of(certificate),
        is_trusted,
    })
}

/// The token in a response that grants one.
fn token(response: &[u8]) -> Result<&[u8], TimeStampError> {
    let malformed = TimeStampError::Malformed("the response");
    let mut outer = Reader::new(response);
    let Some(mut body) = outer.enter(tag::SEQUENCE).filter(|_| outer.is_at_end()) else {
        return Err(malformed);
    };
    let Some(mut status) = body.enter(tag::SEQUENCE) else { return Err(malformed) };
    match status.expect(tag::INTEGER) {
        // Granted, and granted with modifications.
        Some([0 | 1]) => {}
        Some(_) => {
            let text =
                status.enter(tag::SEQUENCE).and_then(|mut text| text.expect(tag::UTF8_STRING));
            let text = String::from_utf8_lossy(text.unwrap_or(b"no reason given")).into_owned();
            return Err(TimeStampError::Rejected(text));
        }
        None => return Err(malformed),
    }
    body.next().filter(|_| body.is_at_end()).map(|token| token.whole).ok_or(malformed)
}

/// What `TSTInfo` states.
struct Info<'a> {
    imprint: &'a [u8],
    serial: &'a [u8],
    time: Timestamp,
    nonce: Option<&'a [u8]>,
}

impl<'a> Info<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let mut body = Reader::new(content).enter(tag::SEQUENCE)?;
        body.expect(tag::INTEGER).filter(|version| version == &[1])?;
        body.expect(tag::OID)?;
        let mut imprint = body.enter(tag::SEQUENCE)?;
        let algorithm = imprint.enter(tag::SEQUENCE)?.expect(tag::OID)?;
        let digest = imprint.expect(tag::OCTET_STRING).filter(|_| algorithm == oid::SHA256)?;
        let serial = body.expect(tag::INTEGER)?;
        let time = generalized_time(body.expect(tag::GENERALIZED_TIME)?)?;
        // Accuracy and ordering.
        body.optional(tag::SEQUENCE);
        body.optional(tag::BOOLEAN);
        let nonce = body.optional(tag::INTEGER).map(|nonce| nonce.content);
        Some(Self { imprint: digest, serial, time, nonce })
    }
}

/// Source: RFC 3161, section 2.4.2: UTC, seconds always, fractions allowed.
fn generalized_time(content: &[u8]) -> Option<Timestamp> {
    let text = str::from_utf8(content).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let part = |range: std::ops::Range<usize>| &whole[range];
    let (date, time) = (
        format!("{}-{}-{}", part(0..4), part(4..6), part(6..8)),
        format!("{}:{}:{}", part(8..10), part(10..12), part(12..14)),
    );
    // Nine digits are as fine as a time-stamp of ours gets.
    let fraction = &fraction[..fraction.len().min(9)];
    format!("{date}T{time}.{fraction}Z").parse().ok()
}

fn nonce_of(request: &[u8]) -> Option<&[u8]> {
    let mut body = Reader::new(request).enter(tag::SEQUENCE)?;
    body.expect(tag::INTEGER)?;
    body.expect(tag::SEQUENCE)?;
    body.expect(tag::INTEGER)
}

/// A CMS envelope with one signer.
struct SignedData<'a> {
    content: &'a [u8],
    certificates: Vec<CertificateDer<'a>>,
    signer: &'a [u8],
}

impl<'a> SignedData<'a> {
    fn read(token: &'a [u8]) -> Option<Self> {
        let mut outer = Reader::new(token).enter(tag::SEQUENCE)?;
        outer.expect(tag::OID).filter(|kind| *kind == oid::SIGNED_DATA)?;
        let mut body = outer.enter(tag::CONTEXT_0)?.enter(tag::SEQUENCE)?;
        body.expect(tag::INTEGER)?;
        body.expect(tag::SET)?;
        let mut content = body.enter(tag::SEQUENCE)?;
        content.expect(tag::OID).filter(|kind| *kind == oid::TST_INFO)?;
        let content = content.enter(tag::CONTEXT_0)?.expect(tag::OCTET_STRING)?;
        let mut certificates = Vec::new();
        if let Some(set) = body.optional(tag::CONTEXT_0) {
            let mut set = Reader::new(set.content);
            while let Some(element) = set.next() {
                certificates.push(CertificateDer::from(element.whole));
            }
        }
        // Revocation lists.
        body.optional(0xa1);
        let mut signers = body.enter(tag::SET)?;
        let signer = signers.expect(tag::SEQUENCE)?;
        signers.is_at_end().then_some(Self { content, certificates, signer })
    }

    /// Returns the certificate whose key made the signature.
    fn check_signature(&self) -> Result<&CertificateDer<'a>, TimeStampError> {
        let signer = Signer::read(self.signer).ok_or(TimeStampError::Malformed("its signature"))?;
        if signer.attribute(oid::CONTENT_TYPE).and_then(|mut a| a.expect(tag::OID))
            != Some(oid::TST_INFO)
        {
            return Err(TimeStampError::Wrong("its signature is over something else"));
        }
        let stated =
            signer.attribute(oid::MESSAGE_DIGEST).and_then(|mut a| a.expect(tag::OCTET_STRING));
        let Some(digest) = digest(signer.signature.digest, self.content) else {
            let kind = format!("the digest {}", oid::name(signer.signature.digest));
            return Err(TimeStampError::Unsupported(kind));
        };
        if stated != Some(&digest) {
            return Err(TimeStampError::Wrong("what it states was changed"));
        }
        let certificate = self.certificates.iter().find(|certificate| signer.names(certificate));
        let certificate =
            certificate.ok_or(TimeStampError::Wrong("its certificate is not the one it names"))?;
        signer.signature.check(certificate, &signer.message())?;
        Ok(certificate)
    }

    fn check_chain(
        &self,
        certificate: &CertificateDer<'a>,
        time: Timestamp,
        roots: &[CertificateDer<'_>],
    ) -> Result<(), TimeStampError> {
        let wrong = |err: webpki::Error| TimeStampError::Certificate(err.to_string());
        let anchors = roots
            .iter()
            .map(webpki::anchor_from_trusted_cert)
            .collect::<Result<Vec<_>, _>>()
            .map_err(wrong)?;
        let seconds = u64::try_from(time.as_second()).unwrap_or_default();
        webpki::EndEntityCert::try_from(certificate)
            .map_err(wrong)?
            .verify_for_usage(
                webpki::ALL_VERIFICATION_ALGS,
                &anchors,
                &self.certificates,
                UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)),
                webpki::KeyUsage::required_if_present(oid::TIME_STAMPING),
                None,
                None,
            )
            .map(drop)
            .map_err(wrong)
    }
}

/// `SignerInfo`.
struct Signer<'a> {
    attributes: &'a [u8],
    signature: Signature<'a>,
}

impl<'a> Signer<'a> {
    fn read(content: &'a [u8]) -> Option<Self> {
        let mut body = Reader::new(content);
        body.expect(tag::INTEGER)?;
        // Issuer and serial, or key identifier: the signed attribute names the certificate better.
        body.next()?;
        let digest = body.enter(tag::SEQUENCE)?.expect(tag::OID)?;
        let attributes = body.expect(tag::CONTEXT_0)?;
        let algorithm = body.expect(tag::SEQUENCE)?;
        let bytes = body.expect(tag::OCTET_STRING)?;
        Some(Self { attributes, signature: Signature { digest, algorithm, bytes } })
    }

    /// What is signed: the attributes in the order of DER, whatever order they came in.
    /// Source: RFC 5652, section 5.4; X.690, section 11.6.
    fn message(&self) -> Vec<u8> {
        let mut attributes = Vec::new();
        let mut reader = Reader::new(self.attributes);
        while let Some(attribute) = reader.next() {
            attributes.push(attribute.whole);
        }
        if !reader.is_at_end() {
            attributes = vec![self.attributes];
        }
        attributes.sort_unstable();
        element(tag::SET, &attributes)
    }

    /// The value of a signed attribute that is there once.
    fn attribute(&self, kind: &[u8]) -> Option<Reader<'a>> {
        let mut found = None;
        let mut attributes = Reader::new(self.attributes);
        while let Some(mut attribute) = attributes.enter(tag::SEQUENCE) {
            if attribute.expect(tag::OID)? == kind {
                let values = attribute.enter(tag::SET)?;
                if found.replace(values).is_some() {
                    return None;
                }
            }
        }
        found
    }

    /// True when the signed attributes name `certificate` as the signer's.
    /// Source: RFC 5816 (`ESSCertIDv2`) and RFC 2634 (`ESSCertID`, by SHA-1).
    fn names(&self, certificate: &[u8]) -> bool {
        let first = |values: Reader<'a>| {
            let mut values = values;
            values.enter(tag::SEQUENCE)?.enter(tag::SEQUENCE)?.enter(tag::SEQUENCE)
        };
        let second =
            self.attribute(oid::SIGNING_CERTIFICATE_V2).and_then(first).and_then(|mut id| {
                let algorithm = match id.optional(tag::SEQUENCE) {
                    Some(Element { content, .. }) => Reader::new(content).expect(tag::OID)?,
                    None => oid::SHA256,
                };
                Some(digest(algorithm, certificate)?.as_slice() == id.expect(tag::OCTET_STRING)?)
            });
        let older = || {
            let mut id = self.attribute(oid::SIGNING_CERTIFICATE).and_then(first)?;
            Some(digest(oid::SHA1, certificate)?.as_slice() == id.expect(tag::OCTET_STRING)?)
        };
        second.or_else(older).unwrap_or(false)
    }
}
