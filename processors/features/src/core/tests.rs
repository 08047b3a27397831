//! What the analysis promises, on synthetic sound.

use dsp::bands::BANDS_HZ;
use proptest::prelude::*;

use super::*;

const RATE_HZ: u32 = 48_000;
const NAMES: [&str; 7] = ["sub_bass", "bass", "low_mid", "mid", "high_mid", "presence", "air"];

fn analyse(samples: &[f32], rate_hz: u32, block: usize) -> Vec<Frame> {
    let (mut analyzer, mut output, mut frames) =
        (Analyzer::new(rate_hz).unwrap(), Output::default(), Vec::new());
    for block in samples.chunks(block) {
        analyzer.process(block, &mut output);
        frames.extend_from_slice(output.frames());
    }
    frames
}

fn sine(hz: f32, amplitude: f32, seconds: f32, rate_hz: u32) -> Vec<f32> {
    let step = std::f64::consts::TAU * f64::from(hz) / f64::from(rate_hz);
    (0..(seconds * rate_hz as f32) as usize).map(|i| amplitude * (i as f64 * step).sin() as f32).collect()
}

/// White noise of amplitude 1, repeatable.
fn noise(len: usize, mut seed: u32) -> Vec<f32> {
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as f32 / f32::from_bits(0x4b00_0000) - 1.0
    };
    (0..len).map(|_| next()).collect()
}

/// Something like a mastered dance track at 120 BPM: kick, bass, chords, snare, hats, squeezed by a limiter.
fn loud_music(seconds: f32) -> Vec<f32> {
    let hiss = noise((seconds * RATE_HZ as f32) as usize, 7);
    let tone = |t: f32, hz: f32| (std::f32::consts::TAU * hz * t).sin();
    let sample = |i: usize| {
        let t = i as f32 / RATE_HZ as f32;
        let (beat, off, sixteenth) = (t % 0.5, (t + 0.5) % 1.0, t % 0.125);
        let kick = 1.2 * (-beat / 0.12).exp() * tone(beat, 50.0 + 60.0 * (-beat / 0.03).exp());
        let bass = 0.4 * tone(t, 55.0) * (beat / 0.25).min(1.0);
        let chord: f32 = [220.0, 277.2, 329.6, 880.0, 1318.5].iter().map(|hz| 0.12 * tone(t, *hz)).sum();
        let snare = 0.6 * (-off / 0.08).exp() * hiss[i];
        let hat = 0.25 * (-sixteenth / 0.02).exp() * (hiss[i] - hiss[i.saturating_sub(1)]);
        (1.5 * (kick + bass + chord + snare + hat)).tanh() * 0.98
    };
    (0..hiss.len()).map(sample).collect()
}

fn unit_values(frame: &Frame) -> Vec<f32> {
    let f = &frame.features;
    let mut values =
        vec![f.rms, f.peak, f.fast, f.slow, f.intensity, f.flatness, f.flux, f.kick, f.snare, f.hat];
    values.extend(tone::array(&f.bands));
    values.extend(frame.spectrum.bars.iter().chain(&frame.spectrum.peaks));
    values
}

fn assert_sane(frame: &Frame, rate_hz: u32) {
    assert!(unit_values(frame).iter().all(|v| (0.0..=1.0).contains(v)), "{frame:?}");
    let f = &frame.features;
    assert!((-70.0..20.0).contains(&f.loudness));
    let nyquist = 0.5 * rate_hz as f32;
    assert!((0.0..=nyquist).contains(&f.centroid) && (0.0..=nyquist).contains(&f.rolloff), "{f:?}");
}

#[test]
fn the_size_of_blocks_does_not_matter() {
    let samples = &loud_music(3.0)[..];
    let reference = analyse(samples, RATE_HZ, 256);
    assert_eq!(reference.len(), samples.len() / 256);
    assert!(reference.iter().enumerate().all(|(i, f)| f.position == 256 * i as u64));
    for block in [1, 64, 170, 341, 1024, 100_000] {
        assert!(analyse(samples, RATE_HZ, block) == reference, "blocks of {block}");
    }
}

