//! Fundamental frequency of one voice.
//!
//! YIN (A. de Cheveigné and H. Kawahara, "YIN, a fundamental frequency estimator for speech and music", 2002)
//! with the correlation taken through the transform and interpolated to half samples, so that a low sample rate
//! does for 2 kHz. Against octave errors the shortest lag is taken that is nearly as good as the best one, with an
//! advantage for what continues the note before (in the spirit of pYIN, M. Mauch and S. Dixon, 2014).

use std::ops::Range;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::history::History;

/// Frequencies in Hz that are found.
pub const PITCH_HZ: Range<f32> = 30.0..2000.0;

/// Seconds over which the signal is compared with itself: more than one period of the lowest note.
const WINDOW_S: f32 = 0.0427;
/// Margin around [`PITCH_HZ`], as a ratio: an eighth of a tone, so that its ends are inside.
const MARGIN: f32 = 1.015;
/// Lags per sample.
const FINE: usize = 2;
/// Shortest lag in samples that is looked at: what has its period below the range is not in the range,
/// and must be recognised, or an octave of it would be taken.
const SHORTEST: usize = 2;
/// A lag this much worse than the best one is as good, when it is shorter.
const AS_GOOD: f32 = 0.07;
/// Advantage of a lag that continues the note before.
const CONTINUES: f32 = 0.05;
/// How far a note moves between two estimates, in octaves, and is still the same (one semitone).
const CONTINUES_OCTAVES: f32 = 1.0 / 12.0;
/// Aperiodic share at which the confidence is 0; above it there is no pitch.
const APERIODIC: f32 = 0.4;
/// Mean square of the signal below which it is silence (-70 dBFS).
const SILENCE: f32 = 1e-7;
/// A period is measured over several, up to this many seconds.
const REFINE_S: f32 = 0.02;

/// A pitch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pitch {
    /// Fundamental frequency in Hz.
    pub hz: f32,
    /// 0..1: 1 is perfectly periodic.
    pub confidence: f32,
}

/// Finds the pitch of the newest samples.
pub struct Yin {
    rate_hz: f32,
    window: usize,
    longest: usize,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Newest sample first.
    samples: Vec<f32>,
    padded: Vec<f32>,
    head: Vec<Complex<f32>>,
    all: Vec<Complex<f32>>,
    /// Zeros above what is filled: interpolation.
    product: Vec<Complex<f32>>,
    correlation: Vec<f32>,
    /// Squared difference of the signal and itself, per lag.
    difference: Vec<f32>,
    /// The same over its mean up to that lag: 1 is unrelated, 0 is equal.
    normalised: Vec<f32>,
    before: Option<f32>,
}

