//! What holds for every input: order, bounds, and independence of gain, polarity, rate and block size.

use beat::Config;
use beat::tracker::{Emitted, Event};
use proptest::prelude::*;
use signals::measure::{f_measure, is_tempo};
use signals::suite::Scenario;
use signals::{Signal, changes, groove, nothing};

use crate::support::{RATE_HZ, Run, core, none};

/// The same music at another gain is heard at the same instants, as near as this.
const SAME_S: f64 = 0.02;
/// A beat that is announced less than this ahead cannot be used on stage.
const LEAD_S: f64 = 0.02;

/// Twenty seconds of house.
fn house(rate_hz: u32) -> Signal {
    changes::track(126.0, 20.0, 0.11, &groove::FOUR_ON_THE_FLOOR, rate_hz)
}

fn in_blocks(samples: &[f32], sizes: &[usize]) -> Vec<Emitted> {
    let (mut core, mut said, mut from) = (core(RATE_HZ), Vec::new(), 0);
    for size in sizes.iter().cycle() {
        let to = (from + size).min(samples.len());
        core.process(&samples[from..to], from as u64, &mut said);
        from = to;
        if from == samples.len() {
            break;
        }
    }
    said
}

#[test]
fn blocks_of_any_size_say_the_same() {
    let samples = house(RATE_HZ).samples;
    let whole = in_blocks(&samples, &[samples.len()]);
    assert!(whole.len() > 50);
    for size in [64, 170, 341, 1024] {
        assert!(in_blocks(&samples, &[size]) == whole, "blocks of {size}");
    }
}

#[test]
fn silence_before_the_music_and_after_another_piece_changes_nothing() {
    // Whole steps of 10 ms later, all must be the same to the sample.
    const EQUAL_S: f64 = 1e-4;
    let (signal, quiet_s) = (house(RATE_HZ), 4.0);
    let late = |beats: Vec<f64>| beats.into_iter().filter(|at| *at > 6.0).collect::<Vec<_>>();
    let alone = late(Run::of(&signal).beats_s());
    let another = changes::track(97.0, 12.0, 0.3, &groove::SWING, RATE_HZ);
    for before in [nothing::silence(3.0, RATE_HZ), another] {
        let (name, start_s) = (before.name.clone(), before.seconds() + quiet_s);
        let all = before.then(nothing::silence(quiet_s, RATE_HZ)).then(signal.clone());
        let shifted = late(Run::of(&all).beats_s().into_iter().map(|at| at - start_s).collect());
        let f = f_measure(&alone, &shifted, EQUAL_S);
        assert!(alone.len() > 20 && f > 0.97, "after {name}: {f}");
    }
}

#[test]
fn a_cut_signal_says_the_same_up_to_the_cut() {
    let samples = changes::step(128.0, 140.0, RATE_HZ).signal.samples;
    let whole = in_blocks(&samples, &[256]);
    for cut in [2 * 44_100 + 17, 9 * 44_100, 21 * 44_100 + 4001, 30 * 44_100 + 1] {
        let until_s = cut as f64 / f64::from(RATE_HZ);
        let expected: Vec<Emitted> = whole.iter().filter(|said| said.heard_s <= until_s).cloned().collect();
        assert!(in_blocks(&samples[..cut], &[256]) == expected, "cut at {until_s}");
    }
}

