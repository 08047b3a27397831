//! What the tests of whole processes share: the program, a connection, raw publishing, a whole show.

pub(crate) mod raw;
pub(crate) mod show;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use bus::{Bus, Inbox, Settings};
use schemas::sys::{Heartbeat, State};
use schemas::{Message, Name, Payload, Subject};

/// Long enough for a busy machine, short enough to fail soon.
pub(crate) const SOON: Duration = Duration::from_secs(15);

/// The program under test.
pub(crate) fn vjbus() -> Result<PathBuf> {
    testkit::tool::built("vjbus")
}

/// vjbus with two components that misbehave on demand.
pub(crate) fn toys() -> Result<PathBuf> {
    testkit::tool::built("vjbus-toys")
}

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("a good name")
}

/// Connects as a viewer.
pub(crate) async fn viewer(url: &str) -> Result<Bus> {
    connect(url, None).await
}

/// Connects with a key.
pub(crate) async fn connect(url: &str, credentials: Option<bus::Credentials>) -> Result<Bus> {
    let settings =
        Settings { url: url.to_owned(), credentials, instance: name("test"), wait_for_broker: false };
    let bus = Bus::connect(settings).await?;
    testkit::wait::wait_until_async(SOON, "link up", async || bus.is_up()).await?;
    Ok(bus)
}

/// The next message of `T` that satisfies `wanted`.
pub(crate) async fn next<T: Payload>(
    inbox: &Inbox,
    what: &str,
    mut wanted: impl FnMut(&Message<T>) -> bool,
) -> Result<Message<T>> {
    let found = async {
        loop {
            let delivery = inbox.next().await;
            let Ok(message) = delivery.decode::<T>() else { continue };
            if delivery.subject.topic().name == T::TOPIC.name && wanted(&message) {
                return message;
            }
        }
    };
    tokio::time::timeout(SOON, found).await.with_context(|| format!("{what}: not within {SOON:?}"))
}

/// An inbox of the heartbeats of one instance.
pub(crate) async fn heartbeats(bus: &Bus, instance: &str) -> Inbox {
    let mut inbox = bus.inbox();
    inbox.subscribe_filter(Subject::new(Heartbeat::TOPIC, &name(instance)).to_string(), false).await;
    inbox
}

/// Whether a component says that it works, with or without something that it needs.
pub(crate) fn works(state: State) -> bool {
    matches!(state, State::Ready | State::Degraded)
}
