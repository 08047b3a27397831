//! The room's clock on the bus.

use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec, Verb, every, time};
use schemas::audio::Input;
use schemas::beat::{Active, Grid, Tick};
use schemas::command::Refusal;
use schemas::{Header, Name, Payload, Stamp};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};
use tokio::time::Interval;

use crate::choice::Wishes;
use crate::core::{Core, Say};

/// How often the clock is looked at. Beats of a source that speaks are passed on when they arrive; this
/// is for those that must be announced for it, 60 ms ahead.
const POLL: Duration = Duration::from_millis(10);
/// States are said again after this long, so that they stay valid.
const REPEAT_S: f64 = 60.0;

/// Configuration of the room's clock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Sources in the order of preference; those not named come after them, the surest first.
    pub priority: Vec<Name>,
    /// The source that is the room's clock whatever the others say. Set live by `pin` and `unpin`.
    pub pin: Option<Name>,
    /// How long a grid runs on when its source is gone, in seconds, 0..3600.
    #[serde(deserialize_with = "hold")]
    pub hold_max_s: f64,
}

impl Default for Config {
    fn default() -> Config {
        Config { priority: Vec::new(), pin: None, hold_max_s: 300.0 }
    }
}

impl Config {
    fn wishes(&self) -> Wishes {
        Wishes { priority: self.priority.clone(), pin: self.pin.clone(), hold_max_s: self.hold_max_s }
    }
}

/// The room's clock.
pub struct Clock {
    core: Core,
    grids: Publisher<Grid>,
    ticks: Publisher<Tick>,
    actives: Publisher<Active>,
    active: Option<Active>,
    said_s: f64,
    out: Vec<Say>,
    looks: Interval,
}

impl Component for Clock {
    const SPEC: Spec = Spec {
        name: "processors/clock",
        kind: Kind::Processor,
        about: "chooses the source whose beat is the room's",
        reads: &[Grid::TOPIC, Tick::TOPIC, Input::TOPIC],
        writes: &[Grid::TOPIC, Tick::TOPIC, Active::TOPIC],
        verbs: &[
            Verb {
                name: "pin",
                args: "SOURCE",
                about: "this source is the room's clock, whatever the others say",
            },
            Verb { name: "unpin", args: "", about: "choose by priority and confidence again" },
        ],
    };

    type Config = Config;

    async fn start(config: Config, ctx: &mut Context) -> Result<Clock, Exit> {
        let mut core = Core::new(config.wishes());
        let room = Name::room();
        let active = ctx.last::<Active>(&room).await.map(|last| last.body);
        if let Some(last) = ctx.last::<Grid>(&room).await.filter(|last| !of_another_boot(&last.header)) {
            let source = active
                .as_ref()
                .and_then(|active| active.source.clone())
                .and_then(|name| Name::new(name).ok());
            let now = ctx.now();
            let since = active.as_ref().map_or(0.0, |active| active.since - now.at + time::mono_s(now));
            core.resume(last.body, time::here_s(&last.header, now), source, since);
        }
        ctx.subscribe(Grid::TOPIC, None).await?;
        ctx.subscribe(Tick::TOPIC, None).await?;
        ctx.subscribe(Input::TOPIC, None).await?;
        let (grids, ticks, actives) = (ctx.publisher(&room), ctx.publisher(&room), ctx.publisher(&room));
        let (said_s, looks) = (time::mono_s(ctx.now()), every(POLL));
        Ok(Clock { core, grids, ticks, actives, active, said_s, out: Vec::new(), looks })
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let Some(source) = delivery.subject.name().filter(|name| **name != Name::room()).cloned() else {
            return Ok(());
        };
        if of_another_boot(&delivery.header) {
            return Ok(());
        }
        let now = time::mono_s(ctx.now());
        let at = time::here_s(&delivery.header, ctx.now());
        let topic = delivery.subject.topic().name;
        if topic == Grid::TOPIC.name {
            if let Some(message) = ctx.decode::<Grid>(&delivery) {
                let sane = self.core.grid(&source, at, message.body, now);
                ctx.count("grids_refused", u64::from(!sane));
            }
        } else if topic == Tick::TOPIC.name {
            if let Some(message) = ctx.decode::<Tick>(&delivery) {
                self.core.tick(&source, at, &message.body, now);
            }
        } else if let Some(message) = ctx.decode::<Input>(&delivery) {
            self.core.input(&source, message.body.state);
        }
        self.advance(ctx);
        Ok(())
    }

