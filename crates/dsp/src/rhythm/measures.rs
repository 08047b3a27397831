//! What the music does at a tatum, against what it does elsewhere.
//!
//! Everything looks back: a tatum is measured as soon as the interval after it has passed, so that the
//! metre hears of it two tatums later at most.

use std::ops::Range;

use crate::rhythm::activation::{ALL, Activations, HIGH, KINDS, LOW, MID};
use crate::rhythm::rows::Rows;
use crate::rhythm::tatum::Tatum;

/// Measures of a tatum: see [`Measures`].
pub const MEASURES: usize = RELATIVE + ABSOLUTE;

/// What the music does at a tatum, in this order.
///
/// Relative to the music of late, in standard deviations from the mean, -2.5..2.5; 0 while it is not known:
/// the six activations at the tatum; how much harmony, bass and the whole spectrum rise there; distance of the
/// harmony before and after; the same over two tatums on either side, one tatum earlier: harmony, bass,
/// rise of the spectrum; over four on either side, three tatums earlier: harmony, bass; loudness of bass,
/// middle and treble after it; distance of what sounds after it from what sounded 2, 3, 4, 6, 8, 12 and 16
/// tatums ago.
///
/// On an absolute scale, 0 for a middling onset and about ±1 for none and the strongest: onsets over all
/// bands, low, middle and high at the tatum; the same at the next; onsets over all bands and low half-way
/// to the next, over all bands after a third and after two thirds of the way. Then the certainty of the
/// pulse, 1 if the tatum is irregular, and octaves of its period against a quarter of a second.
pub type Measures = [f32; MEASURES];

/// The oldest spectrum that is compared, in tatums before the newest.
pub(super) const HISTORY: usize = 16;
const REPEATS: [usize; 7] = [2, 3, 4, 6, 8, 12, HISTORY];
const RELATIVE: usize = KINDS + 12 + REPEATS.len();
const ABSOLUTE: usize = 2 * GROUPS.len() + 4 + 3;
/// Groups of bands whose onsets count on an absolute scale as well.
const GROUPS: [usize; 4] = [ALL, LOW, MID, HIGH];
/// Ranges of harmony, bass, middle and treble in Hz.
const HARMONY_HZ: Range<f32> = 150.0..2500.0;
const BASS_HZ: Range<f32> = 0.0..250.0;
const MIDDLE_HZ: Range<f32> = 250.0..2500.0;
const TREBLE_HZ: Range<f32> = 2500.0..20_000.0;
/// Measures that are relative are so to the last tatums, this many at most.
const MEMORY: f32 = 64.0;
/// Mean and variance that are usual (medians over generated music) count like this many tatums at the start.
const USUAL_MEAN: [f32; RELATIVE] = [
    0.47, 0.48, 0.43, 0.24, 0.53, 0.25, 0.21, 0.22, 0.21, 0.028, 0.028, 0.018, 0.14, 0.027, 0.018, 2.7, 2.0,
    1.0, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03, 0.03,
];
const USUAL_VARIANCE: [f32; RELATIVE] = [
    0.06, 0.08, 0.06, 0.05, 0.08, 0.06, 0.04, 0.1, 0.04, 0.002, 0.002, 0.002, 0.02, 0.002, 0.002, 0.3, 0.2,
    0.2, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001, 0.001,
];
const USUAL_COUNTS: f32 = 4.0;
/// The least deviation, as a share of the usual one.
const LEAST_DEVIATION: f32 = 0.2;
const WIDEST: f32 = 2.5;
/// An onset of middling strength.
const MIDDLING: f32 = 0.4;
/// Frames of a period of a quarter of a second.
const MIDDLING_PERIOD: f32 = 25.0;

/// What is known of the newest tatum that is complete.
pub(super) struct Surroundings<'a> {
    /// Mean spectra between tatums; the last begins with the tatum.
    pub(super) between: &'a Rows,
    pub(super) tatum: Tatum,
    /// Activations at the tatum and at the next.
    pub(super) strengths: [Activations; 2],
    /// Activations after a third, a half and two thirds of the way to the next.
    pub(super) inner: [Activations; 3],
}

/// Measures tatums, and keeps what is usual in this music.
pub(super) struct Gauge {
    harmony: Vec<usize>,
    bass: Vec<usize>,
    middle: Vec<usize>,
    treble: Vec<usize>,
    all: Vec<usize>,
    counts: [f32; RELATIVE],
    mean: [f32; RELATIVE],
    variance: [f32; RELATIVE],
    scratch: (Vec<f32>, Vec<f32>),
}

