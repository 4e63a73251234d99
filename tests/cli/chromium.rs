//! The browser that tests drive, where one is installed.

/// The program of an installed Chromium; `None` when there is none and there need not be.
pub(crate) fn browser() -> Option<String> {
    if let Some(program) = pugmark::evidence::Browser::find() {
        return Some(program.path().to_str().unwrap().to_owned());
    }
    let required = std::env::var("PUGMARK_COUNTERPARTS").is_ok_and(|v| v == "required");
    assert!(!required, "a Chromium is required");
    eprintln!("STEPPED ASIDE: no Chromium is installed, so none was driven");
    None
}
