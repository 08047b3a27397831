//! A broker, the component, and a test that plays the players.

use std::ops::Deref;

use bus::{Delivery, Inbox, Publisher, time};
use lyrics::{Config, Lyrics};
use schemas::lyrics::{Document, Line, SungWord};
use schemas::playback::{Position, Track};
use schemas::sys::{Heartbeat, State};
use schemas::{Message, Payload, Stamp};
use stage::{PATIENCE, name};
use tokio::task::JoinHandle;

const INSTANCE: &str = "lyrics";

/// The component with its surroundings.
pub(crate) struct Stage {
    stage: stage::Stage,
    config: Config,
    component: JoinHandle<()>,
}

/// Runs a test beside a component of this configuration; without a server named, the network is off.
pub(crate) fn on_stage<F: Future<Output = ()>>(lrclib: Option<String>, test: impl FnOnce(Stage) -> F) {
    stage::run(async {
        let stage = stage::Stage::set().await;
        let config = Config {
            lrclib: lrclib.unwrap_or_default(),
            cache_dir: Some(stage.path().join("cache")),
            folder: None,
            offset_ms: 0.0,
        };
        let component = start(&stage, &config);
        let stage = Stage { stage, config, component };
        stage.ready().await;
        test(stage).await;
    });
}

fn start(stage: &stage::Stage, config: &Config) -> JoinHandle<()> {
    stage.start::<Lyrics>(INSTANCE, serde_json::to_value(config).unwrap())
}

impl Deref for Stage {
    type Target = stage::Stage;

    fn deref(&self) -> &stage::Stage {
        &self.stage
    }
}

impl Stage {
    /// A song file that does not exist, and beside it lyrics that do.
    pub(crate) fn sidecar(&self, title: &str, lrc: &str) -> Track {
        std::fs::write(self.path().join(format!("{title}.lrc")), lrc).unwrap();
        let path = self.path().join(format!("{title}.flac"));
        let mut track = track(title);
        track.ids.insert("path".into(), path.display().to_string());
        track
    }

    /// The next generation of the component, which keeps the cache.
    pub(crate) async fn restart(&mut self) {
        self.component.abort();
        self.component = start(&self.stage, &self.config);
        self.ready().await;
    }

    // What a player says before somebody listens is lost, as on a show: it would say it again.
    async fn ready(&self) {
        let beats = self.heartbeats().await;
        let works = |state| matches!(state, State::Ready | State::Degraded);
        next::<Heartbeat>(&beats, "that it is ready", |beat| works(beat.state)).await;
    }

    /// What the component says of one player.
    pub(crate) async fn ear(&self, player: &str) -> Ear {
        Ear {
            documents: self.hear::<Document>(Some(player)).await,
            lines: self.hear::<Line>(Some(player)).await,
            words: self.hear::<SungWord>(Some(player)).await,
        }
    }

    /// What the component says of itself.
    pub(crate) async fn heartbeats(&self) -> Inbox {
        self.hear::<Heartbeat>(Some(INSTANCE)).await
    }

    /// A player.
    pub(crate) fn deck(&self, player: &str) -> Deck {
        Deck { tracks: self.bus.publisher(&name(player)), positions: self.bus.publisher(&name(player)) }
    }

    /// A command; its answer.
    pub(crate) async fn command(&self, verb: &str, args: serde_json::Value) -> schemas::command::Reply {
        self.ask(INSTANCE, verb, args).await
    }
}

/// A track without a file.
pub(crate) fn track(title: &str) -> Track {
    Track {
        artist: Some("Any One".into()),
        title: Some(title.to_owned()),
        duration_s: Some(180.0),
        ..Track::default()
    }
}

pub(crate) struct Deck {
    tracks: Publisher<Track>,
    positions: Publisher<Position>,
}

impl Deck {
    pub(crate) fn load(&self, track: &Track) {
        self.tracks.send(time::now(), track);
    }

    /// Plays from a position from now on; gives the instant.
    pub(crate) fn play(&self, position_s: f64) -> Stamp {
        self.at(position_s, 1.0, true)
    }

    pub(crate) fn at(&self, position_s: f64, rate: f64, playing: bool) -> Stamp {
        let now = time::now();
        assert!(self.positions.send(now, &Position { position_s, rate, playing }));
        now
    }
}

pub(crate) struct Ear {
    pub(crate) documents: Inbox,
    pub(crate) lines: Inbox,
    pub(crate) words: Inbox,
}

impl Ear {
    /// The next document of which this holds.
    pub(crate) async fn document(&self, what: &str, fits: impl Fn(&Document) -> bool) -> Document {
        next::<Document>(&self.documents, what, fits).await.1.body
    }

    /// The next line of which this holds, and when it arrived.
    pub(crate) async fn line(&self, what: &str, fits: impl Fn(&Line) -> bool) -> (i64, Message<Line>) {
        let (delivery, message) = next::<Line>(&self.lines, what, fits).await;
        (delivery.arrived_mono_ns, message)
    }

    /// The next line with this text.
    pub(crate) async fn text(&self, text: &str) -> (i64, Message<Line>) {
        self.line(text, |line| line.text == text).await
    }
}

/// The next message of which this holds.
pub(crate) async fn next<T: Payload>(
    inbox: &Inbox,
    what: &str,
    fits: impl Fn(&T) -> bool,
) -> (Delivery, Message<T>) {
    let look = async {
        loop {
            let delivery = inbox.next().await;
            let message = delivery.decode::<T>().unwrap();
            if fits(&message.body) {
                return (delivery, message);
            }
        }
    };
    tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("never heard {what}"))
}
