//! What a component's handlers are given: the bus, the clock, and a voice.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use bus::{Bus, Delivery, Inbox, Publisher, time};
use schemas::sys::{Heartbeat, Lifecycle, LifecycleEvent, Log, State};
use schemas::{Message, Name, Payload, Stamp, Topic};
use serde_json::Value;

use crate::health::Health;
use crate::{Exit, Spec, overlay};

/// How long one `watch` keeps the mirrors on.
pub(crate) const WATCH_LEASE_NS: i64 = 10_000_000_000;

/// Longest wait for a message that must be out before the thread blocks.
const TELL: Duration = Duration::from_millis(200);

/// A component's surroundings.
pub struct Context {
    pub(crate) bus: Bus,
    pub(crate) inbox: Inbox,
    pub(crate) spec: Spec,
    pub(crate) instance: Name,
    pub(crate) state_dir: PathBuf,
    pub(crate) health: Health,
    pub(crate) overlay: Value,
    pub(crate) watched_until_ns: i64,
    heartbeats: Publisher<Heartbeat>,
    lifecycles: Publisher<Lifecycle>,
    logs: Publisher<Log>,
}

impl Context {
    pub(crate) fn new(bus: Bus, spec: Spec, instance: Name, state_dir: PathBuf, overlay: Value) -> Context {
        Context {
            inbox: bus.inbox(),
            heartbeats: bus.publisher(&instance),
            lifecycles: bus.publisher(&instance),
            logs: bus.publisher(&instance),
            health: Health::new(),
            watched_until_ns: 0,
            bus,
            spec,
            instance,
            state_dir,
            overlay,
        }
    }

    /// Subscribes to a topic of [`Spec::reads`], of one name or of all.
    ///
    /// # Errors
    /// [`Exit::Internal`] when the topic is not announced in the spec: the broker would not permit it.
    pub async fn subscribe(&mut self, topic: &'static Topic, name: Option<&Name>) -> Result<(), Exit> {
        self.is_announced(topic)?;
        self.inbox.subscribe(topic, name).await;
        Ok(())
    }

    /// Looks at a stream of [`Spec::reads`], of all names, for 40 ms once in `every`: for whom a few of its values
    /// suffice.
    ///
    /// # Errors
    /// As [`Context::subscribe`].
    pub fn glance(&mut self, topic: &'static Topic, every: Duration) -> Result<(), Exit> {
        self.is_announced(topic)?;
        self.inbox.glance(topic, every);
        Ok(())
    }

    fn is_announced(&self, topic: &Topic) -> Result<(), Exit> {
        if self.spec.reads.iter().any(|read| read.name == topic.name) {
            return Ok(());
        }
        let (component, topic) = (self.spec.name, topic.name);
        Err(Exit::Internal(format!("{component} does not announce that it reads {topic}")))
    }

    /// Subscribes to every subject that matches a NATS filter (`vj.beat.>`), as far as the broker permits.
    pub async fn subscribe_filter(&mut self, filter: &str) {
        self.inbox.subscribe_filter(filter.to_owned(), true).await;
    }

    /// A publisher of `T` for `name`. Make one per subject and keep it.
    pub fn publisher<T: Payload>(&self, name: &Name) -> Publisher<T> {
        debug_assert!(
            self.spec.writes.iter().any(|w| w.name == T::TOPIC.name),
            "{} is not in writes",
            T::TOPIC.name
        );
        self.bus.publisher(name)
    }

    /// Reads a message; a malformed one is counted, reported now and then, and `None`.
    pub fn decode<T: Payload>(&mut self, delivery: &Delivery) -> Option<Message<T>> {
        match delivery.decode() {
            Ok(message) => Some(message),
            Err(error) => {
                let before = self.bus.counts().malformed.fetch_add(1, Ordering::Relaxed);
                if before == 0 || before.is_power_of_two() {
                    tracing::warn!(subject = %delivery.subject, error = %chain(&error), count = before + 1, "malformed message ignored");
                }
                None
            }
        }
    }

    /// The last value of a state, e.g. one's own of before a restart.
    pub async fn last<T: Payload>(&self, name: &Name) -> Option<Message<T>> {
        self.bus.last(name).await
    }

    /// This instant.
    pub fn now(&self) -> Stamp {
        time::now()
    }

    /// Something that it needs is missing; it goes on without.
    pub fn degraded(&mut self, reason: &str) {
        if self.health.state != State::Degraded || self.health.reason != reason {
            tracing::warn!(reason, "degraded");
            self.health.last_error = Some(reason.to_owned());
            self.health.set(State::Degraded, reason);
            self.beat();
        }
    }

    /// All is well again.
    pub fn ready(&mut self) {
        if self.health.state == State::Degraded {
            tracing::info!("recovered");
        }
        if self.health.state != State::Ready {
            self.health.set(State::Ready, "");
            self.beat();
        }
    }

    /// The handler will not return for a while, but for no longer than `at_most`. Ends when it returns.
    ///
    /// When this returns the supervisor has been told, so that the handler may block its thread from here on.
    pub async fn busy(&mut self, reason: &str, at_most: Duration) {
        self.health.enter_busy(reason, at_most);
        self.beat();
        self.bus.flush(TELL).await;
    }

    /// Adds to a counter that the heartbeat shows.
    pub fn count(&mut self, name: &str, n: u64) {
        match self.health.counters.get_mut(name) {
            Some(count) => *count += n,
            None => drop(self.health.counters.insert(name.to_owned(), n)),
        }
    }

    /// Counts what the component itself had to drop.
    pub fn dropped(&mut self, n: u64) {
        self.health.dropped += n;
    }

    /// Keeps a live change for the generations to come: a partial configuration, laid over the written one.
    pub fn remember(&mut self, patch: &Value) {
        overlay::merge(&mut self.overlay, patch);
        self.beat();
    }

    /// Whether somebody holds a `watch` lease: mirrors are published only then.
    pub fn watched(&self) -> bool {
        time::mono_ns() < self.watched_until_ns
    }

    /// Name of this instance.
    pub fn instance(&self) -> &Name {
        &self.instance
    }

    /// Folder for what must outlive the process.
    pub fn state_dir(&self) -> &Path {
        &self.state_dir
    }

    /// Sends a heartbeat now.
    pub(crate) fn beat(&mut self) {
        let overlay = self.overlay.as_object().is_some_and(|o| !o.is_empty()).then(|| self.overlay.clone());
        let heartbeat = self.health.heartbeat(&self.spec, self.bus.counts().dropped(), overlay);
        // A heartbeat that cannot be sent is counted by the bus; nothing depends on this one.
        self.heartbeats.send(time::now(), &heartbeat);
    }

    pub(crate) fn lifecycle(&self, event: LifecycleEvent, reason: &str) {
        self.lifecycles.send(time::now(), &Lifecycle { event, reason: reason.to_owned() });
    }

    pub(crate) fn log(&self, line: &Log) {
        self.logs.send(time::now(), line);
    }
}

/// An error with all its causes, each once.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
