//! Whole shows with a real broker and real processes: death, hang, take-over and end of everybody.
//!
//! The toy component is this test program itself, called again with [`TOY`] set.

use std::collections::BTreeMap;

use component::Kind;
use schemas::beat::Grid;
use schemas::sys::{Heartbeat, State};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::*;
use crate::plan::{ENV_BROKER_URL, ENV_KEY_FILE, ENV_OVERLAY_FILE, Instance};
use crate::process::Launch;
use crate::status::{ComponentStatus, Status};
use crate::{SupervisionConfig, down_offline};

/// Environment variable that makes this test program a component.
const TOY: &str = "VJBUS_TEST_TOY";

fn toy(name: &str) -> Instance {
    let args = ["--exact", "up::tests::toy_component", "--nocapture"].map(str::to_owned).to_vec();
    instance(
        name,
        Launch {
            program: std::env::current_exe().unwrap(),
            args,
            env: BTreeMap::from([(TOY.into(), name.into())]),
        },
    )
}

fn shell(name: &str, script: &str) -> Instance {
    instance(
        name,
        Launch { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()], ..Launch::default() },
    )
}

fn instance(name: &str, launch: Launch) -> Instance {
    let (name, kind) = (Name::new(name).unwrap(), Kind::Processor);
    Instance {
        name,
        component: "processors/toy".into(),
        kind,
        reads: vec![],
        writes: vec![],
        launch,
        config: Value::Null,
    }
}

fn plan(dir: &std::path::Path, instances: Vec<Instance>) -> Plan {
    let supervision = SupervisionConfig {
        hung_after_s: 2.0,
        stable_s: 0.2,
        grace_s: 1.0,
        backoff_min_s: 0.05,
        ..Default::default()
    };
    let broker = BrokerPlan::Managed { port: 0 };
    Plan { state_dir: dir.to_owned(), version: "0.1.0".into(), broker, supervision, instances }
}

/// Not a test of its own: the toy component, which beats every 100 ms and keeps a live change.
#[test]
fn toy_component() {
    let Ok(name) = std::env::var(TOY) else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let env = |key| std::env::var(key).unwrap();
        let name = Name::new(name).unwrap();
        let seed = std::fs::read_to_string(env(ENV_KEY_FILE)).unwrap();
        let inbox_prefix = Role::Instance(Kind::Processor, name.clone()).inbox_prefix();
        let credentials = Some(bus::Credentials { seed, inbox_prefix });
        let settings =
            Settings { url: env(ENV_BROKER_URL), credentials, instance: name.clone(), wait_for_broker: true };
        let bus = Bus::connect(settings).await.unwrap();
        let voice = bus.publisher::<Heartbeat>(&name);
        // A first generation changes something live; later ones must find it.
        let kept =
            std::fs::read_to_string(env(ENV_OVERLAY_FILE)).unwrap_or_else(|_| "{\"generation\":1}".into());
        let mut overlay: Value = serde_json::from_str(&kept).unwrap();
        if std::path::Path::new(&env(ENV_OVERLAY_FILE)).exists() {
            overlay = json!({ "generation": 1, "found": true });
        }
        let mut ticks = tokio::time::interval(Duration::from_millis(100));
        for progress in 0.. {
            ticks.tick().await;
            voice.send(bus::time::now(), &heartbeat(progress, overlay.clone()));
        }
    });
}

fn heartbeat(progress: u64, overlay: Value) -> Heartbeat {
    Heartbeat {
        component: "processors/toy".into(),
        pid: std::process::id(),
        started: 0.0,
        state: State::Ready,
        reason: String::new(),
        progress,
        version: "0.1.0".into(),
        uptime_s: 0.0,
        lag_ms: 0.0,
        dropped: 3,
        last_error: None,
        busy_s: None,
        counters: BTreeMap::new(),
        overlay: Some(overlay),
    }
}

/// A running show that leaves no process behind, however its test ends.
struct Show {
    handle: Handle,
    running: Option<JoinHandle<()>>,
    dir: StateDir,
}

impl Drop for Show {
    fn drop(&mut self) {
        for record in record::living(&self.dir) {
            let _gone_already = record.identity.signal(Nudge::Kill);
        }
    }
}

impl Show {
    async fn begin(plan: Plan) -> Show {
        let dir = StateDir::new(&plan.state_dir);
        let supervisor = Supervisor::start(plan).await.unwrap();
        Show { handle: supervisor.handle(), running: Some(tokio::spawn(supervisor.run())), dir }
    }

