//! A desktop session of the test's own: a D-Bus, players on it, a broker, and the component between them.

pub(crate) mod guest;

use std::path::PathBuf;

use anyhow::{Result, bail};
use bus::{Bus, Inbox};
use component::Launch;
use mpris::Mpris;
use schemas::playback::{Position, Track};
use schemas::sys::{Heartbeat, State};
use schemas::{Header, Payload, wire};
use serde_json::Value;
use stage::{PATIENCE, Stage};
use testkit::desktop::Desktop;
use testkit::{Spawned, wav};
use zbus::Connection;

/// Sample rate of the two songs.
const RATE_HZ: u32 = 44_100;
/// Length of the two songs in seconds.
pub(crate) const SONG_S: f64 = 30.0;

/// The session.
pub(crate) struct Desk {
    pub(crate) stage: Stage,
    pub(crate) address: String,
    desktop: Desktop,
}

impl Desk {
    /// A session with two songs, `a.wav` and `b.wav`, and nothing on the bus yet.
    pub(crate) async fn new() -> Result<Desk> {
        let stage = Stage::set().await;
        let desktop = Desktop::start(stage.path())?;
        let address = desktop.address().to_owned();
        for (song, hz) in [("a.wav", 440.0), ("b.wav", 660.0)] {
            wav::write(&stage.path().join(song), RATE_HZ, 1, &wav::sine(RATE_HZ, 1, hz, 0.1, SONG_S as f32))?;
        }
        Ok(Desk { stage, address, desktop })
    }

    pub(crate) fn song(&self, name: &str) -> PathBuf {
        self.stage.path().join(name)
    }

    /// mpv, playing both songs.
    pub(crate) fn mpv(&self) -> Result<Spawned> {
        self.desktop.mpv([self.song("a.wav"), self.song("b.wav")])
    }

    /// Another program on the bus.
    pub(crate) async fn guest(&self) -> Result<Connection> {
        Ok(zbus::connection::Builder::address(self.address.as_str()).build().await?)
    }

    /// What runs the component.
    pub(crate) fn launch(&self, config: Value) -> Launch {
        self.stage.launch("mpris", config)
    }

    /// Everything of one kind that is said from now on.
    pub(crate) async fn hear<T: Payload>(&self) -> Ear {
        Ear::new::<T>(&self.stage.bus).await
    }
}

/// One kind of message.
pub(crate) struct Ear(Inbox);

impl Ear {
    pub(crate) async fn new<T: Payload>(bus: &Bus) -> Ear {
        let mut inbox = bus.inbox();
        inbox.subscribe(T::TOPIC, None).await;
        Ear(inbox)
    }

    /// The next message of `player` that fits; others are passed over.
    pub(crate) async fn next<T: Payload>(
        &self,
        player: &str,
        what: &str,
        fits: impl Fn(&T) -> bool,
    ) -> Result<(Header, T)> {
        let mut seen = Vec::new();
        let look = async {
            loop {
                let delivery = self.0.next().await;
                if delivery.subject.name().is_some_and(|name| name.as_str() == player) {
                    let message = wire::decode::<T>(&delivery.payload)?;
                    if fits(&message.body) {
                        return anyhow::Ok((message.header, message.body));
                    }
                    seen.push(String::from_utf8_lossy(&delivery.payload).into_owned());
                }
            }
        };
        match tokio::time::timeout(PATIENCE, look).await {
            Ok(found) => found,
            Err(_late) => bail!("{player} never said {what}; it said {seen:#?}"),
        }
    }

    pub(crate) async fn title(&self, player: &str, title: Option<&str>) -> Result<Track> {
        let what = title.unwrap_or("nothing");
        Ok(self.next::<Track>(player, what, |track| track.title.as_deref() == title).await?.1)
    }

    pub(crate) async fn position(
        &self,
        player: &str,
        what: &str,
        fits: impl Fn(&Position) -> bool,
    ) -> Result<(Header, Position)> {
        self.next(player, what, fits).await
    }

    /// Waits until the component is in this state, and gives the reason.
    pub(crate) async fn health(&self, wanted: State) -> Result<String> {
        let what = format!("{wanted:?}");
        let beat = self.next::<Heartbeat>("mpris", &what, |beat| beat.state == wanted).await?.1;
        Ok(beat.reason)
    }
}

/// Runs the component until `show` is done with it.
pub(crate) async fn with(launch: Launch, show: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::select! {
        exit = component::run::<Mpris>(launch) => bail!("it ended: {exit}"),
        done = show => done,
    }
}