#[test]
fn every_band_answers_a_sine_inside_it_at_every_rate() {
    for rate in [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000] {
        for (i, hz) in BANDS_HZ.iter().enumerate().filter(|(_, hz)| hz.end <= 0.5 * rate as f32) {
            let middle = (hz.start * hz.end).sqrt();
            let last = analyse(&sine(middle, 0.5, 1.0, rate), rate, 512).pop().unwrap();
            let bands = tone::array(&last.features.bands);
            let strongest = (0..7).max_by(|a, b| bands[*a].total_cmp(&bands[*b])).unwrap();
            assert!(strongest == i && bands[i] > 0.5, "{middle} Hz at {rate} Hz: {} of {bands:?}", NAMES[i]);
        }
    }
}

#[test]
fn sub_bass_answers_40_hz_and_nothing_else_does() {
    let last = analyse(&sine(40.0, 0.3, 2.0, RATE_HZ), RATE_HZ, 256).pop().unwrap();
    let bands = tone::array(&last.features.bands);
    assert!(bands[0] > 0.6 && bands[2..].iter().all(|b| *b < 0.1), "{bands:?}");
    assert!(last.spectrum.bars[0] > 0.6 && last.spectrum.bars[20] < 0.1);
}

#[test]
fn measured_values_are_those_of_a_sine() {
    let f = analyse(&sine(1000.0, 0.5, 2.0, RATE_HZ), RATE_HZ, 256).pop().unwrap().features;
    assert!((f.rms - 0.3536).abs() < 0.02 && (f.peak - 0.5).abs() < 0.01, "{f:?}");
    assert!((f.loudness + 9.0).abs() < 0.3, "-3 LUFS of full scale, 6 dB lower: {}", f.loudness);
    assert!((f.centroid - 1000.0).abs() < 60.0 && (f.rolloff - 1000.0).abs() < 60.0, "{f:?}");
    assert!(f.flatness < 0.01 && f.flux < 0.05);
    let white = analyse(&noise(96_000, 3), RATE_HZ, 256).pop().unwrap().features;
    assert!(white.flatness > 0.4 && white.centroid > 9000.0, "{white:?}");
}

#[test]
fn loud_music_moves_and_does_not_sit_at_one() {
    let frames = analyse(&loud_music(20.0), RATE_HZ, 256);
    let settled = &frames[frames.len() / 4..];
    let count = settled.len() as f32;
    let mut report = Vec::new();
    for (i, name) in NAMES.iter().enumerate() {
        let level = |f: &Frame| tone::array(&f.features.bands)[i];
        let mean = settled.iter().map(level).sum::<f32>() / count;
        let pinned = settled.iter().filter(|f| level(f) > 0.95).count() as f32 / count;
        report.push(format!("{name} {mean:.2} ({:.0} % over 0.95)", 100.0 * pinned));
        assert!((0.1..0.8).contains(&mean) && pinned < 0.1, "{report:?}");
    }
    let fast: Vec<f32> = settled.iter().map(|f| f.features.fast).collect();
    let (low, high) = fast.iter().fold((1.0f32, 0.0f32), |(l, h), v| (l.min(*v), h.max(*v)));
    println!("{report:?}; fast {low:.2}..{high:.2}");
    assert!(high - low > 0.15 && high < 0.98, "fast {low}..{high}");
    assert!(settled.iter().all(|f| f.features.slow < 0.85 && f.spectrum.bars.iter().all(|b| *b < 0.98)));
    let intensity = settled.last().unwrap().features.intensity;
    assert!((0.3..0.9).contains(&intensity), "{intensity}");
}