    async fn until(&self, what: &str, condition: impl Fn(&Status) -> bool) -> Status {
        let mut status = self.handle.status();
        let limit = Duration::from_secs(60);
        let found = tokio::time::timeout(limit, status.wait_for(|status| condition(status)))
            .await
            .map(|s| s.unwrap().clone());
        found.unwrap_or_else(|_| {
            panic!("not within {limit:?}: {what}; {:#?}", self.handle.status().borrow().clone())
        })
    }

    /// The supervisor dies without a word; the processes stay.
    async fn lose_supervisor(&mut self) {
        let running = self.running.take().unwrap();
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
    }

    async fn down(&mut self) {
        self.handle.down().await;
        tokio::time::timeout(Duration::from_secs(20), self.running.take().unwrap()).await.unwrap().unwrap();
        assert_eq!(record::living(&self.dir), []);
        assert!(!self.dir.supervisor().exists());
    }
}

fn one<'a>(status: &'a Status, name: &str) -> &'a ComponentStatus {
    status.components.iter().find(|c| c.instance == name).unwrap()
}

fn ready(status: &Status, name: &str) -> bool {
    one(status, name).state == State::Ready
}

fn kill(pid: u32) {
    assert!(Identity::of(pid).unwrap().signal(Nudge::Kill).unwrap());
}

/// The process stays and does nothing any more.
fn stop_still(pid: u32) {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
}

#[tokio::test]
async fn the_killed_come_back_and_the_others_keep_their_processes() {
    let folder = tempfile::tempdir().unwrap();
    let mut show = Show::begin(plan(folder.path(), vec![toy("one"), toy("two")])).await;
    let before = show.until("both ready", |s| ready(s, "one") && ready(s, "two")).await;
    assert_eq!(one(&before, "one").dropped, 3);
    let (first, other, broker) = (one(&before, "one").pid, one(&before, "two").pid, before.broker.pid);
    kill(first.unwrap());
    let after = show.until("one is back", |s| ready(s, "one") && one(s, "one").pid != first).await;
    assert_eq!((one(&after, "two").pid, after.broker.pid), (other, broker));
    assert_eq!(one(&after, "one").restarts, 1);
    assert!(std::fs::read_to_string(show.dir.overlay("one")).unwrap().contains("generation"));
    // Stopped: alive and silent. Found, killed, replaced.
    stop_still(other.unwrap());
    let after = show.until("two is replaced", |s| ready(s, "two") && one(s, "two").pid != other).await;
    assert!(one(&after, "two").last_error.as_deref().unwrap().contains("hung"), "{after:?}");
    show.until("live changes were found", |_| {
        std::fs::read_to_string(show.dir.overlay("two")).is_ok_and(|t| t.contains("found"))
    })
    .await;
    show.down().await;
}

#[tokio::test]
async fn a_killed_broker_is_back_and_nobody_is_blamed() {
    let folder = tempfile::tempdir().unwrap();
    let mut show = Show::begin(plan(folder.path(), vec![toy("one")])).await;
    let before = show
        .until("ready and linked", |s| {
            ready(s, "one") && s.supervisor.as_ref().unwrap().state == State::Ready
        })
        .await;
    kill(before.broker.pid.unwrap());
    let restarted = |s: &Status| {
        s.broker.pid.is_some() && s.broker.pid != before.broker.pid && s.broker.state == State::Ready
    };
    let after = show.until("the broker is back", restarted).await;
    assert_eq!(after.broker.url, before.broker.url);
    show.until("and heard", |s| s.supervisor.as_ref().unwrap().state == State::Ready && ready(s, "one"))
        .await;
    let after = show.handle.status().borrow().clone();
    assert_eq!((one(&after, "one").pid, one(&after, "one").restarts), (one(&before, "one").pid, 0));
    show.down().await;
}

#[tokio::test]
async fn a_hung_broker_is_replaced_and_nobody_is_blamed() {
    let folder = tempfile::tempdir().unwrap();
    let mut show = Show::begin(plan(folder.path(), vec![toy("one")])).await;
    let before = show
        .until("ready and linked", |s| {
            ready(s, "one") && s.supervisor.as_ref().unwrap().state == State::Ready
        })
        .await;
    stop_still(before.broker.pid.unwrap());
    let replaced = |s: &Status| {
        s.broker.pid.is_some() && s.broker.pid != before.broker.pid && s.broker.state == State::Ready
    };
    show.until("the broker is another", replaced).await;
    show.until("and heard", |s| s.supervisor.as_ref().unwrap().state == State::Ready && ready(s, "one"))
        .await;
    let after = show.handle.status().borrow().clone();
    assert_eq!((one(&after, "one").pid, one(&after, "one").restarts), (one(&before, "one").pid, 0));
    show.down().await;
}

