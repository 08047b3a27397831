//! A broker with the component on it, and a client that speaks as VirtualDJ does.

#![expect(clippy::expect_used, reason = "part of a test")]

pub(crate) mod console;

use std::ops::Deref;
use std::time::Duration;

use bus::time;
use schemas::sys::Heartbeat;
use serde_json::{Value, json};
use stage::{PATIENCE, name, until};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use virtualdj::Virtualdj;

const INSTANCE: &str = "vdj";

/// The instance `vdj` on a broker of its own.
pub(crate) struct Stage(stage::Stage);

impl Stage {
    pub(crate) async fn start(config: Value) -> Stage {
        let stage = stage::Stage::set().await;
        stage.start::<Virtualdj>(INSTANCE, config);
        let stage = Stage(stage);
        stage.health("it to be there", |_| true).await;
        stage
    }

    /// Waits for a heartbeat that fits.
    pub(crate) async fn health(&self, what: &str, fits: impl Fn(&Heartbeat) -> bool) -> Heartbeat {
        let inbox = self.hear::<Heartbeat>(Some(INSTANCE)).await;
        until::<Heartbeat>(&inbox, what, |_, beat| fits(beat)).await.1
    }

    /// Waits until something was counted.
    pub(crate) async fn counter(&self, counter: &str) {
        self.health(counter, |beat| beat.counters.get(counter).is_some_and(|count| *count > 0)).await;
    }

    /// Where it listens for VirtualDJ.
    pub(crate) async fn listening(&self) -> String {
        let look = async || {
            let reply = self.bus.request(&name(INSTANCE), "get_state", &Value::Null).await.ok()?;
            Some(reply.fields.get("state")?.pointer("/os2l/listening")?.as_str()?.to_owned())
        };
        testkit::wait::wait_for_async(PATIENCE, "it to listen", look).await.expect("an address")
    }
}

impl Deref for Stage {
    type Target = stage::Stage;

    fn deref(&self) -> &stage::Stage {
        &self.0
    }
}

/// A client.
pub(crate) struct VirtualDj(TcpStream);

/// A client that plays until it is dropped.
pub(crate) struct Playing {
    task: JoinHandle<()>,
    began_mono_ns: i64,
    bpm: f64,
}

impl VirtualDj {
    pub(crate) async fn connect(address: &str) -> VirtualDj {
        VirtualDj(TcpStream::connect(address).await.expect("a connection"))
    }

    pub(crate) async fn send(&mut self, bytes: &[u8]) {
        // It may have been made to leave by those that came later.
        let _sent = self.0.write_all(bytes).await;
    }

    /// Sends its beats at this tempo, with the track's count from `pos` on: in one packet or in two, as TCP has it.
    pub(crate) fn play(mut self, bpm: f64, pos: i64) -> Playing {
        let mut pace = tokio::time::interval(Duration::from_secs_f64(60.0 / bpm));
        let began_mono_ns = time::mono_ns();
        let task = tokio::task::spawn_local(async move {
            for pos in pos.. {
                pace.tick().await;
                let beat = json!({"evt": "beat", "change": false, "pos": pos, "bpm": bpm, "strength": 0.7})
                    .to_string();
                let (head, tail) = beat.split_at(if pos % 2 == 0 { 0 } else { 9 });
                self.send(head.as_bytes()).await;
                self.send(tail.as_bytes()).await;
            }
        });
        Playing { task, began_mono_ns, bpm }
    }
}

impl Playing {
    /// Beats from the first one to this instant.
    pub(crate) fn beats_from(&self, at_mono_ns: i64) -> f64 {
        (at_mono_ns - self.began_mono_ns) as f64 / 1e9 * self.bpm / 60.0
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.task.abort();
    }
}
