//! `vjbus up`: the supervisor in the foreground, with a live line on a terminal.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::time::Duration;

use bus::Bus;
use component::{Entry, Held};
use schemas::sys::State;
use supervisor::{Handle, SUPERVISOR, StateDir, Status, Supervisor, binary};

use crate::client::{self, Key};
use crate::config::{self, Config, Layers};
use crate::edits;
use crate::failure::{Failure, Outcome};
use crate::live::LiveLine;
use crate::plan;

/// Brings everything up and stays until it is told to go.
pub(crate) async fn run(
    config: &Config,
    layers: &Layers,
    registry: &'static [Entry],
    for_time: Option<Duration>,
) -> Outcome {
    let dir = StateDir::new(&config.state_dir);
    // A second show in this folder is refused before it touches what the first one lives on.
    drop(Held::take(dir.path(), SUPERVISOR).map_err(|e| Failure::absent(crate::chain(&e)))?);
    let own = std::env::current_exe()?;
    // Children run a copy of their own: rebuilding during the show changes nothing.
    let program = binary::private_copy(&dir, &own, env!("CARGO_PKG_VERSION"))
        .map_err(|e| Failure::absent(crate::chain(&e)))?;
    let file = config::snapshot(layers, &config.state_dir).map_err(crate::mistakes)?;
    let plan = plan::of(config, registry, &program, &file);
    let supervisor = Supervisor::start(plan)
        .await
        .map_err(|error| Failure::with_code(error.exit_code(), crate::chain(&error)))?;
    let handle = supervisor.handle();
    let show = show(config, handle.clone());
    let edits = edits::follow(config, layers, registry, program, handle.clone());
    let end = end_after(for_time, handle);
    // The supervisor ends the show; the others only accompany it and never return first.
    tokio::select! {
        () = supervisor.run() => Ok(()),
        () = async { tokio::join!(show, edits, end); std::future::pending().await } => Ok(()),
    }
}

async fn end_after(time: Option<Duration>, handle: Handle) {
    if let Some(time) = time {
        tokio::time::sleep(time).await;
        handle.down().await;
    }
}

async fn show(config: &Config, handle: Handle) {
    let terminal = std::io::stderr().is_terminal();
    let bus = if terminal { client::connect(config, Key::Viewer).await.ok() } else { None };
    match bus {
        Some(bus) => drop(tokio::join!(on_terminal(&bus, handle.clone()), log_health(handle))),
        None => log_health(handle).await,
    }
}

async fn on_terminal(bus: &Bus, handle: Handle) {
    let status = handle.status();
    let mut line = LiveLine::start(bus).await;
    line.run(|| summary(&status.borrow())).await;
}

/// `6/6 ready`, or who is not.
fn summary(status: &Status) -> String {
    let ready = status.components.iter().filter(|c| c.state == State::Ready).count();
    let others = status.components.iter().filter(|c| c.state != State::Ready);
    let named: Vec<String> = others.map(|c| format!("{} {}", c.instance, c.state)).collect();
    let dropped: u64 = status.components.iter().map(|c| c.dropped).sum();
    let lost = if dropped > 0 { format!("  {dropped} dropped") } else { String::new() };
    format!("{ready}/{} ready {}{lost}", status.components.len(), console::style(named.join(", ")).yellow())
}

/// One log line whenever a component becomes ready or degraded; the supervisor itself logs starts and ends.
async fn log_health(handle: Handle) {
    let mut status = handle.status();
    let mut known: BTreeMap<String, (State, String)> = BTreeMap::new();
    loop {
        let now: Vec<_> = status.borrow_and_update().components.clone();
        for c in now {
            let health = (c.state, c.reason.clone());
            if known.get(&c.instance) == Some(&health) {
                continue;
            }
            match c.state {
                State::Ready => tracing::info!(instance = %c.instance, "ready"),
                State::Degraded => tracing::warn!(instance = %c.instance, reason = %c.reason, "degraded"),
                _ => {}
            }
            known.insert(c.instance, health);
        }
        if status.changed().await.is_err() {
            return;
        }
    }
}
