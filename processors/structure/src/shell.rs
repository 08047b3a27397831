//! The structure processor on the bus: one core per source, and a timer for when samples are missing.

use std::collections::BTreeMap;
use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Spec, Verb, every};
use schemas::audio::{Block, Input, InputState};
use schemas::beat::{Grid, Tick};
use schemas::command::Refusal;
use schemas::structure::{Event, Progress, Section};
use schemas::{Name, Payload};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::Interval;

use crate::source::Source;

/// How often sources without samples are looked at.
const POLL: Duration = Duration::from_millis(500);

/// Configuration of the structure processor.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Sources that are listened to; empty means every one that sends audio.
    pub sources: Vec<Name>,
}

impl Config {
    fn hears(&self, source: &Name) -> bool {
        self.sources.is_empty() || self.sources.contains(source)
    }
}

/// The structure processor.
pub struct Structure {
    config: Config,
    sources: BTreeMap<Name, Source>,
    looks: Interval,
}

impl Component for Structure {
    const SPEC: Spec = Spec {
        name: "processors/structure",
        kind: Kind::Processor,
        about: "sections, build-ups, drops and breaks",
        reads: &[Block::TOPIC, Input::TOPIC, Tick::TOPIC, Grid::TOPIC],
        writes: &[Section::TOPIC, Progress::TOPIC, Event::TOPIC],
        verbs: &[Verb { name: "reset", args: "", about: "what is heard next is a new piece, section A" }],
    };

    type Config = Config;

    async fn start(config: Config, ctx: &mut Context) -> Result<Structure, Exit> {
        for topic in Self::SPEC.reads {
            ctx.subscribe(topic, None).await?;
        }
        Ok(Structure { config, sources: BTreeMap::new(), looks: every(POLL) })
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let Some(name) = delivery.subject.name().filter(|name| self.config.hears(name)).cloned() else {
            return Ok(());
        };
        let topic = delivery.subject.topic().name;
        if topic == Block::TOPIC.name {
            if let Some(message) = ctx.decode::<Block>(&delivery) {
                self.hear(&name, &message, ctx);
            }
        } else if topic == Tick::TOPIC.name {
            if let Some(message) = ctx.decode::<Tick>(&delivery)
                && let Some(source) = self.sources.get_mut(&name)
            {
                source.tick(&message.header, &message.body, ctx.now());
            }
        } else if topic == Grid::TOPIC.name {
            if let Some(message) = ctx.decode::<Grid>(&delivery)
                && let Some(source) = self.sources.get_mut(&name)
            {
                source.grid(&message.header, &message.body, ctx.now());
            }
        } else if let Some(message) = ctx.decode::<Input>(&delivery)
            && let Some(source) = self.sources.get_mut(&name)
        {
            source.set_lost(matches!(message.body.state, InputState::Lost | InputState::Recovering));
        }
        Ok(())
    }

    async fn wait(&mut self) {
        self.looks.tick().await;
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        self.sources.values_mut().for_each(|source| source.rest(ctx.now()));
        Ok(())
    }

    async fn command(
        &mut self,
        verb: &str,
        _args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        match verb {
            "reset" => {
                self.sources.values_mut().for_each(|source| source.reset(ctx.now()));
                Ok(Map::new())
            }
            other => Err(Refusal::usage(format!("“{other}” is no command of the structure processor"))),
        }
    }

    async fn apply(&mut self, config: Config, _ctx: &mut Context) -> Result<(), Refusal> {
        self.sources.retain(|name, _| config.hears(name));
        self.config = config;
        Ok(())
    }

    fn state(&self) -> Value {
        let sections = self.sources.iter().map(|(name, source)| (name.to_string(), json!(source.section())));
        json!({ "sources": Map::from_iter(sections) })
    }
}

impl Structure {
    fn hear(&mut self, name: &Name, message: &schemas::Message<Block>, ctx: &mut Context) {
        if !self.sources.contains_key(name) {
            match Source::new(message.body.rate, name, ctx) {
                Ok(source) => {
                    self.sources.insert(name.clone(), source);
                }
                Err(error) => return refuse(name, &error.to_string(), ctx),
            }
        }
        let Some(source) = self.sources.get_mut(name) else { return };
        match source.hear(&message.header, &message.body, ctx.now()) {
            Ok(true) => {
                if source.recovered() {
                    ctx.ready();
                }
            }
            Ok(false) => {
                refuse(
                    name,
                    "its capture time is more than a minute from now: check the clocks of both machines",
                    ctx,
                );
            }
            Err(error) => refuse(name, &error.to_string(), ctx),
        }
    }
}

fn refuse(name: &Name, reason: &str, ctx: &mut Context) {
    ctx.count("blocks_refused", 1);
    ctx.degraded(&format!("source {name}: {reason}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn config_round_trips_and_refuses_what_it_does_not_know() {
        let text = serde_json::to_string(&Config::default()).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), Config::default());
        assert!(serde_json::from_str::<Config>(r#"{"source": []}"#).is_err());
    }

    #[test]
    fn an_empty_list_of_sources_is_all_of_them() {
        let deck = Name::new("deck-a").unwrap();
        assert!(Config::default().hears(&deck));
        assert!(!Config { sources: vec![Name::main()] }.hears(&deck));
    }
}
