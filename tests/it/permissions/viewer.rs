//! A viewer that tries what a viewer must not.

use anyhow::{Context as _, Result, ensure};
use bus::RequestError;
use schemas::Payload as _;
use schemas::beat::Tick;
use serde_json::Value;
use supervisor::broker::Role;

use super::{House, Who};
use crate::support::{connect, name, viewer};

#[tokio::test(flavor = "multi_thread")]
async fn injects_no_beat() -> Result<()> {
    let house = House::open()?;
    let sink =
        connect(&house.server.url(), Some(house.credentials(&Who::Sink.role().context("a role")?)?)).await?;
    let mut inbox = sink.inbox();
    inbox.subscribe(Tick::TOPIC, None).await;
    // The processor's tick arrives, so that nothing arriving from the viewer means something.
    let tick = br#"{"v":1,"seq":0,"origin":{"host":"h","instance":"beat","generation":1},"boot":"b","at":1,"at_mono_ns":1,"sent":1,"index":7,"bpm":120,"confidence":1}"#;
    let mut hostile = house.enter(Who::Viewer)?;
    hostile.publish("vj.beat.tick.main", tick)?;
    let complaints = hostile.settle()?;
    ensure!(complaints.iter().any(|c| c.contains("Permissions Violation")), "{complaints:?}");
    let mut processor = house.enter(Who::Processor)?;
    processor.publish("vj.beat.tick.main", &tick.map(|b| if b == b'7' { b'8' } else { b }))?;
    processor.settle()?;
    let first = tokio::time::timeout(crate::support::SOON, inbox.next()).await?;
    ensure!(first.decode::<Tick>()?.body.index == 8, "the viewer's tick arrived");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn gives_no_command_and_is_told_so_at_once() -> Result<()> {
    let house = House::open()?;
    let viewer = viewer(&house.server.url()).await?;
    let begun = std::time::Instant::now();
    let answer = viewer.request(&name("beat"), "tap", &Value::Null).await;
    ensure!(matches!(answer, Err(RequestError::NotPermitted { .. })), "{answer:?}");
    ensure!(answer.is_err_and(|e| e.to_string().starts_with("not permitted")), "the message does not say so");
    ensure!(begun.elapsed().as_millis() < 900, "it was a time-out: {:?}", begun.elapsed());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn steals_no_command_and_reads_no_reply() -> Result<()> {
    let house = House::open()?;
    let mut thief = house.enter(Who::Viewer)?;
    for subject in ["vjctl.beat.tap", "_INBOX_operator.>"] {
        thief.subscribe(subject)?;
    }
    let refused = thief.settle()?;
    ensure!(refused.iter().filter(|line| line.contains("Permissions Violation")).count() == 2, "{refused:?}");

    let operator = connect(&house.server.url(), Some(house.credentials(&Role::Operator)?)).await?;
    // Nobody serves it: were the thief subscribed, this would be silence and not absence.
    let answer = operator.request(&name("beat"), "tap", &Value::Null).await;
    ensure!(matches!(answer, Err(RequestError::Absent { .. })), "{answer:?}");
    ensure!(thief.settle()?.is_empty(), "the thief heard something");
    Ok(())
}
