//! The cells.

use anyhow::{Result, ensure};

use super::{House, Who};

#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Allowed,
    Refused,
}
use Verdict::{Allowed, Refused};

fn publishes(who: Who, verdict: Verdict, subjects: &[&str]) -> Result<()> {
    let house = House::open()?;
    for subject in subjects {
        let mut client = house.enter(who)?;
        client.publish(subject, b"{}")?;
        judge(&client.settle()?, verdict, &format!("{who:?} publishing {subject}"))?;
    }
    Ok(())
}

fn subscribes(who: Who, verdict: Verdict, subjects: &[&str]) -> Result<()> {
    let house = House::open()?;
    for subject in subjects {
        let mut client = house.enter(who)?;
        client.subscribe(subject)?;
        judge(&client.settle()?, verdict, &format!("{who:?} subscribing to {subject}"))?;
    }
    Ok(())
}

fn judge(complaints: &[String], verdict: Verdict, what: &str) -> Result<()> {
    let refused = complaints.iter().any(|line| line.contains("Permissions Violation"));
    ensure!(refused == (verdict == Refused), "{what}: the broker said {complaints:?}");
    Ok(())
}

macro_rules! cells {
    ($($test:ident: $who:ident $does:ident $verdict:ident [$($subject:literal),+ $(,)?];)+) => {$(
        #[test]
        fn $test() -> Result<()> {
            $does(Who::$who, $verdict, &[$($subject),+])
        }
    )+};
}

cells! {
    producer_publishes_its_own: Producer publishes Allowed [
        "vj.audio.block.main", "vj.audio.input.deck-a", "vj.playback.track.main", "vj.sys.heartbeat.audio",
        "vj.sys.lifecycle.audio", "vj.sys.log.audio", "$JS.API.DIRECT.GET.VJ_STATE",
        "$JS.API.DIRECT.GET.VJ_STATE.vj.playback.track.main",
    ];
    producer_publishes_nothing_else: Producer publishes Refused [
        "vj.beat.grid.main", "vj.beat.tick.room", "vj.sys.heartbeat.beat", "vjctl.beat.stop", "$JS.API.STREAM.CREATE.VJ_STATE",
        "$JS.API.CONSUMER.CREATE.VJ_STATE", "$SRV.PING", "_INBOX_operator.x",
    ];
    producer_subscribes_to_its_own: Producer subscribes Allowed ["vjctl.audio.>", "$SRV.>", "_INBOX_producer.audio.>"];
    producer_subscribes_to_nothing_else: Producer subscribes Refused [
        "vj.>", "vj.beat.grid.main", "vjctl.beat.>", "vjctl.>", "_INBOX_operator.>", "_INBOX_processor.beat.>", "_INBOX.>", ">",
    ];
    processor_publishes_its_own: Processor publishes Allowed [
        "vj.beat.grid.main", "vj.beat.tick.main", "vj.beat.onset.main", "vj.sys.heartbeat.beat", "vj.sys.log.beat",
        "$JS.API.DIRECT.GET.VJ_STATE",
    ];
    processor_publishes_nothing_else: Processor publishes Refused [
        "vj.audio.block.main", "vj.sys.heartbeat.osc", "vj.beat.active", "vjctl.audio.stop", "$JS.API.STREAM.PURGE.VJ_STATE",
    ];
    processor_subscribes_to_what_it_reads: Processor subscribes Allowed [
        "vj.audio.block.*", "vj.audio.block.main", "vjctl.beat.>", "$SRV.>", "_INBOX_processor.beat.>",
    ];
    processor_subscribes_to_nothing_else: Processor subscribes Refused [
        "vj.audio.features.main", "vjctl.osc.>", "_INBOX_supervisor.>", "_INBOX.>",
    ];
    sink_publishes_its_own: Sink publishes Allowed [
        "vj.osc.out.generic", "vj.sys.heartbeat.osc", "vj.sys.lifecycle.osc", "$JS.API.DIRECT.GET.VJ_STATE",
    ];
    sink_publishes_nothing_else: Sink publishes Refused [
        "vj.beat.grid.room", "vj.audio.block.main", "vj.sys.heartbeat.log", "vjctl.beat.tap", "$JS.API.STREAM.DELETE.VJ_STATE",
    ];
    sink_subscribes_to_what_it_reads: Sink subscribes Allowed [
        "vj.beat.grid.room", "vj.audio.features.*", "vj.lyrics.line.*", "vjctl.osc.>", "$SRV.>", "_INBOX_sink.osc.>",
    ];
    sink_subscribes_to_nothing_else: Sink subscribes Refused ["vj.audio.block.main", "vjctl.beat.>", "_INBOX_sink.log.>", ">"];
    supervisor_publishes: Supervisor publishes Allowed [
        "vjctl.beat.stop", "vj.sys.lifecycle.osc", "$JS.API.STREAM.CREATE.VJ_STATE", "$JS.API.STREAM.PURGE.VJ_STATE",
    ];
    supervisor_publishes_no_data: Supervisor publishes Refused ["vj.beat.grid.room", "vj.sys.heartbeat.beat", "_INBOX_operator.x"];
    supervisor_subscribes: Supervisor subscribes Allowed ["vj.>", "_INBOX_supervisor.>"];
    supervisor_subscribes_to_nothing_else: Supervisor subscribes Refused ["_INBOX_operator.>", "vjctl.beat.>", ">"];
    operator_publishes: Operator publishes Allowed [
        "vjctl.beat.tap", "vjctl.supervisor.restart", "$SRV.PING", "$JS.API.DIRECT.GET.VJ_STATE",
    ];
    operator_publishes_nothing_else: Operator publishes Refused [
        "vj.beat.tick.room", "$JS.API.STREAM.PURGE.VJ_STATE", "$JS.API.STREAM.CREATE.VJ_STATE", "_INBOX_supervisor.x",
    ];
    operator_subscribes: Operator subscribes Allowed ["vj.>", "_INBOX_operator.>"];
    operator_subscribes_to_nothing_else: Operator subscribes Refused ["vjctl.beat.>", "_INBOX_supervisor.>", "_INBOX.>"];
    viewer_publishes: Viewer publishes Allowed [
        "$SRV.PING", "$SRV.PING.beat", "$SRV.INFO", "$SRV.STATS", "$JS.API.DIRECT.GET.VJ_STATE",
        "$JS.API.DIRECT.GET.VJ_STATE.vj.beat.grid.room",
    ];
    viewer_publishes_nothing_else: Viewer publishes Refused [
        "vj.beat.tick.room", "vj.audio.block.main", "vj.sys.heartbeat.beat", "vjctl.beat.tap", "vjctl.supervisor.stop",
        "$JS.API.STREAM.PURGE.VJ_STATE", "$JS.API.CONSUMER.CREATE.VJ_STATE", "$JS.API.STREAM.NAMES", "_INBOX_operator.x",
    ];
    viewer_subscribes: Viewer subscribes Allowed ["vj.>", "vj.beat.>", "_INBOX.>"];
    viewer_subscribes_to_nothing_else: Viewer subscribes Refused [
        "vjctl.>", "vjctl.beat.tap", "_INBOX_operator.>", "_INBOX_supervisor.>", "_INBOX_sink.osc.>", "$SRV.>", "$JS.>", ">",
    ];
}