impl Gauge {
    /// For spectra whose bands have these centres.
    pub(super) fn new(centres_hz: &[f32]) -> Gauge {
        let group = |hz: Range<f32>| -> Vec<usize> {
            (0..centres_hz.len()).filter(|band| hz.contains(&centres_hz[*band])).collect()
        };
        Gauge {
            harmony: group(HARMONY_HZ),
            bass: group(BASS_HZ),
            middle: group(MIDDLE_HZ),
            treble: group(TREBLE_HZ),
            all: (0..centres_hz.len()).collect(),
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

    /// Measures a tatum in the light of what is usual by now, and learns from it.
    pub(super) fn measure(&mut self, around: &Surroundings<'_>) -> Measures {
        let mut out = self.raw(around);
        self.learn(&out);
        self.relate(&mut out);
        out
    }

    // Not yet relative; NaN where there are not enough spectra.
    fn raw(&mut self, around: &Surroundings<'_>) -> Measures {
        let mut out = [f32::NAN; MEASURES];
        let mut next = 0;
        let mut put = |values: &[f32]| {
            out[next..next + values.len()].copy_from_slice(values);
            next += values.len();
        };
        put(&around.strengths[0]);
        put(&self.changes(around.between));
        put(&self.loudness(around.between));
        put(&REPEATS.map(|lag| self.repeat(around.between, lag)));
        for strength in &around.strengths {
            put(&GROUPS.map(|group| absolute(strength[group])));
        }
        let [third, half, two_thirds] = &around.inner;
        put(&[half[ALL], half[LOW], third[ALL], two_thirds[ALL]].map(absolute));
        let irregular = if around.tatum.regular { 0.0 } else { 1.0 };
        put(&[around.tatum.certainty, irregular, (around.tatum.period / MIDDLING_PERIOD).log2()]);
        out
    }

    fn changes(&mut self, between: &Rows) -> [f32; 9] {
        let mut out = [f32::NAN; 9];
        if let Some((around, [harmony, bass, all])) = self.around(between, 1) {
            out[..3].copy_from_slice(&[harmony, bass, all].map(|group| around.rise(group)));
            out[3] = around.distance(harmony);
        }
        if let Some((around, [harmony, bass, all])) = self.around(between, 2) {
            out[4..7].copy_from_slice(&[around.distance(harmony), around.distance(bass), around.rise(all)]);
        }
        if let Some((around, [harmony, bass, _])) = self.around(between, 4) {
            out[7..].copy_from_slice(&[harmony, bass].map(|group| around.distance(group)));
        }
        out
    }

    fn loudness(&self, between: &Rows) -> [f32; 3] {
        let newest = between.newest(0);
        [&self.bass, &self.middle, &self.treble].map(|group| newest.map_or(f32::NAN, |row| mean(group, row)))
    }

    // How far the newest spectrum is from the one `lag` tatums before.
    fn repeat(&self, between: &Rows, lag: usize) -> f32 {
        match (between.newest(lag), between.newest(0)) {
            (Some(before), Some(after)) => Around { before, after }.distance(&self.all),
            _ => f32::NAN,
        }
    }

    fn learn(&mut self, raw: &Measures) {
        for (i, raw) in raw.iter().take(RELATIVE).enumerate().filter(|(_, raw)| !raw.is_nan()) {
            self.counts[i] += 1.0;
            let rate = (1.0 / self.counts[i]).max(1.0 / MEMORY);
            let apart = raw - self.mean[i];
            self.mean[i] += rate * apart;
            self.variance[i] += rate * (apart * (raw - self.mean[i]) - self.variance[i]);
        }
    }

    fn relate(&self, measures: &mut Measures) {
        for (i, out) in measures.iter_mut().take(RELATIVE).enumerate() {
            let known = self.counts[i] / (self.counts[i] + USUAL_COUNTS);
            let mix = |heard: f32, usual: f32| heard * known + usual * (1.0 - known);
            let deviation = mix(self.variance[i], USUAL_VARIANCE[i]).sqrt();
            let deviation = deviation.max(LEAST_DEVIATION * USUAL_VARIANCE[i].sqrt());
            let apart = (*out - mix(self.mean[i], USUAL_MEAN[i])) / deviation;
            *out = if apart.is_nan() { 0.0 } else { apart.clamp(-WIDEST, WIDEST) };
        }
    }

    // The spectra of the newest `reach` tatums and of as many before them; bands of harmony, bass and all.
    fn around(&mut self, between: &Rows, reach: usize) -> Option<(Around<'_>, [&[usize]; 3])> {
        let centre = between.len().checked_sub(reach)?;
        average(between, centre.checked_sub(reach)?..centre, &mut self.scratch.0);
        average(between, centre..between.len(), &mut self.scratch.1);
        let around = Around { before: &self.scratch.0, after: &self.scratch.1 };
        Some((around, [&self.harmony, &self.bass, &self.all]))
    }
}

/// Two spectra that are compared.
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

fn absolute(strength: f32) -> f32 {
    2.0 * (strength - MIDDLING)
}

fn average(between: &Rows, range: Range<usize>, out: &mut [f32]) {
    out.fill(0.0);
    let share = 1.0 / range.len().max(1) as f32;
    for spectrum in range.filter_map(|index| between.get(index)) {
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
        let mut gauge = Gauge::new(&[100.0, 200.0, 400.0, 1000.0, 5000.0]);
        let mut between = Rows::new(6, 5);
        (0..6_u8).for_each(|n| between.push(&[0, 1, 2, 3, 4].map(|band| f32::from(n * n + band) / 10.0)));
        let tatum = Tatum { at: 0.0, period: 25.0, regular: true, certainty: 1.0 };
        let around =
            Surroundings { between: &between, tatum, strengths: [[0.5; 6]; 2], inner: [[0.1; 6]; 3] };
        let first = gauge.measure(&around);
        // changes over two tatums are known after six, those over four and repeats after eight are not
        assert!(first[10] != 0.0 && first[13] == 0.0 && first[RELATIVE - 1] == 0.0, "{first:?}");
        let usual = (0..300).map(|_| gauge.measure(&around)).last().unwrap();
        let closer = |(usual, first): (&f32, &f32)| usual.abs() <= 0.25 * first.abs().max(1.0);
        assert!(usual.iter().zip(&first).take(RELATIVE).all(closer), "{usual:?}");
        assert_eq!(usual[RELATIVE..], first[RELATIVE..]);
    }
}
