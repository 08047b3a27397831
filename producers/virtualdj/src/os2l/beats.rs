//! The beat on the bus: clients in, grid and ticks out.

use component::{Context, Publisher, time};
use schemas::Name;
use schemas::beat::{Grid, Mode, Tick};
use serde_json::{Value, json};

use super::follow::{Emitted, Event, Follow, Settings};
use super::message::Beat;

/// A grid of before a restart is taken up when it is no older than this.
const PRIOR_MAX_AGE_S: f64 = 10.0;

/// The source that VirtualDJ's beats make.
pub(crate) struct Beats {
    follow: Follow,
    offset_s: f64,
    heard: u64,
    grids: Publisher<Grid>,
    ticks: Publisher<Tick>,
    out: Vec<Emitted>,
}

impl Beats {
    /// The source `name`, with its own grid of before a restart.
    pub(crate) async fn new(name: &Name, settings: Settings, offset_s: f64, ctx: &Context) -> Beats {
        let mut follow = Follow::new(settings);
        let ours = |last: &schemas::Message<Grid>| last.header.origin.instance == ctx.instance().as_str();
        if let Some(last) =
            ctx.last::<Grid>(name).await.filter(|last| ours(last) && time::is_from_here(&last.header))
        {
            let (now, at) = (time::mono_s(ctx.now()), time::here_s(&last.header, ctx.now()));
            let young = now - at <= PRIOR_MAX_AGE_S;
            let mode = if young { last.body.mode } else { Mode::Searching };
            follow.resume(&Grid { mode, ..last.body }, at, now);
        }
        Beats {
            follow,
            offset_s,
            heard: 0,
            grids: ctx.publisher(name),
            ticks: ctx.publisher(name),
            out: Vec::new(),
        }
    }

    /// A beat arrived. False when it could not be used.
    pub(crate) fn hear(&mut self, beat: &Beat, at_mono_ns: i64, now_s: f64) -> bool {
        self.heard += 1;
        // What is due by now comes first: the beat may move what follows.
        self.advance(now_s);
        let used = self.follow.hear(beat, at_mono_ns as f64 / 1e9 + self.offset_s, now_s);
        self.advance(now_s);
        used
    }

    /// Nobody who sends beats is connected any more.
    pub(crate) fn alone(&mut self, now_s: f64) {
        self.follow.connected(false);
        self.advance(now_s);
    }

    /// Says what is due.
    pub(crate) fn advance(&mut self, now_s: f64) {
        self.follow.advance(now_s, &mut self.out);
        for said in self.out.drain(..) {
            let stamp = time::stamp_of_mono((said.at * 1e9) as i64);
            // What does not leave is counted by the bus.
            let _sent = match said.event {
                Event::Grid(grid) => self.grids.send(stamp, &grid),
                Event::Tick(tick) => self.ticks.send(stamp, &tick),
            };
        }
    }

    /// When it must be looked after next, in seconds of CLOCK_MONOTONIC.
    pub(crate) fn due(&self) -> f64 {
        self.follow.due()
    }

    pub(crate) fn configure(&mut self, settings: Settings, offset_s: f64) {
        self.follow.configure(settings);
        self.offset_s = offset_s;
    }

    pub(crate) fn picture(&self) -> Value {
        json!({ "grid": self.follow.grid(), "beats": self.heard })
    }
}
