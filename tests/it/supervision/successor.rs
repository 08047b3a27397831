//! The supervisor itself ends: by signal, by kill, and by a second one that must not start.

use anyhow::{Result, ensure};
use testkit::process::Signal;

use super::toy_show;
use crate::support::SOON;

#[test]
fn children_outlive_a_killed_supervisor_and_the_next_adopts_them() -> Result<()> {
    let mut show = toy_show()?;
    let (pulse, echo) = (show.pid("pulse")?, show.pid("echo")?);
    let broker = show.status()?["broker"]["pid"].clone();
    show.supervisor()?.kill9()?;
    ensure!(
        show.run(&["watch", "vj.beat.onset.>", "--count", "3", "--timeout", "5s"])?.status.success(),
        "the music stopped"
    );

    show.up()?;
    ensure!(show.pid("pulse")? == pulse && show.pid("echo")? == echo, "twins: {}", show.status()?);
    ensure!(show.status()?["broker"]["pid"] == broker, "another broker was started");
    ensure!(show.component("echo")?["adopted"] == true, "{}", show.component("echo")?);

    // What was adopted is watched like any other.
    super::deaths::signal(echo, Signal::KILL)?;
    show.wait_component("echo", "echo to be back", |c| {
        c["pid"].as_u64().is_some_and(|p| p != u64::from(echo)) && c["state"] == "ready"
    })?;
    show.down()
}

#[test]
fn down_ends_everything_even_without_a_supervisor() -> Result<()> {
    let mut show = toy_show()?;
    show.supervisor()?.kill9()?;
    ensure!(!show.processes().is_empty(), "nothing ran");
    show.down()
}

#[test]
fn signals_mean_down() -> Result<()> {
    for wish in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut show = toy_show()?;
        show.supervisor()?.signal(wish)?;
        let status = show.supervisor()?.wait(SOON)?;
        ensure!(status.success(), "{wish:?}: {status}: {}", show.tail());
        let left = show.processes();
        ensure!(left.is_empty(), "{wish:?} left {left:?}");
    }
    Ok(())
}

#[test]
fn a_second_supervisor_is_refused_and_told_who_has_the_folder() -> Result<()> {
    let mut show = toy_show()?;
    let second = show.run(&["up"])?;
    ensure!(!second.status.success(), "a second supervisor started");
    let pid = show.supervisor()?.pid().to_string();
    ensure!(second.stderr.contains(&pid), "it is not told who: {}", second.stderr);
    show.down()
}

#[test]
fn an_operator_stops_starts_and_restarts() -> Result<()> {
    let mut show = toy_show()?;
    ensure!(show.run(&["stop", "echo"])?.status.success());
    show.wait_component("echo", "echo to be stopped", |c| c["state"] == "stopped" && c["pid"].is_null())?;
    ensure!(show.run(&["start", "echo"])?.status.success());
    let started = show.wait_component("echo", "echo to be ready", |c| c["state"] == "ready")?;
    ensure!(show.run(&["restart", "echo"])?.status.success());
    show.wait_component("echo", "echo to be another", |c| {
        c["state"] == "ready" && c["pid"] != started["pid"]
    })?;
    ensure!(!show.run(&["restart", "nobody"])?.status.success());
    show.down()
}
