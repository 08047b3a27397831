//! The tags on the bus: what arrives is given to its player, and what follows is published.

use std::collections::BTreeMap;
use std::time::Duration;

use component::{Component, Context, Delivery, Exit, Kind, Publisher, Spec, Verb, time};
use schemas::audio::{Features, Key as MusicalKey};
use schemas::beat::Grid;
use schemas::command::Refusal;
use schemas::lyrics::Document;
use schemas::playback::{ActivePlayer, Track};
use schemas::tags::Song;
use schemas::{Name, Payload};
use serde_json::{Map, Value, json};
use tokio::time::Instant;

use crate::cache::Cache;
use crate::config::Config;
use crate::desk::Desk;
use crate::ears::Ears;
use crate::model::Model;
use crate::player::Player;
use crate::work::{Done, Work};

/// How often wishes and measured energy are looked at.
const TICK: Duration = Duration::from_millis(200);
/// How often the sound is looked at: its energy moves in seconds, and its features come 190 times a second.
const GLANCE: Duration = Duration::from_millis(250);
/// Players that are told apart; more are noise. One with nothing loaded gives its place to a new one.
const PLAYERS: usize = 64;

/// The processor.
pub struct Tags {
    pub(crate) config: Config,
    /// Why no model can be asked, where one is configured.
    pub(crate) model: Result<Option<Model>, String>,
    pub(crate) players: BTreeMap<Name, Slot>,
    pub(crate) ears: Ears,
    pub(crate) desk: Desk,
    pub(crate) work: Work,
    pub(crate) cache: Cache,
    done: Option<Done>,
    tick: Instant,
}

/// A player and where its tags go.
pub(crate) struct Slot {
    pub(crate) player: Player,
    songs: Publisher<Song>,
}

impl Component for Tags {
    const SPEC: Spec = Spec {
        name: "processors/tags",
        kind: Kind::Processor,
        about: "mood, energy, themes, words and colours of what plays",
        reads: &[
            Track::TOPIC,
            Document::TOPIC,
            ActivePlayer::TOPIC,
            Features::TOPIC,
            MusicalKey::TOPIC,
            Grid::TOPIC,
        ],
        writes: &[Song::TOPIC],
        verbs: &[Verb {
            name: "again",
            args: "PLAYER",
            about: "ask the model again about what this player plays",
        }],
    };

    type Config = Config;

    fn mistakes(config: &Config) -> Vec<String> {
        config.mistakes()
    }

    async fn start(config: Config, ctx: &mut Context) -> Result<Tags, Exit> {
        for topic in Self::SPEC.reads.iter().filter(|topic| topic.name != Features::TOPIC.name) {
            ctx.subscribe(topic, None).await?;
        }
        ctx.glance(Features::TOPIC, GLANCE)?;
        let tags = Tags {
            model: Model::of(&config),
            config,
            players: BTreeMap::new(),
            ears: Ears::default(),
            desk: Desk::default(),
            work: Work::default(),
            cache: Cache::in_folder(ctx.state_dir()),
            done: None,
            tick: Instant::now() + TICK,
        };
        tags.tell_health(ctx);
        Ok(tags)
    }

    async fn handle(&mut self, delivery: Delivery, ctx: &mut Context) -> Result<(), Exit> {
        let topic = delivery.subject.topic().name;
        if topic == ActivePlayer::TOPIC.name {
            if let Some(active) = ctx.decode::<ActivePlayer>(&delivery) {
                self.ears.active(active.body.player);
            }
        } else if let Some(name) = delivery.subject.name().cloned() {
            if topic == Track::TOPIC.name || topic == Document::TOPIC.name {
                self.hear_player(&name, &delivery, ctx);
            } else {
                self.hear_source(&name, &delivery, ctx);
            }
        }
        Ok(())
    }

    async fn wait(&mut self) {
        if self.done.is_some() {
            return;
        }
        let (resting, tick) = (self.players.is_empty(), self.tick);
        tokio::select! {
            done = self.work.next() => self.done = Some(done),
            () = tokio::time::sleep_until(tick), if !resting => {}
        }
    }

    async fn wake(&mut self, ctx: &mut Context) -> Result<(), Exit> {
        if let Some(done) = self.done.take() {
            self.finish(done, ctx);
        }
        if Instant::now() >= self.tick {
            self.tick = Instant::now() + TICK;
            self.pursue_wishes(ctx);
            self.follow_sound(ctx);
        }
        Ok(())
    }

    async fn command(
        &mut self,
        verb: &str,
        args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        match verb {
            "again" => self.again(&wanted(args)?, ctx),
            other => Err(Refusal::usage(format!("“{other}” is no command of the tags"))),
        }
    }

    async fn apply(&mut self, config: Config, ctx: &mut Context) -> Result<(), Refusal> {
        if let Some(mistake) = config.mistakes().into_iter().next() {
            return Err(Refusal::config(mistake));
        }
        self.model = Model::of(&config);
        self.config = config;
        self.desk = Desk::default();
        self.work.stop();
        self.tell_health(ctx);
        let names: Vec<Name> = self.players.keys().cloned().collect();
        names.iter().for_each(|name| self.begin(name, ctx));
        Ok(())
    }

