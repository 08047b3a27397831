//! A broker with the component on it, and a client that speaks as VirtualDJ does.

#![expect(clippy::expect_used, clippy::panic, reason = "part of a test")]

pub(crate) mod console;

use std::time::Duration;

use bus::{Bus, Inbox, Settings, time};
use component::Launch;
use schemas::sys::Heartbeat;
use schemas::{Header, Name, Payload};
use serde_json::{Value, json};
use testkit::nats::Server;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use virtualdj::Virtualdj;

/// Longest wait for anything that must come.
const PATIENCE: Duration = Duration::from_secs(25);

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("a good name")
}

/// Runs a test; components are not sent between threads.
pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, test);
}

/// The instance `vdj` on a broker of its own.
pub(crate) struct Stage {
    pub(crate) bus: Bus,
    component: JoinHandle<()>,
    _dir: tempfile::TempDir,
    _server: Server,
}

impl Stage {
    pub(crate) async fn start(config: Value) -> Stage {
        let server = Server::jetstream().expect("a broker");
        let dir = tempfile::tempdir().expect("a folder");
        let settings = |instance: &str| Settings {
            url: server.url(),
            credentials: None,
            instance: name(instance),
            wait_for_broker: false,
        };
        let bus = Bus::connect(settings("viewer")).await.expect("a connection");
        bus::state::create(&bus).await.expect("a place for state");
        let launch = Launch {
            instance: name("vdj"),
            config,
            overlay: json!({}),
            bus: settings("vdj"),
            state_dir: dir.path().to_owned(),
        };
        let component = tokio::task::spawn_local(async move {
            let exit = component::run::<Virtualdj>(launch).await;
            panic!("it ended: {exit}");
        });
        let stage = Stage { bus, component, _dir: dir, _server: server };
        stage.health("it to be there", |_| true).await;
        stage
    }

    pub(crate) async fn listen<T: Payload>(&self, of: &str) -> Inbox {
        let mut inbox = self.bus.inbox();
        inbox.subscribe(T::TOPIC, Some(&name(of))).await;
        inbox
    }

    /// Reads until a message fits.
    pub(crate) async fn until<T: Payload + std::fmt::Debug>(
        &self,
        inbox: &Inbox,
        what: &str,
        mut fits: impl FnMut(&Header, &T) -> bool,
    ) -> (Header, T) {
        let mut last = None;
        let look = async {
            loop {
                let message = inbox.next().await.decode::<T>().expect("a message of this type");
                if fits(&message.header, &message.body) {
                    return (message.header, message.body);
                }
                last = Some(message.body);
            }
        };
        let found = tokio::time::timeout(PATIENCE, look).await;
        found.unwrap_or_else(|_| panic!("never saw {what}, but {last:?}"))
    }

    /// Waits for a heartbeat that fits.
    pub(crate) async fn health(&self, what: &str, fits: impl Fn(&Heartbeat) -> bool) -> Heartbeat {
        let inbox = self.listen::<Heartbeat>("vdj").await;
        self.until::<Heartbeat>(&inbox, what, |_, beat| fits(beat)).await.1
    }

    /// Waits until something was counted.
    pub(crate) async fn counter(&self, counter: &str) {
        self.health(counter, |beat| beat.counters.get(counter).is_some_and(|count| *count > 0)).await;
    }

    /// Where it listens for VirtualDJ.
    pub(crate) async fn listening(&self) -> String {
        let look = async || {
            let reply = self.bus.request(&name("vdj"), "get_state", &Value::Null).await.ok()?;
            Some(reply.fields.get("state")?.pointer("/os2l/listening")?.as_str()?.to_owned())
        };
        testkit::wait::wait_for_async(PATIENCE, "it to listen", look).await.expect("an address")
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.component.abort();
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
