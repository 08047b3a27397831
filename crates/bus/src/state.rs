//! The last value of every state subject: one JetStream stream with one message per subject.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::jetstream::{self, stream};
use async_nats::{Client, HeaderMap};
use bytes::Bytes;
use futures_util::StreamExt as _;
use schemas::{Class, Message, Name, Payload, Subject, TOPICS, subject, wire};
use tokio::sync::{Notify, watch};

use crate::connect::{Bus, Link};

/// Name of the stream.
pub const STREAM: &str = "VJ_STATE";
/// Most that it may hold on disk, in bytes.
pub const MAX_BYTES: i64 = 64 << 20;
/// Longest wait for one acknowledgement.
const ACK_TIMEOUT: Duration = Duration::from_secs(1);
/// Pause before a state that was not acknowledged is written again.
const RETRY_AFTER: Duration = Duration::from_millis(200);
/// Longest wait for the last values.
const FETCH_TIMEOUT: Duration = Duration::from_secs(1);

/// The state stream could not be made, emptied or read.
#[derive(Debug, thiserror::Error)]
#[error("the broker would not {what} the stream {STREAM}: is JetStream on, and its store writable?")]
pub struct StateError {
    what: &'static str,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

/// Makes the stream, or brings an older one to this version's subjects. Supervisor only.
///
/// # Errors
/// When the broker refuses.
pub async fn create(bus: &Bus) -> Result<(), StateError> {
    let failed = |source| StateError { what: "create", source };
    let jetstream = jetstream::new(bus.client.clone());
    let config = stream::Config {
        name: STREAM.into(),
        subjects: TOPICS.iter().filter(|t| t.class == Class::State).map(|t| subject::wildcard(t)).collect(),
        max_messages_per_subject: 1,
        max_bytes: MAX_BYTES,
        discard: stream::DiscardPolicy::Old,
        storage: stream::StorageType::File,
        allow_direct: true,
        ..Default::default()
    };
    match jetstream.create_stream(config.clone()).await {
        Ok(_) => Ok(()),
        Err(_) => jetstream.update_stream(config).await.map(|_| ()).map_err(|e| failed(e.into())),
    }
}

/// Forgets everything: a new show. Supervisor only.
///
/// # Errors
/// When the broker refuses.
pub async fn clear(bus: &Bus) -> Result<(), StateError> {
    purge(bus, None).await
}

/// Forgets what `instance` wrote: it was removed. Supervisor only.
///
/// # Errors
/// When the broker refuses.
pub async fn forget_instance(bus: &Bus, instance: &Name) -> Result<(), StateError> {
    for (subject, payload) in last_values(bus, subject::EVERYTHING).await {
        let own = wire::decode_header(&payload).is_ok_and(|h| h.origin.instance == instance.as_str());
        if own {
            purge(bus, Some(subject)).await?;
        }
    }
    Ok(())
}

async fn purge(bus: &Bus, filter: Option<String>) -> Result<(), StateError> {
    let failed = |source| StateError { what: "empty", source };
    let jetstream = jetstream::new(bus.client.clone());
    let stream = jetstream.get_stream_no_info(STREAM).await.map_err(|e| failed(e.into()))?;
    match filter {
        Some(filter) => stream.purge().filter(filter).await.map_err(|e| failed(e.into()))?,
        None => stream.purge().await.map_err(|e| failed(e.into()))?,
    };
    Ok(())
}

impl Bus {
    /// The last value of `T` for `name`, unless it is no longer valid.
    pub async fn last<T: Payload>(&self, name: &Name) -> Option<Message<T>> {
        let subject = Subject::new(T::TOPIC, name).to_string();
        let (_, payload) = last_values(self, &subject).await.pop()?;
        let message = wire::decode::<T>(&payload).ok()?;
        let age_s = crate::time::unix_s() - message.header.sent;
        (message.header.valid_s.is_none_or(|valid| age_s <= valid)).then_some(message)
    }
}

/// The last values of all subjects that match `filter`; none where the stream does not exist.
///
/// One `multi_last` direct get (nats-server 2.11): a batch of messages, ended by one without a body.
pub(crate) async fn last_values(bus: &Bus, filter: &str) -> Vec<(String, Bytes)> {
    let mut values = Vec::new();
    if !bus.is_up() {
        return values;
    }
    let inbox = bus.client.new_inbox();
    let Ok(mut replies) = bus.client.subscribe(inbox.clone()).await else { return values };
    let request = serde_json::json!({ "multi_last": [filter] }).to_string();
    if bus.client.publish_with_reply(direct_get(), inbox, request.into()).await.is_err() {
        return values;
    }
    while let Ok(Some(reply)) = tokio::time::timeout(FETCH_TIMEOUT, replies.next()).await {
        let Some(subject) = reply.headers.as_ref().and_then(|h| h.get("Nats-Subject")) else { break };
        values.push((subject.as_str().to_owned(), reply.payload));
    }
    values
}

/// Waits for the broker's answer to a question that every role may ask.
///
/// An empty direct get is refused by the stream (408) and, where there is none, by the broker itself (503).
pub(crate) async fn answered(bus: &Bus) {
    let _either_way = bus.client.request(direct_get(), Bytes::new()).await;
}

fn direct_get() -> String {
    format!("$JS.API.DIRECT.GET.{STREAM}")
}

/// Holds the newest value of each state subject of this process until the broker has it.
#[derive(Default)]
pub(crate) struct StateKeeper {
    kept: Mutex<Kept>,
    changed: Notify,
    settled: Notify,
}

#[derive(Default)]
struct Kept {
    slots: HashMap<String, Slot>,
    /// Values put so far, of all subjects.
    puts: u64,
}

#[derive(Clone)]
struct Slot {
    headers: HeaderMap,
    payload: Bytes,
    /// Its number among all values that were put, from 1.
    version: u64,
    acknowledged: u64,
}

impl StateKeeper {
    /// Starts the task that writes what is put here.
    pub(crate) fn spawn(client: Client, link: watch::Receiver<Link>) -> Arc<StateKeeper> {
        let keeper = Arc::<StateKeeper>::default();
        tokio::spawn(write(keeper.clone(), jetstream::new(client), link));
        keeper
    }

