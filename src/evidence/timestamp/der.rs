//! So much of DER (X.690) as time-stamps need: definite lengths, low tag numbers.

/// Tags by their identifier octet.
pub(super) mod tag {
    pub(in crate::evidence::timestamp) const BOOLEAN: u8 = 0x01;
    pub(in crate::evidence::timestamp) const INTEGER: u8 = 0x02;
    pub(in crate::evidence::timestamp) const BIT_STRING: u8 = 0x03;
    pub(in crate::evidence::timestamp) const OCTET_STRING: u8 = 0x04;
    pub(in crate::evidence::timestamp) const NULL: u8 = 0x05;
    pub(in crate::evidence::timestamp) const OID: u8 = 0x06;
    pub(in crate::evidence::timestamp) const UTF8_STRING: u8 = 0x0c;
    pub(in crate::evidence::timestamp) const GENERALIZED_TIME: u8 = 0x18;
    pub(in crate::evidence::timestamp) const SEQUENCE: u8 = 0x30;
    pub(in crate::evidence::timestamp) const SET: u8 = 0x31;
    pub(in crate::evidence::timestamp) const CONTEXT_0: u8 = 0xa0;
    pub(in crate::evidence::timestamp) const CONTEXT_2: u8 = 0xa2;
    pub(in crate::evidence::timestamp) const CONTEXT_3: u8 = 0xa3;
}

/// One element: its tag, its content, and all of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Element<'a> {
    pub(super) tag: u8,
    pub(super) content: &'a [u8],
    pub(super) whole: &'a [u8],
}

/// Reads elements one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Starts to read `bytes`.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Returns the next element; `None` at the end and where there is none.
    pub(super) fn next(&mut self) -> Option<Element<'a>> {
        let (&tag, after) = self.rest.split_first()?;
        let (&first, after) = after.split_first()?;
        // A tag number of 31 and more goes on in further octets; nothing here has one.
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, after) = match first {
            0..=0x7f => (usize::from(first), after),
            0x81..=0x84 => {
                let count = usize::from(first & 0x7f);
                let (octets, after) = after.split_at_checked(count)?;
                let length =
                    octets.iter().fold(0, |length, &octet| length << 8 | usize::from(octet));
                let shortest = octets[0] != 0 && (count > 1 || length > 0x7f);
                (shortest.then_some(length)?, after)
            }
            _ => return None,
        };
        let (content, after) = after.split_at_checked(length)?;
        let whole = &self.rest[..self.rest.len() - after.len()];
        self.rest = after;
        Some(Element { tag, content, whole })
    }

    /// Takes the first element off `bytes`.
    pub(super) fn take(bytes: &mut &'a [u8]) -> Option<Element<'a>> {
        let mut reader = Self::new(bytes);
        let element = reader.next()?;
        *bytes = reader.rest;
        Some(element)
    }

    /// Returns the content of the next element, which must have this tag.
    pub(super) fn expect(&mut self, tag: u8) -> Option<&'a [u8]> {
        Some(self.next().filter(|element| element.tag == tag)?.content)
    }

    /// As [`Reader::expect`], as a reader of that content.
    pub(super) fn enter(&mut self, tag: u8) -> Option<Self> {
        self.expect(tag).map(Self::new)
    }

    /// Returns the next element if it has this tag, and else leaves it.
    pub(super) fn optional(&mut self, tag: u8) -> Option<Element<'a>> {
        let mut ahead = *self;
        let element = ahead.next().filter(|element| element.tag == tag)?;
        *self = ahead;
        Some(element)
    }

    /// True when nothing is left.
    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }
}

/// Writes an element.
pub(super) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut bytes = vec![tag];
    match u8::try_from(length) {
        Ok(short @ 0..=0x7f) => bytes.push(short),
        _ => {
            let octets = length.to_be_bytes();
            let start = octets.iter().position(|&octet| octet != 0).unwrap_or(octets.len() - 1);
            let count = u8::try_from(octets.len() - start).expect("a length has at most 8 octets");
            bytes.push(0x80 | count);
            bytes.extend_from_slice(&octets[start..]);
        }
    }
    parts.iter().for_each(|part| bytes.extend_from_slice(part));
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Reader, element, tag};

    #[test]
    fn what_is_written_is_read_back() {
        for length in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; length];
            let bytes = element(tag::OCTET_STRING, &[&content]);
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.expect(tag::OCTET_STRING), Some(content.as_slice()));
            assert!(reader.is_at_end());
        }
    }

    #[test]
    fn what_is_no_der_is_no_element() {
        for bytes in [
            &[][..],
            &[0x30],
            &[0x30, 0x02, 0x00],
            &[0x30, 0x80, 0x00, 0x00],
            &[0x30, 0x81, 0x01, 0x00],
            &[0x30, 0x82, 0x00, 0xff],
            &[0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x1f, 0x01, 0x00],
        ] {
            assert_eq!(Reader::new(bytes).next(), None, "{bytes:?}");
        }
    }
}
