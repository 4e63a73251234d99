//! Scrolls through a page, and takes pictures of all of it.
//!
//! Pages of which nothing scrolls but a part that fills most of the window (feeds, chats, maps
//! with a list) would show no more than the window. There the part is scrolled, and for the
//! pictures the window is made so tall that all of it shows.

use std::time::{Duration, Instant};

use data_encoding::BASE64;
use serde_json::{Value, json};

use super::BrowserError;
use super::visit::{Shot, Visit, WINDOW};

/// Tallest picture: taller pages become several, as browsers cannot draw more at once.
const TALLEST: f64 = 8000.0;
/// Longest time for a page to settle after one step down.
const SETTLE_STEP: Duration = Duration::from_secs(3);
/// Pixels in an inch, by the rules of CSS.
const INCH: f64 = 96.0;
/// Width and height of A4 paper and its margins in inches.
const A4: (f64, f64, f64) = (8.27, 11.69, 0.4);
/// Longest paper in inches that readers of PDF must take. Source: ISO 32000-1, annex C.
const LONGEST_PAPER: f64 = 200.0;

/// Finds what scrolls: `page`, or a large part of it where the page does not.
const MAIN: &str = "const page = document.scrollingElement || document.documentElement; \
    let main = page, most = innerWidth * Math.min(innerHeight, screen.height) / 5; \
    if (page.scrollHeight < innerHeight * 1.2) for (const part of document.querySelectorAll('*')) { \
        const area = part.clientWidth * part.clientHeight; \
        if (part !== page && area > most && part.scrollHeight > part.clientHeight * 1.2 \
            && /auto|scroll|overlay/.test(getComputedStyle(part).overflowY)) \
            [main, most] = [part, area]; }";

/// A step down of nine tenths of what is seen; where that ends then, and how much there is.
const STEP: &str = "if (main === page) { scrollBy(0, Math.floor(innerHeight * 0.9)); \
    return [scrollY + innerHeight, document.documentElement.scrollHeight]; } \
    main.scrollBy(0, Math.floor(main.clientHeight * 0.9)); \
    return [main.scrollTop + main.clientHeight, main.scrollHeight];";

/// Back to the top; how tall a window has to be to show all that scrolls in it, if a part does.
const TOP: &str = "scrollTo(0, 0); main.scrollTo(0, 0); \
    return main === page ? 0 : innerHeight + main.scrollHeight - main.clientHeight;";

impl Visit<'_> {
    async fn with_main(&mut self, script: &str) -> Result<Value, BrowserError> {
        self.protocol.evaluate(&format!("(() => {{ {MAIN} {script} }})()")).await
    }

    /// Scrolls down step by step, so that what waits for that comes.
    pub(super) async fn scroll(&mut self) -> Result<(u32, &'static str), BrowserError> {
        let started = Instant::now();
        let (mut steps, mut still) = (0, 0);
        let mut before = (0.0, 0.0);
        let end = loop {
            if self.interrupt.has_fired() || started.elapsed() > self.options.scroll_time {
                break "time";
            }
            let seen = self.with_main(STEP).await?;
            let now = (seen[0].as_f64().unwrap_or(0.0), seen[1].as_f64().unwrap_or(0.0));
            if now == before {
                still += 1;
            } else {
                (steps, still) = (steps + 1, 0);
            }
            // What comes at the bottom may need a moment to be asked for.
            if still == 2 {
                break "bottom";
            }
            if now.0 >= f64::from(self.options.longest_page) {
                break "height";
            }
            before = now;
            self.settle(SETTLE_STEP).await?;
        };
        Ok((steps, end))
    }

    /// Goes back to the top. Where a part of the page scrolls in its place, the window is made
    /// as tall as that; returns its height then.
    pub(super) async fn stretch(&mut self) -> Result<Option<u32>, BrowserError> {
        let needed = self.with_main(TOP).await?.as_f64().unwrap_or(0.0);
        let height = whole(needed).min(self.options.longest_page);
        let stretched = (height > WINDOW.1).then_some(height);
        if let Some(height) = stretched {
            self.protocol.set_window(WINDOW.0, height).await?;
        }
        self.settle(SETTLE_STEP).await?;
        Ok(stretched)
    }

    /// Pictures of the whole page, from top to bottom; and its width and height.
    pub(super) async fn pictures(
        &mut self,
        missing: &mut Vec<String>,
    ) -> Result<(Vec<Shot>, (f64, u32)), BrowserError> {
        let metrics = self.protocol.call("Page.getLayoutMetrics", json!({})).await?;
        let size = &metrics["cssContentSize"];
        let side =
            |name: &str, least: u32| size[name].as_f64().unwrap_or(0.0).max(f64::from(least));
        let (width, height) = (side("width", WINDOW.0).min(TALLEST), side("height", WINDOW.1));
        let mut shots = Vec::new();
        let mut top = 0.0;
        while top < height {
            let part = (height - top).min(TALLEST);
            let clip = json!({ "x": 0, "y": top, "width": width, "height": part, "scale": 1 });
            let params = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
            let name = match shots.len() {
                0 => "screenshot.png".to_owned(),
                number => format!("screenshot-{}.png", number + 1),
            };
            match self.protocol.call("Page.captureScreenshot", params).await {
                Ok(answer) => shots.extend(decoded(&name, &answer)),
                Err(err) => {
                    missing.push(format!("{name}: {err}"));
                    break;
                }
            }
            top += part;
        }
        Ok((shots, (width, whole(height))))
    }

    /// The page on paper, laid out for the width that the window had: on A4, or, where the
    /// window was made taller, on one sheet of its size.
    pub(super) async fn paper(
        &mut self,
        width: f64,
        stretched: Option<u32>,
    ) -> Result<Option<Shot>, BrowserError> {
        let (paper, scale, margin) = match stretched {
            Some(height) => {
                ((width / INCH, (f64::from(height) / INCH).min(LONGEST_PAPER)), 1.0, 0.0)
            }
            None => {
                let scale = (A4.0 - 2.0 * A4.2) * INCH / width;
                ((A4.0, A4.1), scale.clamp(0.1, 1.0), A4.2)
            }
        };
        let params = json!({
            "printBackground": true, "scale": scale, "paperWidth": paper.0, "paperHeight": paper.1,
            "marginTop": margin, "marginBottom": margin, "marginLeft": margin, "marginRight": margin,
        });
        let answer = self.protocol.call("Page.printToPDF", params).await?;
        Ok(decoded("page.pdf", &answer))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "heights in pixels; what is beyond stays at the limit"
)]
fn whole(pixels: f64) -> u32 {
    pixels as u32
}

fn decoded(name: &str, answer: &Value) -> Option<Shot> {
    let bytes = BASE64.decode(answer["data"].as_str()?.as_bytes()).ok()?;
    Some(Shot { name: name.to_owned(), bytes })
}
