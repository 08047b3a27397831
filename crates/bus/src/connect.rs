//! The connection: one per process, reconnecting within 100 ms, its troubles surfaced and counted.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_nats::{ConnectOptions, Event, ServerError};
use schemas::{Name, Origin};
use tokio::sync::{broadcast, watch};

use crate::state::StateKeeper;
use crate::{state, time};

/// Longest pause between attempts to reconnect.
const RECONNECT_MAX: Duration = Duration::from_millis(100);
/// Commands that may wait for the socket. A small number bounds what could be sent late after a stall.
const CLIENT_CAPACITY: usize = 512;
/// Messages that may wait in the client for the draining task, over all subscriptions.
const SUBSCRIPTION_CAPACITY: usize = 16_384;
/// A broker that answers no ping for two of these is gone.
const PING_INTERVAL: Duration = Duration::from_secs(5);
/// Longest wait for one attempt to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// How to reach the broker, and as whom.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `nats://127.0.0.1:4222`
    pub url: String,
    /// Key and inbox prefix; none = viewer.
    pub credentials: Option<Credentials>,
    /// The instance that speaks.
    pub instance: Name,
    /// Wait for a broker that is not there yet (components) instead of failing (commands).
    pub wait_for_broker: bool,
}

/// Who we are to the broker.
#[derive(Clone)]
pub struct Credentials {
    /// NKey seed, `SU…`; never printed.
    pub seed: String,
    /// Where replies to this role arrive.
    pub inbox_prefix: String,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("inbox_prefix", &self.inbox_prefix).finish_non_exhaustive()
    }
}

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nothing answers there.
    #[error("no broker answers at {url}: start one with `vjbus up`, or set [broker] url")]
    Absent {
        /// Where it was looked for.
        url: String,
        /// What the socket said.
        #[source]
        source: async_nats::ConnectError,
    },
    /// The broker does not know this key.
    #[error(
        "the broker at {url} refuses this key: it belongs to another state folder, or the broker was set up anew"
    )]
    Refused {
        /// Whom we asked.
        url: String,
    },
}

/// State of the link to the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Not connected: streams and events are dropped and counted.
    Down,
    /// Connected.
    Up,
}

/// Losses and refusals of this process since its start.
#[derive(Debug, Default)]
pub struct Counts {
    /// Publishes dropped because the link was down or its queue full.
    pub unsent: AtomicU64,
    /// Messages lost on the way here, by gaps in `seq`.
    pub lost: AtomicU64,
    /// Messages dropped from a full queue of this process.
    pub overrun: AtomicU64,
    /// Streams, events and samples refused because they arrived too late to be true.
    pub stale: AtomicU64,
    /// Payloads that could not be read.
    pub malformed: AtomicU64,
    /// Times that the broker or client called a reader slow.
    pub slow: AtomicU64,
    /// Publishes and subscriptions that the broker did not permit.
    pub refused: AtomicU64,
}

impl Counts {
    /// All that was dropped, on the way in and out.
    pub fn dropped(&self) -> u64 {
        [&self.unsent, &self.lost, &self.overrun, &self.stale, &self.malformed]
            .iter()
            .map(|count| count.load(Ordering::Relaxed))
            .sum()
    }
}

/// A connection to the broker. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    pub(crate) client: async_nats::Client,
    pub(crate) origin: Arc<Origin>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) link: watch::Receiver<Link>,
    pub(crate) violations: broadcast::Sender<String>,
    pub(crate) keeper: Arc<StateKeeper>,
}

impl Bus {
    /// Connects.
    ///
    /// # Errors
    /// [`ConnectError::Absent`] when nothing answers and `wait_for_broker` is off, [`ConnectError::Refused`] when the key is unknown.
    pub async fn connect(settings: Settings) -> Result<Bus, ConnectError> {
        let counts = Arc::new(Counts::default());
        let (link_tx, link) = watch::channel(Link::Down);
        let (violations, _) = broadcast::channel(16);
        let options = options(&settings, &counts, link_tx, violations.clone());
        let client = async_nats::connect_with_options(&settings.url, options).await.map_err(|source| {
            let url = settings.url.clone();
            match source.kind() {
                async_nats::ConnectErrorKind::AuthorizationViolation
                | async_nats::ConnectErrorKind::Authentication => ConnectError::Refused { url },
                _ => ConnectError::Absent { url, source },
            }
        })?;
        let origin = Arc::new(Origin {
            host: time::host_name().to_owned(),
            instance: settings.instance.to_string(),
            generation: (time::unix_s() * 1e3) as u64,
        });
        let keeper = StateKeeper::spawn(client.clone(), link.clone());
        Ok(Bus { client, origin, counts, link, violations, keeper })
    }

