//! What the music does at a tatum, against what it does elsewhere.

use std::collections::VecDeque;

use crate::rhythm::activation::{ALL, Activations, LOW};

/// Measures of a tatum: see [`Measures`].
pub const MEASURES: usize = 15;

/// What the music does at a tatum, in this order: the six activations; change of harmony over one tatum;
/// distance of the harmony before and after, over two tatums and over four; change of the bass over one
/// tatum; distance of the bass over two; change of the whole spectrum over two; loudness of the bass;
/// onset strength over all bands and below 160 Hz, on an absolute scale.
///
/// All but the last two are relative to the music of late: in standard deviations from the mean, -2.5..2.5.
/// What is not known yet is 0: it says nothing.
pub type Measures = [f32; MEASURES];

/// The widest context of a measure, in tatums to either side.
pub const CONTEXT: usize = 4;
/// Range of harmony and of bass in Hz.
const HARMONY_HZ: std::ops::Range<f32> = 150.0..2500.0;
const BASS_HZ: std::ops::Range<f32> = 0.0..250.0;
/// Measures that are relative are so to the last tatums, this many at most.
const MEMORY: f32 = 64.0;
/// Mean and variance that are usual (medians over recordings) count like this many tatums at the start.
const USUAL_MEAN: [f32; RELATIVE] =
    [0.47, 0.48, 0.43, 0.24, 0.53, 0.25, 0.21, 0.028, 0.027, 0.22, 0.018, 0.14, 2.7];
const USUAL_VARIANCE: [f32; RELATIVE] =
    [0.06, 0.08, 0.06, 0.05, 0.08, 0.06, 0.04, 0.002, 0.002, 0.1, 0.002, 0.02, 0.3];
const USUAL_COUNTS: f32 = 4.0;
/// The least deviation, as a share of the usual one.
const LEAST_DEVIATION: f32 = 0.2;
const WIDEST: f32 = 2.5;
/// The absolute measures: 0 at a middling onset, about ±1 at none and at the strongest.
const MIDDLING: f32 = 0.4;
const RELATIVE: usize = MEASURES - 2;

/// Measures tatums, and keeps what is usual in this music.
pub(super) struct Gauge {
    harmony: Vec<usize>,
    bass: Vec<usize>,
    counts: [f32; RELATIVE],
    mean: [f32; RELATIVE],
    variance: [f32; RELATIVE],
    scratch: (Vec<f32>, Vec<f32>),
}

impl Gauge {
    /// For spectra whose bands have these centres.
    pub(super) fn new(centres_hz: &[f32]) -> Gauge {
        let group = |hz: std::ops::Range<f32>| -> Vec<usize> {
            (0..centres_hz.len()).filter(|band| hz.contains(&centres_hz[*band])).collect()
        };
        Gauge {
            harmony: group(HARMONY_HZ),
            bass: group(BASS_HZ),
            counts: [0.0; RELATIVE],
            mean: [0.0; RELATIVE],
            variance: [0.0; RELATIVE],
            scratch: (vec![0.0; centres_hz.len()], vec![0.0; centres_hz.len()]),
        }
    }

    /// As if nothing had been measured.
    pub(super) fn reset(&mut self) {
        self.counts = [0.0; RELATIVE];
        self.mean = [0.0; RELATIVE];
        self.variance = [0.0; RELATIVE];
    }

    /// Measures of tatum `index`, not yet relative. `between` are mean spectra between tatums, the one that
    /// begins with tatum `index` at that index; `strength` are the activations at the tatum. NaN where there
    /// are not enough spectra to either side.
    pub(super) fn raw(
        &mut self,
        between: &VecDeque<Vec<f32>>,
        index: usize,
        strength: &Activations,
    ) -> Measures {
        let loudness = mean(&self.bass, &between[index]);
        let one =
            self.around(between, index, 1, |around, harmony, bass| [around.rise(harmony), around.rise(bass)]);
        let two = self.around(between, index, 2, |around, harmony, bass| {
            [around.distance(harmony), around.distance(bass), around.rise_of_all()]
        });
        let four = self.around(between, index, CONTEXT, |around, harmony, _| [around.distance(harmony)]);
        let absolute = |value: f32| 2.0 * (value - MIDDLING);
        let far = [one[0], two[0], four[0], one[1], two[1], two[2], loudness];
        let mut out = [0.0; MEASURES];
        out[..strength.len()].copy_from_slice(strength);
        out[strength.len()..RELATIVE].copy_from_slice(&far);
        out[RELATIVE..].copy_from_slice(&[absolute(strength[ALL]), absolute(strength[LOW])]);
        out
    }

