//! A reader whom a few values of a fast stream suffice.

use std::time::Duration;

use anyhow::Result;
use bus::time;
use schemas::Payload as _;
use schemas::audio::Features;
use testkit::nats::Server;

use super::{connect, name};

/// As often as blocks of 256 samples at 48 kHz.
const BLOCK: Duration = Duration::from_micros(5_333);
const EVERY: Duration = Duration::from_millis(250);
/// Messages that are published: two seconds of them.
const SENT: u64 = 375;

#[tokio::test(flavor = "multi_thread")]
async fn a_glance_sees_every_source_now_and_then_and_calls_nothing_lost() -> Result<()> {
    let server = Server::plain()?;
    let (reader, sender) = (connect(&server, "tags").await?, connect(&server, "features").await?);
    let mut inbox = reader.inbox();
    inbox.glance(Features::TOPIC, EVERY);
    let sources = ["main", "deck"].map(|source| sender.publisher::<Features>(&name(source)));
    let (mut pace, mut seen) = (tokio::time::interval(BLOCK), [0, 0]);
    for _ in 0..SENT {
        pace.tick().await;
        for source in &sources {
            source.send(time::now(), &Features::default());
        }
        while let Some(delivery) = inbox.take() {
            seen[usize::from(delivery.subject.to_string().ends_with("deck"))] += 1;
        }
    }
    // Eight looks of 40 ms: some 64 of 375. A busy machine makes it fewer, and never nearly all.
    assert!(seen.iter().all(|seen| (8..SENT / 2).contains(seen)), "{seen:?}");
    assert_eq!(reader.counts().lost.load(std::sync::atomic::Ordering::Relaxed), 0);
    Ok(())
}
