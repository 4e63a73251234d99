//! Walks the map of names for those that are a slip or two away.
//!
//! A slip is a letter put in, left out or changed, or two neighbours swapped; in a word of plain Latin
//! letters only such letters count. The walk goes down the
//! map letter by letter and keeps, beside each node, the band of the table of distances around its
//! diagonal; it turns back where every cell of the band is too large.

use fst::raw::{Fst, Node, Output};

/// Two letters for each cell of the widest band.
const MOST_LETTERS: usize = 10;
/// A distance that is too large to count.
const FAR: u8 = u8::MAX / 2;

/// A row of the table around its diagonal: with at most `m` slips `2 * m + 1` cells, of which cell
/// `k` of row `i` is column `i + k - m`.
type Row<const BAND: usize> = [u8; BAND];

/// Returns the numbers of the keys that are nearest to `key`, with their distance: those one slip
/// away, else those two away that begin with the same letter.
pub(super) fn near(keys: &fst::Map<&[u8]>, key: &str) -> Vec<(u64, u8)> {
    let most = most_slips(key);
    let mut found = Vec::new();
    if most >= 1 {
        found = Walk::<3>::new(keys.as_fst(), key).run();
    }
    if most >= 2 && found.is_empty() {
        found = Walk::<5>::new(keys.as_fst(), key).run();
    }
    found
}

/// Slips that are forgiven: none in a word so short, or in so few signs of a script whose signs
/// are syllables or words, that any other word is near; none in a text too long for a name.
fn most_slips(key: &str) -> u8 {
    let letters = key.chars().count();
    let dense = key.chars().any(|c| c >= '\u{2E80}' || ('\u{E00}'..='\u{E7F}').contains(&c));
    match (letters, dense) {
        (0..=2 | 101.., _) | (0..=4, true) => 0,
        (3..=5, false) | (_, true) => 1,
        (_, false) => 2,
    }
}

struct Walk<'a, const BAND: usize> {
    fst: &'a Fst<&'a [u8]>,
    query: Vec<char>,
    /// In a plain Latin word no letter of another script is taken for a slip.
    is_ascii: bool,
    found: Vec<(u64, u8)>,
}

/// Where a walk stands: letters read, the rows of the last two, and the start of an unfinished letter.
#[derive(Clone, Copy)]
struct Place<const BAND: usize> {
    letters: usize,
    row: Row<BAND>,
    row_before: Row<BAND>,
    last: char,
    bits: u32,
    missing: u8,
}

impl<'a, const BAND: usize> Walk<'a, BAND> {
    /// Most slips that are forgiven.
    const MOST: usize = BAND / 2;

    fn new(fst: &'a Fst<&'a [u8]>, key: &str) -> Self {
        Self { fst, query: key.chars().collect(), is_ascii: key.is_ascii(), found: Vec::new() }
    }

    fn run(mut self) -> Vec<(u64, u8)> {
        let mut row = [FAR; BAND];
        for (distance, cell) in (0..).zip(row.iter_mut().skip(Self::MOST)) {
            *cell = distance;
        }
        let start =
            Place { letters: 0, row, row_before: [FAR; BAND], last: '\0', bits: 0, missing: 0 };
        self.down(self.fst.root(), Output::zero(), start);
        self.found
    }

    fn down(&mut self, node: Node<'_>, output: Output, place: Place<BAND>) {
        if node.is_final() && place.missing == 0 {
            let distance = self.distance(&place);
            if usize::from(distance) <= Self::MOST {
                self.found.push((output.cat(node.final_output()).value(), distance));
            }
        }
        if place.missing == 0 && place.row.iter().all(|cell| usize::from(*cell) >= Self::MOST) {
            return self.down_without_slips(node, output, place);
        }
        for transition in node.transitions() {
            if self.is_ascii && !transition.inp.is_ascii() {
                continue;
            }
            if let Some(next) = self.step(place, transition.inp) {
                self.down(self.fst.node(transition.addr), output.cat(transition.out), next);
            }
        }
    }

    /// Goes on where no further slip is forgiven: only by the letters that the query has here, and
    /// by the second letter of a swap that has begun.
    fn down_without_slips(&mut self, node: Node<'_>, output: Output, place: Place<BAND>) {
        let (letters, count) = self.letters_that_fit(&place);
        for letter in &letters[..count] {
            let mut bytes = [0; 4];
            let (mut node, mut output, mut next) = (node, output, Some(place));
            for byte in letter.encode_utf8(&mut bytes).bytes() {
                let transition = node.find_input(byte).map(|at| node.transition(at));
                next = next.zip(transition).and_then(|(place, _)| self.step(place, byte));
                if let Some(transition) = transition.filter(|_| next.is_some()) {
                    (node, output) = (self.fst.node(transition.addr), output.cat(transition.out));
                }
            }
            if let Some(next) = next {
                self.down(node, output, next);
            }
        }
    }

