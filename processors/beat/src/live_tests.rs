//! The beat processor on a real broker.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bus::{Bus, time};
use schemas::audio::{Block, Input, InputKind, InputState};
use schemas::beat::{Grid, Mode, Tick};
use schemas::sys::{Heartbeat, State};
use schemas::{Name, Payload as _};
use serde_json::{Value, json};
use stage::{Stage, name, until};

use crate::Beat;
use crate::core_tests::drums;

const RATE_HZ: u32 = 48_000;
const BLOCK: usize = 256;

fn input(state: InputState) -> Input {
    let (kind, device, reason) = (InputKind::Device, "test".to_owned(), String::new());
    Input { kind, device, rate: RATE_HZ, channels: 1, state, demo: false, reason }
}

// Real time: each block leaves when it would have been captured. Samples are counted in `position`,
// which outlives a pause.
async fn feed(bus: Bus, source: Name, position: Rc<Cell<usize>>) {
    let blocks = bus.publisher::<Block>(&source);
    let mut pace = tokio::time::interval(Duration::from_secs_f64(BLOCK as f64 / f64::from(RATE_HZ)));
    let (start, first) = (time::now(), position.get());
    for samples in drums(RATE_HZ, 60.0)[first..].chunks(BLOCK) {
        pace.tick().await;
        let index = position.get();
        let stamp = start.plus_s((index - first) as f64 / f64::from(RATE_HZ));
        blocks.send(
            stamp,
            &Block { rate: RATE_HZ, index: index as u64, samples: samples.to_vec(), demo: false },
        );
        position.set(index + samples.len());
    }
}

async fn ask(stage: &Stage, verb: &str, args: Value) -> Value {
    serde_json::to_value(stage.ask("beat", verb, args).await).unwrap()
}

async fn play_and_lose_everything() {
    let stage = Stage::set().await;
    let bus = &stage.bus;
    let mut inbox = stage.hear::<Tick>(None).await;
    inbox.subscribe(Grid::TOPIC, None).await;
    let inputs = bus.publisher::<Input>(&Name::main());
    inputs.send(time::now(), &input(InputState::Live));
    let beat = stage.start::<Beat>("beat", json!({}));
    until::<Grid>(&inbox, "that it listens", |_, grid| grid.mode == Mode::Searching).await;
    let feeder = tokio::task::spawn_local(feed(bus.clone(), Name::main(), Rc::default()));

    let (header, _) =
        until::<Tick>(&inbox, "a tick at 120 BPM", |_, tick| (tick.bpm - 120.0).abs() < 2.0).await;
    assert!(header.at - header.sent > 0.03, "announced {} s ahead", header.at - header.sent);

    let reply = ask(&stage, "double", json!(null)).await;
    assert!(reply["bpm"].as_f64().is_some_and(|bpm| (bpm - 240.0).abs() < 4.0), "{reply}");
    assert_eq!((&reply["octave"], &reply["ok"]), (&json!(1), &json!(true)));
    ask(&stage, "halve", json!(null)).await;
    assert_eq!(ask(&stage, "nudge_ms", json!(["20"])).await["nudge_ms"], json!(20.0));
    assert_eq!(ask(&stage, "downbeat_here", json!(null)).await["ok"], json!(true));
    assert_eq!(ask(&stage, "nudge_ms", json!(["far"])).await["error"]["kind"], json!("usage"));
    assert_eq!(ask(&stage, "tap", json!(["nobody"])).await["error"]["kind"], json!("absent"));
    let (_, tick) = until::<Tick>(&inbox, "a tick with its place", |_, tick| tick.beat.is_some()).await;

    feeder.abort();
    until::<Grid>(&inbox, "a held grid", |_, grid| grid.mode == Mode::Held).await;
    let (_, held) =
        until::<Tick>(&inbox, "a tick without input", |_, next| next.index > tick.index + 3).await;

    beat.abort();
    inputs.send(time::now(), &input(InputState::Lost));
    let _again = stage.start::<Beat>("beat", json!({}));
    let born = time::unix_s();
    let (header, grid) =
        until::<Grid>(&inbox, "the grid of the next generation", |header, _| header.sent > born).await;
    assert_eq!(grid.mode, Mode::Held, "no searching over a young grid");
    let (_, next) =
        until::<Tick>(&inbox, "a tick of the next generation", |h, _| h.origin == header.origin).await;
    assert!(next.index > held.index && next.index < held.index + 8, "{} then {}", held.index, next.index);
    assert!((next.bpm - held.bpm).abs() < 0.1 && next.beat.is_some(), "{next:?} after {held:?}");
}

