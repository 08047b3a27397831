//! The broker dies: it comes back with the state, and nobody stalls.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use schemas::Payload as _;
use schemas::beat::Onset;
use testkit::process::Signal;

use super::deaths::signal;
use super::toy_show;
use crate::support::{name, next};

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
    ensure!(show.pid("pulse")? == pulse && show.pid("echo")? == echo, "a component was restarted with the broker");
    show.down()
}
