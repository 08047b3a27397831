//! State: the last value for who comes later, and nothing older than a newer one.

use anyhow::{Context as _, Result};
use bus::{state, time};
use schemas::Payload as _;
use schemas::beat::Active;
use testkit::nats::Server;

use super::{SOON, connect, name};

fn active(source: &str) -> Active {
    Active { source: Some(source.into()), why: "test".into(), since: 0.0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_reader_gets_the_last_value_and_then_the_live_ones() -> Result<()> {
    let server = Server::jetstream()?;
    let writer = connect(&server, "writer").await?;
    state::create(&writer).await?;
    let publisher = writer.publisher::<Active>(&name("main"));
    for source in ["one", "two", "three"] {
        publisher.send(time::now(), &active(source));
    }
    writer.flush(SOON).await;

    let reader = connect(&server, "reader").await?;
    let mut inbox = reader.inbox();
    inbox.subscribe(Active::TOPIC, None).await;
    let first = tokio::time::timeout(SOON, inbox.next()).await.context("no last value")?;
    assert_eq!(first.decode::<Active>()?.body.source.as_deref(), Some("three"));

    publisher.send(time::now(), &active("four"));
    let live = tokio::time::timeout(SOON, inbox.next()).await.context("no live value")?;
    assert_eq!(live.decode::<Active>()?.body.source.as_deref(), Some("four"));
    assert_eq!(
        reader.last::<Active>(&name("main")).await.context("no last")?.body.source.as_deref(),
        Some("four")
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_show_forgets_everything_and_a_removed_instance_only_its_own() -> Result<()> {
    let server = Server::jetstream()?;
    let (one, two) = (connect(&server, "one").await?, connect(&server, "two").await?);
    state::create(&one).await?;
    state::create(&two).await?;
    one.publisher::<Active>(&name("main")).send(time::now(), &active("x"));
    let input = schemas::audio::Key { key: "A:min".into(), confidence: 1.0 };
    two.publisher::<schemas::audio::Key>(&name("main")).send(time::now(), &input);
    one.flush(SOON).await;
    two.flush(SOON).await;

    state::forget_instance(&one, &name("one")).await?;
    assert!(one.last::<Active>(&name("main")).await.is_none());
    assert!(one.last::<schemas::audio::Key>(&name("main")).await.is_some());
    state::clear(&one).await?;
    assert!(one.last::<schemas::audio::Key>(&name("main")).await.is_none());
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn state_survives_the_death_of_the_broker() -> Result<()> {
    let mut server = Server::jetstream()?;
    let bus = connect(&server, "writer").await?;
    state::create(&bus).await?;
    bus.publisher::<Active>(&name("main")).send(time::now(), &active("kept"));
    bus.flush(SOON).await;
    drop(bus);
    server.kill9()?;
    server.restart()?;
    let reader = connect(&server, "reader").await?;
    let kept = reader.last::<Active>(&name("main")).await.context("state is gone")?;
    assert_eq!(kept.body.source.as_deref(), Some("kept"));
    Ok(())
}
