//! Pieces in scripts without spaces, sign by sign.

/// What a part of a piece is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// Signs of a script without spaces, which fold to themselves.
    Run,
    /// Anything else.
    Other,
}

/// True when a piece may hold signs of a script without spaces.
pub(super) fn has_run(piece: &[u8]) -> bool {
    piece.iter().any(|byte| matches!(byte, 0xE3..=0xED))
}

/// The parts of `piece` in order; nothing when some character may change its neighbours.
pub(super) fn parts(piece: &str) -> Option<Vec<(Part, usize, usize)>> {
    let mut parts: Vec<(Part, usize, usize)> = Vec::new();
    for (at, c) in piece.char_indices() {
        let part = part(c)?;
        let end = at + c.len_utf8();
        match parts.last_mut() {
            Some(last) if last.0 == part => last.2 = end,
            _ => parts.push((part, at, end)),
        }
    }
    Some(parts)
}

/// True for a sign of a script without spaces that folds to itself.
pub(super) fn is_run(c: char) -> bool {
    part(c) == Some(Part::Run)
}

fn part(c: char) -> Option<Part> {
    match c {
        '\u{3005}'..='\u{3007}'
        | '\u{3041}'..='\u{3096}'
        | '\u{309D}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}'
        | '\u{4E00}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7A3}' => Some(Part::Run),
        // Invisible characters, marks and half-width letters join what stands beside them.
        _ if c.is_ascii() => Some(Part::Other),
        '\u{A1}'..='\u{AC}' | '\u{AE}'..='\u{24F}' | '\u{400}'..='\u{482}' => Some(Part::Other),
        '\u{2010}'..='\u{2027}' | '\u{20A0}'..='\u{20C0}' | '\u{2190}'..='\u{27BF}' => {
            Some(Part::Other)
        }
        '\u{3001}'..='\u{3004}' | '\u{3008}'..='\u{3020}' | '\u{FF01}'..='\u{FF5E}' => {
            Some(Part::Other)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};

    #[test]
    fn scripts_are_told_apart_and_doubt_is_said() {
        let found = parts("出售象牙bracelet，好").unwrap();
        let kinds: Vec<Part> = found.iter().map(|(part, _, _)| *part).collect();
        assert_eq!(kinds, [Part::Run, Part::Other, Part::Run]);
        assert!(parts("象\u{200B}牙").is_none() && parts("ﾍﾞｯｺｳ").is_none());
    }
}