    /// Learns what is usual.
    pub(super) fn learn(&mut self, raw: &Measures) {
        for (i, raw) in raw.iter().take(RELATIVE).enumerate().filter(|(_, raw)| !raw.is_nan()) {
            self.counts[i] += 1.0;
            let rate = (1.0 / self.counts[i]).max(1.0 / MEMORY);
            let apart = raw - self.mean[i];
            self.mean[i] += rate * apart;
            self.variance[i] += rate * (apart * (raw - self.mean[i]) - self.variance[i]);
        }
    }

    /// The measures in the light of what is usual by now.
    pub(super) fn relative(&self, raw: &Measures) -> Measures {
        let mut out = *raw;
        for (i, out) in out.iter_mut().take(RELATIVE).enumerate() {
            let known = self.counts[i] / (self.counts[i] + USUAL_COUNTS);
            let mix = |heard: f32, usual: f32| heard * known + usual * (1.0 - known);
            let deviation = mix(self.variance[i], USUAL_VARIANCE[i]).sqrt();
            let deviation = deviation.max(LEAST_DEVIATION * USUAL_VARIANCE[i].sqrt());
            let apart = (*out - mix(self.mean[i], USUAL_MEAN[i])) / deviation;
            *out = if apart.is_nan() { 0.0 } else { apart.clamp(-WIDEST, WIDEST) };
        }
        out
    }

    // What `compare` finds between the spectra `reach` tatums before and after.
    fn around<const N: usize>(
        &mut self,
        between: &VecDeque<Vec<f32>>,
        index: usize,
        reach: usize,
        compare: impl Fn(&Around<'_>, &[usize], &[usize]) -> [f32; N],
    ) -> [f32; N] {
        if index < reach || index + reach > between.len() {
            return [f32::NAN; N];
        }
        average(between, index - reach..index, &mut self.scratch.0);
        average(between, index..index + reach, &mut self.scratch.1);
        let around = Around { before: &self.scratch.0, after: &self.scratch.1 };
        compare(&around, &self.harmony, &self.bass)
    }
}

/// The mean spectra just before and just after a tatum.
struct Around<'a> {
    before: &'a [f32],
    after: &'a [f32],
}

impl Around<'_> {
    // Half-wave rectified difference, mean over the bands.
    fn rise(&self, bands: &[usize]) -> f32 {
        let rises = bands.iter().map(|band| (self.after[*band] - self.before[*band]).max(0.0));
        rises.sum::<f32>() / bands.len().max(1) as f32
    }

    fn rise_of_all(&self) -> f32 {
        let rises = self.after.iter().zip(self.before).map(|(after, before)| (after - before).max(0.0));
        rises.sum::<f32>() / self.after.len().max(1) as f32
    }

    // Cosine distance, 0..1.
    fn distance(&self, bands: &[usize]) -> f32 {
        let (mut dot, mut before, mut after) = (0.0, 0.0, 0.0);
        for band in bands {
            let (x, y) = (self.before[*band], self.after[*band]);
            dot += x * y;
            before += x * x;
            after += y * y;
        }
        1.0 - dot / f32::sqrt(before * after).max(1e-6)
    }
}

fn average(between: &VecDeque<Vec<f32>>, range: std::ops::Range<usize>, out: &mut [f32]) {
    out.fill(0.0);
    let share = 1.0 / range.len().max(1) as f32;
    for spectrum in between.range(range) {
        out.iter_mut().zip(spectrum).for_each(|(out, value)| *out += share * value);
    }
}

fn mean(bands: &[usize], spectrum: &[f32]) -> f32 {
    bands.iter().map(|band| spectrum[*band]).sum::<f32>() / bands.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_says_nothing_and_what_is_usual_is_learnt() {
        let mut gauge = Gauge::new(&[100.0, 200.0, 400.0, 1000.0]);
        let between: VecDeque<Vec<f32>> = (0..6).map(|n| vec![n as f32 / 10.0; 4]).collect();
        let raw = gauge.raw(&between, 5, &[0.5; 6]);
        let first = gauge.relative(&raw);
        assert!(first[6] != 0.0 && first[7] == 0.0 && first[8] == 0.0, "{first:?}");
        for _ in 0..200 {
            gauge.learn(&raw);
        }
        let usual = gauge.relative(&raw);
        let closer = |(usual, first): (&f32, &f32)| usual.abs() <= 0.15 * first.abs().max(1.0);
        assert!(usual.iter().zip(&first).take(RELATIVE - 1).all(closer), "{usual:?}");
    }
}
