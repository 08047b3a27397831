//! One reader's messages from any number of subscriptions.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::Message as Raw;
use bytes::Bytes;
use futures_util::StreamExt as _;
use schemas::{Class, Header, Name, Subject, Topic, subject, wire};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::connect::{Bus, Link};
use crate::queues::{Delivery, Queues};
use crate::{state, time};

/// Streams, events and samples that took longer than this on one machine are no longer true.
const STALE_AFTER_S: f64 = 1.0;
/// How long one look at a stream lasts: nearly two of the longest blocks (1024 samples at 44.1 kHz).
const LOOK: Duration = Duration::from_millis(40);

/// The reader's end. Dropping it ends its subscriptions.
pub struct Inbox {
    bus: Bus,
    shared: Arc<Shared>,
    drains: Vec<JoinHandle<()>>,
}

struct Shared {
    queues: Mutex<Queues>,
    ready: Notify,
}

impl Bus {
    /// An empty inbox.
    pub fn inbox(&self) -> Inbox {
        let shared = Arc::new(Shared { queues: Mutex::default(), ready: Notify::new() });
        Inbox { bus: self.clone(), shared, drains: Vec::new() }
    }
}

impl Inbox {
    /// Subscribes to `topic`, of one `name` or of all.
    ///
    /// For state, the last values arrive first and again after every reconnect. A subscription that the
    /// broker does not permit shows as a warning and in [`crate::Counts::refused`].
    pub async fn subscribe(&mut self, topic: &'static Topic, name: Option<&Name>) {
        let filter = match name {
            Some(name) => Subject::new(topic, name).to_string(),
            None => subject::wildcard(topic),
        };
        self.subscribe_filter(filter, topic.class == Class::State).await;
    }

    /// Subscribes to every vjbus subject that matches a NATS filter; `with_state` fetches last values too.
    pub async fn subscribe_filter(&mut self, filter: String, with_state: bool) {
        let subscriber = match self.bus.client.subscribe(filter.clone()).await {
            Ok(subscriber) => subscriber,
            // Only a closed client refuses here, and then the process is ending.
            Err(error) => return tracing::error!(%error, %filter, "not subscribed"),
        };
        self.bus.settle_subscriptions().await;
        let (bus, shared) = (self.bus.clone(), self.shared.clone());
        self.drains.push(tokio::spawn(drain(subscriber, bus.clone(), shared.clone())));
        if with_state {
            let mut link = bus.link();
            link.mark_unchanged();
            // Before this returns, so that whoever subscribed sees the state before the first live event.
            fetch(&bus, &shared, &filter).await;
            self.drains.push(tokio::spawn(refetch(link, filter, bus, shared)));
        }
    }

    /// Looks at `topic`, of all names, once in `every` and for 40 ms each time. For readers whom a few values of a fast
    /// stream suffice: between two looks the broker sends them nothing, and nobody wakes up.
    pub fn glance(&mut self, topic: &'static Topic, every: Duration) {
        let looks = look(topic, every, self.bus.clone(), self.shared.clone());
        self.drains.push(tokio::spawn(looks));
    }

    /// The next message. Cancel-safe.
    pub async fn next(&self) -> Delivery {
        loop {
            let ready = self.shared.ready.notified();
            if let Some(delivery) = self.take() {
                return delivery;
            }
            ready.await;
        }
    }

    /// The next message if one waits.
    pub fn take(&self) -> Option<Delivery> {
        lock(&self.shared).take()
    }
}

impl Drop for Inbox {
    fn drop(&mut self) {
        self.drains.iter().for_each(JoinHandle::abort);
    }
}

async fn drain(mut subscriber: async_nats::Subscriber, bus: Bus, shared: Arc<Shared>) {
    while let Some(Raw { subject, payload, .. }) = subscriber.next().await {
        accept(&bus, &shared, subject.as_str(), payload, false);
    }
}

async fn look(topic: &'static Topic, every: Duration, bus: Bus, shared: Arc<Shared>) {
    let mut rounds = tokio::time::interval(every);
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        rounds.tick().await;
        // Only a closed client refuses here, and then the process is ending.
        let Ok(subscriber) = bus.client.subscribe(subject::wildcard(topic)).await else { return };
        lock(&shared).start_anew(topic);
        // Over, and with it the subscription, when the time is up.
        let _over = tokio::time::timeout(LOOK, drain(subscriber, bus.clone(), shared.clone())).await;
    }
}

async fn refetch(mut link: watch::Receiver<Link>, filter: String, bus: Bus, shared: Arc<Shared>) {
    while link.changed().await.is_ok() {
        if *link.borrow_and_update() == Link::Up {
            fetch(&bus, &shared, &filter).await;
        }
    }
}

async fn fetch(bus: &Bus, shared: &Shared, filter: &str) {
    for (subject, payload) in state::last_values(bus, filter).await {
        accept(bus, shared, &subject, payload, true);
    }
}

fn accept(bus: &Bus, shared: &Shared, subject: &str, payload: Bytes, kept: bool) {
    let Some(subject) = Subject::parse(subject) else { return };
    let counts = &bus.counts;
    let header = match wire::decode_header(&payload) {
        Ok(header) => header,
        Err(error) => {
            let before = counts.malformed.fetch_add(1, Ordering::Relaxed);
            // The first, and then ever more rarely: a hostile publisher must not fill the log.
            if before.is_power_of_two() || before == 0 {
                tracing::warn!(%subject, %error, count = before + 1, "malformed message ignored");
            }
            return;
        }
    };
    if is_stale(&subject, &header) {
        if !kept {
            counts.stale.fetch_add(1, Ordering::Relaxed);
        }
        return;
    }
    let arrived_mono_ns = time::mono_ns();
    let put = lock(shared).put(Delivery { subject, header, payload, lost: 0, arrived_mono_ns });
    counts.lost.fetch_add(put.lost, Ordering::Relaxed);
    counts.overrun.fetch_add(put.overrun, Ordering::Relaxed);
    shared.ready.notify_one();
}

// State is stale by its own `valid_s`; everything else by its age on this machine's monotonic clock.
// Across machines the age is unknown, because their clocks differ, and nothing but state is refused.
fn is_stale(subject: &Subject, header: &Header) -> bool {
    if subject.topic().class == Class::State {
        return header.valid_s.is_some_and(|valid| time::unix_s() - header.sent > valid);
    }
    let sent_mono_s = header.at_mono_ns as f64 / 1e9 + (header.sent - header.at);
    time::is_from_here(header) && time::mono_ns() as f64 / 1e9 - sent_mono_s > STALE_AFTER_S
}

// A panic while the queues are held would be a bug of `queues`; their contents stay usable.
fn lock(shared: &Shared) -> std::sync::MutexGuard<'_, Queues> {
    shared.queues.lock().unwrap_or_else(PoisonError::into_inner)
}
