//! Progress for people: on stderr, only on a terminal, only when work takes time.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Returns a bar over `total` steps (a spinner when `None`), hidden when `shown`
/// is false or stderr is not a terminal. `unit` names a step, in the plural.
#[must_use]
pub fn bar(total: Option<u64>, unit: &str, shown: bool) -> ProgressBar {
    if !shown || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let (bar, template) = match total {
        Some(total) => (
            ProgressBar::with_draw_target(Some(total), target),
            format!("{{wide_bar}} {{pos}}/{{len}} {unit}, {{per_sec}}, {{eta}} left"),
        ),
        None => (
            ProgressBar::with_draw_target(None, target),
            format!("{{spinner}} {{pos}} {unit}, {{per_sec}}, {{elapsed}}"),
        ),
    };
    let style = ProgressStyle::with_template(&template).expect("the templates above are sound");
    bar.with_style(style).with_elapsed(Duration::ZERO)
}

/// Returns a bar over `total` bytes, and a message beside them; hidden as [`bar`] is.
#[must_use]
pub fn bytes(total: u64, shown: bool) -> ProgressBar {
    if !shown || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let target = ProgressDrawTarget::stderr_with_hz(10);
    let style = ProgressStyle::with_template(
        "{wide_bar} {msg}, {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left",
    )
    .expect("the template is sound");
    ProgressBar::with_draw_target(Some(total), target).with_style(style)
}
