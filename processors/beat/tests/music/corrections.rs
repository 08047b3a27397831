//! What the operator says stays in force while the music does not contradict it.

use beat::core::Core;
use signals::canvas::Canvas;
use signals::measure::{f_measure, is_tempo};
use signals::suite::START_S;
use signals::tempo::TempoMap;
use signals::{Signal, changes, groove};

use crate::support::{Act, RATE_HZ, Run};

const SECONDS: f64 = 40.0;
/// When the operator acts: the grid has long been found.
const ACT_S: f64 = 15.0;

fn house(bpm: f64) -> Signal {
    changes::track(bpm, SECONDS, START_S, &groove::FOUR_ON_THE_FLOOR, RATE_HZ)
}

fn clicks(bpm: f64) -> Signal {
    let (mut canvas, map) = (Canvas::new(RATE_HZ, SECONDS), TempoMap::steady(START_S, bpm, SECONDS));
    groove::drums(&mut canvas, &map, 0..map.beats(), &groove::CLICKS);
    canvas.finish("clicks")
}

/// Tempi said a beat or two after the act and later.
fn later_tempi(run: &Run) -> Vec<f64> {
    run.tempi().into_iter().filter(|said| said.heard_s > ACT_S + 1.0).map(|said| said.bpm).collect()
}

#[test]
fn the_octave_that_was_chosen_stays() {
    for (bpm, by, expected) in [(100.0, 1, 200.0), (128.0, -1, 64.0)] {
        let act: &dyn Fn(&mut Core, f64) = &|core, _| core.tracker().octave(by);
        let run = Run::with(&house(bpm), &[(ACT_S, act)]);
        let tempi = later_tempi(&run);
        assert!(tempi.len() > 20 && tempi.iter().all(|said| is_tempo(*said, expected)), "{tempi:.1?}");
        let late: Vec<f64> = run.beats_s().into_iter().filter(|at| *at > ACT_S + 2.0).collect();
        // Whatever the octave, beats lie on a sounding one, or half way between two.
        let heard = 60.0 / bpm / if by > 0 { 2.0 } else { 1.0 };
        let error = |at: &f64| ((at - START_S) / heard).round().mul_add(-heard, at - START_S).abs();
        assert!(late.iter().all(|at| error(at) < 0.05), "{by}");
    }
}

#[test]
fn the_downbeat_that_was_shown_stays() {
    let signal = clicks(120.0);
    // Clicks are all alike: nothing in them contradicts the operator.
    let downbeat_s = signal.beats.iter().map(|beat| beat.at_s).find(|at| *at > ACT_S).unwrap();
    let act: &dyn Fn(&mut Core, f64) = &|core, _| assert!(core.downbeat(downbeat_s));
    let run = Run::with(&signal, &[(downbeat_s + 0.05, act)]);
    let mut counted = 0;
    for (at_s, tick) in run.ticks().into_iter().filter(|(at, _)| *at > downbeat_s + 1.0) {
        let beats = ((at_s - downbeat_s) / 0.5).round() as u32;
        assert_eq!(tick.beat, Some(beats % 4 + 1), "{at_s:.2} s");
        counted += 1;
    }
    assert!(counted > 40, "{counted}");
}

#[test]
fn a_shift_stays() {
    let signal = house(126.0);
    let plain = Run::of(&signal).beats_s();
    let act: &dyn Fn(&mut Core, f64) = &|core, _| core.tracker().nudge(40.0);
    let shifted = Run::with(&signal, &[(ACT_S, act)]).beats_s();
    let late = |beats: &[f64], by: f64| -> Vec<f64> {
        beats.iter().map(|at| at - by).filter(|at| *at > ACT_S + 2.0).collect()
    };
    let f = f_measure(&late(&plain, 0.0), &late(&shifted, 0.04), 0.005);
    assert!(f > 0.97, "{f}");
}

fn taps(bpm: f64) -> Vec<f64> {
    let first = ((ACT_S - START_S) * bpm / 60.0).ceil();
    (0..8).map(|n| START_S + (first + f64::from(n)) * 60.0 / bpm).collect()
}

fn tapped(signal: &Signal, bpm: f64) -> Run {
    let tap: &dyn Fn(&mut Core, f64) = &|core, now_s| {
        core.tap(now_s);
    };
    let acts: Vec<Act<'_>> = taps(bpm).into_iter().map(|at| (at, tap)).collect();
    Run::with(signal, &acts)
}

#[test]
fn half_the_tempo_tapped_over_music_stays_half() {
    let run = tapped(&house(128.0), 64.0);
    let after = taps(64.0)[7];
    let late: Vec<f64> =
        run.tempi().into_iter().filter(|said| said.heard_s > after + 1.0).map(|said| said.bpm).collect();
    assert!(late.len() > 10 && late.iter().all(|bpm| is_tempo(*bpm, 64.0)), "{late:.1?}");
}

#[test]
fn taps_lead_where_there_is_no_beat() {
    let pads = changes::breakdown(110.0, 64, RATE_HZ);
    let mut signal = pads.signal.clone();
    let (from, to) = (pads.from_s + 1.0, pads.to_s - 1.0);
    let frame = |s: f64| (s * f64::from(RATE_HZ)) as usize;
    signal.samples = signal.samples[frame(from)..frame(to)].to_vec();
    let run = tapped(&signal, 100.0);
    let after = taps(100.0)[7];
    let late: Vec<f64> = run.beats_s().into_iter().filter(|at| *at > after).collect();
    let error = |at: &f64| ((at - START_S) / 0.6).round().mul_add(-0.6, at - START_S).abs();
    assert!(late.len() > 15 && late.iter().all(|at| error(at) < 0.04), "{late:.2?}");
}

#[test]
fn music_that_says_otherwise_for_long_wins_over_an_octave() {
    let act: &dyn Fn(&mut Core, f64) = &|core, _| core.tracker().octave(-1);
    let first = house(128.0);
    let second = changes::track(174.0, SECONDS, 0.0, &groove::BREAK, RATE_HZ);
    let run = Run::with(&first.then(second), &[(ACT_S, act)]);
    let last = run.tempi().last().map(|said| said.bpm).unwrap();
    assert!(
        is_tempo(last, 87.0) || is_tempo(last, 174.0),
        "the new tempo in one octave or the other: {last}"
    );
}
