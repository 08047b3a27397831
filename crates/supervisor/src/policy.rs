//! When a child is started, killed, started again and given up: pure, so that every rule can be
//! tested without a process or a clock.
//!
//! The exit of the child is the first signal, missing progress the second. Time is handed in by the
//! caller, counted from any fixed instant, and must not go back.

use std::collections::VecDeque;
use std::time::Duration;

use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use schemas::sys::{LifecycleEvent, State};

use crate::config::{SupervisionConfig, seconds};

/// Exit code of a usage or configuration error, `EX_USAGE` of sysexits.h: trying again would not help.
pub const EXIT_CONFIG: i32 = 64;
/// How long an unexplained exit 0 waits for its explanation, which travels over the bus while the exit
/// comes from the kernel.
const FAREWELL: Duration = Duration::from_millis(250);
/// Pause between repeated kills of a process that does not go (one that is stuck in the kernel).
const KILL_AGAIN: Duration = Duration::from_secs(1);
/// A longer gap between two ticks means that the supervisor itself stood still: it has missed
/// heartbeats, and the gap counts against nobody.
const OWN_STALL: Duration = Duration::from_secs(1);
/// Jitter of a delay, as a fraction: children that fell together do not rise together.
const JITTER: f64 = 0.2;

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It exited with this code.
    Code(i32),
    /// A signal ended it.
    Signal(i32),
    /// It is gone; its parent was another supervisor, so the code is not known.
    Unknown,
}

impl std::fmt::Display for Ending {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Ending::Code(code) => write!(f, "exit {code}"),
            Ending::Signal(signal) => write!(f, "killed by signal {signal}"),
            Ending::Unknown => f.write_str("gone"),
        }
    }
}

/// What a heartbeat says, as far as the policy cares.
#[derive(Debug, Clone, PartialEq)]
pub struct Beat {
    /// What the component says of itself.
    pub state: State,
    /// Why.
    pub reason: String,
    /// Rounds of its main loop.
    pub progress: u64,
    /// Seconds for which it is busy at most.
    pub busy_s: Option<f64>,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// The operator or the plan wants it to run.
    Start,
    /// The operator, the plan or `down` wants it to end.
    Stop,
    /// The operator or a changed plan wants a new process.
    Restart,
    /// The process could not be started.
    SpawnFailed(String),
    /// A living process of an earlier supervisor was taken over; it has run for so long.
    Adopted(Duration),
    /// The process has ended; with the last line of its log.
    Exited(Ending, String),
    /// A heartbeat of the running process.
    Heartbeat(Beat),
    /// The component says that it ends by wish.
    Leaving,
    /// Whether heartbeats can reach us.
    Link(bool),
    /// Time has passed.
    Tick,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Start a process.
    Spawn,
    /// Ask the process to end.
    Terminate,
    /// Kill the process and its group.
    Kill,
    /// Tell the world.
    Report(LifecycleEvent, String),
}

/// What gives a child's life away besides its exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watch {
    /// Heartbeats with progress, as every component sends.
    Progress,
    /// Nothing.
    ExitOnly,
}

/// What is shown of a child.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Its state.
    pub state: State,
    /// Why, or empty.
    pub reason: String,
    /// Times that it was started again.
    pub restarts: u64,
}

#[derive(Debug)]
struct Run {
    since: Duration,
    ran_before: Duration,
    quiet_since: Duration,
    busy_until: Duration,
    beat: Option<Beat>,
    leaving: bool,
}

#[derive(Debug)]
enum Phase {
    Stopped,
    Running(Run),
    Ending { since: Duration, next_kill: Duration, then_start: bool },
    Hung { ran: Duration, next_kill: Duration },
    Farewell { until: Duration, ran: Duration },
    Waiting { until: Duration, gave_up: bool },
}

/// The restart policy of one child.
#[derive(Debug)]
pub struct Policy {
    config: SupervisionConfig,
    watch: Watch,
    phase: Phase,
    reason: String,
    restarts: u64,
    recent: VecDeque<Duration>,
    delays: u32,
    gave_up: bool,
    link_up: bool,
    last_tick: Duration,
    rng: SmallRng,
}

