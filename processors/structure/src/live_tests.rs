//! The structure processor on a real broker.

use std::time::Duration;

use bus::{Bus, time};
use schemas::audio::{Block, Input, InputKind, InputState};
use schemas::beat::Tick;
use schemas::structure::{Event, EventKind, Progress, Section};
use schemas::{Name, Payload as _, Stamp};
use serde_json::json;
use stage::{Stage, name, until};

use crate::Structure;

const RATE_HZ: u32 = 22_050;
const BLOCK: usize = 1024;

fn input(state: InputState) -> Input {
    let (kind, device, reason) = (InputKind::Device, "test".to_owned(), String::new());
    Input { kind, device, rate: RATE_HZ, channels: 1, state, demo: false, reason }
}

/// The demo track from some seconds before its first drop on, in real time, with its beats.
async fn play(bus: Bus, source: Name, from_s: f64, start: Stamp) {
    let mut track = demo::Track::new(demo::FIRST_LIGHT, RATE_HZ).unwrap();
    let truth = track.annotations().clone();
    track.seek((from_s * f64::from(RATE_HZ)) as u64);
    let (blocks, ticks) = (bus.publisher::<Block>(&source), bus.publisher::<Tick>(&source));
    let mut pace = tokio::time::interval(Duration::from_secs_f64(BLOCK as f64 / f64::from(RATE_HZ)));
    let mut beats = truth.beats.iter().enumerate().filter(|(_, beat)| beat.time_s > from_s).peekable();
    for number in 0.. {
        pace.tick().await;
        let index = number * BLOCK;
        let at_s = index as f64 / f64::from(RATE_HZ);
        while let Some((index, beat)) = beats.next_if(|(_, beat)| beat.time_s - from_s < at_s + 0.15) {
            let tick = Tick {
                index: index as i64,
                beat: Some(beat.position),
                bar: None,
                bpm: truth.bpm,
                confidence: 0.9,
            };
            ticks.send(start.plus_s(beat.time_s - from_s), &tick);
        }
        let mut samples = vec![0.0; BLOCK];
        track.render(&mut samples);
        blocks.send(start.plus_s(at_s), &Block { rate: RATE_HZ, index: index as u64, samples, demo: true });
    }
}

async fn hear_a_drop_and_lose_the_input() {
    let stage = Stage::set().await;
    let bus = &stage.bus;
    let mut inbox = stage.hear::<Section>(None).await;
    inbox.subscribe(Progress::TOPIC, None).await;
    inbox.subscribe(Event::TOPIC, None).await;
    let _structure = stage.start::<Structure>("structure", json!({}));
    stage.answers("structure").await;

    // The build-up of the demo track, and its drop.
    let truth = demo::Track::new(demo::FIRST_LIGHT, RATE_HZ).unwrap().annotations().clone();
    let drop_s = truth.sections.iter().find(|s| s.role == demo::Role::Drop).unwrap().start_s;
    let from_s = drop_s - 12.0;
    let start = time::now();
    let player = tokio::task::spawn_local(play(bus.clone(), Name::main(), from_s, start));
    let (header, first) = until::<Section>(&inbox, "the first section", |_, _| true).await;
    assert_eq!((first.label.as_str(), first.role.as_deref()), ("A", Some("intro")));
    assert!((header.at - start.at).abs() < 0.05, "it began {} s after the music", header.at - start.at);
    until::<Progress>(&inbox, "bars", |_, progress| progress.bars_in > 2.0).await;
    until::<Progress>(&inbox, "a build-up", |_, progress| progress.buildup > 0.5).await;
    let (header, _) = until::<Event>(&inbox, "the drop", |_, event| event.kind == EventKind::Drop).await;
    let late_s = header.at - start.at - 12.0;
    assert!(late_s.abs() < 0.05, "{late_s} s beside the downbeat");
    assert!(header.sent - header.at < 0.3, "said {} s after it", header.sent - header.at);
    until::<Section>(&inbox, "the section of the drop", |_, s| s.role.as_deref() == Some("drop")).await;

    assert!(stage.ask("structure", "reset", json!(null)).await.ok);
    until::<Section>(&inbox, "another piece", |_, section| section.label == "A").await;
    player.abort();
    bus.publisher::<Input>(&Name::main()).send(time::now(), &input(InputState::Lost));
    until::<Progress>(&inbox, "rest", |_, p| p.energy == 0.0 && p.bars_in == 0.0 && p.buildup == 0.0).await;
}

async fn lose_one_of_two() {
    let stage = Stage::set().await;
    let bus = &stage.bus;
    let progress = stage.hear::<Progress>(Some("deck")).await;
    let _structure = stage.start::<Structure>("structure", json!({}));
    stage.answers("structure").await;
    let _main = tokio::task::spawn_local(play(bus.clone(), Name::main(), 30.0, time::now()));
    let deck = tokio::task::spawn_local(play(bus.clone(), name("deck"), 30.0, time::now()));
    until::<Progress>(&progress, "music on the deck", |_, p| p.energy > 0.0 && p.bars_in > 1.0).await;
    deck.abort();
    until::<Progress>(&progress, "rest on the deck", |_, p| p.energy == 0.0 && p.bars_in == 0.0).await;
}

#[test]
fn the_piece_of_a_source_is_over_while_another_plays_on() {
    stage::run(lose_one_of_two());
}

#[test]
fn a_drop_is_heard_live_and_a_lost_input_ends_the_piece() {
    stage::run(hear_a_drop_and_lose_the_input());
}