#[tokio::test]
async fn last_values_outlive_a_supervisor_but_not_a_show_nor_their_instance() {
    let folder = tempfile::tempdir().unwrap();
    let writer = Instance { writes: vec![Grid::TOPIC], ..shell("one", "exec sleep 600") };
    let mut show =
        Show::begin(plan(folder.path(), vec![writer.clone(), shell("two", "exec sleep 600")])).await;
    let grid = async |dir: &StateDir, url: &str| {
        client(dir, url, &Role::Operator, "cli").await.last::<Grid>(&Name::main()).await
    };
    let url = show.handle.status().borrow().broker.url.clone();
    say_grid(&show.dir, &url).await;
    assert!(grid(&show.dir, &url).await.is_some());
    show.lose_supervisor().await;
    let mut next =
        Show::begin(plan(folder.path(), vec![writer.clone(), shell("two", "exec sleep 600")])).await;
    assert!(grid(&next.dir, &url).await.is_some());
    next.down().await;
    let mut third = Show::begin(plan(folder.path(), vec![writer, shell("two", "exec sleep 600")])).await;
    let url = third.handle.status().borrow().broker.url.clone();
    assert_eq!(grid(&third.dir, &url).await, None);
    say_grid(&third.dir, &url).await;
    third.handle.apply(plan(folder.path(), vec![shell("two", "exec sleep 600")])).await.unwrap();
    third.until("one is gone", |s| s.components.len() == 1).await;
    let forgotten = async {
        while grid(&third.dir, &url).await.is_some() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), forgotten).await.unwrap();
    third.down().await;
}

async fn client(dir: &StateDir, url: &str, role: &Role, name: &str) -> Bus {
    let credentials = Some(keys::credentials(dir, role).unwrap());
    let instance = Name::new(name).unwrap();
    let settings = Settings { url: url.to_owned(), credentials, instance, wait_for_broker: true };
    let bus = Bus::connect(settings).await.unwrap();
    let mut link = bus.link();
    let up =
        tokio::time::timeout(Duration::from_secs(10), link.wait_for(|link| *link == bus::Link::Up)).await;
    assert!(up.unwrap().is_ok());
    bus
}

async fn say_grid(dir: &StateDir, url: &str) {
    let one = Name::new("one").unwrap();
    let bus = client(dir, url, &Role::Instance(Kind::Processor, one), "one").await;
    let body = Grid {
        bpm: 128.0,
        index: 1,
        beat: None,
        beats_per_bar: None,
        bar: None,
        confidence: 1.0,
        downbeat_confidence: 0.0,
        mode: schemas::beat::Mode::Locked,
    };
    bus.publisher::<Grid>(&Name::main()).send(bus::time::now(), &body);
    bus.flush(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_new_supervisor_takes_over_what_plays_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut show = Show::begin(plan(folder.path(), vec![toy("one"), shell("old", "exec sleep 600")])).await;
    let before = show.until("ready", |s| ready(s, "one")).await;
    show.lose_supervisor().await;
    assert_eq!(record::living(&show.dir).len(), 3);
    let offline = status_offline(&show.dir, "");
    assert_eq!(one(&offline, "one").pid, one(&before, "one").pid);
    let mut next =
        Show::begin(Plan { version: "0.2.0".into(), ..plan(folder.path(), vec![toy("one")]) }).await;
    let after = next
        .until("adopted, and the unplanned one gone", |s| {
            s.components.len() == 1 && one(s, "one").dropped == 3
        })
        .await;
    assert_eq!((one(&after, "one").pid, after.broker.pid), (one(&before, "one").pid, before.broker.pid));
    assert!(one(&after, "one").adopted && one(&after, "one").reason.contains("0.1.0"), "{after:?}");
    // Its end is seen although it is nobody's child here, and its successor is of this version.
    kill(one(&after, "one").pid.unwrap());
    let after = next.until("replaced", |s| ready(s, "one") && !one(s, "one").adopted).await;
    assert_eq!(one(&after, "one").version.as_deref(), Some("0.2.0"));
    next.down().await;
}

#[tokio::test]
async fn an_open_broker_of_somebody_else_is_used_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let dir = StateDir::new(folder.path().join("theirs"));
    let port = crate::broker::probe::free_port(0).unwrap();
    let conf = format!(
        "listen: \"127.0.0.1:{port}\"\nserver_name: theirs\njetstream {{ store_dir: {:?} }}\n",
        dir.path()
    );
    crate::files::write_atomically(&dir.broker_conf(), conf.as_bytes()).unwrap();
    let program = crate::broker::find::find(&dir).await.unwrap().program;
    let args = vec!["-c".into(), dir.broker_conf().to_string_lossy().into_owned()];
    let launch = Launch { program, args, ..Launch::default() };
    let theirs = crate::process::Process::spawn(&launch, &dir.log("theirs")).unwrap();
    let identity = theirs.identity().clone();
    tokio::time::timeout(Duration::from_secs(20), crate::broker::probe::ready(port, "theirs")).await.unwrap();
    let broker = BrokerPlan::External { url: format!("nats://127.0.0.1:{port}"), creds: None };
    let ours = folder.path().join("ours");
    let mut show = Show::begin(Plan { broker, ..plan(&ours, vec![shell("one", "exec sleep 600")]) }).await;
    let status = show.until("linked", |s| s.broker.state == State::Ready).await;
    assert_eq!((status.broker.managed, status.broker.pid), (false, None));
    show.down().await;
    assert!(identity.is_alive());
    identity.signal(Nudge::Kill).unwrap();
    theirs.wait().await;
}

