//! One player on the bus.

use component::{Context, Publisher, time};
use schemas::Name;
use schemas::playback::{Position, Track};
use serde_json::{Value, json};

use crate::player::{Player, Playing, Say};

/// A player and its publishers.
pub(crate) struct Published {
    player: Player,
    tracks: Publisher<Track>,
    positions: Publisher<Position>,
    out: Vec<Say>,
}

impl Published {
    pub(crate) fn new(name: &Name, ctx: &Context) -> Published {
        Published {
            player: Player::default(),
            tracks: ctx.publisher(name),
            positions: ctx.publisher(name),
            out: Vec::new(),
        }
    }

    pub(crate) fn show(&mut self, playing: Playing) {
        self.player.show(playing, &mut self.out);
        self.send();
    }

    pub(crate) fn advance(&mut self, now_s: f64) {
        self.player.advance(now_s, &mut self.out);
        self.send();
    }

    pub(crate) fn due(&self) -> f64 {
        self.player.due()
    }

    pub(crate) fn picture(&self) -> Value {
        let shown = self.player.shown();
        json!({ "track": shown.map(|shown| &shown.track), "playing": shown.is_some_and(|shown| shown.moves) })
    }

    fn send(&mut self) {
        for say in self.out.drain(..) {
            // What does not leave is counted by the bus.
            let _sent = match say {
                Say::Track(track) => self.tracks.send(time::now(), &track),
                Say::Position { at, body } => {
                    self.positions.send(time::stamp_of_mono((at * 1e9) as i64), &body)
                }
            };
        }
    }
}
