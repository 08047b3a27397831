//! The sound is measured, not the plan: what the annotations say must be audible.

use proptest::prelude::*;

use crate::{Annotations, Drum, FIRST_LIGHT, Role, Track};

const RATE_HZ: u32 = 22_050;

fn rendered(seed: u64) -> (Annotations, Vec<f32>) {
    let mut track = Track::new(seed, RATE_HZ).unwrap();
    let mut samples = vec![0.0; track.frames() as usize];
    track.render(&mut samples);
    (track.annotations().clone(), samples)
}

fn rms(samples: &[f32]) -> f32 {
    (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt()
}

fn at(seconds: f64) -> usize {
    (seconds * f64::from(RATE_HZ)).round() as usize
}

/// Energy below some 200 Hz, by two one-pole low-passes.
fn lows(samples: &[f32]) -> Vec<f32> {
    let k = 1.0 - (-std::f32::consts::TAU * 200.0 / RATE_HZ as f32).exp();
    let (mut a, mut b) = (0.0, 0.0);
    samples
        .iter()
        .map(|s| {
            a += k * (s - a);
            b += k * (a - b);
            b * b
        })
        .collect()
}

fn role_rms(notes: &Annotations, samples: &[f32], role: Role) -> f32 {
    let parts = notes.sections.iter().filter(|s| s.role == role);
    let all: Vec<f32> =
        parts.flat_map(|s| samples[at(s.start_s)..at(s.end_s).min(samples.len())].to_vec()).collect();
    rms(&all)
}

#[test]
fn the_demo_is_a_whole_track() {
    let track = Track::new(FIRST_LIGHT, 48_000).unwrap();
    let notes = track.annotations();
    let roles: Vec<&str> = notes.sections.iter().map(|s| s.role.as_str()).collect();
    assert_eq!(roles, ["intro", "verse", "buildup", "drop", "break", "buildup", "drop", "outro"]);
    let labels: String = notes.sections.iter().map(|s| s.label).collect();
    assert_eq!(labels, "ABCDECDF");
    assert!((notes.duration_s - 144.76).abs() < 0.01, "{}", notes.duration_s);
    assert_eq!(notes.beats.len(), 304);
    assert!(notes.sections.windows(2).all(|pair| pair[0].end_s == pair[1].start_s));
}

#[test]
fn the_kick_is_heard_where_the_beats_are() {
    let (notes, samples) = rendered(FIRST_LIGHT);
    let lows = lows(&samples);
    let drop = *notes.sections.iter().find(|s| s.role == Role::Drop).unwrap();
    let beats = notes.beats.iter().filter(|b| (drop.start_s..drop.end_s).contains(&b.time_s));
    let sum = |from: f64, to: f64| lows[at(from)..at(to)].iter().sum::<f32>();
    let mut heard = 0;
    for beat in beats {
        let (before, after) =
            (sum(beat.time_s - 0.06, beat.time_s - 0.001), sum(beat.time_s, beat.time_s + 0.059));
        assert!(after > 2.0 * before, "beat at {} s: {before} then {after}", beat.time_s);
        heard += 1;
    }
    assert_eq!(heard, 64);
}

/// Tries every shift of a comb of beats against the rise of low energy: the best must be no shift.
#[test]
fn no_other_phase_fits_better() {
    let (notes, samples) = rendered(FIRST_LIGHT);
    let lows = lows(&samples);
    let hop = 0.005;
    // Windows of two periods of the kick's base, so that its own oscillation is no rise.
    let energy = |s: f64| lows[at(s)..at(s + 0.042)].iter().sum::<f32>();
    let drop = *notes.sections.iter().find(|s| s.role == Role::Drop).unwrap();
    let score = |shift: f64| -> f32 {
        let beats = notes.beats.iter().map(|b| b.time_s + shift);
        let inside = beats.filter(|t| (drop.start_s + 1.0..drop.end_s - 1.0).contains(t));
        inside.map(|t| (energy(t) - energy(t - 0.042)).max(0.0)).sum()
    };
    let period = 60.0 / notes.bpm;
    let shifts = (0..(period / hop) as i32).map(|i| f64::from(i) * hop);
    let best = shifts.max_by(|a, b| score(*a).total_cmp(&score(*b))).unwrap();
    assert!(best.min(period - best) <= 0.0101, "best at {best} s");
}

#[test]
fn sections_sound_different() {
    let (notes, samples) = rendered(FIRST_LIGHT);
    let [intro, verse, drop, rest, outro] = [Role::Intro, Role::Verse, Role::Drop, Role::Break, Role::Outro]
        .map(|role| role_rms(&notes, &samples, role));
    assert!(
        drop > 1.2 * verse && verse > 1.2 * rest && drop > 2.0 * rest,
        "drop {drop}, verse {verse}, break {rest}"
    );
    assert!(drop > intro && verse > outro, "intro {intro}, outro {outro}");
}

#[test]
fn a_buildup_rises() {
    let (notes, samples) = rendered(FIRST_LIGHT);
    for part in notes.sections.iter().filter(|s| s.role == Role::Buildup) {
        let quarter = (part.end_s - part.start_s) / 4.0;
        // High frequencies are what rises: the difference of neighbours weighs them.
        let bright = |from: f64| {
            rms(&samples[at(from)..at(from + quarter)].windows(2).map(|w| w[1] - w[0]).collect::<Vec<_>>())
        };
        assert!(bright(part.end_s - quarter) > 2.0 * bright(part.start_s));
    }
}

#[test]
fn annotated_drums_are_heard() {
    let (notes, samples) = rendered(FIRST_LIGHT);
    let edges: Vec<f32> = samples.windows(2).map(|w| (w[1] - w[0]).powi(2)).collect();
    let energy = |from: f64, to: f64| edges[at(from)..at(to)].iter().sum::<f32>();
    let verse = notes.sections.iter().find(|s| s.role == Role::Verse).unwrap();
    for drum in [Drum::Snare, Drum::Hat] {
        let hits: Vec<f64> =
            notes.hits(drum).filter(|t| (verse.start_s + 4.0..verse.end_s).contains(t)).collect();
        let heard =
            hits.iter().filter(|t| energy(**t, **t + 0.02) > 2.0 * energy(**t - 0.022, **t - 0.002)).count();
        assert!(hits.len() > 10 && heard * 10 >= hits.len() * 9, "{drum:?}: {heard} of {}", hits.len());
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_in_blocks_of_any_size_from_anywhere() {
    let (_, whole) = rendered(FIRST_LIGHT);
    let mut track = Track::new(FIRST_LIGHT, RATE_HZ).unwrap();
    for (start, sizes) in [(0usize, [1usize, 255, 256, 4001]), (1_234_567, [7, 512, 3, 9000])] {
        track.seek(start as u64);
        let mut from = start;
        for size in sizes {
            let mut block = vec![0.0; size];
            track.render(&mut block);
            assert!(block.iter().zip(&whole[from..]).all(|(a, b)| a.to_bits() == b.to_bits()), "from {from}");
            from += size;
        }
    }
}

#[test]
fn it_loops_without_a_click() {
    let (_, whole) = rendered(FIRST_LIGHT);
    let mut track = Track::new(FIRST_LIGHT, RATE_HZ).unwrap();
    track.seek(track.frames() - 100);
    let mut around = [0.0; 300];
    track.render(&mut around);
    assert_eq!(track.position(), 200);
    assert!(around[100..].iter().zip(&whole).all(|(a, b)| a.to_bits() == b.to_bits()));
    // What is left before the seam is silence, and what begins after it is a kick like every other.
    assert!(around[..100].iter().all(|s| s.abs() < 1e-3), "{:?}", &around[90..100]);
    let second = at(track.annotations().beats[1].time_s);
    assert!(
        whole[0].abs() <= 1.5 * (whole[second] - whole[second - 1]).abs(),
        "{} {}",
        whole[0],
        whole[second]
    );
}

#[test]
fn seeds_differ() {
    let tracks: Vec<_> = (0..12).map(|seed| Track::new(seed, 8_000).unwrap()).collect();
    let mut tempi: Vec<_> = tracks.iter().map(|t| (t.annotations().bpm * 2.0) as u32).collect();
    tempi.sort_unstable();
    tempi.dedup();
    assert!(tempi.len() >= 9, "{tempi:?}");
    let metres = (0..40).map(|seed| Track::new(seed, 8_000).unwrap().annotations().beats_per_bar);
    let waltzes = metres.filter(|metre| *metre == 3).count();
    assert!((1..20).contains(&waltzes), "{waltzes}");
    assert!(tracks.windows(2).all(|pair| pair[0].annotations().sections != pair[1].annotations().sections));
}

#[test]
fn text_forms_are_what_accuracy_programs_read() {
    let track = Track::new(FIRST_LIGHT, 8_000).unwrap();
    let notes = track.annotations();
    assert!(notes.beats_text().starts_with("0.0000\t1\n0.4762\t2\n"));
    assert!(notes.sections_text().starts_with("0.0000\t15.2381\tA\tintro\n15.2381\t"));
    assert!(notes.drums_text().starts_with("0.0000\tkick\n"));
}

#[test]
fn unusable_rates_are_refused() {
    assert!(Track::new(FIRST_LIGHT, 0).is_err());
    assert!(Track::new(FIRST_LIGHT, 1_000_000).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn every_seed_is_sound(seed in any::<u64>()) {
        let mut track = Track::new(seed, 8_000).unwrap();
        let notes = track.annotations().clone();
        prop_assert!(notes.duration_s >= 118.0 && notes.duration_s < 400.0, "{} s", notes.duration_s);
        prop_assert!(notes.beats.windows(2).all(|pair| pair[0].time_s < pair[1].time_s));
        prop_assert!(notes.onsets.iter().all(|onset| onset.time_s < notes.duration_s));
        let mut samples = vec![0.0; track.frames() as usize];
        track.render(&mut samples);
        prop_assert!(samples.iter().all(|s| s.abs() < 0.891));
        prop_assert!(samples[..8000].iter().any(|s| s.abs() > 0.1));
        let drop = notes.sections.iter().find(|s| s.role == Role::Drop).unwrap();
        let rest = notes.sections.iter().find(|s| s.role == Role::Break).unwrap();
        let part = |from: f64, to: f64| rms(&samples[(from * 8e3) as usize..((to * 8e3) as usize).min(samples.len())]);
        prop_assert!(part(drop.start_s, drop.end_s) > 1.4 * part(rest.start_s, rest.end_s));
    }
}
