//! The probability of each tempo of the pulse, and the tempo that was said, brought into the same octave.

use anyhow::Result;
use dsp::rhythm::frames::FRAMES_PER_S;
use dsp::rhythm::pulse::PERIODS;
use plotters::style::Color as _;

use super::super::colours::{self, BEAT, SAID};
use super::super::notes::Notes;
use super::super::panel::Panel;
use super::super::trace::Trace;
use super::{boundaries, frame};

/// Tempi that are named, in BPM.
const NAMED_BPM: [f64; 5] = [90.0, 110.0, 130.0, 150.0, 170.0];
/// Probabilities are drawn as their square root, so that what is unlikely can be seen.
const SHARPNESS: f32 = 0.5;

pub(in super::super) fn draw(panel: &Panel<'_>, trace: &Trace, notes: &Notes) -> Result<()> {
    let height = panel.size().1;
    panel.heat(|time_s, y| {
        let probability = trace.tempo(index(bpm(y, height)), time_s)?;
        Some(colours::heat(probability.powf(SHARPNESS)))
    })?;
    for beat in &notes.beats {
        panel.vertical(beat.at_s, BEAT.mix(if beat.downbeat { 0.3 } else { 0.12 }))?;
    }
    boundaries(panel, notes)?;
    for beat in &notes.beats {
        if let (Some(x), Some(y)) = (panel.x(beat.at_s), row(beat.bpm, height)) {
            panel.dot((x, y), 2, SAID)?;
        }
    }
    for bpm in NAMED_BPM {
        if let Some(y) = row(bpm, height) {
            panel.name(y, &format!("{bpm:.0} BPM"))?;
        }
    }
    frame(panel, &colours::INK)
}

/// Slowest and fastest tempo.
fn ends() -> (f64, f64) {
    let bpm = |period: usize| 60.0 * f64::from(FRAMES_PER_S) / period as f64;
    (bpm(*PERIODS.end()), bpm(*PERIODS.start()))
}

/// The tempo that a row of pixels shows.
fn bpm(y: i32, height: i32) -> f64 {
    let (slowest, fastest) = ends();
    fastest - (fastest - slowest) * f64::from(y) / f64::from((height - 1).max(1))
}

/// The number of the period that is nearest to a tempo.
fn index(bpm: f64) -> usize {
    let period = (60.0 * f64::from(FRAMES_PER_S) / bpm).round() as usize;
    period.clamp(*PERIODS.start(), *PERIODS.end()) - PERIODS.start()
}

/// The row of pixels of a tempo or of its octave; `None` for what is no tempo.
fn row(bpm: f64, height: i32) -> Option<i32> {
    let (slowest, fastest) = ends();
    let octaves = if (slowest..=fastest).contains(&bpm) { 0.0 } else { (bpm / slowest).log2().floor() };
    let within = bpm / octaves.exp2();
    within.is_finite().then(|| ((fastest - within) / (fastest - slowest) * f64::from(height - 1)) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_tempi_and_octaves_are_one() {
        for y in [0, 57, 200] {
            assert!((row(bpm(y, 201), 201).unwrap() - y).abs() <= 1, "{y}");
        }
        assert_eq!(row(120.0, 201), row(240.0, 201));
        assert_eq!(row(120.0, 201), row(60.0, 201));
        assert_eq!(row(f64::NAN, 201), None);
        assert_eq!((index(182.0), index(88.0)), (0, PERIODS.count() - 1));
    }
}