/// Recall and precision of pulses against hits of the demo track, within 50 ms.
fn scores(frames: &[Frame], hits: &[f64], pulse: fn(&Features) -> f32) -> (f64, f64, f64) {
    let strokes: Vec<f64> = frames
        .iter()
        .filter(|f| pulse(&f.features) == 1.0)
        .map(|f| f.position as f64 / f64::from(RATE_HZ))
        .collect();
    let near = |a: &f64, of: &[f64]| of.iter().any(|b| (a - b).abs() < 0.05);
    let share =
        |of: &[f64], among: &[f64]| of.iter().filter(|a| near(a, among)).count() as f64 / of.len() as f64;
    let mut late: Vec<f64> =
        strokes.iter().filter_map(|s| hits.iter().map(|h| s - h).find(|d| d.abs() < 0.05)).collect();
    late.sort_by(f64::total_cmp);
    (share(hits, &strokes), share(&strokes, hits), late.get(late.len() / 2).copied().unwrap_or(9.0))
}

/// Recall and precision at least, per pulse.
type Wanted = (demo::Drum, fn(&Features) -> f32, f64, f64);

#[test]
fn the_demo_track_strikes_the_pulses() {
    let wanted: [Wanted; 3] = [
        (demo::Drum::Kick, |f| f.kick, 0.9, 0.5),
        (demo::Drum::Snare, |f| f.snare, 0.75, 0.6),
        (demo::Drum::Hat, |f| f.hat, 0.7, 0.85),
    ];
    for seed in [demo::FIRST_LIGHT, 1, 2] {
        let (track, frames) = demo_frames(seed);
        for (drum, pulse, least_recall, least_precision) in wanted {
            let hits: Vec<f64> = track.annotations().hits(drum).filter(|t| *t < 59.9).collect();
            let (recall, precision, late_s) = scores(&frames, &hits, pulse);
            let name = format!("track {seed}, {} hits of {}", hits.len(), drum.as_str());
            println!(
                "{name}: recall {recall:.2}, precision {precision:.2}, median {:.1} ms late",
                late_s * 1e3
            );
            assert!(
                recall > least_recall && precision > least_precision && (0.0..0.025).contains(&late_s),
                "{name}"
            );
        }
    }
}

#[test]
fn the_demo_track_moves_every_band_and_pins_none() {
    let (_, frames) = demo_frames(demo::FIRST_LIGHT);
    for (i, name) in NAMES.iter().enumerate() {
        let levels: Vec<f32> = frames.iter().skip(1000).map(|f| tone::array(&f.features.bands)[i]).collect();
        let count = levels.len() as f32;
        let mean = levels.iter().sum::<f32>() / count;
        let spread = (levels.iter().map(|l| (l - mean).powi(2)).sum::<f32>() / count).sqrt();
        let pinned = levels.iter().filter(|l| **l > 0.95).count() as f32 / count;
        println!("{name}: mean {mean:.2}, spread {spread:.2}, {:.1} % over 0.95", 100.0 * pinned);
        assert!((0.15..0.75).contains(&mean) && spread > 0.08 && pinned < 0.1, "{name}");
    }
}

fn demo_frames(seed: u64) -> (demo::Track, Vec<Frame>) {
    let mut track = demo::Track::new(seed, RATE_HZ).unwrap();
    let mut samples = vec![0.0; 60 * RATE_HZ as usize];
    track.render(&mut samples);
    let frames = analyse(&samples, RATE_HZ, 256);
    (track, frames)
}

#[test]
fn silence_gives_zeros() {
    for frame in analyse(&[0.0; 48_000], RATE_HZ, 256) {
        assert!(unit_values(&frame).iter().all(|v| *v == 0.0), "{frame:?}");
        assert_eq!(
            (frame.features.loudness, frame.features.centroid, frame.features.rolloff),
            (-70.0, 0.0, 0.0)
        );
    }
    let offset = analyse(&[0.5; 960_000], RATE_HZ, 256).pop().unwrap();
    assert!(unit_values(&offset).iter().all(|v| *v < 1e-3), "a constant is silence: {offset:?}");
}