impl Policy {
    /// A policy for a child that is not running. The same seed gives the same jitter.
    pub fn new(config: SupervisionConfig, watch: Watch, seed: u64) -> Policy {
        Policy {
            config,
            watch,
            phase: Phase::Stopped,
            reason: String::new(),
            restarts: 0,
            recent: VecDeque::new(),
            delays: 0,
            gave_up: false,
            link_up: false,
            last_tick: Duration::ZERO,
            rng: SmallRng::seed_from_u64(seed),
        }
    }

    /// Takes in what happened at `now` and says what is to be done, in this order.
    pub fn step(&mut self, now: Duration, input: Input) -> Vec<Action> {
        match input {
            Input::Start => self.start(now),
            Input::Stop => self.stop(now),
            Input::Restart => self.restart(now),
            Input::SpawnFailed(why) => {
                self.failed(now, Duration::ZERO, format!("could not be started: {why}"))
            }
            Input::Adopted(ran) => self.adopted(now, ran),
            Input::Exited(ending, last_line) => self.exited(now, ending, &last_line),
            Input::Heartbeat(beat) => self.heartbeat(now, beat),
            Input::Leaving => self.leaving(),
            Input::Link(up) => self.link(now, up),
            Input::Tick => self.tick(now),
        }
    }

    /// What is shown of the child.
    pub fn view(&self) -> View {
        let (state, reason) = match &self.phase {
            Phase::Stopped => (State::Stopped, self.reason.clone()),
            Phase::Running(Run { beat: Some(beat), .. }) => (beat.state, beat.reason.clone()),
            Phase::Running(_) if self.watch == Watch::ExitOnly => (State::Ready, String::new()),
            Phase::Running(_) => (State::Starting, self.reason.clone()),
            Phase::Ending { .. } | Phase::Farewell { .. } => (State::Stopping, self.reason.clone()),
            Phase::Hung { .. } => (State::Hung, self.reason.clone()),
            Phase::Waiting { gave_up: true, .. } => (State::GaveUp, self.reason.clone()),
            Phase::Waiting { gave_up: false, .. } => (State::Backoff, self.reason.clone()),
        };
        View { state, reason, restarts: self.restarts }
    }

    /// Whether nothing runs and nothing will by itself.
    pub fn is_stopped(&self) -> bool {
        matches!(self.phase, Phase::Stopped)
    }

    /// New numbers from the next decision on.
    pub fn configure(&mut self, config: SupervisionConfig) {
        self.config = config;
    }

    fn start(&mut self, now: Duration) -> Vec<Action> {
        match &mut self.phase {
            Phase::Running(_) => vec![],
            Phase::Ending { then_start, .. } => {
                *then_start = true;
                vec![]
            }
            Phase::Hung { .. } => {
                self.forget();
                vec![]
            }
            Phase::Stopped | Phase::Farewell { .. } | Phase::Waiting { .. } => {
                self.forget();
                self.spawn(now, LifecycleEvent::Starting, String::new())
            }
        }
    }

    fn stop(&mut self, now: Duration) -> Vec<Action> {
        match &mut self.phase {
            Phase::Running(_) => self.terminate(now, false, "asked to stop"),
            Phase::Ending { then_start, .. } => {
                *then_start = false;
                vec![]
            }
            Phase::Hung { next_kill, .. } => {
                let next_kill = *next_kill;
                self.phase = Phase::Ending { since: now, next_kill, then_start: false };
                vec![]
            }
            Phase::Stopped => vec![],
            Phase::Farewell { .. } | Phase::Waiting { .. } => self.stopped("stopped by wish"),
        }
    }

    fn restart(&mut self, now: Duration) -> Vec<Action> {
        match self.phase {
            Phase::Running(_) => self.terminate(now, true, "restart asked for"),
            _ => self.start(now),
        }
    }

    fn adopted(&mut self, now: Duration, ran: Duration) -> Vec<Action> {
        self.forget();
        self.run(now, ran);
        self.reason = "taken over from an earlier supervisor".into();
        vec![Action::Report(LifecycleEvent::Adopted, self.reason.clone())]
    }

