//! The options for a capture by browser.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;

use crate::cli::Streams;
use crate::evidence::{Browser, BrowserOptions, CaptureOptions};

/// How a browser looks at pages.
#[derive(Debug, clap::Args)]
pub(super) struct BrowserArgs {
    /// Open pages in an installed Chromium: scripts run, pictures of the page are taken
    ///
    /// Adds a picture of the whole page, a PDF, the page's elements and text after scripts ran.
    /// Everything the browser loads is recorded as servers sent it. Without a Chromium the page
    /// is captured as without this option, and the record says what is missing.
    #[arg(long)]
    browser: bool,
    /// The browser's program, instead of the Chromium, Chrome or Edge that is found
    #[arg(long, value_name = "FILE", requires = "browser", env = "PUGMARK_BROWSER")]
    browser_program: Option<PathBuf>,
    /// Wait this long after the page has loaded, for what scripts do later
    #[arg(long, value_name = "SECONDS", requires = "browser", default_value_t = 0.0)]
    wait: f64,
    /// Scroll down for at most this long, for pictures and posts that come then
    #[arg(long, value_name = "SECONDS", requires = "browser", default_value_t = 30)]
    scroll: u64,
    /// Run the browser without its sandbox, as in a container; the record says so
    #[arg(long, requires = "browser")]
    browser_without_sandbox: bool,
}

impl BrowserArgs {
    /// Puts the browser into `options`, where one is wanted and there.
    pub(super) fn apply(
        &self,
        options: &mut CaptureOptions,
        streams: &mut Streams,
    ) -> anyhow::Result<()> {
        if !self.browser {
            return Ok(());
        }
        let named = self.browser_program.as_deref().map(Browser::at);
        let Some(program) = named.or_else(Browser::find) else {
            options.browser_missing = true;
            streams.warning(
                "no Chromium was found: pages are captured without scripts and pictures of them",
            );
            return Ok(());
        };
        options.browser = Some(BrowserOptions {
            wait: Duration::try_from_secs_f64(self.wait).context("`--wait` is no time")?,
            scroll_time: Duration::from_secs(self.scroll),
            without_sandbox: self.browser_without_sandbox,
            ..BrowserOptions::new(program)
        });
        Ok(())
    }
}