    /// Who this process is on the bus.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Losses since the start.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The link, to be watched.
    pub fn link(&self) -> watch::Receiver<Link> {
        self.link.clone()
    }

    /// Whether messages flow now.
    pub fn is_up(&self) -> bool {
        *self.link.borrow() == Link::Up
    }

    /// Version of the broker, e.g. `2.15.1`; empty before the first connection.
    pub fn broker_version(&self) -> String {
        self.client.server_info().version
    }

    /// Waits until the broker has taken the subscriptions made so far, so that what others send from now on
    /// arrives. Without a link they are made on reconnecting, and nobody waits.
    pub(crate) async fn settle_subscriptions(&self) {
        if self.is_up() {
            // Bytes that were sent are not yet bytes that were read: only an answer says that the broker, which
            // reads a connection in order, has come past the subscriptions.
            let _link_lost = tokio::time::timeout(CONNECT_TIMEOUT, state::answered(self)).await;
        }
    }

    /// Waits until all that was published has left this process, at most `patience`.
    pub async fn flush(&self, patience: Duration) {
        self.keeper.settle(patience).await;
        if self.is_up() {
            // A broker that vanishes meanwhile cannot be flushed to; the states are written again on reconnect.
            let _unflushed = tokio::time::timeout(patience, self.client.flush()).await;
        }
    }
}

fn options(
    settings: &Settings,
    counts: &Arc<Counts>,
    link: watch::Sender<Link>,
    violations: broadcast::Sender<String>,
) -> ConnectOptions {
    let counts = counts.clone();
    let link = Arc::new(link);
    let mut options = ConnectOptions::new()
        .name(settings.instance.as_str())
        .client_capacity(CLIENT_CAPACITY)
        .subscription_capacity(SUBSCRIPTION_CAPACITY)
        .ping_interval(PING_INTERVAL)
        .connection_timeout(CONNECT_TIMEOUT)
        .max_reconnects(None)
        .reconnect_delay_callback(|attempt| RECONNECT_MAX.min(Duration::from_millis(10 * attempt as u64)))
        .event_callback(move |event| {
            observe(&event, &counts, &link, &violations);
            std::future::ready(())
        });
    if settings.wait_for_broker {
        options = options.retry_on_initial_connect();
    }
    match &settings.credentials {
        Some(who) => options.nkey(who.seed.clone()).custom_inbox_prefix(&who.inbox_prefix),
        None => options,
    }
}

fn observe(
    event: &Event,
    counts: &Counts,
    link: &watch::Sender<Link>,
    violations: &broadcast::Sender<String>,
) {
    match event {
        Event::Connected => {
            link.send_replace(Link::Up);
        }
        Event::Disconnected | Event::Closed => {
            link.send_replace(Link::Down);
        }
        Event::SlowConsumer(_) | Event::ServerError(ServerError::SlowConsumer(_)) => {
            counts.slow.fetch_add(1, Ordering::Relaxed);
            tracing::warn!("messages arrive faster than this process takes them; the oldest are dropped");
        }
        Event::ServerError(error) => {
            let text = error.to_string();
            if let Some(what) = violation(&text) {
                counts.refused.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%what, "the broker does not permit this");
                // Nobody may be waiting for a refusal just now.
                let _nobody = violations.send(what);
            } else {
                tracing::warn!(error = %text, "the broker complains");
            }
        }
        other => tracing::debug!(event = %other, "bus"),
    }
}

/// The subject inside `Permissions Violation for Publish to "x"`.
fn violation(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    lower.contains("permissions violation").then(|| text.split('"').nth(1).unwrap_or(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_of_a_refusal_is_found() {
        let text = "nats: Permissions Violation for Publish to \"vjctl.beat.tap\"";
        assert_eq!(violation(text).as_deref(), Some("vjctl.beat.tap"));
        assert_eq!(violation("nats: stale connection"), None);
    }

    #[test]
    fn a_seed_is_never_printed() {
        let who = Credentials { seed: "SUSECRET".into(), inbox_prefix: "_INBOX_sink".into() };
        assert!(!format!("{who:?}").contains("SECRET"));
    }
}