    fn exited(&mut self, now: Duration, ending: Ending, last_line: &str) -> Vec<Action> {
        let said = if last_line.is_empty() { ending.to_string() } else { format!("{ending}: {last_line}") };
        match &self.phase {
            Phase::Running(run) => {
                let (ran, leaving) = (run.ran(now), run.leaving);
                match ending {
                    Ending::Code(EXIT_CONFIG) => {
                        let mistake =
                            if last_line.is_empty() { "wrong configuration (exit 64)" } else { last_line };
                        let mut actions = vec![Action::Report(LifecycleEvent::Exited, said)];
                        actions.extend(self.stopped(mistake));
                        actions
                    }
                    Ending::Code(0) if leaving => self.stopped("ended by wish"),
                    Ending::Code(0) => {
                        self.reason = "exit 0".into();
                        self.phase = Phase::Farewell { until: now + FAREWELL, ran };
                        vec![]
                    }
                    _ => self.failed(now, ran, said),
                }
            }
            Phase::Ending { then_start: true, .. } => {
                self.forget();
                let mut actions = vec![Action::Report(LifecycleEvent::Exited, ending.to_string())];
                actions.extend(self.spawn(now, LifecycleEvent::Restarted, "restart asked for".into()));
                actions
            }
            Phase::Ending { .. } => self.stopped("stopped by wish"),
            Phase::Hung { ran, .. } => self.failed(now, *ran, self.reason.clone()),
            // The end of a process that is already accounted for.
            Phase::Stopped | Phase::Farewell { .. } | Phase::Waiting { .. } => vec![],
        }
    }

    fn heartbeat(&mut self, now: Duration, beat: Beat) -> Vec<Action> {
        if let Phase::Running(run) = &mut self.phase {
            if run.beat.as_ref().is_none_or(|known| known.progress != beat.progress) {
                run.quiet_since = now;
            }
            run.busy_until = match (beat.state, beat.busy_s) {
                (State::Busy, Some(at_most)) => now.saturating_add(seconds(at_most)),
                _ => Duration::ZERO,
            };
            run.beat = Some(beat);
        }
        vec![]
    }

    fn leaving(&mut self) -> Vec<Action> {
        match &mut self.phase {
            Phase::Running(run) => {
                run.leaving = true;
                vec![]
            }
            Phase::Farewell { .. } => self.stopped("ended by wish"),
            _ => vec![],
        }
    }

    fn link(&mut self, now: Duration, up: bool) -> Vec<Action> {
        if up && !self.link_up {
            // Its heartbeats could not arrive: the count begins anew.
            if let Phase::Running(run) = &mut self.phase {
                run.quiet_since = now;
            }
        }
        self.link_up = up;
        vec![]
    }

    fn tick(&mut self, now: Duration) -> Vec<Action> {
        let gap = now.saturating_sub(self.last_tick);
        self.last_tick = now;
        let kill_at = now + KILL_AGAIN;
        let grace = seconds(self.config.grace_s);
        match &mut self.phase {
            Phase::Running(run) => {
                if gap > OWN_STALL {
                    run.quiet_since = now.min(run.quiet_since.saturating_add(gap));
                    run.busy_until = run.busy_until.saturating_add(gap);
                }
                self.verdict(now)
            }
            Phase::Ending { since, next_kill, .. }
                if now >= since.saturating_add(grace) && now >= *next_kill =>
            {
                *next_kill = kill_at;
                vec![Action::Kill]
            }
            Phase::Hung { next_kill, .. } if now >= *next_kill => {
                *next_kill = kill_at;
                vec![Action::Kill]
            }
            Phase::Farewell { until, ran } if now >= *until => {
                let ran = *ran;
                self.failed(now, ran, "exit 0, unasked".into())
            }
            Phase::Waiting { until, .. } if now >= *until => {
                let why = self.reason.clone();
                self.spawn(now, LifecycleEvent::Restarted, why)
            }
            _ => vec![],
        }
    }

