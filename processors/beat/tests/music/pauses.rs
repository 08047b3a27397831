//! Silence of 2 to 3 seconds, within a piece or between two.

use signals::groove::{BREAK, CLICKS, FOUR_ON_THE_FLOOR, Groove, HALF_TIME, SWING, WALTZ};
use signals::measure::BEAT_WINDOW_S;
use signals::{Signal, changes, nothing};

use crate::support::{RATE_HZ, Run, none};

/// Of another track all beats are right after this, and of a piece that goes on after that.
const ANOTHER_S: f64 = 4.0;
const GOES_ON_S: f64 = 0.5;
/// Beats at the end of a signal that nothing can confirm.
const END_S: f64 = 1.0;

fn track(bpm: f64, groove: &Groove, first_s: f64) -> Signal {
    changes::track(bpm, 24.0, first_s, groove, RATE_HZ)
}

// Seconds from the beginning of `last` to the last beat that was missed, or said where there is none.
fn wrong_s(first: &Signal, pause_s: f64, last: &Signal) -> f64 {
    let all = first.clone().then(nothing::silence(pause_s, RATE_HZ)).then(last.clone());
    let from_s = first.seconds() + pause_s;
    let within = |at: &f64| (from_s..all.seconds() - END_S).contains(at);
    let (said, truth) = (Run::of(&all).beats_s(), all.beats.iter().map(|beat| beat.at_s).collect::<Vec<_>>());
    let near = |at: &f64, others: &[f64]| others.iter().any(|other| (other - at).abs() <= BEAT_WINDOW_S);
    let astray = said.iter().filter(|at| !near(at, &truth));
    let missed = truth.iter().filter(|at| !near(at, &said));
    astray.chain(missed).filter(|at| within(at)).fold(0.0, |last, at| f64::max(last, at - from_s))
}

#[test]
fn another_track_is_heard_as_if_it_were_the_first() {
    let firsts = [track(113.0, &FOUR_ON_THE_FLOOR, 0.2), track(97.0, &SWING, 0.3)];
    let lasts = [track(90.0, &SWING, 0.25), track(174.0, &BREAK, 0.1), track(100.0, &HALF_TIME, 0.15)];
    let pairs = firsts.iter().flat_map(|first| lasts.iter().map(move |last| (first, last)));
    let faults = pairs.flat_map(|(first, last)| {
        [2.1, 2.5, 2.9].into_iter().filter_map(move |pause_s| {
            let wrong_s = wrong_s(first, pause_s, last);
            let what = format!("{} {pause_s} s after {}: wrong for {wrong_s:.1} s", last.name, first.name);
            (wrong_s > ANOTHER_S).then_some(what)
        })
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn a_piece_that_goes_on_keeps_its_beat() {
    let pieces =
        [track(128.0, &FOUR_ON_THE_FLOOR, 0.11), track(97.0, &SWING, 0.3), track(240.0, &WALTZ, 0.2)];
    let faults = pieces.iter().filter_map(|piece| {
        let wrong_s = wrong_s(piece, until_it_goes_on_s(piece), piece);
        (wrong_s > GOES_ON_S).then(|| format!("{}: wrong for {wrong_s:.1} s", piece.name))
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn a_piece_that_goes_on_keeps_its_pulse_even_if_it_is_slow() {
    // Who hears clicks for the first time takes three of them.
    const HALF_BEAT_S: f64 = 0.6;
    let clicks = track(50.0, &CLICKS, 0.3);
    let pause_s = until_it_goes_on_s(&clicks);
    let from_s = clicks.seconds() + pause_s;
    let all = clicks.clone().then(nothing::silence(pause_s, RATE_HZ)).then(clicks);
    let after = Run::of(&all).beats_s().into_iter().map(|at| at - from_s);
    let soon: Vec<f64> = after.filter(|at| (0.6..4.2).contains(at)).collect();
    let off = |at: &f64| ((at - 0.3) / HALF_BEAT_S - ((at - 0.3) / HALF_BEAT_S).round()).abs() * HALF_BEAT_S;
    assert!(soon.len() >= 3 && soon.iter().all(|at| off(at) < BEAT_WINDOW_S), "beats at {soon:.2?} s");
}

// The silence of more than 2 s after which the same signal goes on in time.
fn until_it_goes_on_s(piece: &Signal) -> f64 {
    let beat_s = piece.beats[1].at_s - piece.beats[0].at_s;
    let next_s = piece.beats.len() as f64 * beat_s - piece.seconds();
    next_s + ((2.0 - next_s) / beat_s).ceil() * beat_s
}
