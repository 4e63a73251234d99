//! Names made safe: what strangers call a file must not lead out of its folder,
//! hide, or trip another system.

use std::path::Path;

use unicode_normalization::UnicodeNormalization;

/// Longest name in bytes: short enough for every file system with some room for a number.
const LONGEST: usize = 120;

/// Names that Windows keeps for devices. Source: Microsoft, "Naming Files, Paths, and Namespaces".
const RESERVED: [&str; 22] = [
    "con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8",
    "com9", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
];

/// Returns a file name that is close to `name`: letters and digits of any
/// script, `.`, `-` and `_`; never empty, hidden, reserved or longer than 120 bytes.
#[must_use]
pub(super) fn safe(name: &str) -> String {
    let replaced: String = name
        .nfc()
        .map(|c| if c.is_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' })
        .collect();
    let trimmed = replaced.trim_matches(['.', '_', '-']);
    let stem = trimmed.split('.').next().unwrap_or_default().to_lowercase();
    match trimmed {
        "" => "file".to_owned(),
        _ if RESERVED.contains(&stem.as_str()) => shorten(&format!("_{trimmed}")),
        _ => shorten(trimmed),
    }
}

/// Puts a number before the extension of `name`.
pub(super) fn numbered(name: &str, number: usize) -> String {
    match name.rsplit_once('.') {
        Some((stem, extension)) => format!("{stem}-{number}.{extension}"),
        None => format!("{name}-{number}"),
    }
}

/// The last part of `path`, as far as it is Unicode; of `.` and `..` that of the folder meant.
pub(super) fn original(path: &Path) -> String {
    let absolute = path.canonicalize();
    let name = path.file_name().or_else(|| absolute.as_ref().ok()?.file_name());
    name.unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// Cuts the middle out, so that the extension stays.
fn shorten(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let extension = name.rfind('.').filter(|at| name.len() - at <= 16).unwrap_or(name.len());
    let mut end = LONGEST - (name.len() - extension);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}{}", &name[..end], &name[extension..])
}

/// Returns a short ASCII name for a folder: `https://a.example/x?y=1` gives `a-example-x-y-1`.
#[must_use]
pub(super) fn slug(text: &str) -> String {
    let text = text.trim_start_matches("https://").trim_start_matches("http://");
    let mut slug = String::new();
    for c in text.chars().flat_map(char::to_lowercase) {
        if slug.len() == 40 {
            break;
        }
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "item".to_owned() } else { slug.to_owned() }
}

/// Returns `text` on one line: every control character is a space.
#[must_use]
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::{safe, slug};

    #[test]
    fn no_name_leads_out_hides_or_names_a_device() {
        for (name, expected) in [
            ("../../etc/passwd", "etc_passwd"),
            ("..", "file"),
            ("", "file"),
            (".bashrc", "bashrc"),
            ("a\nb\u{202e}gpj.exe", "a_b_gpj.exe"),
            ("C:\\Windows\\x", "C__Windows_x"),
            ("nul.txt", "_nul.txt"),
            ("Foto Schädel 1.JPG", "Foto_Schädel_1.JPG"),
            ("象牙.png", "象牙.png"),
            ("100%.pdf", "100_.pdf"),
        ] {
            assert_eq!(safe(name), expected, "{name}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let name = safe(&format!("{}.jpeg", "ж".repeat(300)));
        assert!(name.len() <= 120 && name.ends_with("ж.jpeg"), "{name}");
    }

    #[test]
    fn a_slug_is_short_ascii() {
        assert_eq!(slug("https://a.example/x?y=1"), "a-example-x-y-1");
        assert_eq!(slug("象牙"), "item");
        assert!(slug(&"ab/".repeat(50)).len() <= 40);
    }
}