    fn state(&self) -> Value {
        let said =
            |slot: &Slot| {
                let song = slot.player.said();
                json!(song.map(
                    |s| json!({ "mood": s.mood, "source": s.source, "energy": s.energy, "note": s.note })
                ))
            };
        json!({
            "provider": self.config.provider,
            "model": self.config.model,
            "breaker": self.desk.breaker(),
            "waiting": self.desk.waiting(),
            "players": self.players.iter().map(|(name, slot)| (name.to_string(), said(slot))).collect::<Map<_, _>>(),
        })
    }

    async fn stop(&mut self, _ctx: &mut Context) {
        self.work.stop();
    }
}

impl Tags {
    fn hear_player(&mut self, name: &Name, delivery: &Delivery, ctx: &mut Context) {
        if !self.players.contains_key(name) {
            if !self.has_room() {
                return ctx.dropped(1);
            }
            self.players.insert(name.clone(), Slot { player: Player::new(), songs: ctx.publisher(name) });
        }
        let now_s = time::mono_s(ctx.now());
        let changed = if delivery.subject.topic().name == Track::TOPIC.name {
            let track = ctx.decode::<Track>(delivery);
            track
                .zip(self.players.get_mut(name))
                .is_some_and(|(track, slot)| slot.player.take_track(track, now_s))
        } else {
            let words = ctx.decode::<Document>(delivery);
            words
                .zip(self.players.get_mut(name))
                .is_some_and(|(words, slot)| slot.player.take_document(words))
        };
        if changed {
            self.begin(name, ctx);
        }
    }

    fn has_room(&mut self) -> bool {
        if self.players.len() >= PLAYERS {
            let idle = self.players.iter().find(|(_, slot)| !slot.player.is_playing());
            if let Some(name) = idle.map(|(name, _)| name.clone()) {
                self.players.remove(&name);
            }
        }
        self.players.len() < PLAYERS
    }

    fn hear_source(&mut self, source: &Name, delivery: &Delivery, ctx: &mut Context) {
        let topic = delivery.subject.topic().name;
        if topic == Grid::TOPIC.name {
            if let Some(grid) = ctx.decode::<Grid>(delivery) {
                self.ears.grid(source, &grid.body);
            }
        } else if topic == MusicalKey::TOPIC.name {
            if let Some(key) = ctx.decode::<MusicalKey>(delivery) {
                self.ears.key(source, &key.body);
            }
        } else if let Some(features) = ctx.decode::<Features>(delivery) {
            self.ears.source(source);
            for (name, slot) in &mut self.players {
                if self.ears.is_sound_of(source, name, &slot.player) {
                    slot.player.hear(features.header.at, &features.body);
                }
            }
        }
    }

    /// Tells the tags of a player again where what is measured has moved them.
    fn follow_sound(&mut self, ctx: &Context) {
        let now_s = time::mono_s(ctx.now());
        for (name, slot) in self.players.iter_mut().filter(|(_, slot)| slot.player.may_move(now_s)) {
            let facts = slot.player.facts(&self.ears.sound_of(name, &slot.player), now_s);
            let song = slot.player.song(&facts);
            if slot.player.has_moved(&song) {
                slot.tell(&song, ctx);
            }
        }
    }

    /// Publishes the tags of a player as they are now, if they are other than before.
    pub(crate) fn tell(&mut self, name: &Name, ctx: &Context) {
        let now_s = time::mono_s(ctx.now());
        // Words that overtake their track are no news yet.
        if let Some(slot) = self.players.get_mut(name).filter(|slot| slot.player.is_known()) {
            let facts = slot.player.facts(&self.ears.sound_of(name, &slot.player), now_s);
            let song = slot.player.song(&facts);
            slot.tell(&song, ctx);
        }
    }
}

impl Slot {
    fn tell(&mut self, song: &Song, ctx: &Context) {
        let now = ctx.now();
        if self.player.tell(song, time::mono_s(now)) {
            // State: what cannot leave now is kept by the bus and leaves later.
            let _kept = self.songs.send(now, song);
        }
    }
}

/// The player that `again` names: `["room"]`, `{"player": "room"}` or `"room"`.
fn wanted(args: &Value) -> Result<Name, Refusal> {
    let value = match args {
        Value::Array(list) => list.first(),
        Value::Object(map) => map.get("player"),
        bare => Some(bare),
    };
    let text =
        value.and_then(Value::as_str).ok_or_else(|| Refusal::usage("say which player, e.g. again room"))?;
    Name::new(text).map_err(|error| Refusal::usage(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn again_wants_a_player() {
        for args in [json!(["room"]), json!({"player": "room"}), json!("room")] {
            assert_eq!(wanted(&args).ok(), Some(Name::room()), "{args}");
        }
        for args in [json!(null), json!([]), json!(["Deck A"]), json!([3])] {
            assert!(wanted(&args).is_err(), "{args}");
        }
    }
}
