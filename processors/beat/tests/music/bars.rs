//! Where the bar begins, and how many beats it has.

use signals::Signal;
use signals::bars::{four, waltz};
use signals::measure::{BEAT_WINDOW_S, f_measure, right_share};

use crate::support::{RATE_HZ, Run, none};

const SECONDS: f64 = 40.0;
/// From here on the bar should be known: eight bars at 120 BPM.
const DUE_S: f64 = 16.0;

fn faults(signal: &Signal, beats_per_bar: u32) -> Option<String> {
    let run = Run::of(signal);
    let first = |position: u32| position == 1;
    let late = |at_s: &f64| *at_s >= DUE_S;
    let truth: Vec<f64> =
        signal.beats.iter().filter(|beat| first(beat.position)).map(|beat| beat.at_s).filter(late).collect();
    let said: Vec<f64> = run
        .ticks()
        .into_iter()
        .filter(|(_, tick)| tick.beat.is_some_and(first))
        .map(|(at_s, _)| at_s)
        .filter(late)
        .collect();
    let downbeat_f = f_measure(&truth, &said, BEAT_WINDOW_S);
    let tempo = right_share(signal, &run.tempi(), DUE_S, SECONDS);
    let metre = run.grid_at(SECONDS).and_then(|grid| grid.beats_per_bar);
    let right = downbeat_f >= 0.9 && tempo >= 0.95 && metre == Some(beats_per_bar);
    (!right).then(|| {
        format!(
            "{}: downbeat F {downbeat_f:.2}, tempo right {tempo:.2}, beats per bar {metre:?}",
            signal.name
        )
    })
}

#[test]
fn a_waltz_has_three() {
    let tempi = [90.0, 140.0, 180.0];
    none(&tempi.iter().filter_map(|bpm| faults(&waltz(*bpm, SECONDS, RATE_HZ), 3)).collect::<Vec<_>>());
}

#[test]
fn four_beats_are_counted_from_the_downbeat_whatever_comes_first() {
    let pieces = [(90.0, 0), (126.0, 1), (140.0, 2), (110.0, 3)];
    let faults = pieces.iter().filter_map(|(bpm, upbeat)| faults(&four(*bpm, *upbeat, SECONDS, RATE_HZ), 4));
    none(&faults.collect::<Vec<_>>());
}
