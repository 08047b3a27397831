//! Silence, noise and speech have no beats; random events have none that anybody should believe.

use schemas::beat::Mode;
use signals::{Signal, nothing};

use crate::support::{RATE_HZ, Run, none};

const SECONDS: f64 = 40.0;
/// A beat that is less sure than this is not believed.
const BELIEVED: f32 = 0.3;

fn beats_found(signal: &Signal) -> Option<String> {
    let run = Run::of(signal);
    let modes = run.grids().into_iter().map(|(_, grid)| grid.mode);
    let other: Vec<Mode> = modes.filter(|mode| !matches!(mode, Mode::Searching | Mode::Silence)).collect();
    let (ticks, first) = (run.ticks(), other.first());
    (!ticks.is_empty() || first.is_some())
        .then(|| format!("{}: {} ticks, first other mode {first:?}", signal.name, ticks.len()))
}

fn highest_confidence(signal: &Signal) -> Option<String> {
    let run = Run::of(signal);
    let ticks = run.ticks().into_iter().map(|(_, tick)| tick.confidence);
    let grids = run.grids().into_iter().map(|(_, grid)| grid.confidence);
    let highest = ticks.chain(grids).fold(0.0, f32::max);
    (highest >= BELIEVED).then(|| format!("{}: confidence {highest:.2}", signal.name))
}

#[test]
fn silence_has_no_beats() {
    none(&beats_found(&nothing::silence(SECONDS, RATE_HZ)).into_iter().collect::<Vec<_>>());
}

#[test]
fn noise_has_no_beats() {
    let noises = [nothing::white(SECONDS, RATE_HZ), nothing::pink(SECONDS, RATE_HZ)];
    none(&noises.iter().filter_map(beats_found).collect::<Vec<_>>());
}

#[test]
fn speech_has_no_beats() {
    let talkers = [1, 2, 3].map(|seed| nothing::speech(SECONDS, seed, RATE_HZ));
    none(&talkers.iter().filter_map(beats_found).collect::<Vec<_>>());
}

#[test]
fn random_events_are_not_believed() {
    let clicks = [(2.0, 1), (3.0, 2), (4.0, 3)]
        .map(|(per_s, seed)| nothing::random_clicks(per_s, SECONDS, seed, RATE_HZ));
    let drums = [1, 2, 3, 4, 5, 6].map(|seed| nothing::random_drums(SECONDS, seed, RATE_HZ));
    none(&clicks.iter().chain(&drums).filter_map(highest_confidence).collect::<Vec<_>>());
}
