//! What the detector promises, on synthetic sound and on tracks whose strokes are known to the sample.

use proptest::prelude::*;

use super::*;

const RATE_HZ: u32 = 48_000;

fn hits_in_blocks(samples: &[f32], rate_hz: u32, block: usize) -> Vec<Hit> {
    let (mut detector, mut out) = (DrumDetector::new(rate_hz).unwrap(), Vec::new());
    samples.chunks(block).for_each(|block| detector.process(block, &mut out));
    out
}

fn hits(samples: &[f32], rate_hz: u32) -> Vec<Hit> {
    hits_in_blocks(samples, rate_hz, 512)
}

fn track(seed: u64, rate_hz: u32, seconds: f64) -> (demo::Track, Vec<f32>) {
    let mut track = demo::Track::new(seed, rate_hz).unwrap();
    let mut samples = vec![0.0; (seconds * f64::from(rate_hz)) as usize];
    track.render(&mut samples);
    (track, samples)
}

/// White noise of amplitude 1, repeatable.
fn noise(len: usize, mut seed: u32) -> Vec<f32> {
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / f32::from_bits(0x4b00_0000) - 1.0
    };
    (0..len).map(|_| next()).collect()
}

fn tone(t: f32, hz: f32) -> f32 {
    (std::f32::consts::TAU * hz * t).sin()
}

/// Strokes of one kind in seconds.
fn times(hits: &[Hit], kind: Kind, rate_hz: u32) -> Vec<f64> {
    let mut times: Vec<f64> =
        hits.iter().filter(|hit| hit.kind == kind).map(|hit| hit.at / f64::from(rate_hz)).collect();
    times.sort_by(f64::total_cmp);
    times
}

/// F-measure of `found` against `truth`, both in order, within `window_s`, and the errors of those matched.
fn score(truth: &[f64], found: &[f64], window_s: f64) -> (f64, Vec<f64>) {
    let (mut i, mut j, mut errors) = (0, 0, Vec::new());
    while i < truth.len() && j < found.len() {
        let error = found[j] - truth[i];
        match error {
            _ if error < -window_s => j += 1,
            _ if error > window_s => i += 1,
            _ => {
                errors.push(error);
                (i, j) = (i + 1, j + 1);
            }
        }
    }
    errors.sort_by(f64::total_cmp);
    (2.0 * errors.len() as f64 / (truth.len() + found.len()) as f64, errors)
}

const DRUMS: [(Kind, demo::Drum); 3] =
    [(Kind::Kick, demo::Drum::Kick), (Kind::Snare, demo::Drum::Snare), (Kind::Hat, demo::Drum::Hat)];

#[test]
fn strokes_of_the_demo_tracks_are_found_at_their_instant() {
    let (mut means, mut biases) = ([0.0; 3], [0.0; 3]);
    let seeds = [demo::FIRST_LIGHT, 1, 3, 21, 23];
    for seed in seeds {
        let (track, samples) = track(seed, RATE_HZ, 60.0);
        let found = hits(&samples, RATE_HZ);
        for (i, (kind, drum)) in DRUMS.into_iter().enumerate() {
            let truth: Vec<f64> = track.annotations().hits(drum).filter(|t| *t < 59.8).collect();
            let (f, errors) = score(&truth, &times(&found, kind, RATE_HZ), 0.02);
            let bias_ms = 1e3 * errors[errors.len() / 2];
            println!("track {seed}, {kind:?}: F within 20 ms {f:.3}, median error {bias_ms:.1} ms");
            assert!(
                f > [0.97, 0.7, 0.75][i] && bias_ms.abs() < 8.0,
                "track {seed}, {kind:?}: {f} {bias_ms} ms"
            );
            means[i] += f / seeds.len() as f64;
            biases[i] += bias_ms / seeds.len() as f64;
        }
    }
    println!("means {means:?}, biases {biases:?} ms");
    assert!(biases.iter().all(|bias_ms| bias_ms.abs() < 4.0), "{biases:?}");
    assert!(means[0] > 0.98 && means[1] > 0.85 && means[2] > 0.87, "{means:?}");
}

#[test]
fn a_stroke_is_told_within_the_latency() {
    let (_, samples) = track(1, RATE_HZ, 30.0);
    let (mut detector, mut out, mut latest) = (DrumDetector::new(RATE_HZ).unwrap(), Vec::new(), 0.0f64);
    for (i, block) in samples.chunks(16).enumerate() {
        detector.process(block, &mut out);
        let now = (16 * (i + 1)) as f64;
        out.drain(..).for_each(|hit| latest = latest.max((now - hit.at) / f64::from(RATE_HZ)));
    }
    assert!((0.03..LATENCY_S).contains(&latest), "{latest}");
}

#[test]
fn the_size_of_blocks_does_not_matter() {
    let (_, samples) = track(2, 44_100, 20.0);
    let reference = hits(&samples, 44_100);
    assert!(reference.len() > 40);
    for block in [1, 64, 170, 341, 1024, 100_000] {
        assert!(hits_in_blocks(&samples, 44_100, block) == reference, "blocks of {block}");
    }
}

