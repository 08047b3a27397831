//! Wrong configuration is reported once and not restarted; live changes survive; edits apply live.

use anyhow::{Result, ensure};
use testkit::process::Signal;

use super::deaths::signal;
use super::{TOYS, toy_show};
use crate::support::show::{SHIPPED, Show};
use crate::support::toys;

#[test]
fn exit_64_is_reported_with_the_mistake_and_not_restarted() -> Result<()> {
    let tables =
        TOYS.replace("component = \"toys/echo\"", "component = \"toys/echo\"\nat_start = \"config\"");
    let mut show = Show::only(toys()?, &tables)?;
    show.start()?;
    let echo = show.wait_component("echo", "echo to be stopped", |c| c["state"] == "stopped")?;
    ensure!(echo.to_string().contains("told to dislike its configuration"), "{echo}");
    show.wait_component("pulse", "pulse to be up for a while", |c| {
        c["uptime_s"].as_f64().is_some_and(|s| s > 2.0)
    })?;
    let later = show.component("echo")?;
    ensure!(later["state"] == "stopped" && later["restarts"] == 0, "it was restarted: {later}");
    show.down()
}

#[test]
fn a_live_change_survives_the_kill_of_its_component() -> Result<()> {
    let mut show = toy_show()?;
    let set = show.run(&["ctl", "echo", "set_config", "{\"offset\": 7}"])?;
    ensure!(set.status.success(), "{} {}", set.stdout, set.stderr);
    let old = show.pid("echo")?;
    signal(old, Signal::KILL)?;
    show.wait_component("echo", "echo to be back", |c| {
        c["pid"].as_u64().is_some_and(|p| p != u64::from(old)) && c["state"] == "ready"
    })?;
    let config = show.run(&["ctl", "echo", "get_config"])?;
    ensure!(config.stdout.contains("\"offset\":7"), "the offset is gone: {}", config.stdout);
    show.down()
}

#[test]
fn a_good_edit_applies_live_and_a_bad_one_is_refused_with_its_line() -> Result<()> {
    let mut show = toy_show()?;
    let pid = show.pid("echo")?;
    let off = SHIPPED.map(|n| format!("[instances.{n}]\nenabled = false\n")).concat();
    let edited = |line: &str| {
        format!(
            "{off}{}",
            TOYS.replace("component = \"toys/echo\"", &format!("component = \"toys/echo\"\n{line}"))
        )
    };
    let offset = |show: &Show| show.run(&["ctl", "echo", "get_config"]).map(|r| r.stdout).unwrap_or_default();

    show.write(&edited("offset = 3"))?;
    testkit::wait_until(crate::support::SOON, "the edit to apply", || {
        offset(&show).contains("\"offset\":3")
    })?;
    show.write(&edited("offsett = 4"))?;
    testkit::wait_until(crate::support::SOON, "the bad edit to be refused aloud", || {
        show.tail().contains("offsett")
    })?;
    ensure!(offset(&show).contains("\"offset\":3"), "the bad edit was taken");
    ensure!(show.pid("echo")? == pid, "it was restarted for an edit that can be applied live");
    show.down()
}