#[test]
fn gain_and_polarity_do_not_matter() {
    let plain = house(RATE_HZ);
    let reference = Run::of(&plain).beats_s();
    assert!(reference.len() > 25, "{} beats", reference.len());
    let faults = [(-30.0, 1.0), (-12.0, 1.0), (6.0, 1.0), (0.0, -1.0)].iter().filter_map(|(db, sign)| {
        let gain = sign * 10.0_f32.powf(db / 20.0);
        let mut other = plain.clone();
        other.samples.iter_mut().for_each(|sample| *sample *= gain);
        let f = f_measure(&reference, &Run::of(&other).beats_s(), SAME_S);
        (f < 0.97).then(|| format!("{db} dB, sign {sign}: F {f:.2} against the plain one"))
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn beats_are_announced_ahead() {
    let run = Run::of(&house(RATE_HZ));
    let leads = || {
        run.said
            .iter()
            .filter(|said| matches!(said.event, Event::Tick(_)))
            .map(|said| said.at_s - said.heard_s)
    };
    let (all, ahead) = (leads().count(), leads().filter(|lead| *lead >= LEAD_S).count());
    assert!(all > 25 && ahead as f64 >= 0.95 * all as f64, "{ahead} of {all}");
}

#[test]
fn every_rate_gives_the_tempo() {
    let faults = [16_000, 22_050, 44_100, 48_000, 96_000].iter().filter_map(|rate_hz| {
        let signal = house(*rate_hz);
        let run = Run::of(&signal);
        let bpm = run.tempi().last().map(|said| said.bpm);
        let late: Vec<f64> = run.beats_s().into_iter().filter(|at| *at > 8.0).collect();
        let truth: Vec<f64> = signal.beats.iter().map(|beat| beat.at_s).filter(|at| *at > 8.0).collect();
        let f = f_measure(&truth, &late, 0.04);
        let right = bpm.is_some_and(|bpm| is_tempo(bpm, 126.0)) && f > 0.9;
        (!right).then(|| format!("{rate_hz} Hz: {bpm:?} BPM, F {f:.2}"))
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn samples_that_are_no_numbers_do_no_lasting_harm() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e20, f32::MIN_POSITIVE / 2.0] {
        let mut signal = house(RATE_HZ);
        signal.samples[0..500].fill(bad);
        signal.samples[3 * 44_100..3 * 44_100 + 200].fill(bad);
        for n in 0..20 {
            signal.samples[4 * 44_100 + n * 777] = bad;
        }
        let run = Run::of(&signal);
        let bpm = run.tempi().last().map(|said| said.bpm);
        assert!(bpm.is_some_and(|bpm| is_tempo(bpm, 126.0)), "{bad}: {bpm:?}");
        assert!(run.said.iter().all(|said| said.at_s.is_finite() && said.heard_s.is_finite()), "{bad}");
    }
}

/// Pieces of anything, one after another.
fn medley() -> impl Strategy<Value = Signal> {
    let piece = (0..6_u8, 40.0..240.0_f64, 1..9_u32, 0..100_u64).prop_map(|(kind, bpm, seconds, seed)| {
        let seconds = f64::from(seconds);
        match kind {
            0 => nothing::silence(seconds, RATE_HZ),
            1 => nothing::white(seconds, RATE_HZ),
            2 => nothing::random_drums(seconds, seed, RATE_HZ),
            3 => nothing::speech(seconds, seed, RATE_HZ),
            4 => changes::track(bpm, seconds, 0.0, &groove::BREAK, RATE_HZ),
            _ => Scenario::ALL[seed as usize % Scenario::ALL.len()].signal(bpm, RATE_HZ),
        }
    });
    prop::collection::vec(piece, 2..6).prop_map(|pieces| pieces.into_iter().reduce(Signal::then).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(3), ..ProptestConfig::default() })]

    #[test]
    fn blocks_of_changing_size_say_the_same(sizes in prop::collection::vec(1_usize..3000, 1..6)) {
        let samples = changes::track(140.0, 8.0, 0.1, &groove::BREAK, RATE_HZ).samples;
        prop_assert!(in_blocks(&samples, &sizes) == in_blocks(&samples, &[256]));
    }

    #[test]
    fn time_and_numbers_go_forward_and_tempi_stay_within_bounds(signal in medley()) {
        let run = Run::of(&signal);
        for pair in run.ticks().windows(2) {
            prop_assert!(pair[1].0 > pair[0].0, "{pair:?}");
            prop_assert!(pair[1].1.index > pair[0].1.index, "{pair:?}");
        }
        for pair in run.said.windows(2) {
            prop_assert!(pair[1].heard_s >= pair[0].heard_s, "{pair:?}");
        }
        let config = Config::default();
        let bounds = config.min_bpm * 0.98..=config.max_bpm * 1.02;
        for said in &run.said {
            let (bpm, sure) = match &said.event {
                Event::Tick(tick) => (tick.bpm, tick.confidence),
                Event::Grid(grid) if grid.bpm > 0.0 => (grid.bpm, grid.confidence),
                _ => continue,
            };
            prop_assert!(bounds.contains(&bpm), "{bpm} BPM at {}", said.heard_s);
            prop_assert!((0.0..=1.0).contains(&sure), "confidence {sure} at {}", said.heard_s);
        }
    }
}
