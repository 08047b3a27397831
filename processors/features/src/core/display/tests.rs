//! What the eye would notice: pumping, modulation of one bar by another, and dependence on the sample rate.

use crate::core::{Analyzer, Frame, Output};

const TAU: f64 = std::f64::consts::TAU;

/// Frames of `seconds` of sound, made from its time in seconds.
fn frames(rate_hz: u32, seconds: f64, sound: impl Fn(f64) -> f64) -> Vec<(f64, Frame)> {
    let samples: Vec<f32> = (0..(seconds * f64::from(rate_hz)) as u64)
        .map(|i| sound(i as f64 / f64::from(rate_hz)) as f32)
        .collect();
    let (mut analyzer, mut output) = (Analyzer::new(rate_hz).unwrap(), Output::default());
    analyzer.process(&samples, &mut output);
    let end_s = |frame: &Frame| (frame.position + analyzer.hop() as u64) as f64 / f64::from(rate_hz);
    output.frames().iter().map(|frame| (end_s(frame), frame.clone())).collect()
}

/// Three tones far apart.
fn chord(t: f64) -> f64 {
    [220.0, 1000.0, 3150.0].map(|hz| (TAU * hz * t).sin()).iter().sum::<f64>() * 0.1
}

/// A kick on every half second.
fn kick(t: f64) -> f64 {
    let t = t % 0.5;
    0.7 * (-t / 0.1).exp() * (TAU * 55.0 * t).sin() * (t / 0.004).min(1.0)
}

fn span(values: impl Iterator<Item = f32>) -> (f32, f32) {
    values.fold((1.0, 0.0), |(low, high), v| (low.min(v), high.max(v)))
}

fn bar_of(hz: f32) -> usize {
    (0..dsp::bands::BARS).find(|i| dsp::bands::bar_hz(*i).contains(&hz)).unwrap()
}

#[test]
fn a_quiet_passage_after_a_loud_one_does_not_swell() {
    let heard = frames(24_000, 14.0, |t| if t < 10.0 { chord(t) } else { 0.1 * chord(t) });
    let bar = |from: f64, to: f64| {
        let part = heard.iter().filter(move |(t, _)| (from..to).contains(t));
        span(part.map(|(_, f)| f.spectrum.bars[bar_of(1000.0)]))
    };
    let (loud, quiet) = (bar(9.0, 9.9), bar(11.5, 14.0));
    assert!(quiet.1 < loud.0 - 0.15, "contrast is kept: {loud:?} {quiet:?}");
    assert!(quiet.1 - quiet.0 < 0.03, "it swells: {quiet:?}");
}

#[test]
fn a_kick_does_not_modulate_the_other_bars() {
    let heard = frames(24_000, 12.0, |t| chord(t) + kick(t));
    let settled = || heard.iter().filter(|(t, _)| *t > 8.0);
    for hz in [1000.0, 3150.0] {
        let (low, high) = span(settled().map(|(_, f)| f.spectrum.bars[bar_of(hz)]));
        assert!(low > 0.3 && high - low < 0.05, "{hz} Hz: {low}..{high}");
    }
    let (low, high) = span(settled().map(|(_, f)| f.spectrum.bars[bar_of(55.0)]));
    assert!(high - low > 0.15, "the kick's own bar moves: {low}..{high}");
}

#[test]
fn every_sample_rate_draws_the_same_picture() {
    let rates = [44_100, 48_000, 96_000];
    let heard = rates.map(|rate| frames(rate, 3.0, |t| if t < 2.6 { chord(t) + kick(t) } else { 0.0 }));
    let at = |frames: &[(f64, Frame)], t: f64| {
        frames.iter().min_by(|a, b| (a.0 - t).abs().total_cmp(&(b.0 - t).abs())).unwrap().1.clone()
    };
    for t in [1.2, 1.45, 2.2, 2.45, 2.75, 2.9] {
        let [first, others @ ..] = heard.each_ref().map(|frames| at(frames, t));
        for other in others {
            for hz in [1000.0f32, 3150.0] {
                let (a, b) = (first.spectrum.bars[bar_of(hz)], other.spectrum.bars[bar_of(hz)]);
                assert!((a - b).abs() < 0.06, "bar at {hz} Hz, {t} s: {a} {b}");
            }
            let (a, b) = (&first.features, &other.features);
            let pairs = [(a.slow, b.slow), (a.intensity, b.intensity), (a.kick, b.kick), (a.fast, b.fast)];
            assert!(pairs.iter().all(|(a, b)| (a - b).abs() < 0.08), "{t} s: {pairs:?}");
        }
    }
}

#[test]
fn a_peak_stays_above_its_bar_and_outlives_it() {
    let heard = frames(24_000, 5.5, |t| if t < 4.0 { chord(t) } else { 0.0 });
    let bar = bar_of(1000.0);
    let at = |t: f64| heard.iter().find(|(end, _)| *end >= t).map(|(_, f)| &f.spectrum).unwrap();
    assert!(heard.iter().all(|(_, f)| f.spectrum.peaks.iter().zip(&f.spectrum.bars).all(|(p, b)| p >= b)));
    let (fresh, late) = (at(4.25), at(5.4));
    assert!(fresh.peaks[bar] > fresh.bars[bar] + 0.2, "the peak outlives its bar");
    assert!(late.peaks[bar] < fresh.peaks[bar] - 0.1, "and then falls too");
}