#[test]
fn gain_and_polarity_do_not_matter() {
    let (_, samples) = track(3, RATE_HZ, 30.0);
    let reference = hits(&samples, RATE_HZ);
    let scaled = |gain: f32| hits(&samples.iter().map(|s| s * gain).collect::<Vec<_>>(), RATE_HZ);
    assert!(scaled(-1.0) == reference);
    for gain_db in [-30.0f32, -18.0, -6.0] {
        let quiet = scaled(10f32.powf(gain_db / 20.0));
        let same = quiet.iter().zip(&reference).filter(|(a, b)| a.kind == b.kind && a.at == b.at).count();
        let share = same as f64 / reference.len().max(quiet.len()) as f64;
        assert!(share > 0.98, "{gain_db} dB: {same} of {} and {}", reference.len(), quiet.len());
    }
}

#[test]
fn strokes_are_found_at_every_rate() {
    for (rate_hz, hats) in [(16_000, 0.5), (44_100, 0.85), (96_000, 0.85), (192_000, 0.85)] {
        let (track, samples) = track(1, rate_hz, 30.0);
        let found = hits(&samples, rate_hz);
        for ((kind, drum), least) in DRUMS.into_iter().zip([0.95, 0.8, hats]) {
            let truth: Vec<f64> = track.annotations().hits(drum).filter(|t| *t < 29.8).collect();
            let (f, _) = score(&truth, &times(&found, kind, rate_hz), 0.02);
            println!("{rate_hz} Hz, {kind:?}: {f:.3}");
            assert!(f > least, "{rate_hz} Hz, {kind:?}: {f}");
        }
    }
    assert!([0, 7_999, 192_001].iter().all(|rate| DrumDetector::new(*rate).is_err()));
}

#[test]
fn silence_steady_tones_and_steady_noise_are_no_strokes() {
    let seconds = |make: &dyn Fn(f32, usize) -> f32| -> Vec<f32> {
        (0..20 * RATE_HZ as usize).map(|i| make(i as f32 / RATE_HZ as f32, i)).collect()
    };
    let hiss = noise(20 * RATE_HZ as usize, 9);
    let chord = |t: f32| [110.0, 220.0, 277.2, 329.6].iter().map(|hz| 0.1 * tone(t, *hz)).sum::<f32>();
    let steady: [(&str, Vec<f32>); 6] = [
        ("silence", seconds(&|_, _| 0.0)),
        ("a constant", seconds(&|_, _| 0.3)),
        ("a low tone", seconds(&|t, _| 0.5 * tone(t, 55.0))),
        ("a chord", seconds(&|t, _| chord(t))),
        ("noise", seconds(&|_, i| 0.3 * hiss[i])),
        ("faint noise", seconds(&|_, i| 1e-4 * hiss[i])),
    ];
    for (name, samples) in steady {
        let late: Vec<Hit> =
            hits(&samples, RATE_HZ).into_iter().filter(|hit| hit.at > 0.1 * f64::from(RATE_HZ)).collect();
        assert!(late.is_empty(), "{name}, after its entry: {late:?}");
    }
}

/// Noise whose power falls by 3 dB per octave: one-pole low-passes two octaves apart, of equal power each.
fn pink(len: usize, seed: u32) -> Vec<f32> {
    let mut poles = [0.0f32; 7];
    let mut next = |sample: &f32| {
        for (i, pole) in poles.iter_mut().enumerate() {
            *pole += 0.25f32.powi(i as i32) * (sample - *pole);
        }
        0.3 * poles.iter().enumerate().map(|(i, pole)| 2f32.powi(i as i32) * pole).sum::<f32>()
    };
    noise(len, seed).iter().map(&mut next).collect()
}

#[test]
fn rumble_and_slow_swells_of_noise_are_no_drums() {
    let len = 30 * RATE_HZ as usize;
    let swell = |i: usize| 10f32.powf(0.4 * tone(i as f32 / RATE_HZ as f32, 0.2));
    let swelling = |samples: Vec<f32>| samples.iter().enumerate().map(|(i, s)| swell(i) * s).collect();
    let sounds: [(&str, Vec<f32>, usize); 5] = [
        ("pink", pink(len, 1), 1),
        ("pink, another", pink(len, 2), 1),
        (
            "rumble",
            pink(len, 3)
                .iter()
                .scan(0.0, |low, s| {
                    *low += 0.02 * (s - *low);
                    Some(*low)
                })
                .collect(),
            1,
        ),
        ("swelling white", swelling(noise(len, 4)), 1),
        ("swelling pink", swelling(pink(len, 5)), 6),
    ];
    for (name, samples, most) in sounds {
        // The first seconds tell what is usual; from then on hits are few.
        let found = hits(&samples, RATE_HZ);
        let late = found.iter().filter(|hit| hit.at > 3.0 * f64::from(RATE_HZ));
        let per_kind =
            [Kind::Kick, Kind::Snare, Kind::Hat].map(|kind| late.clone().filter(|h| h.kind == kind).count());
        println!("{name}: {per_kind:?}");
        assert!(per_kind.iter().sum::<usize>() <= most + 3 && per_kind[0] <= most, "{name}: {per_kind:?}");
    }
}

