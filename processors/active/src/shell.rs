//! The room's player on the bus.

use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec, Verb, every, time};
use schemas::command::Refusal;
use schemas::playback::{ActivePlayer, Position, Track};
use schemas::{Header, Name, Payload, Stamp};
use serde_json::{Map, Value, json};
use tokio::time::Interval;

use crate::config::{Config, a_player};
use crate::core::{Core, Say};

/// How often the choice is looked at when no player speaks: a hold-off ends at most this much late.
const POLL: Duration = Duration::from_millis(100);
/// States are said again after this long, so that they stay valid.
const REPEAT_S: f64 = 3600.0;

/// The room's player.
pub struct Active {
    core: Core,
    tracks: Publisher<Track>,
    positions: Publisher<Position>,
    actives: Publisher<ActivePlayer>,
    repeated_s: f64,
    out: Vec<Say>,
    looks: Interval,
}

impl Component for Active {
    const SPEC: Spec = Spec {
        name: "processors/active",
        kind: Kind::Processor,
        about: "chooses the player that the audience hears",
        reads: &[Track::TOPIC, Position::TOPIC],
        writes: &[Track::TOPIC, Position::TOPIC, ActivePlayer::TOPIC],
        verbs: &[
            Verb {
                name: "pin",
                args: "PLAYER",
                about: "this player is the one that is followed, whatever the others do",
            },
            Verb { name: "unpin", args: "", about: "choose by what plays, is audible and comes first again" },
        ],
    };

    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.mistakes()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Active, Exit> {
        let mut core = Core::new(config.wishes());
        let room = Name::room();
        if let Some(last) = ctx.last::<ActivePlayer>(&room).await {
            let player = last.body.player.and_then(|name| Name::new(name).ok());
            core.resume(player, last.body.since, ctx.now());
        }
        ctx.subscribe(Track::TOPIC, None).await?;
        ctx.subscribe(Position::TOPIC, None).await?;
        Ok(Active {
            core,
            tracks: ctx.publisher(&room),
            positions: ctx.publisher(&room),
            actives: ctx.publisher(&room),
            repeated_s: time::mono_s(ctx.now()),
            out: Vec::new(),
            looks: every(POLL),
        })
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let Some(player) = delivery.subject.name().filter(|name| **name != Name::room()).cloned() else {
            return Ok(());
        };
        let at = here(&delivery.header, ctx.now());
        if delivery.subject.topic().name == Track::TOPIC.name {
            if let Some(message) = ctx.decode::<Track>(&delivery) {
                self.core.track(&player, at, message.body);
            }
        } else if let Some(message) = ctx.decode::<Position>(&delivery) {
            let sane = self.core.position(&player, at, message.body, ctx.now());
            ctx.count("positions_refused", u64::from(!sane));
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
            other => return Err(Refusal::usage(format!("“{other}” is no command of the active player"))),
        };
        ctx.remember(&json!({ "pin": pin }));
        self.core.pin(pin);
        self.advance(ctx);
        Ok(self.picture())
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        let mistakes = config.mistakes();
        if !mistakes.is_empty() {
            return Err(Refusal::config(mistakes.join("; ")));
        }
        self.core.configure(config.wishes());
        self.advance(ctx);
        Ok(())
    }

    fn state(&self) -> Value {
        let now_s = time::mono_ns() as f64 / 1e9;
        let players = self.core.players().iter();
        let players = players.map(|(name, heard)| (name.to_string(), json!(heard.standing(now_s).words())));
        let mut state = self.picture();
        state.insert("players".into(), Value::Object(players.collect()));
        Value::Object(state)
    }
}

impl Active {
    fn advance(&mut self, ctx: &Context) {
        let now = ctx.now();
        if time::mono_s(now) - self.repeated_s > REPEAT_S {
            self.repeated_s = time::mono_s(now);
            self.core.repeat();
        }
        self.core.advance(now, &mut self.out);
        for say in self.out.drain(..) {
            // What does not leave is counted by the bus.
            let _sent = match say {
                Say::Active { player, why, since } => {
                    self.actives.send(now, &ActivePlayer { player: player.map(String::from), why, since })
                }
                Say::Track { at, body } => self.tracks.send(at, &body),
                Say::Position { at, body } => self.positions.send(at, &body),
            };
        }
    }

    fn picture(&self) -> Map<String, Value> {
        let choice = self.core.choice();
        let mut picture = Map::new();
        picture.insert("player".into(), json!(choice.chosen));
        picture.insert("why".into(), json!(choice.why));
        picture.insert("pin".into(), json!(self.core.pinned()));
        picture
    }
}

/// The player that `pin` names: `["vdj-1"]`, `{"player": "vdj-1"}` or `"vdj-1"`.
fn wanted(args: &Value) -> Result<Name, Refusal> {
    let value = match args {
        Value::Array(list) => list.first(),
        Value::Object(map) => map.get("player"),
        bare => Some(bare),
    };
    let text =
        value.and_then(Value::as_str).ok_or_else(|| Refusal::usage("say which player, e.g. pin main"))?;
    let name = Name::new(text).map_err(|error| Refusal::usage(error.to_string()))?;
    a_player(name).map_err(Refusal::usage)
}

/// The instant of a message, which goes out again under our own name: its monotonic clock must be this machine's.
fn here(header: &Header, now: Stamp) -> Stamp {
    match time::is_from_here(header) {
        true => header.stamp(),
        false => Stamp { at: header.at, at_mono_ns: (time::here_s(header, now) * 1e9) as i64 },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pin_wants_a_player() {
        for args in [json!(["vdj-1"]), json!({"player": "vdj-1"}), json!("vdj-1")] {
            assert_eq!(wanted(&args).ok(), Name::new("vdj-1").ok(), "{args}");
        }
        for args in [json!(null), json!([]), json!(["Deck A"]), json!("room"), json!([3])] {
            assert!(wanted(&args).is_err(), "{args}");
        }
    }
}
