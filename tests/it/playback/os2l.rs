//! VirtualDJ is the room's clock while it is there, and the music itself when it is gone.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bus::{Bus, Inbox};
use schemas::beat::{Active, Tick};
use schemas::{Name, Payload as _};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

use crate::pipeline;
use crate::support::show::Show;
use crate::support::vjbus;

/// The demo must be heard first, and four beats of hold-off go by at each change.
const PATIENCE: Duration = Duration::from_secs(60);
const BPM: f64 = 125.0;

/// The demo and a VirtualDJ that is preferred, on a free port of the loopback.
const TABLES: &str = "\
[instances.audio]\nsource = \"demo\"\n\
[instances.clock]\npriority = [\"vdj\", \"main\"]\n\
[instances.vdj]\ncomponent = \"producers/virtualdj\"\nport = 0\nadvertise = false\nfiles = false\n";

/// Everything that the room's clock says, in order.
struct Room {
    inbox: Inbox,
    // instant on CLOCK_MONOTONIC in ns, and number
    beats: Vec<(i64, i64)>,
}

impl Room {
    async fn listen(bus: &Bus) -> Room {
        let mut inbox = bus.inbox();
        inbox.subscribe(Tick::TOPIC, Some(&Name::room())).await;
        inbox.subscribe(Active::TOPIC, None).await;
        Room { inbox, beats: Vec::new() }
    }

    /// Listens until `done`, given the beats so far and the source that was chosen last, where one was just said.
    async fn until(&mut self, what: &str, mut done: impl FnMut(usize, Option<&str>) -> bool) -> Result<()> {
        let listen = async {
            loop {
                let delivery = self.inbox.next().await;
                let mut source = None;
                if delivery.subject.topic().name == Tick::TOPIC.name {
                    let tick = delivery.decode::<Tick>()?;
                    self.beats.push((tick.header.at_mono_ns, tick.body.index));
                } else {
                    source = delivery.decode::<Active>()?.body.source;
                }
                if done(self.beats.len(), source.as_deref()) {
                    return anyhow::Ok(());
                }
            }
        };
        tokio::time::timeout(PATIENCE, listen)
            .await
            .with_context(|| format!("{what}: not within {PATIENCE:?}"))?
    }

    async fn more(&mut self, beats: usize) -> Result<()> {
        let wanted = self.beats.len() + beats;
        self.until("more beats", |count, _| count >= wanted).await
    }
}

/// Where the instance waits for VirtualDJ.
fn address(show: &Show) -> Result<String> {
    testkit::wait::wait_for(PATIENCE, "it to listen", || {
        let asked = show.run(&["ctl", "vdj", "get_state"]).ok()?;
        let reply: Value = serde_json::from_str(&asked.stdout).ok()?;
        reply.pointer("/state/os2l/listening")?.as_str().map(str::to_owned)
    })
}

/// Beats as VirtualDJ sends them, until the task is aborted and the connection with it.
async fn play(mut connection: TcpStream) -> Result<()> {
    let mut pace = tokio::time::interval(Duration::from_secs_f64(60.0 / BPM));
    for pos in 0.. {
        pace.tick().await;
        let beat = json!({"evt": "beat", "change": pos == 0, "pos": pos, "bpm": BPM, "strength": 0.7});
        connection.write_all(beat.to_string().as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_room_follows_virtualdj_and_falls_back_to_the_music_without_a_broken_count() -> Result<()> {
    let mut show = Show::new(vjbus()?, TABLES)?;
    show.up()?;
    let bus = show.viewer().await?;
    let mut room = Room::listen(&bus).await;
    room.until("the demo as the room's clock", |_, source| source == Some("main"))
        .await
        .with_context(|| show.tail())?;
    room.more(8).await?;

    let playing = tokio::spawn(play(TcpStream::connect(address(&show)?).await?));
    room.until("VirtualDJ as the room's clock", |_, source| source == Some("vdj"))
        .await
        .with_context(|| show.tail())?;
    room.more(12).await?;
    let period = pipeline::tempo(&room.beats[room.beats.len() - 8..].iter().map(|b| b.0).collect::<Vec<_>>());
    ensure!((period / BPM - 1.0).abs() < 0.01, "VirtualDJ plays {BPM} BPM, the room {period}");

    playing.abort();
    room.until("the music again", |_, source| source == Some("main")).await.with_context(|| show.tail())?;
    room.more(12).await?;
    for pair in room.beats.windows(2) {
        let ((before, index), (at, next)) = (pair[0], pair[1]);
        ensure!(next == index + 1, "beat {next} follows {index}");
        ensure!(
            at - before > 200_000_000,
            "beats {index} and {next} lie {} ms apart",
            (at - before) / 1_000_000
        );
    }
    show.down()
}
