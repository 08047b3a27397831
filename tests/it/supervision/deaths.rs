//! Dead, hung, busy, slow and crashing components are told apart.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bus::Inbox;
use schemas::sys::Heartbeat;
use testkit::process::Signal;

use super::{TOYS, toy_show};
use crate::support::show::Show;
use crate::support::{heartbeats, next, toys, works};

/// Signals one process of a show.
pub(crate) fn signal(pid: u32, signal: Signal) -> Result<()> {
    let pid = rustix::process::Pid::from_raw(pid as i32).context("no pid")?;
    Ok(rustix::process::kill_process(pid, signal)?)
}

async fn reborn(inbox: &Inbox, old: u32) -> Result<Duration> {
    let begun = Instant::now();
    next::<Heartbeat>(inbox, "a heartbeat of the next generation", |m| {
        m.body.pid != old && works(m.body.state)
    })
    .await?;
    Ok(begun.elapsed())
}

fn uptime(show: &Show, instance: &str) -> f64 {
    show.component(instance).ok().and_then(|c| c["uptime_s"].as_f64()).unwrap_or(0.0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_killed_come_back_and_the_others_never_notice() -> Result<()> {
    let mut show = toy_show()?;
    let bus = show.viewer().await?;
    let mut took = Vec::new();
    for round in 0..6 {
        let (victim, other) = if round % 2 == 0 { ("pulse", "echo") } else { ("echo", "pulse") };
        testkit::wait_until(Duration::from_secs(10), "a stable period", || uptime(&show, victim) > 1.2)?;
        let (old, bystander) = (show.pid(victim)?, show.pid(other)?);
        let inbox = heartbeats(&bus, victim).await;
        signal(old, Signal::KILL)?;
        took.push(reborn(&inbox, old).await?);
        ensure!(show.pid(other)? == bystander, "{other} was restarted with {victim}");
    }
    took.sort();
    println!(
        "killed to heartbeating: median {:?}, worst {:?} of {}",
        took[took.len() / 2],
        took[took.len() - 1],
        took.len()
    );
    ensure!(took[took.len() / 2] < Duration::from_secs(1), "{took:?}");
    show.down()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_process_is_found_hung_and_replaced() -> Result<()> {
    let mut show = toy_show()?;
    let bus = show.viewer().await?;
    let inbox = heartbeats(&bus, "echo").await;
    let old = show.pid("echo")?;
    signal(old, Signal::STOP)?;
    let took = reborn(&inbox, old).await?;
    println!("SIGSTOP to heartbeating: {took:?}");
    ensure!(took < Duration::from_secs(9), "{took:?}");
    show.down()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handler_that_blocks_for_ever_is_found() -> Result<()> {
    let mut show = toy_show()?;
    let bus = show.viewer().await?;
    let inbox = heartbeats(&bus, "echo").await;
    let old = show.pid("echo")?;
    // The command is never answered; that is the point.
    let _unanswered = show.run(&["ctl", "echo", "hang"])?;
    let took = reborn(&inbox, old).await?;
    ensure!(took < Duration::from_secs(9), "{took:?}");
    show.down()
}

#[tokio::test(flavor = "multi_thread")]
async fn announced_long_work_is_no_hang_and_a_short_stall_stalls_nobody() -> Result<()> {
    let mut show = toy_show()?;
    let bus = show.viewer().await?;
    let (echo, pulse) = (show.pid("echo")?, show.pid("pulse")?);
    let _unanswered = show.run(&["ctl", "echo", "busy", "6500"])?;
    let inbox = heartbeats(&bus, "echo").await;
    let back = next::<Heartbeat>(&inbox, "a heartbeat after long work", |m| works(m.body.state)).await?;
    ensure!(back.body.pid == echo, "busy was taken for hung");

    let inbox = heartbeats(&bus, "pulse").await;
    let before = next::<Heartbeat>(&inbox, "a heartbeat", |_| true).await?.body.progress;
    for _ in 0..5 {
        ensure!(show.run(&["ctl", "echo", "stall", "20"])?.status.success());
    }
    let after = next::<Heartbeat>(&inbox, "a heartbeat", |m| m.body.progress > before).await?.body;
    ensure!(after.pid == pulse && after.lag_ms < 500.0, "{after:?}");
    show.down()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_loses_the_oldest_counts_them_and_goes_on() -> Result<()> {
    let tables = TOYS.replace("component = \"toys/pulse\"", "component = \"toys/pulse\"\nevery_ms = 1");
    let mut show = Show::only(toys()?, &tables)?;
    show.up()?;
    let (pulse, echo) = (show.pid("pulse")?, show.pid("echo")?);
    let bus = show.viewer().await?;
    // Three seconds are some thousand onsets: more than may wait.
    let _unanswered = show.run(&["ctl", "echo", "stall", "3000"])?;
    let inbox = heartbeats(&bus, "echo").await;
    let behind = next::<Heartbeat>(&inbox, "losses to be counted", |m| m.body.dropped > 0).await?.body;
    let later = next::<Heartbeat>(&inbox, "progress afterwards", |m| m.body.progress > behind.progress + 500)
        .await?
        .body;
    println!("stalled for 3 s: {} dropped", later.dropped);
    ensure!(
        show.pid("pulse")? == pulse && show.pid("echo")? == echo,
        "a process was restarted for being slow"
    );
    show.down()
}

#[test]
fn what_crashes_at_once_is_given_up_loudly_and_the_rest_runs() -> Result<()> {
    let tables = TOYS.replace("component = \"toys/echo\"", "component = \"toys/echo\"\nat_start = \"crash\"");
    let tables =
        tables.replace("stable_s = 1.0", "stable_s = 1.0\nbackoff_min_s = 0.05\nbackoff_max_s = 0.2");
    let mut show = Show::only(toys()?, &tables)?;
    show.start()?;
    let echo = show.wait_component("echo", "echo to be given up", |c| c["state"] == "gave_up")?;
    ensure!(echo["restarts"].as_u64().is_some_and(|n| n >= 5), "{echo}");
    let reason = echo.to_string();
    ensure!(reason.contains("told to crash"), "the reason is not shown: {reason}");
    show.wait_component("pulse", "pulse to be ready", |c| c["state"] == "ready")?;
    ensure!(show.tail().contains("echo"), "up does not say it: {}", show.tail());
    show.down()
}

#[test]
fn a_panic_is_a_crash_like_any_other() -> Result<()> {
    let mut show = toy_show()?;
    let old = show.pid("echo")?;
    let _unanswered = show.run(&["ctl", "echo", "crash"])?;
    show.wait_component("echo", "echo to be back", |c| {
        c["pid"].as_u64().is_some_and(|p| p != u64::from(old)) && c["state"] == "ready"
    })?;
    show.down()
}
