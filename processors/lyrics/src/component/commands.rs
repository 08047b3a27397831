//! The commands: moving the words, and saying that they are wrong.

use std::sync::Arc;

use component::{Context, time};
use schemas::Name;
use schemas::command::Refusal;
use serde_json::{Map, Value, json};

use super::Lyrics;
use crate::cache::Entry;
use crate::config::check_offset;
use crate::identity::Song;
use crate::lookup::unwritable;

/// The word for every player.
const ALL: &str = "all";

impl Lyrics {
    /// Of a player: its song, which keeps the offset. Of `all`: the configuration, for the generations to come.
    pub(super) async fn offset_ms(
        &mut self,
        args: &Value,
        ctx: &mut Context,
    ) -> Result<Map<String, Value>, Refusal> {
        let offset_ms = argument(args, "ms", 1).and_then(milliseconds);
        let offset_ms =
            offset_ms.ok_or_else(|| Refusal::usage("say how many milliseconds: offset_ms PLAYER MS"))?;
        check_offset(offset_ms).map_err(Refusal::usage)?;
        if argument(args, "player", 0).and_then(Value::as_str) == Some(ALL) {
            self.config.offset_ms = offset_ms;
            self.set_offset();
            ctx.remember(&json!({ "offset_ms": offset_ms }));
            return Ok(Map::from_iter([("offset_ms".to_owned(), json!(offset_ms))]));
        }
        let song = self.song_of(args)?;
        self.change(&song, move |entry| entry.offset_ms = offset_ms).await?;
        self.searches.set_offset_ms(&song, offset_ms);
        self.learn_again(&song);
        let track_id = ("track_id".to_owned(), json!(song.id));
        Ok(Map::from_iter([("offset_ms".to_owned(), json!(offset_ms)), track_id]))
    }

    /// Remembers that the words of a player's song are not its words, and looks for others.
    pub(super) async fn wrong(&mut self, args: &Value) -> Result<Map<String, Value>, Refusal> {
        let song = self.song_of(args)?;
        let words = self.players.values().find(|voice| voice.player.song() == Some(&song));
        let words = words.and_then(|voice| voice.player.words()).map(Arc::clone);
        let Some(words) = words else {
            return Err(Refusal::usage("it has no words that could be wrong"));
        };
        let digest = words.digest.clone();
        self.change(&song, move |entry| entry.veto(&digest)).await?;
        self.search_again(|other| other.id == song.id);
        let source = ("source".to_owned(), json!(words.source));
        Ok(Map::from_iter([("track_id".to_owned(), json!(song.id)), source]))
    }

    fn song_of(&self, args: &Value) -> Result<Song, Refusal> {
        let player = argument(args, "player", 0).and_then(Value::as_str).unwrap_or_default();
        let name = Name::new(player).map_err(|error| Refusal::usage(format!("say which player: {error}")))?;
        let Some(voice) = self.players.get(&name) else {
            let known: Vec<_> = self.players.keys().map(ToString::to_string).collect();
            return Err(Refusal::usage(format!(
                "there is no player “{name}”; there are {}",
                known.join(", ")
            )));
        };
        voice.player.song().cloned().ok_or_else(|| Refusal::usage(format!("nothing is playing on {name}")))
    }

    /// What is known of the song has changed, but not its words.
    fn learn_again(&mut self, song: &Song) {
        let now_ns = time::mono_ns();
        for voice in self.players.values_mut() {
            if let Some(own) = voice.player.song().filter(|own| own.id == song.id).cloned() {
                let known = self.searches.want(&own);
                voice.player.learn(known, now_ns);
            }
        }
    }

    async fn change(
        &self,
        song: &Song,
        change: impl FnOnce(&mut Entry) + Send + 'static,
    ) -> Result<Entry, Refusal> {
        let (cache, song) = (Arc::clone(self.searches.cache()), song.clone());
        let written = tokio::task::spawn_blocking(move || {
            cache.change(&song, change).map_err(|error| unwritable(&cache, &error))
        });
        let broken = |message: String| Refusal { kind: "internal".into(), message };
        written.await.map_err(|error| broken(error.to_string()))?.map_err(broken)
    }
}

/// An argument by its name, or by its place in a list; the only one may stand alone.
fn argument<'a>(args: &'a Value, name: &str, place: usize) -> Option<&'a Value> {
    let alone = args.is_string().then_some(args).filter(|_| place == 0);
    args.get(name).or_else(|| args.get(place)).or(alone)
}

fn milliseconds(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_by_name_place_or_alone() {
        for args in [json!(["room", -20]), json!({"player": "room", "ms": -20}), json!(["room", "-20"])] {
            assert_eq!(argument(&args, "player", 0).and_then(Value::as_str), Some("room"), "{args}");
            assert_eq!(argument(&args, "ms", 1).and_then(milliseconds), Some(-20.0), "{args}");
        }
        assert_eq!(argument(&json!("room"), "player", 0), Some(&json!("room")));
        assert_eq!(argument(&json!("room"), "ms", 1), None);
    }
}
