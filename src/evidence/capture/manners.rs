//! How a capture treats servers: what they ask to leave alone, how often they are asked, and
//! what happens when they ask to wait.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use super::robots::Rules;
use crate::clock::Clock;
use crate::evidence::interrupt::Interrupt;
use crate::evidence::net::{Ask, Client, Exchange, FetchError, Keep, refusal};

/// Time between two pages of a public host, unless the user says otherwise.
const USUAL_DELAY: Duration = Duration::from_secs(1);
/// Longest delay that `robots.txt` can ask for.
const LONGEST_DELAY: Duration = Duration::from_secs(30);
/// Longest time for which a server can ask to come back later.
const LONGEST_WAIT: Duration = Duration::from_mins(2);
/// So much of a `robots.txt` is read. Source: RFC 9309, section 2.5: at least 500 KiB.
const LONGEST_ROBOTS: usize = 512 << 10;
/// Source: RFC 9309, section 2.3.1.2: at least five.
const ROBOTS_REDIRECTS: usize = 5;

/// How servers are treated.
#[derive(Clone, Debug)]
pub struct Manners {
    /// Whether `robots.txt` decides what is asked for.
    pub respect_robots: bool,
    /// Time between two pages of one host; `None`: a second, and none for hosts at
    /// addresses that are not public.
    pub delay: Option<Duration>,
    /// How often a page or part is asked for again when the server asks to wait (429, 503)
    /// or breaks off before it answers.
    pub retries: u32,
    /// What is known of hosts; shared by all that capture in one run.
    pub hosts: Hosts,
}

impl Default for Manners {
    fn default() -> Self {
        Self { respect_robots: true, delay: None, retries: 2, hosts: Hosts::default() }
    }
}

/// What is known of hosts. Copies share it.
#[derive(Clone, Debug, Default)]
pub struct Hosts(Arc<Mutex<BTreeMap<String, Host>>>);

#[derive(Clone, Debug, Default)]
struct Host {
    robots: Option<Arc<Result<Rules, String>>>,
    /// When the next page may be asked for.
    next: Option<Instant>,
    is_private: bool,
}

impl Hosts {
    fn with<T>(&self, url: &Url, read: impl FnOnce(&mut Host) -> T) -> T {
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read(hosts.entry(url.origin().ascii_serialization()).or_default())
    }

    /// Remembers whether the host is at a public address.
    fn note(&self, exchange: &Exchange) {
        if let Some(address) = exchange.address {
            let is_private = refusal(address.ip()).is_some();
            self.with(&exchange.url, |host| host.is_private = is_private);
        }
    }
}

impl Manners {
    /// Checks that `robots.txt` of the host lets `url` be asked for.
    ///
    /// # Errors
    ///
    /// [`FetchError::Robots`] when it does not, or when it cannot be had although there is a
    /// server; what the client says when there is none.
    pub(super) async fn check(
        &self,
        client: &Client,
        url: &Url,
        user_agent: &str,
    ) -> Result<(), FetchError> {
        if !self.respect_robots || !matches!(url.scheme(), "http" | "https") {
            return Ok(());
        }
        let known = self.hosts.with(url, |host| host.robots.clone());
        let robots = match known {
            Some(robots) => robots,
            None => {
                let robots = Arc::new(self.read_robots(client, url, user_agent).await?);
                self.hosts.with(url, |host| host.robots = Some(Arc::clone(&robots)));
                robots
            }
        };
        let host = url.host_str().unwrap_or_default();
        match &*robots {
            Ok(rules) if rules.allow(url) => Ok(()),
            Ok(_) => Err(FetchError::Robots(format!(
                "robots.txt of {host} asks programs to leave this address alone"
            ))),
            Err(why) => {
                Err(FetchError::Robots(format!("robots.txt of {host} cannot be had: {why}")))
            }
        }
    }