#[test]
fn kicks_alone_and_over_rumble_are_kicks() {
    let len = 20 * RATE_HZ as usize;
    let rumble = pink(len, 8);
    for gain in [0.0, 0.02] {
        let kick = |i: usize| {
            let t = (i % 24_000) as f32 / RATE_HZ as f32;
            0.8 * (-t / 0.1).exp() * tone(t, 55.0) + gain * rumble[i]
        };
        let found = hits(&(0..len).map(kick).collect::<Vec<_>>(), RATE_HZ);
        let (f, _) = score(
            &(0..40).map(|i| 0.5 * f64::from(i)).collect::<Vec<_>>(),
            &times(&found, Kind::Kick, RATE_HZ),
            0.03,
        );
        assert!(f > 0.95, "{gain}: {f}");
    }
}

#[test]
fn chords_are_other_onsets() {
    let chord = |t: f32| {
        let envelope = (t % 1.0 / 0.015).min(1.0) * (-(t % 1.0) / 0.25).exp();
        [220.0, 277.2, 329.6, 440.0, 554.4, 659.3, 880.0].iter().map(|hz| 0.08 * tone(t, *hz)).sum::<f32>()
            * envelope
    };
    let samples: Vec<f32> = (0..20 * RATE_HZ as usize).map(|i| chord(i as f32 / RATE_HZ as f32)).collect();
    let found = hits(&samples, RATE_HZ);
    let truth: Vec<f64> = (0..20).map(f64::from).collect();
    let (f, _) = score(&truth, &times(&found, Kind::Other, RATE_HZ), 0.02);
    assert!(f > 0.9, "{found:?}");
    let drums = found.iter().filter(|hit| hit.kind != Kind::Other).count();
    assert!(drums <= 2, "{found:?}");
}

#[test]
fn harder_strokes_are_stronger() {
    let hiss = noise(10 * RATE_HZ as usize, 4);
    let snare = |i: usize| {
        let (t, number) = ((i % 24_000) as f32 / RATE_HZ as f32, i / 24_000);
        0.4 * [1.0, 0.7][number % 2] * (-t / 0.06).exp() * hiss[i]
    };
    let samples: Vec<f32> = (0..10 * RATE_HZ as usize).map(snare).collect();
    let found = hits(&samples, RATE_HZ);
    let mean = |odd: usize| {
        let of = |hit: &&Hit| hit.kind == Kind::Snare && (hit.at / 24_000.0).round() as usize % 2 == odd;
        let strengths: Vec<f32> = found.iter().filter(of).map(|hit| hit.strength).collect();
        strengths.iter().sum::<f32>() / strengths.len() as f32
    };
    assert!(mean(0) > 0.9 && mean(1) < mean(0) - 0.15, "{} {} {found:?}", mean(0), mean(1));
}

#[test]
fn reset_is_a_new_detector() {
    let (_, samples) = track(4, RATE_HZ, 10.0);
    let (mut detector, mut out) = (DrumDetector::new(RATE_HZ).unwrap(), Vec::new());
    detector.process(&noise(100_001, 5), &mut out);
    detector.reset();
    out.clear();
    detector.process(&samples, &mut out);
    assert!(out == hits(&samples, RATE_HZ));
}

#[test]
fn garbage_is_survived() {
    let (_, samples) = track(1, RATE_HZ, 30.0);
    let (mut detector, mut out) = (DrumDetector::new(RATE_HZ).unwrap(), Vec::new());
    for bad in [f32::NAN, f32::INFINITY, -f32::MAX, 1e30] {
        detector.process(&[bad; 1000], &mut out);
    }
    out.clear();
    detector.process(&samples, &mut out);
    let late = |hits: &[Hit], offset: f64| {
        let strokes = hits.iter().filter(|hit| hit.kind == Kind::Kick && hit.at - offset > 9e5).count();
        strokes as f64
    };
    let (after, clean) = (late(&out, 4000.0), late(&hits(&samples, RATE_HZ), 0.0));
    assert!(clean > 2.0 && (after - clean).abs() <= 1.0, "{after} {clean}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn it_is_causal_and_sane(seed in 0u64..1000, cut in 1usize..240_000, rate in prop::sample::select(vec![8_000u32, 22_050, 48_000])) {
        let (_, samples) = track(seed, rate, 5.0);
        let whole = hits(&samples, rate);
        let part = hits(&samples[..cut.min(samples.len())], rate);
        prop_assert!(part[..] == whole[..part.len()]);
        for hit in &whole {
            prop_assert!((0.0..=1.0).contains(&hit.strength) && hit.at >= 0.0 && hit.at <= samples.len() as f64);
        }
    }
}