    /// Takes the newest value; an unwritten older one of the same subject is forgotten.
    pub(crate) fn put(&self, subject: &str, headers: HeaderMap, payload: Bytes) {
        let mut kept = self.lock();
        kept.puts += 1;
        let (version, acknowledged) = (kept.puts, kept.slots.get(subject).map_or(0, |s| s.acknowledged));
        kept.slots.insert(subject.to_owned(), Slot { headers, payload, version, acknowledged });
        self.changed.notify_one();
    }

    /// Waits until everything is acknowledged, at most `patience`.
    pub(crate) async fn settle(&self, patience: Duration) {
        let settled = async {
            loop {
                let settled = self.settled.notified();
                if self.pending().is_empty() {
                    return;
                }
                settled.await;
            }
        };
        // What is not acknowledged by then is lost with this process, and its next generation writes anew.
        let _late = tokio::time::timeout(patience, settled).await;
    }

    // In the order they were put: what follows from a state must not arrive before it.
    fn pending(&self) -> Vec<(String, Slot)> {
        let kept = self.lock();
        let unwritten = kept.slots.iter().filter(|(_, slot)| slot.version != slot.acknowledged);
        let mut pending: Vec<_> = unwritten.map(|(subject, slot)| (subject.clone(), slot.clone())).collect();
        pending.sort_by_key(|(_, slot)| slot.version);
        pending
    }

    fn acknowledge(&self, subject: &str, version: u64) {
        if let Some(slot) = self.lock().slots.get_mut(subject) {
            slot.acknowledged = version;
        }
    }

    fn forget_acknowledgements(&self) {
        self.lock().slots.values_mut().for_each(|slot| slot.acknowledged = 0);
    }

    // A panic while it is held would be a bug of this file; the values stay whole.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn write(keeper: Arc<StateKeeper>, jetstream: jetstream::Context, mut link: watch::Receiver<Link>) {
    loop {
        if link.wait_for(|link| *link == Link::Up).await.is_err() {
            return;
        }
        let all = write_pending(&keeper, &jetstream).await;
        if all {
            keeper.settled.notify_waiters();
        }
        tokio::select! {
            () = keeper.changed.notified() => {}
            () = tokio::time::sleep(RETRY_AFTER), if !all => {}
            changed = link.changed() => match changed {
                // A broker that came back may have lost its store: it gets everything again.
                Ok(()) => keeper.forget_acknowledgements(),
                Err(_) => return,
            },
        }
    }
}

// True when the broker has acknowledged all of it.
async fn write_pending(keeper: &StateKeeper, jetstream: &jetstream::Context) -> bool {
    let mut all = true;
    for (subject, slot) in keeper.pending() {
        let publish = jetstream.publish_with_headers(subject.clone(), slot.headers, slot.payload);
        let acknowledged = tokio::time::timeout(ACK_TIMEOUT, async { publish.await?.await }).await;
        match acknowledged {
            Ok(Ok(_)) => keeper.acknowledge(&subject, slot.version),
            Ok(Err(error)) => {
                tracing::debug!(%subject, %error, "state not stored yet");
                all = false;
            }
            Err(_) => all = false,
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_wait_in_the_order_they_were_put() {
        let keeper = StateKeeper::default();
        let put = |subject: &str| keeper.put(subject, HeaderMap::new(), Bytes::new());
        let waiting = || keeper.pending().into_iter().map(|(subject, _)| subject).collect::<Vec<_>>();
        let subjects: Vec<String> = (0..20).map(|n| format!("vj.playback.track.deck-{n}")).collect();
        subjects.iter().for_each(|subject| put(subject));
        assert_eq!(waiting(), subjects);

        let before = keeper.pending();
        put(&subjects[0]);
        before.iter().for_each(|(subject, slot)| keeper.acknowledge(subject, slot.version));
        assert_eq!(waiting(), subjects[..1], "a newer value than the acknowledged one still waits");

        keeper.forget_acknowledgements();
        let again: Vec<_> = subjects[1..].iter().chain(&subjects[..1]).cloned().collect();
        assert_eq!(waiting(), again);
    }
}
