//! `vjbus down`, `start`, `stop`, `restart`.

use std::time::Duration;

use schemas::Name;
use serde_json::json;
use supervisor::{Identity, SUPERVISOR, StateDir, Status, status_offline};

use crate::client::{self, Key};
use crate::config::Config;
use crate::failure::{Failure, Outcome};

/// Time for everything to drain and end, beyond the grace period.
const MARGIN: Duration = Duration::from_secs(8);
/// Time between two looks whether it has ended.
const LOOK: Duration = Duration::from_millis(20);

/// Ends the show: by its supervisor if there is one, else by what is written down.
pub(crate) async fn run(config: &Config) -> Outcome {
    let dir = StateDir::new(&config.state_dir);
    let grace = Duration::from_secs_f64(config.supervision.grace_s);
    let status = status_offline(&dir, &config.broker.url());
    if let Some(pid) = status.supervisor.map(|s| s.pid) {
        ask(config).await;
        if gone(pid, grace + MARGIN).await {
            return Ok(());
        }
        return Err(Failure::try_again(format!(
            "the supervisor, process {pid}, did not end: look into its terminal, or kill it and run `vjbus down` again"
        )));
    }
    let stay = supervisor::down_offline(&dir, grace).await;
    if stay.is_empty() {
        return Ok(());
    }
    Err(Failure::internal(format!("these do not end: {}", stay.join(", "))))
}

async fn ask(config: &Config) {
    let asked = async {
        let bus = client::connect(config, Key::Operator).await.ok()?;
        let name = Name::new(SUPERVISOR).ok()?;
        bus.request(&name, "stop", &json!(null)).await.ok()
    };
    if asked.await.is_none() {
        tracing::info!("the supervisor does not answer on the bus; it is signalled instead");
        supervisor::signal_supervisor(&StateDir::new(&config.state_dir));
    }
}

async fn gone(pid: u32, patience: Duration) -> bool {
    let Some(identity) = Identity::of(pid) else { return true };
    let ended = async {
        while identity.is_alive() {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(patience, ended).await.is_ok()
}

/// Starts, stops or restarts one instance.
pub(crate) async fn instance(config: &Config, instance: &str, verb: &str) -> Outcome {
    let bus = client::connect(config, Key::Operator).await?;
    let name = Name::new(SUPERVISOR).map_err(Failure::internal)?;
    let reply = bus.request(&name, verb, &json!({ "instance": instance })).await.map_err(client::failure)?;
    match reply.error {
        Some(refusal) => Err(Failure::usage(refusal)),
        None => Ok(()),
    }
}

/// The status, asked of the supervisor where it answers, else from what is written down.
pub(crate) async fn status(config: &Config) -> Result<Status, Status> {
    let offline = || status_offline(&StateDir::new(&config.state_dir), &config.broker.url());
    let asked = async {
        let bus = client::connect(config, Key::Operator).await.ok()?;
        let name = Name::new(SUPERVISOR).ok()?;
        let reply = bus.request(&name, "status", &json!(null)).await.ok()?;
        serde_json::from_value(serde_json::Value::Object(reply.fields)).ok()
    };
    asked.await.ok_or_else(offline)
}
