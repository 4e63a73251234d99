//! Progress for people: on stderr, only on a terminal, only when work takes time.

use std::io::IsTerminal;
use std::thread;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// What is done before that shows no bar.
const PATIENCE: Duration = Duration::from_millis(250);

/// Returns a bar over `total` steps (a spinner when `None`), hidden when `shown`
/// is false or stderr is not a terminal. `unit` names a step, in the plural.
#[must_use]
pub fn bar(total: Option<u64>, unit: &str, shown: bool) -> ProgressBar {
    match total {
        Some(_) => {
            let template = format!("{{wide_bar}} {unit}: {{pos}} of {{len}}, {{eta}} left");
            drawn(total, &template, shown)
        }
        None => drawn(total, &format!("{{spinner}} {unit}: {{human_pos}}, {{elapsed}}"), shown),
    }
}

/// Returns a bar over `total` bytes (a spinner when `None`), with a message before them; hidden
/// as [`bar`] is.
#[must_use]
pub fn bytes(total: Option<u64>, shown: bool) -> ProgressBar {
    let template = match total {
        Some(_) => "{wide_bar} {msg}{bytes} of {total_bytes}, {bytes_per_sec}, {eta} left",
        None => "{spinner} {msg}{bytes}, {bytes_per_sec}, {elapsed}",
    };
    drawn(total, template, shown)
}

fn drawn(total: Option<u64>, template: &str, shown: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
    if shown && std::io::stderr().is_terminal() {
        let waiting = bar.downgrade();
        thread::spawn(move || {
            thread::sleep(PATIENCE);
            if let Some(bar) = waiting.upgrade().filter(|bar| !bar.is_finished()) {
                bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            }
        });
    }
    let style = ProgressStyle::with_template(template).expect("the templates above are sound");
    bar.with_style(style)
}
