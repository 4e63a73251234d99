//! Fonts of the machine, for the letters that the fonts in the program lack: Chinese, Arabic …

use std::collections::BTreeSet;

use fontdb::{Database, ID, Stretch, Style, Weight};
use typst::foundations::Bytes;
use typst::text::{Font, FontInfo};

/// The fewest fonts of the machine that have as many of `letters` as its fonts have; the same
/// ones each time as long as the machine has the same fonts. What stands in the private
/// ranges of Unicode is no letter: each font has there what it likes.
pub(super) fn fonts_for(letters: &BTreeSet<char>) -> Vec<Font> {
    let is_private = |c: char| matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..);
    let letters: BTreeSet<char> = letters.iter().copied().filter(|c| !is_private(*c)).collect();
    let mut machine = Database::new();
    machine.load_system_fonts();
    let mut known: Vec<(String, ID)> = machine
        .faces()
        .filter(|face| {
            (face.style, face.weight, face.stretch)
                == (Style::Normal, Weight::NORMAL, Stretch::Normal)
        })
        .map(|face| (face.post_script_name.clone(), face.id))
        .collect();
    known.sort();
    let mut offers: Vec<(BTreeSet<char>, ID)> = known
        .into_iter()
        .filter_map(|(_, id)| Some((offered(&machine, id, &letters)?, id)))
        .collect();
    let mut fonts = Vec::new();
    loop {
        // Of several that offer as many the first by name.
        let most = offers.iter().rev().max_by_key(|(offered, _)| offered.len());
        let Some((offered, id)) = most.filter(|(offered, _)| !offered.is_empty()).cloned() else {
            return fonts;
        };
        let read = |data: &[u8], index| Font::new(Bytes::new(data.to_vec()), index);
        fonts.extend(machine.with_face_data(id, read).flatten());
        for (others, _) in &mut offers {
            others.retain(|letter| !offered.contains(letter));
        }
    }
}

/// The `letters` that a face has; `None` for one that cannot be read or paints in colours,
/// as fonts of emoji do: they have no outlines to print.
fn offered(machine: &Database, id: ID, letters: &BTreeSet<char>) -> Option<BTreeSet<char>> {
    let offered = |data: &[u8], index| {
        let info = FontInfo::new(data, index)?;
        let paints = info.family.contains("Emoji") || info.family.contains("Color");
        let has = |letter: &&char| info.coverage.contains(u32::from(**letter));
        (!paints).then(|| letters.iter().filter(has).copied().collect())
    };
    machine.with_face_data(id, offered).flatten()
}
