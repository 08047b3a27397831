//! A broker that goes away: nobody waits for it, and nothing stale follows its return.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use bus::{state, time};
use schemas::Payload as _;
use schemas::beat::{Active, Onset, OnsetKind};
use testkit::nats::Server;
use testkit::wait::wait_until_async;

use super::{SOON, connect, name};

fn onset(count: u64) -> Onset {
    Onset { kind: OnsetKind::Kick, strength: 1.0, count }
}

#[tokio::test(flavor = "multi_thread")]
async fn publishing_never_waits_and_nothing_stale_follows() -> Result<()> {
    let mut server = Server::jetstream()?;
    let (writer, reader) = (connect(&server, "writer").await?, connect(&server, "reader").await?);
    state::create(&writer).await?;
    let mut inbox = reader.inbox();
    inbox.subscribe(Onset::TOPIC, None).await;
    let onsets = writer.publisher::<Onset>(&name("main"));
    wait_until_async(SOON, "first onset", async || {
        onsets.send(time::now(), &onset(0)) && inbox.take().is_some()
    })
    .await?;

    server.kill9()?;
    wait_until_async(SOON, "writer notices", async || !writer.is_up()).await?;
    let begun = Instant::now();
    for count in 1..=5_000 {
        onsets.send(time::now(), &onset(count));
    }
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "publishing waited for a dead broker: {:?}",
        begun.elapsed()
    );
    assert!(writer.counts().unsent.load(Ordering::Relaxed) >= 5_000, "drops are not counted");

    while inbox.take().is_some() {}
    server.restart()?;
    wait_until_async(SOON, "links are back", async || writer.is_up() && reader.is_up()).await?;
    wait_until_async(SOON, "a fresh onset", async || {
        onsets.send(time::now(), &onset(9_999));
        let next = tokio::time::timeout(Duration::from_millis(100), inbox.next()).await;
        match next.ok().and_then(|d| d.decode::<Onset>().ok()) {
            Some(message) => {
                assert_eq!(message.body.count, 9_999, "a stale onset came after the outage");
                true
            }
            None => false,
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn state_written_during_the_outage_arrives_after_it() -> Result<()> {
    let mut server = Server::jetstream()?;
    let writer = connect(&server, "writer").await?;
    state::create(&writer).await?;
    server.kill9()?;
    wait_until_async(SOON, "writer notices", async || !writer.is_up()).await?;
    let publisher = writer.publisher::<Active>(&name("main"));
    for n in 0..10 {
        publisher
            .send(time::now(), &Active { source: Some(format!("s{n}")), why: String::new(), since: 0.0 });
    }
    server.restart()?;
    writer.flush(SOON).await;
    let reader = connect(&server, "reader").await?;
    let kept = reader.last::<Active>(&name("main")).await.context("nothing was written after the outage")?;
    assert_eq!(kept.body.source.as_deref(), Some("s9"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_that_was_stuck_too_long_is_refused_and_counted() -> Result<()> {
    let server = Server::jetstream()?;
    let (writer, reader) = (connect(&server, "writer").await?, connect(&server, "reader").await?);
    let mut inbox = reader.inbox();
    inbox.subscribe(Onset::TOPIC, None).await;
    let onsets = writer.publisher::<Onset>(&name("main"));
    wait_until_async(SOON, "first onset", async || {
        onsets.send(time::now(), &onset(0)) && inbox.take().is_some()
    })
    .await?;
    while inbox.take().is_some() {}

    // The broker stands still: the link looks alive, and what is sent lies in the socket.
    server.pause()?;
    onsets.send(time::now(), &onset(1));
    let paused = Instant::now();
    wait_until_async(SOON, "1.5 s to pass", async || paused.elapsed() > Duration::from_millis(1500)).await?;
    server.resume()?;
    wait_until_async(SOON, "the stale onset to be counted", async || {
        reader.counts().stale.load(Ordering::Relaxed) >= 1
    })
    .await?;
    let delivered = std::iter::from_fn(|| inbox.take()).filter_map(|d| d.decode::<Onset>().ok());
    assert_eq!(delivered.filter(|m| m.body.count == 1).count(), 0, "a stale onset was delivered");
    Ok(())
}
