//! What is read of an authority's certificate: whose it is, what for, and its key.

use super::der::{Reader, tag};
use super::oid;

/// The parts of a certificate that matter here.
struct Parts<'a> {
    subject: Reader<'a>,
    key: Reader<'a>,
    extensions: Option<Reader<'a>>,
}

impl<'a> Parts<'a> {
    fn read(certificate: &'a [u8]) -> Option<Self> {
        let mut body = Reader::new(certificate).enter(tag::SEQUENCE)?.enter(tag::SEQUENCE)?;
        body.optional(tag::CONTEXT_0);
        // Serial number, algorithm, issuer, validity.
        for _ in 0..4 {
            body.next()?;
        }
        let (subject, key) = (body.enter(tag::SEQUENCE)?, body.enter(tag::SEQUENCE)?);
        let mut extensions = None;
        while let Some(element) = body.next() {
            if element.tag == tag::CONTEXT_3 {
                extensions = Some(Reader::new(element.content));
            }
        }
        Some(Self { subject, key, extensions })
    }
}

/// True when the certificate is for time-stamps and nothing else.
/// Source: RFC 3161, section 2.3: one extended key usage, marked critical.
pub(super) fn is_for_time_stamping(certificate: &[u8]) -> bool {
    let usage = || {
        let mut extensions = Parts::read(certificate)?.extensions?.enter(tag::SEQUENCE)?;
        while let Some(mut extension) = extensions.enter(tag::SEQUENCE) {
            if extension.expect(tag::OID)? == oid::EXTENDED_KEY_USAGE {
                extension.optional(tag::BOOLEAN).filter(|critical| critical.content == [0xff])?;
                let value = extension.expect(tag::OCTET_STRING)?;
                let mut usages = Reader::new(value).enter(tag::SEQUENCE)?;
                let only = usages.expect(tag::OID)? == oid::TIME_STAMPING && usages.is_at_end();
                return Some(only);
            }
        }
        None
    };
    usage().unwrap_or(false)
}

/// The name of the certificate's subject, for people.
pub(super) fn subject(certificate: &[u8]) -> Option<String> {
    let mut names = Parts::read(certificate)?.subject;
    let mut organisation = None;
    while let Some(mut set) = names.enter(tag::SET) {
        let mut attribute = set.enter(tag::SEQUENCE)?;
        let kind = attribute.expect(tag::OID)?;
        let value = String::from_utf8_lossy(attribute.next()?.content).into_owned();
        match kind {
            oid::COMMON_NAME => return Some(value),
            oid::ORGANISATION => organisation = Some(value),
            _ => {}
        }
    }
    organisation
}

/// A public key as a certificate has it.
pub(super) struct Key<'a> {
    /// Its kind.
    pub(super) kind: &'a [u8],
    /// The curve of one that has any.
    pub(super) curve: Option<&'a [u8]>,
    /// The key itself, in the form of its kind.
    pub(super) bytes: &'a [u8],
}

impl<'a> Key<'a> {
    /// The key of `certificate`.
    pub(super) fn of(certificate: &'a [u8]) -> Option<Self> {
        let mut key = Parts::read(certificate)?.key;
        let mut algorithm = key.enter(tag::SEQUENCE)?;
        let kind = algorithm.expect(tag::OID)?;
        let curve = algorithm.optional(tag::OID).map(|curve| curve.content);
        // Before the key stands the number of bits of its last octet that do not count.
        let bytes = key.expect(tag::BIT_STRING)?.strip_prefix(&[0])?;
        Some(Self { kind, curve, bytes })
    }

    /// How many bits the modulus of an RSA key has, to the next eight.
    pub(super) fn rsa_bits(&self) -> Option<usize> {
        let modulus = Reader::new(self.bytes).enter(tag::SEQUENCE)?.expect(tag::INTEGER)?;
        Some(modulus.strip_prefix(&[0]).unwrap_or(modulus).len() * 8)
    }
}
