//! Hard deaths: how long until a killed, a stopped and a brokerless show plays again.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bus::{Bus, Inbox};
use rustix::process::{Pid, Signal, kill_process};
use schemas::audio::Features;
use schemas::sys::{Heartbeat, State};
use schemas::{Name, Payload as _};
use supervisor::record::Record;
use testkit::wait::mono_ns;

use super::latency;
use super::running::{STABLE_S, Show};
use crate::platform::sleep_until_ns;
use crate::report::{Budgets, Table};
use crate::stats::Spread;

/// Deaths of components, in turn.
const KILLS: usize = 20;
/// Components that are stopped without being killed, and deaths of the broker.
const HANGS: usize = 2;
const BROKER_KILLS: usize = 3;
/// Run time after which a death is one of a stable process, with some margin.
const RUN_NS: i64 = (STABLE_S * 1.3e9) as i64;
/// Longest wait for anything to come back.
const PATIENCE: Duration = Duration::from_secs(20);
/// Time after the broker's return in which the target is still watched.
const AFTERMATH_NS: i64 = 1_000_000_000;
/// Budgets, in seconds.
const KILL_MAX_S: f64 = 1.0;
const HANG_MAX_S: f64 = 8.0;
const BROKER_MAX_S: f64 = 2.0;

/// Kills everything there is; gives a table of how long each took.
pub(super) fn measure(show: &Show, budgets: &mut Budgets) -> Result<Table> {
    let bus = show.viewer()?;
    let mut table = Table::new(&["death", "median s", "worst s", "deaths"]);
    let mut deaths =
        Deaths { show, heartbeats: show.runtime.block_on(heartbeats(&bus)), since_ns: HashMap::new() };
    let (beating, ready) = deaths.of_components(KILLS, Signal::KILL)?;
    row("killed to heartbeating", &beating, &mut table);
    row("killed to ready", &ready, &mut table);
    verdict("killed to heartbeating again, worst", &beating, "< 1 s", KILL_MAX_S, budgets);
    let (beating, _) = deaths.of_components(HANGS, Signal::STOP)?;
    row("stuck (SIGSTOP) to heartbeating", &beating, &mut table);
    verdict("stuck to heartbeating again, worst", &beating, "< 8 s", HANG_MAX_S, budgets);
    let (flowing, gap) = of_broker(show, &bus)?;
    row("broker killed to features on the bus", &flowing, &mut table);
    row("broker killed: gap in features at the target", &gap, &mut table);
    verdict("broker killed: messages flow again, worst", &flowing, "< 2 s", BROKER_MAX_S, budgets);
    Ok(table)
}

fn row(what: &str, spread: &Spread, table: &mut Table) {
    let s = |ns: f64| format!("{:.3}", ns / 1e9);
    table.row([what.to_owned(), s(spread.p50), s(spread.max), spread.count.to_string()]);
}

fn verdict(what: &str, spread: &Spread, budget: &str, max_s: f64, budgets: &mut Budgets) {
    let figure = format!("{:.2} s (median {:.2} s of {})", spread.max / 1e9, spread.p50 / 1e9, spread.count);
    budgets.add(what, figure, budget, spread.max < max_s * 1e9);
}

async fn heartbeats(bus: &Bus) -> Inbox {
    let mut inbox = bus.inbox();
    inbox.subscribe(Heartbeat::TOPIC, None).await;
    inbox
}

struct Deaths<'a> {
    show: &'a Show,
    heartbeats: Inbox,
    /// When each instance was last seen to come back.
    since_ns: HashMap<String, i64>,
}

