//! Cuts text at its spaces, and says of each piece which signs it is made of.

/// Signs of a piece, a bit each.
pub(super) mod signs {
    /// A space or line end.
    pub(in super::super) const SPACE: u8 = 1;
    /// A letter of ASCII.
    pub(in super::super) const LETTER: u8 = 2;
    /// A digit.
    pub(in super::super) const DIGIT: u8 = 4;
    /// Punctuation that means nothing at the ends of a piece.
    pub(in super::super) const POINT: u8 = 8;
    /// `&`, which may begin an entity.
    pub(in super::super) const ENTITY: u8 = 16;
    /// `$`, which may stand for a letter.
    pub(in super::super) const MONEY: u8 = 32;
    /// A byte of a longer character.
    pub(in super::super) const LONG: u8 = 64;
}

/// The sign of each byte.
pub(super) static SIGNS: [u8; 256] = table();

const fn table() -> [u8; 256] {
    let mut table = [signs::POINT; 256];
    let mut at = 0;
    while at < 256 {
        // Control characters stand between words as punctuation does.
        table[at] = match at as u8 {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0B | 0x0C => signs::SPACE,
            b'a'..=b'z' | b'A'..=b'Z' => signs::LETTER,
            b'0'..=b'9' => signs::DIGIT,
            b'&' => signs::ENTITY,
            b'$' => signs::MONEY,
            0x80.. => signs::LONG,
            _ => signs::POINT,
        };
        at += 1;
    }
    table
}

/// A piece of a text between spaces.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    /// Its first byte.
    pub begin: usize,
    /// Its first byte that is no punctuation.
    pub start: usize,
    /// The first byte after its last that is no punctuation.
    pub end: usize,
    /// The first byte after the whole piece.
    pub next: usize,
    /// Its signs together.
    pub signs: u8,
    /// More than one space, a line end or punctuation stands before it.
    pub parted: bool,
    /// Punctuation stands after it.
    pub closed: bool,
}

/// The next piece of `bytes` from `at` on.
pub(super) fn next(bytes: &[u8], mut at: usize) -> Option<Piece> {
    let mut parted = false;
    while let Some(byte) = bytes.get(at)
        && SIGNS[usize::from(*byte)] == signs::SPACE
    {
        parted |= *byte == b'\n';
        at += 1;
    }
    let begin = at;
    let mut seen = 0;
    for byte in bytes.get(at..)? {
        let sign = SIGNS[usize::from(*byte)];
        if sign == signs::SPACE {
            break;
        }
        seen |= sign;
        at += 1;
    }
    if begin == at {
        return None;
    }
    let mut piece =
        Piece { begin, start: begin, end: at, next: at, signs: seen, parted, closed: false };
    if seen & signs::POINT != 0 {
        trim(bytes, &mut piece);
    }
    Some(piece)
}

fn trim(bytes: &[u8], piece: &mut Piece) {
    let is_point = |byte: u8| SIGNS[usize::from(byte)] == signs::POINT;
    let begin = piece.start;
    while piece.start < piece.end && is_point(bytes[piece.start]) {
        piece.start += 1;
    }
    piece.parted |= piece.start > begin;
    // The semicolon of an entity belongs to it.
    if piece.signs & signs::ENTITY == 0 {
        while piece.start < piece.end && is_point(bytes[piece.end - 1]) {
            piece.end -= 1;
            piece.closed = true;
        }
    }
}

/// Characters that stand beside numbers and are no letters, digits or joints of words.
const AROUND_NUMBERS: [char; 16] =
    ['€', '£', '–', '—', '…', '•', '·', '“', '”', '„', '’', '°', '×', '«', '»', '®'];

/// True when no letter stands in `piece`: numbers, prices, dates, bullets.
pub(super) fn is_number(piece: &Piece, text: &str) -> bool {
    if piece.signs & (signs::LETTER | signs::ENTITY) != 0 {
        return false;
    }
    if piece.signs & signs::LONG == 0 {
        return true;
    }
    piece.end - piece.start <= 24
        && text[piece.start..piece.end].chars().all(|c| c.is_ascii() || AROUND_NUMBERS.contains(&c))
}
