//! Commands: answered, refused, or told that nobody is there.

use anyhow::Result;
use bus::{RequestError, ServiceInfo};
use schemas::command::Refusal;
use serde_json::{Map, Value, json};
use testkit::nats::Server;

use super::{connect, name};

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_answered_and_a_refusal_is_told_from_absence() -> Result<()> {
    let server = Server::plain()?;
    let (component, asker) = (connect(&server, "beat").await?, connect(&server, "asker").await?);
    let info = ServiceInfo {
        name: "beat".into(),
        version: "0.1.0".into(),
        description: "test".into(),
        metadata: [("instance".to_owned(), "beat".to_owned())].into(),
    };
    let mut service = component.serve(&name("beat"), info, &["tap", "fail"]).await?;
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
async fn a_viewer_is_refused_and_not_left_waiting() -> Result<()> {
    let server = Server::with_config(
        "authorization { users = [ { user: v, password: v, permissions: { publish: [\"x\"], subscribe: [\">\"] } } ] }\nno_auth_user: v\n",
    )?;
    let viewer = connect(&server, "viewer").await?;
    let answer = viewer.request(&name("beat"), "tap", &Value::Null).await;
    assert!(matches!(answer, Err(RequestError::NotPermitted { .. })), "{answer:?}");
    Ok(())
}