    async fn wait(&mut self) {
        self.looks.tick().await;
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        self.advance(ctx);
        Ok(())
    }

    async fn command(
        &mut self,
        verb: &str,
        args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        let pin = match verb {
            "pin" => Some(wanted(args)?),
            "unpin" => None,
            other => return Err(Refusal::usage(format!("“{other}” is no command of the clock"))),
        };
        ctx.remember(&json!({ "pin": pin }));
        self.core.pin(pin);
        self.advance(ctx);
        Ok(self.picture())
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        self.core.configure(config.wishes());
        self.advance(ctx);
        Ok(())
    }

    fn state(&self) -> Value {
        let modes =
            self.core.sources().iter().map(|(name, heard)| (name.to_string(), json!(heard.grid.mode)));
        let mut state = self.picture();
        state.insert("sources".into(), Value::Object(modes.collect()));
        Value::Object(state)
    }
}

impl Clock {
    fn advance(&mut self, ctx: &Context) {
        let now = ctx.now();
        self.core.advance(time::mono_s(now), &mut self.out);
        if time::mono_s(now) - self.said_s > REPEAT_S {
            self.said_s = time::mono_s(now);
            if let Some(active) = &self.active {
                self.actives.send(now, active);
            }
            self.core.repeat();
        }
        for say in std::mem::take(&mut self.out) {
            // What does not leave is counted by the bus.
            let _sent = match say {
                Say::Grid { at, body } => self.grids.send(stamp(at), &body),
                Say::Tick { at, body } => self.ticks.send(stamp(at), &body),
                Say::Active { source, why, since } => {
                    let active = Active { source: source.map(String::from), why, since: stamp(since).at };
                    self.actives.send(now, self.active.insert(active))
                }
            };
        }
    }

    fn picture(&self) -> Map<String, Value> {
        let choice = self.core.choice();
        let mut picture = Map::new();
        picture.insert("source".into(), json!(choice.chosen));
        picture.insert("why".into(), json!(choice.why));
        picture.insert("pin".into(), json!(self.core.pinned()));
        picture.insert("bpm".into(), json!(self.core.room().bpm));
        picture.insert("mode".into(), json!(self.core.room().mode));
        picture
    }
}

/// The source that `pin` names: `["deck-a"]`, `{"source": "deck-a"}` or `"deck-a"`.
fn wanted(args: &Value) -> Result<Name, Refusal> {
    let value = match args {
        Value::Array(list) => list.first(),
        Value::Object(map) => map.get("source"),
        bare => Some(bare),
    };
    let text =
        value.and_then(Value::as_str).ok_or_else(|| Refusal::usage("say which source, e.g. pin main"))?;
    let name = Name::new(text).map_err(|error| Refusal::usage(error.to_string()))?;
    if name == Name::room() {
        return Err(Refusal::usage("room is what follows: pin one of the sources, e.g. main"));
    }
    Ok(name)
}

fn hold<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    let value = f64::deserialize(from)?;
    let fits = (0.0..=3600.0).contains(&value);
    fits.then_some(value).ok_or_else(|| serde::de::Error::custom(format!("{value} is not within 0 to 3600")))
}

fn stamp(at_s: f64) -> Stamp {
    time::stamp_of_mono((at_s * 1e9) as i64)
}

// A state that this machine kept over a reboot: its instants are over.
fn of_another_boot(header: &Header) -> bool {
    header.origin.host == time::host_name() && header.boot != time::boot_id()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pin_wants_a_source() {
        for args in [json!(["deck-a"]), json!({"source": "deck-a"}), json!("deck-a")] {
            assert_eq!(wanted(&args).ok(), Name::new("deck-a").ok(), "{args}");
        }
        for args in [json!(null), json!([]), json!(["Deck A"]), json!("room"), json!([3])] {
            assert!(wanted(&args).is_err(), "{args}");
        }
    }

    #[test]
    fn config_round_trips_and_refuses_what_it_does_not_know() {
        let text = serde_json::to_string(&Config::default()).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), Config::default());
        assert!(serde_json::from_str::<Config>(r#"{"prio": []}"#).is_err());
        assert!(serde_json::from_str::<Config>(r#"{"hold_max_s": -1}"#).is_err());
    }
}
