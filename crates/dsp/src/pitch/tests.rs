//! Known voices at known pitches, through the same decimation that a live source goes through.

use std::f64::consts::TAU;

use super::*;
use crate::decimate::Decimator;

/// A voice: phase in turns, time in seconds; its amplitude there.
type Voice = fn(f64, f64) -> f64;

const RATES_HZ: [u32; 4] = [8_000, 44_100, 48_000, 96_000];

fn noise(mut seed: u32) -> impl FnMut() -> f64 {
    move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(seed >> 8) / 8_388_608.0 - 1.0
    }
}

/// Estimates every 16 ms of the second half of `seconds` of sound.
fn listen(rate_hz: u32, seconds: f64, mut sound: impl FnMut(f64) -> f64) -> Vec<(f64, Option<Pitch>)> {
    let mut decimator = Decimator::new(rate_hz);
    let mut yin = Yin::new(decimator.rate_hz());
    let mut history = History::new(yin.span());
    let hop = (0.016 * decimator.rate_hz()) as u64;
    let (mut heard, mut out) = (0u64, Vec::new());
    for i in 0..(seconds * f64::from(rate_hz)) as u64 {
        let t = i as f64 / f64::from(rate_hz);
        let Some(sample) = decimator.next(sound(t) as f32) else { continue };
        history.push(&[sample]);
        heard += 1;
        if heard % hop == 0 {
            let pitch = yin.estimate(&history);
            if t > 0.5 * seconds {
                let delay_s = yin.delay() as f64 / f64::from(decimator.rate_hz());
                out.push((t - delay_s - decimator.delay() as f64 / f64::from(rate_hz), pitch));
            }
        }
    }
    out
}

/// Share of the estimates within `cents` of the truth.
fn right(found: &[(f64, Option<Pitch>)], truth: impl Fn(f64) -> f64, cents: f64) -> f64 {
    let near = |(t, pitch): &&(f64, Option<Pitch>)| {
        pitch.is_some_and(|p| 1200.0 * (f64::from(p.hz) / truth(*t)).log2().abs() < cents)
    };
    found.iter().filter(near).count() as f64 / found.len() as f64
}

fn sine(turns: f64, _: f64) -> f64 {
    (TAU * turns).sin()
}

fn saw(turns: f64, _: f64) -> f64 {
    (1..=8).map(|n| (TAU * f64::from(n) * turns).sin() / f64::from(n)).sum::<f64>() * 0.6
}

fn missing_fundamental(turns: f64, _: f64) -> f64 {
    (3..=6).map(|n| (TAU * f64::from(n) * turns).sin()).sum::<f64>() * 0.3
}

fn clarinet(turns: f64, _: f64) -> f64 {
    [1, 3, 5, 7].map(|n| (TAU * f64::from(n) * turns).sin() / f64::from(n)).iter().sum()
}

#[test]
fn every_voice_at_every_rate_and_gain_within_ten_cents() {
    let voices: [(Voice, f64); 4] =
        [(sine, 2000.0), (saw, 600.0), (missing_fundamental, 500.0), (clarinet, 600.0)];
    for rate in RATES_HZ {
        for (number, (voice, highest)) in voices.iter().enumerate() {
            for hz in [30.0, 41.2, 65.4, 110.0, 196.0, 329.6, 523.3, 987.8, 1480.0, 2000.0] {
                if hz > *highest {
                    continue;
                }
                for gain in [1.0, 0.05, 0.003] {
                    let found = listen(rate, 0.5, |t| gain * voice(hz * t, t));
                    let share = right(&found, |_| hz, 10.0);
                    assert!(share > 0.98, "voice {number}, {hz} Hz, {rate} Hz, gain {gain}: {share}");
                    assert!(found.iter().all(|(_, p)| p.is_some_and(|p| p.confidence > 0.8)));
                }
            }
        }
    }
}

#[test]
fn a_voice_with_vibrato_is_followed() {
    // Five and a half turns a second, a quarter tone to either side, as singers do.
    let truth = |t: f64| 330.0 * (0.5 / 12.0 * (TAU * 5.5 * t).sin()).exp2();
    let mut turns = 0.0;
    let found = listen(48_000, 2.0, |t| {
        turns += truth(t) / 48_000.0;
        0.3 * saw(turns, t)
    });
    assert!(right(&found, truth, 25.0) > 0.98, "{}", right(&found, truth, 25.0));
}

#[test]
fn noise_under_a_voice_lowers_the_confidence_and_not_the_octave() {
    let mut confidence = Vec::new();
    for noise_gain in [0.0, 0.1, 0.25] {
        let mut hiss = noise(3);
        let found = listen(44_100, 2.0, |t| 0.3 * saw(147.0 * t, t) + noise_gain * hiss());
        assert!(right(&found, |_| 147.0, 30.0) > 0.97, "{noise_gain}: {}", right(&found, |_| 147.0, 30.0));
        let all: f32 = found.iter().filter_map(|(_, p)| p.map(|p| p.confidence)).sum();
        confidence.push(all / found.len() as f32);
    }
    assert!(confidence[0] > 0.95 && confidence.windows(2).all(|w| w[1] < w[0] - 0.02), "{confidence:?}");
}

#[test]
fn silence_noise_and_tones_out_of_range_have_no_pitch() {
    let none = |found: Vec<(f64, Option<Pitch>)>| {
        found.iter().filter(|(_, p)| p.is_none()).count() as f64 / found.len() as f64
    };
    assert_eq!(none(listen(48_000, 0.5, |_| 0.0)), 1.0);
    assert_eq!(none(listen(48_000, 0.5, |_| 0.7)), 1.0, "a constant");
    let mut hiss = noise(1);
    assert!(none(listen(48_000, 3.0, |_| 0.5 * hiss())) > 0.99);
    for hz in [15.0, 2500.0, 3200.0] {
        assert!(none(listen(48_000, 1.0, |t| sine(hz * t, t))) > 0.97, "{hz} Hz");
    }
}

#[test]
fn garbage_passes_and_is_forgotten() {
    let garbage = |t: f64| if (0.1..0.12).contains(&t) { f64::NAN } else { sine(220.0 * t, t) };
    assert!(right(&listen(48_000, 0.6, garbage), |_| 220.0, 10.0) == 1.0);
}