async fn pause_and_go_on() {
    let stage = Stage::set().await;
    let bus = &stage.bus;
    let mut inbox = stage.hear::<Tick>(None).await;
    inbox.subscribe(Grid::TOPIC, None).await;
    let _beat = stage.start::<Beat>("beat", json!({}));
    bus.publisher::<Input>(&Name::main()).send(time::now(), &input(InputState::Live));
    until::<Grid>(&inbox, "that it listens", |_, grid| grid.mode == Mode::Searching).await;
    let position = Rc::<Cell<usize>>::default();
    let feeder = tokio::task::spawn_local(feed(bus.clone(), Name::main(), position.clone()));
    until::<Grid>(&inbox, "the music", |_, grid| grid.mode == Mode::Locked).await;
    feeder.abort();
    until::<Grid>(&inbox, "a held grid", |_, grid| grid.mode == Mode::Held).await;
    // The capture stopped, and counts on as if no time had passed.
    let second = time::now();
    let zero = second.at - position.get() as f64 / f64::from(RATE_HZ);
    let _feeder = tokio::task::spawn_local(feed(bus.clone(), Name::main(), position));
    until::<Grid>(&inbox, "the music again", |_, grid| grid.mode == Mode::Locked).await;
    until::<Tick>(&inbox, "ticks on the kicks", |header, _| {
        let beats = (header.at - zero) / 0.5;
        header.at > second.at + 3.0 && (beats - beats.round()).abs() < 0.08
    })
    .await;
}

async fn hear_by_a_broken_ear() {
    let stage = Stage::set().await;
    let bus = &stage.bus;
    let broken = stage.path().join("mine.safetensors");
    std::fs::write(&broken, b"half of a file").unwrap();
    let mut inbox = stage.hear::<Tick>(None).await;
    inbox.subscribe(Heartbeat::TOPIC, None).await;
    let _beat = stage.start::<Beat>("beat", json!({ "weights": broken }));
    let told = |beat: &Heartbeat| beat.reason.clone();
    let (_, beat) =
        until::<Heartbeat>(&inbox, "that its ear is broken", |_, beat| beat.state == State::Degraded).await;
    let reason = told(&beat);
    assert!(reason.contains("mine.safetensors") && reason.contains("no safetensors file"), "{reason}");
    bus.publisher::<Input>(&Name::main()).send(time::now(), &input(InputState::Live));
    let _feeder = tokio::task::spawn_local(feed(bus.clone(), Name::main(), Rc::default()));
    until::<Tick>(&inbox, "a tick all the same", |_, tick| (tick.bpm - 120.0).abs() < 2.0).await;
    until::<Heartbeat>(&inbox, "that it still says so", |_, beat| told(beat) == reason).await;
    // Another file that is none is refused, and a file that is an ear cures it.
    let refused = stage.ask("beat", "set_config", json!({ "weights": stage.path().join("none") })).await;
    assert!(!refused.ok, "{refused:?}");
    std::fs::write(&broken, include_bytes!("../../../crates/dsp/src/rhythm/weights/native.safetensors"))
        .unwrap();
    let copy = stage.path().join("copy.safetensors");
    std::fs::copy(&broken, &copy).unwrap();
    let taken = stage.ask("beat", "set_config", json!({ "weights": copy })).await;
    assert!(taken.ok, "{taken:?}");
    until::<Heartbeat>(&inbox, "that it is well", |_, beat| beat.state == State::Ready).await;
}

async fn lose_one_of_two() {
    let stage = Stage::set().await;
    let bus = &stage.bus;
    let mut inbox = stage.hear::<Tick>(Some("deck")).await;
    inbox.subscribe(Grid::TOPIC, Some(&name("deck"))).await;
    let _beat = stage.start::<Beat>("beat", json!({}));
    stage.answers("beat").await;
    let _main = tokio::task::spawn_local(feed(bus.clone(), Name::main(), Rc::default()));
    let deck = tokio::task::spawn_local(feed(bus.clone(), name("deck"), Rc::default()));
    until::<Grid>(&inbox, "the music of the deck", |_, grid| grid.mode == Mode::Locked).await;
    deck.abort();
    let (held, _) = until::<Grid>(&inbox, "a held grid of the deck", |_, grid| grid.mode == Mode::Held).await;
    until::<Tick>(&inbox, "its beats", |tick, _| tick.at > held.at + 1.0).await;
}

#[test]
fn a_source_is_missed_while_another_plays_on() {
    stage::run(lose_one_of_two());
}

#[test]
fn a_broken_ear_is_said_and_the_show_goes_on() {
    stage::run(hear_by_a_broken_ear());
}

#[test]
fn a_capture_that_paused_is_followed_again() {
    stage::run(pause_and_go_on());
}

#[test]
fn beats_go_on_through_commands_lost_input_and_restart() {
    stage::run(play_and_lose_everything());
}
