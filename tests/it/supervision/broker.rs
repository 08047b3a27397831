//! The broker dies: it comes back with the state, and nobody stalls.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use schemas::Payload as _;
use schemas::beat::Onset;
use testkit::Program;
use testkit::nats::Server;
use testkit::process::Signal;

use super::deaths::signal;
use super::toy_show;
use crate::support::{name, next, toys, viewer};

#[tokio::test(flavor = "multi_thread")]
async fn messages_flow_again_soon_after_the_broker_was_killed() -> Result<()> {
    let mut show = toy_show()?;
    let (pulse, echo) = (show.pid("pulse")?, show.pid("echo")?);
    let bus = show.viewer().await?;
    let mut inbox = bus.inbox();
    inbox.subscribe(Onset::TOPIC, Some(&name("main"))).await;
    let before = next::<Onset>(&inbox, "an onset", |_| true).await?.body.count;
    let broker = show.status()?["broker"]["pid"].as_u64().context("no pid of the broker")? as u32;
    signal(broker, Signal::KILL)?;
    let begun = Instant::now();
    let after = next::<Onset>(&inbox, "an onset after the kill", |m| m.body.count > before + 20).await?;
    let took = begun.elapsed();
    println!("broker killed to flowing: {took:?}");
    ensure!(took < Duration::from_secs(4), "{took:?}");
    let age = bus::time::unix_s() - after.header.sent;
    ensure!(age < 1.0, "a message of before the outage arrived {age} s late");
    ensure!(
        show.pid("pulse")? == pulse && show.pid("echo")? == echo,
        "a component was restarted with the broker"
    );
    show.down()
}

/// The longest outage that a show is promised to survive without a stall.
const OUTAGE: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread")]
async fn half_a_minute_without_a_broker_stalls_nobody_and_is_followed_by_nothing_stale() -> Result<()> {
    let mut server = Server::jetstream()?;
    let dir = tempfile::tempdir()?;
    let config = dir.path().join("vjbus.toml");
    let url = server.url();
    std::fs::write(
        &config,
        format!(
            "[broker]\nmode = \"external\"\nurl = \"{url}\"\n[instances.pulse]\ncomponent = \"toys/pulse\"\n"
        ),
    )?;
    let pulse = Program::new(toys()?)
        .args(["run", "pulse"])
        .arg("--config")
        .arg(&config)
        .env("VJBUS_STATE_DIR", dir.path());
    let mut pulse = pulse.start()?;
    let bus = viewer(&url).await?;
    let mut inbox = bus.inbox();
    inbox.subscribe(Onset::TOPIC, Some(&name("main"))).await;
    let before = next::<Onset>(&inbox, "an onset", |_| true).await?.body.count;

    server.kill9()?;
    let begun = Instant::now();
    testkit::wait::wait_until_async(OUTAGE * 2, "the outage to pass", async || begun.elapsed() > OUTAGE)
        .await?;
    server.restart()?;
    let first = next::<Onset>(&inbox, "an onset after the outage", |m| m.body.count > before).await?;
    let age_s = bus::time::unix_s() - first.header.sent;
    ensure!(age_s < 1.0, "a message of {age_s} s ago followed the outage");
    // One onset every 20 ms: a producer that had waited for the broker would be far behind.
    let counted = first.body.count - before;
    ensure!(counted > 1200, "only {counted} onsets in {OUTAGE:?}: the producer stalled");
    ensure!(pulse.is_running(), "it was restarted or died: {}", pulse.tail());
    Ok(())
}
