//! The shipped examples, for tests.

/// Each ad of `examples/ads` as JSON.
pub(super) fn ads() -> Vec<serde_json::Value> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ads");
    let mut ads = Vec::new();
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "jsonl") {
            let text = fs_err::read_to_string(path).unwrap();
            ads.extend(
                text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()),
            );
        }
    }
    ads
}
