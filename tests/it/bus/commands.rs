//! Commands: answered, refused, or told that nobody is there.

use anyhow::{Context as _, Result};
use bus::{RequestError, ServiceInfo, time};
use schemas::Payload as _;
use schemas::beat::{Onset, OnsetKind};
use schemas::command::Refusal;
use serde_json::{Map, Value, json};
use testkit::nats::Server;

use super::{SOON, connect, name};

fn info(instance: &str) -> ServiceInfo {
    ServiceInfo {
        name: instance.into(),
        version: "0.1.0".into(),
        description: "test".into(),
        metadata: [("instance".to_owned(), instance.to_owned())].into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_and_a_refusal_is_told_from_absence() -> Result<()> {
    let server = Server::plain()?;
    let (component, asker) = (connect(&server, "beat").await?, connect(&server, "asker").await?);
    let mut service = component.serve(&name("beat"), info("beat"), &["tap", "fail"]).await?;
    tokio::spawn(async move {
        loop {
            let command = service.next().await;
            let reply = match command.verb.as_str() {
                "tap" => Ok(Map::from_iter([("args".to_owned(), command.args.clone())])),
                _ => Err(Refusal::usage("no")),
            };
            command.reply(reply).await;
        }
    });
    let reply = asker.request(&name("beat"), "tap", &json!({"ms": 5})).await?;
    assert!(reply.ok && reply.fields["args"] == json!({"ms": 5}));
    let refused = asker.request(&name("beat"), "fail", &Value::Null).await?;
    assert_eq!(refused.error.map(|e| e.kind), Some("usage".into()));
    assert!(matches!(
        asker.request(&name("beat"), "unknown", &Value::Null).await,
        Err(RequestError::Absent { .. })
    ));
    assert!(matches!(
        asker.request(&name("nobody"), "tap", &Value::Null).await,
        Err(RequestError::Absent { .. })
    ));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_offered_or_subscribed_to_is_heard_at_once() -> Result<()> {
    let server = Server::plain()?;
    let (component, other) = (connect(&server, "component").await?, connect(&server, "other").await?);
    for n in 0..200 {
        let instance = name(&format!("beat{n}"));
        let mut service = component.serve(&instance, info(instance.as_str()), &["tap"]).await?;
        tokio::spawn(async move { service.next().await.reply(Ok(Map::new())).await });
        other.request(&instance, "tap", &Value::Null).await?;

        let mut inbox = component.inbox();
        inbox.subscribe(Onset::TOPIC, Some(&instance)).await;
        other
            .publisher::<Onset>(&instance)
            .send(time::now(), &Onset { kind: OnsetKind::Kick, strength: 1.0, count: n });
        tokio::time::timeout(SOON, inbox.next()).await.with_context(|| format!("subscription {n}"))?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_is_refused_and_not_left_waiting() -> Result<()> {
    let server = Server::with_config(
        "authorization { users = [ { user: v, password: v, permissions: { publish: [\"x\"], subscribe: [\">\"] } } ] }\nno_auth_user: v\n",
    )?;
    let viewer = connect(&server, "viewer").await?;
    let answer = viewer.request(&name("beat"), "tap", &Value::Null).await;
    assert!(matches!(answer, Err(RequestError::NotPermitted { .. })), "{answer:?}");
    Ok(())
}
