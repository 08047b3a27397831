//! What the receiver of OSC sees when something dies.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use testkit::osc::Receiver;
use testkit::process::Signal;

use super::show;
use crate::supervision::deaths::signal;

const LISTEN: Duration = Duration::from_secs(40);

/// Longest time between two datagrams of one address, among those that came after `since_ns`.
fn longest_gap(receiver: &Receiver, address: &str, since_ns: i64) -> Duration {
    let stamps: Vec<i64> =
        receiver.to(address).iter().map(|m| m.at_mono_ns).filter(|at| *at > since_ns).collect();
    let worst = stamps.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(i64::MAX);
    Duration::from_nanos(worst as u64)
}

fn count(receiver: &Receiver, address: &str) -> usize {
    receiver.to(address).len()
}

#[test]
fn a_killed_supervisor_leaves_no_gap() -> Result<()> {
    let receiver = Receiver::start()?;
    let mut show = show("source = \"demo\"", receiver.port())?;
    show.up()?;
    receiver.wait_for_count(LISTEN, "/vj/level/rms", 100)?;
    let since = testkit::wait::mono_ns();
    show.supervisor()?.kill9()?;
    let now = count(&receiver, "/vj/level/rms");
    receiver.wait_for_count(LISTEN, "/vj/level/rms", now + 200)?;
    let gap = longest_gap(&receiver, "/vj/level/rms", since);
    println!("longest gap around the supervisor's death: {gap:?}");
    ensure!(gap < Duration::from_millis(500), "{gap:?}");
    show.up()?;
    show.down()
}

#[test]
fn beats_run_on_while_the_beat_processor_is_dead() -> Result<()> {
    let receiver = Receiver::start()?;
    let mut show = show("source = \"demo\"", receiver.port())?;
    show.up()?;
    receiver.wait_for_count(LISTEN, "/vj/beat/count", 12).with_context(|| show.tail())?;
    let seen = count(&receiver, "/vj/beat/count");
    signal(show.pid("beat")?, Signal::KILL)?;
    receiver.wait_for_count(LISTEN, "/vj/beat/count", seen + 16)?;
    let counts: Vec<i32> =
        receiver.to("/vj/beat/count").iter().filter_map(|m| m.args.first()?.clone().int()).collect();
    let broken: Vec<&[i32]> = counts[seen - 4..].windows(2).filter(|pair| pair[1] != pair[0] + 1).collect();
    ensure!(broken.is_empty(), "beats were skipped or fired twice: {broken:?}");
    show.down()
}

#[test]
fn a_live_offset_survives_the_kill_of_its_sink() -> Result<()> {
    let receiver = Receiver::start()?;
    let mut show = show("source = \"demo\"", receiver.port())?;
    show.up()?;
    let set = show.run(&["ctl", "osc", "offset_ms", "generic", "-42.5"])?;
    ensure!(set.status.success(), "{} {}", set.stdout, set.stderr);
    let old = show.pid("osc")?;
    signal(old, Signal::KILL)?;
    show.wait_component("osc", "osc to be back", |c| {
        c["pid"].as_u64().is_some_and(|p| p != u64::from(old)) && c["state"] == "ready"
    })?;
    let config = show.run(&["ctl", "osc", "get_config"])?;
    ensure!(config.stdout.contains("-42.5"), "the offset is gone: {}", config.stdout);
    show.down()
}

#[test]
fn a_dead_target_delays_no_living_one() -> Result<()> {
    let receiver = Receiver::start()?;
    let tables = super::tables("source = \"demo\"", receiver.port());
    let tables = format!(
        "{tables}[targets.classic]\nenabled = true\naddress = \"127.0.0.1:1\"\n[targets.touchdesigner]\nenabled = true\naddress = \"no-such-host.invalid:7000\"\n"
    );
    let mut show = crate::support::show::Show::new(crate::support::vjbus()?, &tables)?;
    show.start()?;
    receiver.wait_for_count(LISTEN, "/vj/level/rms", 300).with_context(|| show.tail())?;
    let gap = longest_gap(&receiver, "/vj/level/rms", receiver.to("/vj/level/rms")[100].at_mono_ns);
    ensure!(gap < Duration::from_millis(500), "{gap:?}");
    let osc = show.wait_component("osc", "the dead targets to be named", |c| c["state"] == "degraded")?;
    ensure!(osc["reason"].as_str().is_some_and(|r| r.contains("touchdesigner")), "{osc}");
    show.down()
}
