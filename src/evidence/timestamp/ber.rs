//! From BER to DER, as far as authorities use it: lengths that are left open, and strings in
//! several pieces. What is DER already stays as it is, to the byte.
//!
//! Source: X.690, sections 8.1.3.6 (indefinite lengths) and 8.7.3 (strings in pieces).

use std::borrow::Cow;

use super::der::{Reader, element, tag};

/// Elements inside of one another that are followed.
const DEEPEST: usize = 32;
/// Says of a tag that elements stand inside.
const CONSTRUCTED: u8 = 0x20;
/// An octet string in pieces.
const PIECES: u8 = tag::OCTET_STRING | CONSTRUCTED;
/// What ends an element of open length.
const END: &[u8] = &[0, 0];

/// Returns the one element in `bytes` with all lengths given and all strings whole; `None`
/// where it is no such element.
pub(super) fn definite(bytes: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut rest = bytes;
    let mut out = Vec::new();
    let is_changed = convert(&mut rest, &mut out, 0)?;
    rest.is_empty().then_some(if is_changed { Cow::Owned(out) } else { Cow::Borrowed(bytes) })
}

/// Takes one element off `rest` and adds it to `out`; true when it is not as it was.
fn convert(rest: &mut &[u8], out: &mut Vec<u8>, depth: usize) -> Option<bool> {
    let whole = *rest;
    let tag = *whole.first().filter(|_| depth < DEEPEST)?;
    let is_open = whole.get(1) == Some(&0x80);
    let mut inside = Vec::new();
    if is_open {
        *rest = &whole[2..];
        while !rest.starts_with(END) {
            convert(rest, &mut inside, depth + 1)?;
        }
        *rest = &rest[END.len()..];
        if tag & CONSTRUCTED == 0 {
            return None;
        }
    } else {
        let found = Reader::take(rest)?;
        let is_changed = tag & CONSTRUCTED != 0
            && (all(found.content, &mut inside, depth + 1).unwrap_or(false) || tag == PIECES);
        if !is_changed {
            out.extend_from_slice(found.whole);
            return Some(false);
        }
    }
    if tag == PIECES {
        let mut pieces = Reader::new(&inside);
        let mut string = Vec::new();
        while !pieces.is_at_end() {
            string.extend_from_slice(pieces.expect(tag::OCTET_STRING)?);
        }
        out.extend(element(tag::OCTET_STRING, &[&string]));
    } else {
        out.extend(element(tag, &[&inside]));
    }
    Some(true)
}

/// As [`convert`], with all elements in `content`.
fn all(content: &[u8], out: &mut Vec<u8>, depth: usize) -> Option<bool> {
    let mut rest = content;
    let mut is_changed = false;
    while !rest.is_empty() {
        is_changed |= convert(&mut rest, out, depth)?;
    }
    Some(is_changed)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::definite;

    #[test]
    fn open_lengths_are_given_and_pieces_put_together() {
        for (ber, der) in [
            (&b"\x30\x80\x02\x01\x07\x00\x00"[..], &b"\x30\x03\x02\x01\x07"[..]),
            (b"\x30\x80\xa0\x80\x05\x00\x00\x00\x00\x00", b"\x30\x04\xa0\x02\x05\x00"),
            (b"\x24\x80\x04\x01a\x04\x02bc\x00\x00", b"\x04\x03abc"),
            (b"\x30\x07\x24\x80\x04\x01a\x00\x00", b"\x30\x03\x04\x01a"),
            (b"\x24\x08\x24\x03\x04\x01a\x04\x01b", b"\x04\x02ab"),
        ] {
            assert_eq!(definite(ber).as_deref(), Some(der), "{ber:02x?}");
        }
    }

    #[test]
    fn what_is_der_already_stays_and_what_is_neither_is_refused() {
        // The second holds what is no element: nobody asked what it holds.
        for der in [&b"\x30\x03\x02\x01\x07"[..], b"\x30\x03\x02\x09\x07"] {
            assert!(matches!(definite(der), Some(Cow::Borrowed(same)) if same == der));
        }
        let deep = b"\x30\x80".repeat(100_000);
        for wrong in [
            &b""[..],
            b"\x30\x80",
            b"\x30\x80\x00",
            b"\x30\x80\x02\x01\x07",
            b"\x04\x80a\x00\x00",
            b"\x04\x80\x00\x00",
            b"\x24\x80\x02\x01a\x00\x00",
            b"\x30\x00\x00",
            &deep,
        ] {
            assert_eq!(definite(wrong), None, "{:02x?}", &wrong[..wrong.len().min(8)]);
        }
    }
}
