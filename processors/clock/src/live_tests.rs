//! The room's clock on a real broker.

use std::time::Duration;

use bus::{Bus, time};
use schemas::Name;
use schemas::beat::{Active, Grid, Mode, Tick};
use serde_json::json;
use stage::{Stage, until};

use crate::Clock;

const PERIOD_S: f64 = 0.4;

async fn play(bus: Bus, source: &str, shift_s: f64, confidence: f32) {
    let name = Name::new(source).unwrap();
    let (grids, ticks) = (bus.publisher::<Grid>(&name), bus.publisher::<Tick>(&name));
    let mut pace = tokio::time::interval(Duration::from_secs_f64(PERIOD_S));
    let start = time::now();
    for index in 0..1000 {
        pace.tick().await;
        let stamp = start.plus_s(index as f64 * PERIOD_S + 0.1 + shift_s);
        let bpm = 60.0 / PERIOD_S;
        let (beat, beats_per_bar, bar) = (None, None, None);
        let grid = Grid {
            bpm,
            index,
            beat,
            beats_per_bar,
            bar,
            confidence,
            downbeat_confidence: 0.0,
            mode: Mode::Locked,
        };
        grids.send(stamp, &grid);
        ticks.send(stamp, &Tick { index, beat, bar, bpm, confidence });
    }
}

async fn change_and_restart() {
    let stage = Stage::set().await;
    let bus = &stage.bus;
    let (ticks, actives) = (stage.hear::<Tick>(Some("room")).await, stage.hear::<Active>(None).await);
    let clock = stage.start::<Clock>("clock", json!({}));
    let players = [
        tokio::task::spawn_local(play(bus.clone(), "main", 0.0, 0.9)),
        tokio::task::spawn_local(play(bus.clone(), "vdj", 0.05, 0.5)),
    ];

    until::<Active>(&actives, "main", |_, active| active.source.as_deref() == Some("main")).await;
    let (header, first) = until::<Tick>(&ticks, "a beat of the room", |_, _| true).await;
    assert!(header.at - header.sent > 0.03, "announced {} s ahead", header.at - header.sent);

    let reply = stage.ask("clock", "pin", json!(["vdj"])).await;
    assert_eq!((reply.ok, &reply.fields["source"]), (true, &json!("vdj")));
    let (_, active) =
        until::<Active>(&actives, "vdj", |_, active| active.source.as_deref() == Some("vdj")).await;
    assert_eq!(active.why, "vdj: it is pinned");
    assert!(!stage.ask("clock", "pin", json!(["room"])).await.ok);
    let mut expected = first.index;
    until::<Tick>(&ticks, "eight beats in a row", |_, tick| {
        expected += 1;
        assert_eq!(tick.index, expected);
        expected == first.index + 8
    })
    .await;

    clock.abort();
    players.iter().for_each(tokio::task::JoinHandle::abort);
    let _again = stage.start::<Clock>("clock", json!({}));
    let (_, next) =
        until::<Tick>(&ticks, "a beat of the next generation, by itself", |h, _| h.origin != header.origin)
            .await;
    assert!(next.index > expected && next.index < expected + 10, "{expected} then {}", next.index);
}

#[test]
fn the_room_counts_on_through_pins_and_restart() {
    stage::run(change_and_restart());
}