#[tokio::test]
async fn a_second_supervisor_is_refused_and_orphans_can_be_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mut show = Show::begin(plan(folder.path(), vec![shell("one", "exec sleep 600")])).await;
    let Err(refusal) = Supervisor::start(plan(folder.path(), vec![])).await else {
        panic!("two supervisors")
    };
    assert!(refusal.to_string().contains(&std::process::id().to_string()), "{refusal}");
    show.lose_supervisor().await;
    assert_eq!(down_offline(&show.dir, Duration::from_secs(2)).await, Vec::<String>::new());
    assert_eq!(record::living(&show.dir), []);
}

#[tokio::test]
async fn commands_start_stop_and_tell() {
    let folder = tempfile::tempdir().unwrap();
    let mut show = Show::begin(plan(folder.path(), vec![toy("one")])).await;
    let status = show.until("ready", |s| ready(s, "one")).await;
    let us = Name::new(SUPERVISOR).unwrap();
    let operator = client(&show.dir, &status.broker.url, &Role::Operator, "cli").await;
    let stopped = operator.request(&us, "stop", &json!({"instance": "one"})).await.unwrap();
    assert!(stopped.ok, "{stopped:?}");
    show.until("stopped", |s| one(s, "one").state == State::Stopped && one(s, "one").pid.is_none()).await;
    // A plan that did not change does not bring back what was stopped by wish.
    show.handle.apply(plan(folder.path(), vec![toy("one"), toy("two")])).await.unwrap();
    show.until("two is ready with a key of its own", |s| s.components.len() == 2 && ready(s, "two")).await;
    let told = operator.request(&us, "status", &Value::Null).await.unwrap();
    assert_eq!(told.fields["components"][0]["state"], "stopped");
    assert!(operator.request(&us, "start", &json!(["one"])).await.unwrap().ok);
    show.until("started", |s| ready(s, "one")).await;
    let unknown = operator.request(&us, "restart", &json!("nobody")).await.unwrap();
    assert_eq!(unknown.error.unwrap().kind, "absent");
    assert!(operator.request(&us, "stop", &Value::Null).await.unwrap().ok);
    tokio::time::timeout(Duration::from_secs(20), show.running.take().unwrap()).await.unwrap().unwrap();
    assert_eq!(record::living(&show.dir), []);
}

#[tokio::test]
async fn a_taken_port_and_a_reserved_name_are_told_before_anything_starts() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let on_it = Plan {
        broker: BrokerPlan::Managed { port },
        ..plan(folder.path(), vec![shell("one", "exec sleep 600")])
    };
    let Err(error) = Supervisor::start(on_it).await else { panic!("two listeners") };
    assert!(error.to_string().contains(&port.to_string()), "{error}");
    assert_eq!(error.exit_code(), 69);
    let Err(error) = Supervisor::start(plan(folder.path(), vec![shell(SUPERVISOR, "")])).await else {
        panic!("two of one name")
    };
    assert_eq!(error.exit_code(), 64);
    assert_eq!(record::all(&StateDir::new(folder.path())), []);
}