    /// Source: RFC 9309, section 2.3.1: no such file allows all, a server in trouble nothing.
    async fn read_robots(
        &self,
        client: &Client,
        url: &Url,
        user_agent: &str,
    ) -> Result<Result<Rules, String>, FetchError> {
        let Ok(mut address) = url.join("/robots.txt") else { return Ok(Ok(Rules::default())) };
        for _ in 0..=ROBOTS_REDIRECTS {
            let mut ask = Ask::get(&address, None, user_agent);
            // Text that is read as it comes.
            ask.headers.retain(|(name, _)| name != "accept-encoding");
            ask.keep = Keep::All;
            let mut exchange = client.fetch(&ask).await;
            self.hosts.note(&exchange);
            match exchange.error.take() {
                // What was sent before the server broke off, or of an endless file, is enough.
                Some(FetchError::TooLarge(_)) | None => {}
                Some(
                    err @ (FetchError::BrokeOff | FetchError::Http(_) | FetchError::Timeout(_)),
                ) => {
                    return Ok(Err(err.to_string()));
                }
                Some(err) => return Err(err),
            }
            if let Some(next) = exchange.redirect() {
                address = next;
                continue;
            }
            return Ok(match exchange.status {
                Some(200..=299) => {
                    let body = exchange.body.unwrap_or_default();
                    let body = &body[..body.len().min(LONGEST_ROBOTS)];
                    Ok(Rules::read(&String::from_utf8_lossy(body)))
                }
                Some(status @ (429 | 500..)) => Err(format!("the server answers {status}")),
                _ => Ok(Rules::default()),
            });
        }
        Ok(Ok(Rules::default()))
    }

    /// Waits until the host of `url` may be asked for a page again.
    pub(super) async fn wait_turn(&self, url: &Url, interrupt: &Interrupt) {
        let now = Instant::now();
        let wait = self.hosts.with(url, |host| {
            let asked = host.robots.as_deref().and_then(|robots| robots.as_ref().ok()?.delay);
            let usual = if host.is_private { Duration::ZERO } else { USUAL_DELAY };
            let delay = self.delay.unwrap_or_else(|| {
                asked.map_or(usual, |asked| asked.min(LONGEST_DELAY).max(usual))
            });
            let turn = host.next.map_or(now, |next| next.max(now));
            host.next = Some(turn + delay);
            turn - now
        });
        pause(wait, interrupt).await;
    }

    /// Asks once or, where the server asks for it, again later. Returns every attempt; the
    /// last one counts.
    pub(super) async fn fetch(
        &self,
        client: &Client,
        ask: &Ask,
        interrupt: &Interrupt,
        clock: Clock,
    ) -> Vec<Exchange> {
        let mut attempts = Vec::new();
        loop {
            let exchange = client.fetch(ask).await;
            self.hosts.note(&exchange);
            let number = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
            let wait = wait_before_retry(&exchange, number, clock);
            attempts.push(exchange);
            match wait {
                Some(wait) if number < self.retries && !interrupt.has_fired() => {
                    pause(wait, interrupt).await;
                }
                _ => return attempts,
            }
        }
    }
}

/// How long to wait before asking again; `None` when there is no use in it.
fn wait_before_retry(exchange: &Exchange, attempt: u32, clock: Clock) -> Option<Duration> {
    let usual = Duration::from_secs(1 << attempt.min(6));
    match (exchange.status, &exchange.error) {
        (Some(429 | 503), None) => {
            let wait = retry_after(exchange.header("retry-after"), clock).unwrap_or(usual);
            (wait <= LONGEST_WAIT).then_some(wait)
        }
        (None, Some(FetchError::BrokeOff | FetchError::Http(_))) => Some(usual),
        _ => None,
    }
}

/// Source: RFC 9110, section 10.2.3: seconds, or a date.
fn retry_after(text: &str, clock: Clock) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text.trim()).ok()?;
    let seconds = date.as_second() - clock.now().as_second();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

async fn pause(time: Duration, interrupt: &Interrupt) {
    if !time.is_zero() {
        tokio::select! {
            () = tokio::time::sleep(time) => {}
            () = interrupt.fired() => {}
        }
    }
}
