//! The options of commands that ask web servers.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use fs_err as fs;
use hyper::header::{HeaderName, HeaderValue};

use crate::evidence::{CaptureOptions, Cookies, Interrupt, Limits, Manners, Proxy};

/// How servers are asked.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "How servers are asked")]
pub(super) struct NetworkArgs {
    /// Allow addresses that are not public: loopback, private and the like
    #[arg(long)]
    allow_private: bool,
    /// Ask also servers whose certificates do not prove who they are: expired, for another name,
    /// self-signed
    ///
    /// The record, the log and a warning say what is wrong. Anybody between this machine and
    /// the server could have sent the page, and gets the cookies that are sent along.
    #[arg(long)]
    any_certificate: bool,
    /// Longest time for one address, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,
    /// Go through a proxy, which resolves all names: `socks5h://127.0.0.1:9050` (Tor), `http://HOST:PORT`
    ///
    /// Whether a name leads to a private address is then the proxy's to judge.
    #[arg(long, value_name = "URL", env = "PUGMARK_PROXY", hide_env_values = true)]
    proxy: Option<String>,
    /// Cookies of a browser that is logged in, as a cookies.txt file (Netscape's form)
    #[arg(long, value_name = "FILE")]
    cookies: Option<PathBuf>,
    /// Send this header to the host of the page: `NAME: VALUE`, or `@FILE` with one a line
    #[arg(long, value_name = "HEADER")]
    header: Vec<String>,
    /// Keep the values of such cookies and headers in what is stored, instead of blanking them
    #[arg(long)]
    keep_secrets: bool,
    /// Ask also for what robots.txt asks to leave alone; the record says so
    #[arg(long)]
    ignore_robots: bool,
    /// Time between two pages of one host; else a second, or what robots.txt asks for (none
    /// for hosts at addresses that are not public)
    #[arg(long, value_name = "SECONDS")]
    delay: Option<f64>,
    /// How often to ask again when a server asks to wait or breaks off
    #[arg(long, value_name = "N", default_value_t = 2)]
    retries: u32,
    /// Longest time for a page with all its parts, in seconds; what is not begun by then is left out
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    max_time: u64,
    /// Most bytes of a page with all its parts, such as `500M`; what is not begun by then is left out
    #[arg(long, value_name = "SIZE", default_value = "1G", value_parser = size)]
    max_size: u64,
    /// Most bytes of one answer; it is cut there, and the record says so
    #[arg(long, value_name = "SIZE", default_value = "256M", value_parser = size)]
    max_file_size: u64,
    /// Most parts of a page
    #[arg(long, value_name = "N", default_value_t = 1000)]
    max_parts: usize,
    /// What to call oneself to servers
    #[arg(long, value_name = "TEXT")]
    user_agent: Option<String>,
}

impl NetworkArgs {
    /// What these options come to.
    pub(super) fn options(&self) -> anyhow::Result<CaptureOptions> {
        let proxy = self.proxy.as_deref().map(str::parse::<Proxy>).transpose();
        let delay = self.delay.map(Duration::try_from_secs_f64).transpose();
        let defaults = CaptureOptions::default();
        Ok(CaptureOptions {
            allow_private: self.allow_private,
            browser_agent: self.user_agent.clone(),
            user_agent: self.user_agent.clone().unwrap_or(defaults.user_agent),
            proxy: proxy.context("`--proxy` names no proxy")?,
            cookies: self.read_cookies()?,
            headers: self.read_headers()?,
            keep_secrets: self.keep_secrets,
            any_certificate: self.any_certificate,
            manners: Manners {
                respect_robots: !self.ignore_robots,
                delay: delay.context("`--delay` is no time")?,
                retries: self.retries,
                ..Manners::default()
            },
            limits: Limits {
                time: Duration::from_secs(self.timeout),
                total_time: Duration::from_secs(self.max_time),
                bytes: self.max_file_size,
                total_bytes: self.max_size,
                parts: self.max_parts,
                ..Limits::default()
            },
            command: self.command_line(),
            interrupt: Interrupt::on_ctrl_c(),
            ..CaptureOptions::default()
        })
    }

    fn read_cookies(&self) -> anyhow::Result<Cookies> {
        let Some(path) = &self.cookies else { return Ok(Cookies::default()) };
        let text = fs::read_to_string(path)?;
        Cookies::read(&text).with_context(|| format!("cannot use `{}`", path.display()))
    }

    fn read_headers(&self) -> anyhow::Result<Vec<(HeaderName, HeaderValue)>> {
        let mut headers = Vec::new();
        for given in &self.header {
            let lines = match given.strip_prefix('@') {
                Some(path) => fs::read_to_string(path)?,
                None => given.clone(),
            };
            for line in lines.lines().filter(|line| !line.trim().is_empty()) {
                // The value may be a secret: the message does not repeat it.
                headers.push(header(line).context("`--header` takes `NAME: VALUE`")?);
            }
        }
        Ok(headers)
    }

    /// The command line as it was given, for the record, without what opens doors.
    fn command_line(&self) -> Vec<String> {
        let blank = |argument: String| {
            if self.keep_secrets {
                return argument;
            }
            let secret = self.header.iter().filter(|header| !header.starts_with('@'));
            let mut argument = secret.fold(argument, |argument, header| {
                let name = header.split(':').next().unwrap_or_default();
                argument.replace(header.as_str(), &format!("{name}: [redacted]"))
            });
            if let Some(proxy) = &self.proxy
                && let Ok(shown) = proxy.parse::<Proxy>()
            {
                argument = argument.replace(proxy.as_str(), &shown.to_string());
            }
            argument
        };
        super::command_line().into_iter().map(blank).collect()
    }
}

/// A number of bytes, with `K`, `M` or `G` for the powers of 1024.
fn size(text: &str) -> Result<u64, String> {
    let (digits, factor) = match text.trim_end_matches(['b', 'B']).char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1 << 10),
        Some((at, 'm' | 'M')) => (&text[..at], 1 << 20),
        Some((at, 'g' | 'G')) => (&text[..at], 1 << 30),
        _ => (text, 1),
    };
    let number: u64 = digits.parse().map_err(|_| "no size such as `500M`".to_owned())?;
    number.checked_mul(factor).ok_or_else(|| "too large".to_owned())
}

fn header(line: &str) -> Option<(HeaderName, HeaderValue)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().parse().ok()?, HeaderValue::from_str(value.trim()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [("7", 7), ("2k", 2048), ("500M", 500 << 20), ("5GB", 5 << 30)] {
            assert_eq!(size(text), Ok(bytes), "{text}");
        }
        for text in ["", "M", "1.5G", "-1", "1T", "20000000000G"] {
            assert!(size(text).is_err(), "{text}");
        }
    }
}
