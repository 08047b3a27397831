//! Where one component plays for its tests: a real broker of its own, and ears for what it says.
//!
//! ```ignore
//! stage::run(async {
//!     let stage = Stage::set().await;
//!     let ticks = stage.hear::<Tick>(None).await;
//!     let _beat = stage.start::<Beat>("beat", json!({}));
//!     until::<Tick>(&ticks, "a tick", |_, tick| tick.bpm > 100.0).await;
//! });
//! ```
//!
//! What is not as it should be ends the test with a panic that says what was awaited, and what came instead.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be"
)]

use std::path::Path;
use std::time::Duration;

use bus::{Bus, Inbox};
use component::{Component, Launch};
use schemas::command::Reply;
use schemas::{Header, Name, Payload};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::nats::Server;
use tokio::task::JoinHandle;

/// Longest wait for anything that must come. Long enough for a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A broker that keeps state, the test's own connection to it, and a folder; all end with it.
pub struct Stage {
    /// The test's connection, as instance `test`.
    pub bus: Bus,
    folder: TempDir,
    server: Server,
}

impl Stage {
    /// An empty stage.
    ///
    /// # Panics
    /// When nats-server is not installed or does not start.
    pub async fn set() -> Stage {
        let server = Server::jetstream().expect("a broker");
        let bus = Bus::connect(settings(&server, "test", false)).await.expect("a connection");
        bus::state::create(&bus).await.expect("a place for state");
        Stage { bus, folder: tempfile::tempdir().expect("a folder"), server }
    }

    /// What a component is run by as `instance`. Each generation has a folder of its own: a process holds the lock of an
    /// instance in its folder to the end.
    ///
    /// # Panics
    /// When `instance` is no name.
    pub fn launch(&self, instance: &str, config: Value) -> Launch {
        let state_dir = tempfile::Builder::new().prefix("state-").tempdir_in(&self.folder).expect("a folder");
        Launch {
            instance: name(instance),
            config,
            overlay: json!({}),
            bus: settings(&self.server, instance, true),
            state_dir: state_dir.keep(),
        }
    }

    /// Starts a component as `instance`, on this thread: [`run`] has to be around it. It says so if it ends.
    ///
    /// # Panics
    /// When `instance` is no name.
    pub fn start<C: Component + 'static>(&self, instance: &str, config: Value) -> JoinHandle<()> {
        let launch = self.launch(instance, config);
        tokio::task::spawn_local(async move {
            let exit = component::run::<C>(launch).await;
            panic!("the component ended: {exit}");
        })
    }

    /// All that is said from now on with topic `T`, by one of that name or by any.
    pub async fn hear<T: Payload>(&self, of: Option<&str>) -> Inbox {
        let mut inbox = self.bus.inbox();
        inbox.subscribe(T::TOPIC, of.map(name).as_ref()).await;
        inbox
    }

    /// A command to `instance`, and its answer.
    ///
    /// # Panics
    /// When nobody answers.
    pub async fn ask(&self, instance: &str, verb: &str, args: Value) -> Reply {
        self.bus.request(&name(instance), verb, &args).await.expect("an answer")
    }

    /// Waits until `instance` answers commands.
    ///
    /// # Panics
    /// When it does not within [`PATIENCE`].
    pub async fn answers(&self, instance: &str) {
        let name = name(instance);
        let ready = async { while self.bus.request(&name, "get_state", &Value::Null).await.is_err() {} };
        let in_time = tokio::time::timeout(PATIENCE, ready).await;
        in_time.unwrap_or_else(|_| panic!("{instance} answers no command"));
    }

    /// A folder for whatever files a test needs.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// The next message of topic `T` of which `fits` holds; others are passed over.
///
/// # Panics
/// When none comes within [`PATIENCE`], or one cannot be read.
pub async fn until<T: Payload + std::fmt::Debug>(
    inbox: &Inbox,
    what: &str,
    mut fits: impl FnMut(&Header, &T) -> bool,
) -> (Header, T) {
    let mut last = None;
    let look = async {
        loop {
            let delivery = inbox.next().await;
            if delivery.subject.topic().name == T::TOPIC.name {
                let message = delivery.decode::<T>().expect("a message of this topic");
                if fits(&message.header, &message.body) {
                    return (message.header, message.body);
                }
                last = Some(message.body);
            }
        }
    };
    let found = tokio::time::timeout(PATIENCE, look).await;
    found.unwrap_or_else(|_| panic!("never saw {what}; the last of {} was {last:?}", T::TOPIC.name))
}

/// Runs a test on one thread, which components need that are not sent between threads.
///
/// # Panics
/// When the test does.
pub fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    tokio::task::LocalSet::new().block_on(&runtime, test);
}

/// A name that a test made up.
///
/// # Panics
/// When it is none.
pub fn name(text: &str) -> Name {
    Name::new(text).expect("a good name")
}

fn settings(server: &Server, instance: &str, wait_for_broker: bool) -> bus::Settings {
    bus::Settings { url: server.url(), credentials: None, instance: name(instance), wait_for_broker }
}