#[test]
fn a_source_that_is_lost_decays_and_comes_back() {
    let mut analyzer = Analyzer::new(RATE_HZ).unwrap();
    let mut output = Output::default();
    analyzer.process(&loud_music(4.0), &mut output);
    let mut before = output.frames().last().unwrap().clone();
    assert!(before.features.fast > 0.1 && before.features.rms > 0.01);
    let mut steps = 0;
    while !analyzer.is_silent() {
        let now = analyzer.decay(0.02);
        for (a, b) in unit_values(now).iter().zip(unit_values(&before)) {
            assert!(*a <= b && *a >= 0.8 * b - 0.02, "from {b} to {a}: neither up nor a jump");
        }
        assert!(now.features.loudness <= before.features.loudness);
        (before, steps) = (now.clone(), steps + 1);
        assert!(steps < 1500, "not silent after 30 s");
    }
    assert!(steps > 25, "not silent before half a second");
    assert!(unit_values(&before).iter().all(|v| *v == 0.0) && before.features.loudness == -70.0);
    analyzer.process(&loud_music(1.0), &mut output);
    assert!(output.frames().last().unwrap().features.fast > 0.1, "and it comes back");
}

#[test]
fn a_gap_moves_positions_and_is_no_stroke() {
    let mut analyzer = Analyzer::new(RATE_HZ).unwrap();
    let mut output = Output::default();
    let tone = sine(80.0, 0.5, 2.0, RATE_HZ);
    analyzer.process(&tone[..48_000], &mut output);
    let before = output.frames().last().unwrap().clone();
    analyzer.gap(1000);
    assert_eq!(analyzer.position(), 49_000);
    analyzer.process(&tone[49_000..], &mut output);
    assert_eq!(output.frames()[0].position, 49_000);
    assert!(output.frames().iter().all(|f| f.features.kick <= before.features.kick && f.features.flux < 0.9));
    let lowest = output.frames().iter().map(|f| f.features.bands.bass).fold(1.0, f32::min);
    assert!(lowest > 0.4 * before.features.bands.bass, "envelopes go on over a gap: {lowest}");
}

#[test]
fn reset_is_a_new_analyser() {
    let music = loud_music(1.0);
    let (mut analyzer, mut output) = (Analyzer::new(RATE_HZ).unwrap(), Output::default());
    analyzer.process(&noise(30_001, 5), &mut output);
    analyzer.decay(0.3);
    analyzer.reset();
    analyzer.process(&music, &mut output);
    assert!(output.frames() == analyse(&music, RATE_HZ, 256));
}

#[test]
fn results_are_written_into_the_same_memory() {
    let (mut analyzer, mut output) = (Analyzer::new(RATE_HZ).unwrap(), Output::default());
    let mut place = |samples: &[f32]| {
        analyzer.process(samples, &mut output);
        let frames = output.frames();
        (frames.as_ptr(), frames[0].spectrum.bars.as_ptr(), frames[0].spectrum.peaks.as_ptr())
    };
    let first = place(&[0.1; 1024]);
    assert!((0..100).all(|_| place(&[0.1; 1024]) == first));
}

#[test]
fn rates_outside_the_range_are_refused() {
    assert!([0, 7_999, 192_001, u32::MAX].iter().all(|rate| Analyzer::new(*rate).is_err()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn anything_gives_finite_values_in_range(
        bits in prop::collection::vec(any::<u32>(), 1..3000),
        rate in prop::sample::select(vec![8_000u32, 44_100, 48_000, 192_000]),
        block in 1usize..2000,
    ) {
        let samples: Vec<f32> = bits.into_iter().map(f32::from_bits).collect();
        for frame in analyse(&samples, rate, block) {
            assert_sane(&frame, rate);
        }
    }

    #[test]
    fn polarity_does_not_matter(seed in any::<u32>(), gain in 0.0f32..1.5) {
        let samples: Vec<f32> = noise(12_000, seed).iter().map(|s| s * gain).collect();
        let turned: Vec<f32> = samples.iter().map(|s| -s).collect();
        prop_assert!(analyse(&samples, RATE_HZ, 256) == analyse(&turned, RATE_HZ, 256));
    }

    #[test]
    fn it_is_causal(seed in any::<u32>(), cut in 1usize..12_000) {
        let samples = noise(12_000, seed);
        let whole = analyse(&samples, RATE_HZ, 256);
        let part = analyse(&samples[..cut], RATE_HZ, 256);
        prop_assert!(part[..] == whole[..part.len()]);
    }
}
