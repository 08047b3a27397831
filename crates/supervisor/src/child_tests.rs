//! Real processes under the real policy: a crash, a mistake, a hang, a wish, a take-over.

use super::*;

struct Stage {
    _folder: tempfile::TempDir,
    dir: StateDir,
    events: mpsc::Receiver<Event>,
    child: Child,
    start: std::time::Instant,
}

impl Stage {
    fn new(script: &str, config: SupervisionConfig) -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let dir = StateDir::new(folder.path());
        let (sender, events) = mpsc::channel(16);
        let child = Child::new(&dir, setup(script), config, sender);
        Stage { _folder: folder, dir, events, child, start: std::time::Instant::now() }
    }

    fn now(&self) -> Duration {
        self.start.elapsed()
    }

    fn step(&mut self, input: Input) -> Vec<Report> {
        let now = self.now();
        self.child.step(now, input)
    }

    /// Ticks and takes in ends until `done`; all that was reported.
    async fn until(&mut self, done: impl Fn(&Child, &[Report]) -> bool) -> Vec<Report> {
        let mut reports = Vec::new();
        let limit = tokio::time::Instant::now() + Duration::from_secs(10);
        while !done(&self.child, &reports) {
            assert!(tokio::time::Instant::now() < limit, "not within ten seconds: {reports:?}");
            let event = tokio::time::timeout(Duration::from_millis(20), self.events.recv()).await;
            let now = self.now();
            if let Ok(Some(Event::Exited { generation, ending, .. })) = event {
                reports.extend(self.child.exited(now, generation, ending));
            }
            reports.extend(self.child.step(now, Input::Tick));
        }
        reports
    }
}

fn setup(script: &str) -> Setup {
    let launch =
        Launch { program: "/bin/sh".into(), args: vec!["-c".into(), script.into()], ..Launch::default() };
    Setup {
        key: "beat".into(),
        component: "processors/beat".into(),
        launch: Some(launch),
        version: "1".into(),
        url: None,
    }
}

fn pid(child: &Child) -> Option<u32> {
    child.identity().map(|identity| identity.pid)
}

fn quick() -> SupervisionConfig {
    SupervisionConfig {
        backoff_min_s: 0.01,
        backoff_max_s: 0.02,
        hung_after_s: 0.5,
        stable_s: 0.0,
        grace_s: 0.2,
        ..Default::default()
    }
}

#[tokio::test]
async fn a_killed_child_is_back_as_another_process() {
    let mut stage = Stage::new("exec sleep 600", quick());
    stage.step(Input::Start);
    let first = stage.child.identity().unwrap().clone();
    assert_eq!(record::living(&stage.dir).len(), 1);
    first.signal(Nudge::Kill).unwrap();
    stage.until(|child, _| child.identity().is_some_and(|now| *now != first)).await;
    assert_eq!(stage.child.status().restarts, 1);
    assert_eq!(stage.child.status().last_error.as_deref(), Some("killed by signal 9"));
    stage.step(Input::Stop);
    stage.until(|child, _| child.is_stopped()).await;
    assert_eq!(record::all(&stage.dir), []);
}

#[tokio::test]
async fn a_mistake_is_shown_in_its_own_words_and_not_repeated() {
    let mut stage = Stage::new("echo starting; echo 'vjbus.toml:3: unknown key bmp' >&2; exit 64", quick());
    stage.step(Input::Start);
    let reports = stage.until(|child, _| child.is_stopped()).await;
    assert_eq!(stage.child.status().reason, "vjbus.toml:3: unknown key bmp");
    assert_eq!(reports.iter().filter(|(event, _)| *event == LifecycleEvent::Stopped).count(), 1);
    assert_eq!(std::fs::read_to_string(stage.child.log()).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn one_that_crashes_at_once_is_given_up() {
    let config = SupervisionConfig { stable_s: 60.0, retry_s: 600.0, ..quick() };
    let mut stage = Stage::new("exit 70", config);
    stage.step(Input::Start);
    stage.until(|_, reports| reports.iter().any(|(event, _)| *event == LifecycleEvent::GaveUp)).await;
    let status = stage.child.status();
    assert_eq!((status.state, status.restarts, status.pid), (State::GaveUp, 5, None));
}

#[tokio::test]
async fn one_that_ignores_the_request_is_killed_after_its_grace() {
    let mut stage = Stage::new("trap '' TERM; echo deaf; while :; do sleep 0.05; done", quick());
    stage.step(Input::Start);
    stage.until(|child, _| child.last_line() == "deaf").await;
    stage.step(Input::Stop);
    stage.until(|child, _| child.is_stopped()).await;
}

#[tokio::test]
async fn a_silent_child_is_killed_and_replaced() {
    let mut stage = Stage::new("exec sleep 600", quick());
    stage.step(Input::Link(true));
    stage.step(Input::Start);
    let first = pid(&stage.child).unwrap();
    let beat = Beat { state: State::Ready, reason: String::new(), progress: 1, busy_s: None };
    stage.step(Input::Heartbeat(beat));
    let reports = stage.until(|child, _| pid(child).is_some_and(|now| now != first)).await;
    assert!(reports.iter().any(|(_, why)| why.contains("hung")), "{reports:?}");
    stage.step(Input::Stop);
    stage.until(|child, _| child.is_stopped()).await;
}

#[tokio::test]
async fn a_later_supervisor_takes_the_same_process_over_and_sees_its_end() {
    let mut first = Stage::new("exec sleep 600", quick());
    first.step(Input::Start);
    let known = first.child.identity().unwrap().clone();
    let dir = first.dir.clone();
    let (sender, events) = mpsc::channel(16);
    let mut second =
        Child::new(&dir, Setup { version: "2".into(), ..setup("exec sleep 600") }, quick(), sender);
    let record = record::living(&dir).pop().unwrap();
    assert_eq!(second.adopt(Duration::ZERO, record)[0].0, LifecycleEvent::Adopted);
    assert_eq!(second.identity(), Some(&known));
    let status = second.status();
    assert!(status.adopted && status.reason.contains("version 1"), "{status:?}");
    // The first one must reap it, as init would after a supervisor's death.
    let mut stage = Stage { child: second, events, dir, _folder: first._folder, start: first.start };
    known.signal(Nudge::Kill).unwrap();
    stage.until(|child, _| child.identity().is_some_and(|now| *now != known)).await;
    assert!(!stage.child.status().adopted);
    stage.step(Input::Stop);
    stage.until(|child, _| child.is_stopped()).await;
}

#[tokio::test]
async fn a_program_that_is_not_there_is_told_as_the_reason() {
    let mut stage = Stage::new("", quick());
    stage.child.setup.launch = Some(Launch { program: "/nowhere/vjbus".into(), ..Launch::default() });
    stage.step(Input::Start);
    assert_eq!(stage.child.state(), State::Backoff);
    assert!(stage.child.status().reason.contains("could not be started"), "{}", stage.child.status().reason);
}
