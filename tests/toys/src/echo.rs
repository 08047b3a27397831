//! A processor: one structure event for each onset, with its number as strength.

use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec};
use schemas::beat::Onset;
use schemas::command::Refusal;
use schemas::structure::{Event, EventKind};
use schemas::{Name, Payload as _};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::mischief::{self, AtStart};

/// `[instances.echo]`
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Added to each number.
    pub offset: i32,
    /// What goes wrong at the start.
    pub at_start: AtStart,
}

/// The processor.
pub(crate) struct Echo {
    config: Config,
    events: Publisher<Event>,
    heard: u64,
}

impl Component for Echo {
    const SPEC: Spec = Spec {
        name: "toys/echo",
        kind: Kind::Processor,
        about: "answers each onset",
        reads: &[Onset::TOPIC],
        writes: &[Event::TOPIC],
        verbs: mischief::VERBS,
    };
    type Config = Config;

    async fn start(config: Config, ctx: &mut Context) -> Result<Echo, Exit> {
        mischief::at_start(config.at_start)?;
        ctx.subscribe(Onset::TOPIC, None).await?;
        Ok(Echo { config, events: ctx.publisher(&Name::main()), heard: 0 })
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let Some(onset) = ctx.decode::<Onset>(&delivery) else { return Ok(()) };
        self.heard += 1;
        let strength = onset.body.count as f32 + self.config.offset as f32;
        self.events.send(onset.header.stamp(), &Event { kind: EventKind::Drop, strength });
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
        self.config = config;
        Ok(())
    }

    fn state(&self) -> Value {
        json!({ "heard": self.heard })
    }
}