impl Deaths<'_> {
    /// Signals one instance after the other; times to the first heartbeat, and to the first that says ready.
    fn of_components(&mut self, count: usize, signal: Signal) -> Result<(Spread, Spread)> {
        let names: Vec<String> = self.show.instances().into_iter().map(|record| record.key).collect();
        ensure!(!names.is_empty(), "no instance is running\n{}", self.show.tail());
        let (mut beating, mut ready) = (Vec::new(), Vec::new());
        for name in names.iter().cycle().take(count) {
            let stable_ns = self.since_ns.get(name).map_or(0, |since_ns| since_ns + RUN_NS);
            sleep_until_ns(stable_ns);
            let (to_beating, to_ready) =
                self.of(name, signal).with_context(|| format!("death of {name}\n{}", self.show.tail()))?;
            beating.push(to_beating);
            ready.push(to_ready);
        }
        Ok((Spread::of(beating), Spread::of(ready)))
    }

    fn of(&mut self, name: &str, signal: Signal) -> Result<(i64, i64)> {
        let record =
            self.show.instances().into_iter().find(|r| r.key == name).context("it is not running")?;
        let died_ns = mono_ns();
        send(&record, signal)?;
        let (mut beating_ns, pid) = (None, record.identity.pid);
        let back = async {
            loop {
                let delivery = self.heartbeats.next().await;
                let Ok(beat) = delivery.decode::<Heartbeat>() else { continue };
                if delivery.subject.name().map(Name::as_str) != Some(name) || beat.body.pid == pid {
                    continue;
                }
                let at_ns = delivery.arrived_mono_ns;
                let first_ns = *beating_ns.get_or_insert(at_ns);
                if matches!(beat.body.state, State::Ready | State::Degraded) {
                    return (first_ns - died_ns, at_ns - died_ns);
                }
            }
        };
        let times = self.show.runtime.block_on(async { tokio::time::timeout(PATIENCE, back).await });
        self.since_ns.insert(name.to_owned(), mono_ns());
        times.context("it did not come back")
    }
}

fn send(record: &Record, signal: Signal) -> Result<()> {
    let pid =
        i32::try_from(record.identity.pid).ok().and_then(Pid::from_raw).context("no such process id")?;
    kill_process(pid, signal).with_context(|| format!("{} cannot be signalled", record.key))
}

/// Kills the broker: times to the next features captured after that, and the gaps at the target.
fn of_broker(show: &Show, bus: &Bus) -> Result<(Spread, Spread)> {
    let inbox = show.runtime.block_on(async {
        let mut inbox = bus.inbox();
        inbox.subscribe(Features::TOPIC, Some(&Name::main())).await;
        inbox
    });
    let (mut flowing, mut gaps) = (Vec::new(), Vec::new());
    for _ in 0..BROKER_KILLS {
        sleep_until_ns(mono_ns() + RUN_NS);
        show.target.take();
        let died_ns = mono_ns();
        send(&show.broker()?, Signal::KILL)?;
        let next = async {
            loop {
                let delivery = inbox.next().await;
                if delivery.header.at_mono_ns > died_ns {
                    return delivery.arrived_mono_ns;
                }
            }
        };
        let back_ns = show.runtime.block_on(async { tokio::time::timeout(PATIENCE, next).await });
        let back_ns =
            back_ns.with_context(|| format!("no features after the death of the broker\n{}", show.tail()))?;
        flowing.push(back_ns - died_ns);
        sleep_until_ns(back_ns + AFTERMATH_NS);
        gaps.push(gap_ns(died_ns, &latency::levels(&show.target.take())));
    }
    Ok((Spread::of(flowing), Spread::of(gaps)))
}

/// The longest pause between two arrivals, or from the death to the first, or from the last until now.
fn gap_ns(died_ns: i64, arrivals_ns: &[i64]) -> i64 {
    let later = arrivals_ns.iter().copied().filter(|at_ns| *at_ns > died_ns).chain([mono_ns()]);
    let mut last_ns = died_ns;
    later.map(|at_ns| at_ns - std::mem::replace(&mut last_ns, at_ns)).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gap_is_the_longest_pause_after_the_death() {
        let now_ns = mono_ns();
        let died_ns = now_ns - 5_000_000_000;
        let at = |s: i64| died_ns + s * 1_000_000_000;
        assert!((3_000_000_000..3_100_000_000).contains(&gap_ns(died_ns, &[at(-9), at(1), at(4), at(5)])));
        assert!(gap_ns(died_ns, &[]) >= 5_000_000_000, "nothing at all is one long gap");
    }
}