    fn verdict(&mut self, now: Duration) -> Vec<Action> {
        let Phase::Running(run) = &self.phase else { return vec![] };
        if self.watch == Watch::ExitOnly || !self.link_up || now < run.busy_until {
            return vec![];
        }
        // Between its first heartbeat and its loop a component opens devices and files.
        let started = run.beat.as_ref().is_some_and(|beat| beat.state != State::Starting);
        let limit_s = if started { self.config.hung_after_s } else { self.config.startup_s };
        let quiet = now.saturating_sub(run.quiet_since);
        if quiet <= seconds(limit_s) {
            return vec![];
        }
        let what = if started { "no progress" } else { "not ready and no progress since its start" };
        self.reason = format!("hung: {what} for {:.1} s", quiet.as_secs_f64());
        self.phase = Phase::Hung { ran: run.ran(now), next_kill: now + KILL_AGAIN };
        vec![Action::Kill]
    }

    /// It ended against everybody's wish: when is it started again?
    fn failed(&mut self, now: Duration, ran: Duration, why: String) -> Vec<Action> {
        let stable = !ran.is_zero() && ran >= seconds(self.config.stable_s);
        if stable {
            self.forget();
        }
        let window = seconds(self.config.restarts_window_s);
        self.recent.retain(|at| now.saturating_sub(*at) < window);
        let mut actions = vec![Action::Report(LifecycleEvent::Exited, why.clone())];
        self.reason = why;
        if self.gave_up || self.recent.len() >= self.config.restarts_max as usize {
            actions.extend(self.give_up(now));
        } else if stable {
            actions.extend(self.spawn(now, LifecycleEvent::Restarted, self.reason.clone()));
        } else {
            self.phase = Phase::Waiting { until: now + self.next_delay(), gave_up: false };
        }
        actions
    }

    fn give_up(&mut self, now: Duration) -> Option<Action> {
        self.phase =
            Phase::Waiting { until: now.saturating_add(seconds(self.config.retry_s)), gave_up: true };
        let why = format!(
            "{} restarts in {} s were not enough, trying again every {} s; last: {}",
            self.recent.len(),
            self.config.restarts_window_s,
            self.config.retry_s,
            self.reason
        );
        let first = !std::mem::replace(&mut self.gave_up, true);
        first.then_some(Action::Report(LifecycleEvent::GaveUp, why))
    }

    fn next_delay(&mut self) -> Duration {
        let doubled = self.config.backoff_min_s * f64::from(self.delays.min(30)).exp2();
        self.delays += 1;
        let jitter = self.rng.random_range(1.0 - JITTER..=1.0 + JITTER);
        seconds((doubled * jitter).clamp(0.0, self.config.backoff_max_s))
    }

    fn spawn(&mut self, now: Duration, event: LifecycleEvent, why: String) -> Vec<Action> {
        if event == LifecycleEvent::Restarted {
            self.restarts += 1;
            self.recent.push_back(now);
        }
        self.run(now, Duration::ZERO);
        vec![Action::Spawn, Action::Report(event, why)]
    }

    fn run(&mut self, now: Duration, ran_before: Duration) {
        let busy_until = Duration::ZERO;
        self.phase = Phase::Running(Run {
            since: now,
            ran_before,
            quiet_since: now,
            busy_until,
            beat: None,
            leaving: false,
        });
    }

    fn terminate(&mut self, now: Duration, then_start: bool, why: &str) -> Vec<Action> {
        self.reason = why.to_owned();
        self.phase = Phase::Ending { since: now, next_kill: now, then_start };
        vec![Action::Terminate]
    }

    fn stopped(&mut self, why: &str) -> Vec<Action> {
        self.reason = why.to_owned();
        self.phase = Phase::Stopped;
        vec![Action::Report(LifecycleEvent::Stopped, why.to_owned())]
    }

    fn forget(&mut self) {
        self.recent.clear();
        self.delays = 0;
        self.gave_up = false;
        self.reason.clear();
    }
}

impl Run {
    fn ran(&self, now: Duration) -> Duration {
        self.ran_before + now.saturating_sub(self.since)
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
