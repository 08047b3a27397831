//! Commands to a running show.

use anyhow::{Result, ensure};
use testkit::osc::Receiver;

use super::lines;
use crate::pipeline::show;

#[test]
fn watch_prints_last_values_first_and_stops_at_its_count() -> Result<()> {
    let receiver = Receiver::start()?;
    let mut show = show("source = \"demo\"", receiver.port())?;
    show.up()?;
    let input = show.run(&["watch", "vj.audio.input.>", "--json", "--count", "1", "--timeout", "20s"])?;
    let first = &lines(&input)?[0];
    ensure!(first["subject"] == "vj.audio.input.main" && first["data"]["kind"] == "demo", "{first}");
    ensure!(first["data"]["demo"] == true, "the demo does not say so: {first}");
    let too_few = show.run(&["watch", "vj.audio.input.>", "--count", "9", "--timeout", "1s"])?;
    ensure!(too_few.status.code() == Some(75), "{}", too_few.status);
    let mirrored = show.run(&["watch", "vj.osc.out.>", "--json", "--count", "3", "--timeout", "20s"])?;
    ensure!(
        lines(&mirrored)?
            .iter()
            .all(|l| l["data"]["address"].as_str().is_some_and(|a| a.starts_with("/vj/"))),
        "{}",
        mirrored.stdout
    );
    show.down()
}

#[test]
fn the_operator_corrects_the_beat() -> Result<()> {
    let receiver = Receiver::start()?;
    let mut show = show("source = \"demo\"", receiver.port())?;
    show.up()?;
    receiver.wait_for_count(crate::support::SOON * 3, "/vj/beat/count", 4)?;
    for command in [
        &["ctl", "beat", "double"][..],
        &["ctl", "beat", "halve"],
        &["ctl", "beat", "downbeat_here"],
        &["ctl", "beat", "nudge_ms", "-10"],
        &["ctl", "clock", "pin", "main"],
        &["ctl", "clock", "unpin"],
        &["ctl", "osc", "resync"],
        &["ctl", "beat", "reset"],
    ] {
        let done = show.run(command)?;
        ensure!(
            done.status.success() && done.stdout.contains("\"ok\":true"),
            "{command:?}: {} {}",
            done.stdout,
            done.stderr
        );
    }
    let wrong = show.run(&["ctl", "beat", "nudge_ms", "soon"])?;
    ensure!(
        wrong.status.code() == Some(64) && wrong.stdout.contains("\"ok\":false"),
        "{} {}",
        wrong.status,
        wrong.stdout
    );
    let nobody = show.run(&["ctl", "nobody", "tap"])?;
    ensure!(nobody.status.code() == Some(69), "{}", nobody.status);
    show.down()
}

#[test]
fn up_for_a_time_ends_by_itself_and_leaves_nothing() -> Result<()> {
    let receiver = Receiver::start()?;
    let show = show("source = \"demo\"", receiver.port())?;
    let done = show.run(&["up", "--for", "3s"])?;
    ensure!(done.status.success(), "{} {}", done.status, done.stderr);
    ensure!(!receiver.messages().is_empty(), "no OSC in three seconds");
    ensure!(show.processes().is_empty(), "left {:?}", show.processes());
    Ok(())
}
