//! A producer: numbered onsets at a steady rate.

use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec};
use schemas::beat::{Onset, OnsetKind};
use schemas::command::Refusal;
use schemas::{Name, Payload as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::mischief::{self, AtStart};

/// `[instances.pulse]`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Milliseconds between two onsets.
    pub every_ms: u64,
    /// What goes wrong at the start.
    pub at_start: AtStart,
}

impl Default for Config {
    fn default() -> Config {
        Config { every_ms: 20, at_start: AtStart::Fine }
    }
}

/// The producer.
pub(crate) struct Pulse {
    timer: tokio::time::Interval,
    onsets: Publisher<Onset>,
    count: u64,
}

impl Component for Pulse {
    const SPEC: Spec = Spec {
        name: "toys/pulse",
        kind: Kind::Producer,
        about: "publishes numbered onsets",
        reads: &[],
        writes: &[Onset::TOPIC],
        verbs: mischief::VERBS,
    };
    type Config = Config;

    async fn start(config: Config, ctx: &mut Context) -> Result<Pulse, Exit> {
        mischief::at_start(config.at_start)?;
        Ok(Pulse { timer: timer(&config), onsets: ctx.publisher(&Name::main()), count: 0 })
    }

    async fn handle(&mut self, _delivery: Delivery, _ctx: &mut Context) -> Result<(), Exit> {
        Ok(())
    }

    async fn wait(&mut self) {
        self.timer.tick().await;
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        self.count += 1;
        self.onsets.send(ctx.now(), &Onset { kind: OnsetKind::Other, strength: 1.0, count: self.count });
        Ok(())
    }

    async fn command(
        &mut self,
        verb: &str,
        args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        mischief::command(verb, args, ctx).await
    }

    async fn apply(&mut self, config: Config, _ctx: &mut Context) -> Result<(), Refusal> {
        self.timer = timer(&config);
        Ok(())
    }

    fn state(&self) -> Value {
        json!({ "count": self.count })
    }
}

fn timer(config: &Config) -> tokio::time::Interval {
    let mut timer = tokio::time::interval(Duration::from_millis(config.every_ms.max(1)));
    timer.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
    timer
}