impl Yin {
    /// For a signal at `rate_hz`, at least 8 kHz.
    pub fn new(rate_hz: f32) -> Yin {
        let window = (WINDOW_S * rate_hz) as usize;
        let longest = (MARGIN * rate_hz / PITCH_HZ.start).ceil() as usize + 1;
        let size = (window + longest).next_power_of_two();
        let mut planner = RealFftPlanner::<f32>::new();
        let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(FINE * size));
        Yin {
            rate_hz,
            window,
            longest,
            scratch: vec![Complex::default(); forward.get_scratch_len().max(inverse.get_scratch_len())],
            samples: vec![0.0; window + longest],
            padded: forward.make_input_vec(),
            head: forward.make_output_vec(),
            all: forward.make_output_vec(),
            product: inverse.make_input_vec(),
            correlation: inverse.make_output_vec(),
            difference: vec![0.0; FINE * longest],
            normalised: vec![0.0; FINE * longest],
            before: None,
            forward,
            inverse,
        }
    }

    /// Samples of history that an estimate looks at.
    pub fn span(&self) -> usize {
        self.samples.len()
    }

    /// Samples by which the middle of what is compared lies before the newest one.
    pub fn delay(&self) -> usize {
        self.window / 2
    }

    /// The pitch of the newest samples; `None` for silence, noise and what is out of range.
    pub fn estimate(&mut self, history: &History) -> Option<Pitch> {
        let (older, newer) = history.newest(self.samples.len());
        for (to, from) in self.samples.iter_mut().zip(newer.iter().rev().chain(older.iter().rev())) {
            *to = *from;
        }
        self.compare();
        let found = self.is_sound().then(|| self.choose()).flatten();
        self.before = found.map(|pitch| pitch.hz);
        found
    }

    /// Forgets the note before.
    pub fn reset(&mut self) {
        self.before = None;
    }

    /// Fills the differences of all lags.
    fn compare(&mut self) {
        self.correlate();
        let squares = |range: Range<usize>| self.samples[range].iter().map(|s| s * s).sum::<f32>();
        let own = squares(0..self.window);
        let (mut energy, mut sum) = (own, 0.0f32);
        let scale = 2.0 / (self.correlation.len() / FINE) as f32;
        for lag in 0..self.longest {
            let (old, new) = (self.samples[lag], self.samples[lag + self.window]);
            let next = (energy + new * new - old * old).max(0.0);
            for part in 0..FINE {
                let k = FINE * lag + part;
                let shifted = energy + (next - energy) * part as f32 / FINE as f32;
                let difference = (own + shifted - scale * self.correlation[k]).max(0.0);
                sum += difference;
                self.difference[k] = difference;
                self.normalised[k] = if sum > 0.0 { difference * (k + 1) as f32 / sum } else { 1.0 };
            }
            energy = next;
        }
    }

    fn correlate(&mut self) {
        for (span, spectrum) in [(self.window, &mut self.head), (self.samples.len(), &mut self.all)] {
            self.padded.fill(0.0);
            self.padded[..span].copy_from_slice(&self.samples[..span]);
            // The only error of a transform is a buffer of the wrong length; all come from the plans.
            let done = self.forward.process_with_scratch(&mut self.padded, spectrum, &mut self.scratch);
            debug_assert!(done.is_ok());
        }
        self.product.fill(Complex::default());
        for ((product, head), all) in self.product.iter_mut().zip(&self.head).zip(&self.all) {
            *product = head.conj() * all;
        }
        if let Some(first) = self.product.first_mut() {
            first.im = 0.0;
        }
        let (product, out) = (&mut self.product, &mut self.correlation);
        let done = self.inverse.process_with_scratch(product, out, &mut self.scratch);
        debug_assert!(done.is_ok());
    }

    /// Differences are twice the energy on the average, and a constant offset is not in them.
    fn is_sound(&self) -> bool {
        let mean = self.difference.iter().sum::<f32>() / self.difference.len() as f32;
        0.5 * mean / self.window as f32 > SILENCE
    }

    fn choose(&self) -> Option<Pitch> {
        let best = self.dips().map(|(lag, depth)| self.cost(lag, depth)).fold(f32::MAX, f32::min);
        let (lag, depth) = self.dips().find(|(lag, depth)| self.cost(*lag, *depth) <= best + AS_GOOD)?;
        let hz = self.rate_hz / self.refine(lag);
        let confidence = 1.0 - depth / APERIODIC;
        let in_range = (PITCH_HZ.start / MARGIN..=PITCH_HZ.end * MARGIN).contains(&hz);
        (in_range && confidence > 0.0).then(|| Pitch { hz, confidence: confidence.min(1.0) })
    }

    /// Lags in samples at which the signal is most like itself, with the aperiodic share there.
    fn dips(&self) -> impl Iterator<Item = (f32, f32)> {
        self.normalised.windows(3).enumerate().skip(FINE * SHORTEST).filter_map(|(k, three)| {
            let is_dip = three[1] < three[0] && three[1] <= three[2];
            is_dip.then(|| {
                let (shift, depth) = vertex(three);
                ((k as f32 + 1.0 + shift) / FINE as f32, depth.max(0.0))
            })
        })
    }

    fn cost(&self, lag: f32, depth: f32) -> f32 {
        let same = |before: f32| (self.rate_hz / lag / before).log2().abs() < CONTINUES_OCTAVES;
        if self.before.is_some_and(same) { depth - CONTINUES } else { depth }
    }

    /// The period in samples, measured over more and more of its multiples.
    fn refine(&self, lag: f32) -> f32 {
        let last = (REFINE_S * self.rate_hz).min(self.longest as f32 - 2.0);
        let (mut period, mut count) = (lag, 1.0);
        while 2.0 * count * period < last {
            count *= 2.0;
            match self.dip_near(count * period) {
                Some(multiple) => period = multiple / count,
                None => break,
            }
        }
        period
    }

    fn dip_near(&self, lag: f32) -> Option<f32> {
        let middle = (lag * FINE as f32).round() as usize;
        let around = middle.saturating_sub(FINE).max(1)..=middle + FINE;
        let lowest = around
            .filter(|k| k + 1 < self.difference.len())
            .min_by(|a, b| self.difference[*a].total_cmp(&self.difference[*b]))?;
        let three = &self.difference[lowest - 1..=lowest + 1];
        let is_dip = three[1] <= three[0] && three[1] <= three[2];
        is_dip.then(|| (lowest as f32 + vertex(three).0) / FINE as f32)
    }
}

/// Lowest point of the parabola through three values: its place from the middle one, and its height.
fn vertex(three: &[f32]) -> (f32, f32) {
    let curve = three[0] - 2.0 * three[1] + three[2];
    let shift = if curve > 0.0 { (0.5 * (three[0] - three[2]) / curve).clamp(-1.0, 1.0) } else { 0.0 };
    (shift, three[1] - 0.25 * (three[0] - three[2]) * shift)
}

#[cfg(test)]
mod tests;
