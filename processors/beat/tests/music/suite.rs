//! Steady tempi from 50 to 240 BPM: the tempo within 2 %, the first right one within 4 s, if only considered.

use signals::figures::Figures;
use signals::suite::{Scenario, TEMPI_BPM};

use crate::support::{RATE_HZ, Run, none};

fn followed(scenario: Scenario) {
    let faults = TEMPI_BPM.iter().filter_map(|bpm| {
        let signal = scenario.signal(*bpm, RATE_HZ);
        let run = Run::of(&signal);
        let figures = Figures::of(&signal, &run.considered(), &run.beats_s());
        (!figures.pass()).then(|| format!("{}: {figures:?}", signal.name))
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn clicks() {
    followed(Scenario::Clicks);
}

#[test]
fn stereo_clicks() {
    followed(Scenario::StereoClicks);
}

#[test]
fn four_on_the_floor() {
    followed(Scenario::FourOnTheFloor);
}

#[test]
fn swing() {
    followed(Scenario::Swing);
}

#[test]
fn off_beat_hats() {
    followed(Scenario::OffBeatHats);
}

#[test]
fn half_time() {
    followed(Scenario::HalfTime);
}

#[test]
fn drum_and_bass() {
    followed(Scenario::Break);
}

#[test]
fn sparse_breakdown() {
    followed(Scenario::SparseBreakdown);
}

#[test]
fn noise_floor() {
    followed(Scenario::NoiseFloor);
}