    /// The letters that keep some cell small enough, each once, and how many they are.
    fn letters_that_fit(&self, place: &Place<BAND>) -> ([char; MOST_LETTERS], usize) {
        let (mut letters, mut count) = (['\0'; MOST_LETTERS], 0);
        let mut add = |letter: Option<&char>| {
            if let Some(letter) = letter.filter(|letter| !letters[..count].contains(letter)) {
                letters[count] = *letter;
                count += 1;
            }
        };
        for cell in 0..BAND {
            let Some(before) = (place.letters + cell).checked_sub(Self::MOST) else { continue };
            if usize::from(place.row[cell]) <= Self::MOST {
                add(self.query.get(before));
            }
            if usize::from(place.row_before[cell]) < Self::MOST
                && self.query.get(before) == Some(&place.last)
            {
                add(before.checked_sub(1).and_then(|at| self.query.get(at)));
            }
        }
        (letters, count)
    }

    /// The place one byte further; `None` where no name can be near any more.
    fn step(&self, mut place: Place<BAND>, byte: u8) -> Option<Place<BAND>> {
        (place.bits, place.missing) = match byte {
            0x00..=0x7F => (u32::from(byte), 0),
            0x80..=0xBF => {
                (place.bits << 6 | u32::from(byte & 0x3F), place.missing.saturating_sub(1))
            }
            0xC0..=0xDF => (u32::from(byte & 0x1F), 1),
            0xE0..=0xEF => (u32::from(byte & 0x0F), 2),
            _ => (u32::from(byte & 0x07), 3),
        };
        if place.missing > 0 {
            return Some(place);
        }
        let letter = char::from_u32(place.bits)?;
        if Self::MOST > 1 && place.letters == 0 && self.query.first() != Some(&letter) {
            return None;
        }
        let row = self.next_row(&place, letter);
        place.letters += 1;
        (place.row_before, place.row, place.last) = (place.row, row, letter);
        row.iter().any(|cell| usize::from(*cell) <= Self::MOST).then_some(place)
    }

    fn next_row(&self, place: &Place<BAND>, letter: char) -> Row<BAND> {
        let mut row = [FAR; BAND];
        for cell in 0..BAND {
            let Some(column) = (place.letters + 1 + cell).checked_sub(Self::MOST) else { continue };
            let Some(before) = column.checked_sub(1) else {
                row[cell] = u8::try_from(place.letters + 1).unwrap_or(FAR).min(FAR);
                continue;
            };
            let Some(&wanted) = self.query.get(before) else { break };
            let mut best = place.row[cell] + u8::from(wanted != letter);
            if cell > 0 {
                best = best.min(row[cell - 1] + 1);
            }
            if cell + 1 < BAND {
                best = best.min(place.row[cell + 1] + 1);
            }
            let swapped = before > 0 && wanted == place.last && self.query[before - 1] == letter;
            if swapped {
                best = best.min(place.row_before[cell] + 1);
            }
            row[cell] = best.min(FAR);
        }
        row
    }

    /// Distance between the whole query and the letters read.
    fn distance(&self, place: &Place<BAND>) -> u8 {
        let cell = (self.query.len() + Self::MOST).checked_sub(place.letters);
        cell.and_then(|cell| place.row.get(cell)).copied().unwrap_or(FAR)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{FAR, Walk};

    /// The whole table, for comparison.
    fn distance(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let change = table[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                    let mut best = change.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                        best = best.min(table[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        table[a.len()][b.len()]
    }

    proptest! {
        #[test]
        fn a_walk_finds_what_the_whole_table_finds(
            names in proptest::collection::btree_set("[ab鳥é]{1,7}", 1..30),
            query in "[ab鳥é]{1,7}",
        ) {
            let keys = names.iter().enumerate().map(|(number, name)| (name.as_bytes(), number as u64));
            let map = fst::Map::from_iter(keys).unwrap();
            let bytes = map.as_fst().as_bytes();
            let map = fst::Map::new(bytes).unwrap();
            let letters: Vec<char> = query.chars().collect();
            let one = Walk::<3>::new(map.as_fst(), &query).run();
            let two = Walk::<5>::new(map.as_fst(), &query).run();
            for (most, mut found) in [(1, one), (2, two)] {
                found.sort_unstable();
                let wanted: Vec<(u64, u8)> = names
                    .iter()
                    .enumerate()
                    .filter(|(_, name)| !query.is_ascii() || name.is_ascii())
                    .filter(|(_, name)| most == 1 || name.chars().next() == letters.first().copied())
                    .map(|(number, name)| (number as u64, distance(&name.chars().collect::<Vec<_>>(), &letters)))
                    .filter(|(_, distance)| *distance <= most)
                    .map(|(number, distance)| (number, u8::try_from(distance).unwrap_or(FAR)))
                    .collect();
                prop_assert_eq!(found, wanted);
            }
        }
    }
}
