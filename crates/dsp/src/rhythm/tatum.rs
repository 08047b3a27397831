//! Half-beats of the pulse, and what the music does at each of them.

use std::collections::VecDeque;

use crate::rhythm::activation::{ALL, Activations, KINDS, LOW};
use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::pulse::Pulse;

/// Measures of a tatum: see [`Measures`].
pub const MEASURES: usize = 15;

/// What the music does at a tatum, in this order: the six activations; change of harmony over one tatum;
/// distance of the harmony before and after, over two tatums and over four; change of the bass over one
/// tatum; distance of the bass over two; change of the whole spectrum over two; loudness of the bass;
/// onset strength over all bands and below 160 Hz, on an absolute scale.
///
/// All but the last two are relative to the music of late: in standard deviations from the mean, -2.5..2.5.
pub type Measures = [f32; MEASURES];

/// A tatum is announced when it lies at most this many frames ahead, of its frame.
const LEAD_FRAMES: f32 = 14.0;
/// An onset shows in the frames this long after it began: half a window.
const DELAY_FRAMES: f64 = 2.5;
/// Tatums are no closer than this part of their period.
const CLOSEST: f64 = 0.6;
/// Its activation is the largest within so many frames of the tatum.
const REACH: usize = 3;
/// The widest context of a measure, in tatums to either side.
const CONTEXT: usize = 4;
/// Frames that are kept: the widest context at the slowest tempo, and the lead.
const KEPT_FRAMES: usize = 2 * FRAMES_PER_S as usize;
/// Range of harmony and of bass in Hz.
const HARMONY_HZ: std::ops::Range<f32> = 150.0..2500.0;
const BASS_HZ: std::ops::Range<f32> = 0.0..250.0;
/// Measures that are relative are so to the last tatums, this many at most.
const MEMORY: f32 = 64.0;
/// Their usual variance, which counts like this many tatums at the start, and the least deviation.
const USUAL_VARIANCE: [f32; RELATIVE] =
    [0.06, 0.08, 0.06, 0.05, 0.08, 0.06, 0.04, 0.002, 0.002, 0.1, 0.002, 0.02, 0.3];
const USUAL_COUNTS: f32 = 4.0;
const LEAST_DEVIATION: f32 = 0.2;
const WIDEST: f32 = 2.5;
/// The absolute measures: 0 at a middling onset, about ±1 at none and at the strongest.
const MIDDLING: f32 = 0.4;
const RELATIVE: usize = MEASURES - 2;

/// A half-beat of the pulse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tatum {
    /// Its number; one that was missed is counted.
    pub number: u64,
    /// Its instant in frames since the start.
    pub at: f64,
    /// Frames from tatum to tatum.
    pub period: f32,
    /// Whether it follows the one before at about one period, or some whole number of them.
    pub regular: bool,
    /// Certainty of the pulse, 0..1.
    pub certainty: f32,
}

/// Finds tatums in what the pulse says, frame by frame, and measures them once their surroundings are known.
pub struct Tatums {
    frames: u64,
    last: Option<Tatum>,
    bands: usize,
    harmony: Vec<usize>,
    bass: Vec<usize>,
    // the newest frames and their activations, and the number of the oldest that is kept
    spectra: VecDeque<Vec<f32>>,
    activations: VecDeque<Activations>,
    open: VecDeque<Tatum>,
    // mean spectra between tatums, the newest last; the one that begins with `open[i]` is `between[i]`
    between: VecDeque<Vec<f32>>,
    strengths: VecDeque<Activations>,
    relative: Relative,
    scratch: (Vec<f32>, Vec<f32>),
}

impl Tatums {
    /// For frames whose bands have these centres.
    pub fn new(centres_hz: &[f32]) -> Tatums {
        let group = |hz: std::ops::Range<f32>| -> Vec<usize> {
            (0..centres_hz.len()).filter(|band| hz.contains(&centres_hz[*band])).collect()
        };
        let bands = centres_hz.len();
        Tatums {
            frames: 0,
            last: None,
            bands,
            harmony: group(HARMONY_HZ),
            bass: group(BASS_HZ),
            spectra: VecDeque::with_capacity(KEPT_FRAMES + 1),
            activations: VecDeque::with_capacity(KEPT_FRAMES + 1),
            open: VecDeque::new(),
            between: VecDeque::new(),
            strengths: VecDeque::new(),
            relative: Relative::default(),
            scratch: (vec![0.0; bands], vec![0.0; bands]),
        }
    }

    /// Takes one frame, its activations and what the pulse says after it. Gives the tatum that comes next,
    /// once, shortly before its instant.
    pub fn update(&mut self, frame: &[f32], activations: &Activations, pulse: &Pulse) -> Option<Tatum> {
        let mut spectrum = if self.spectra.len() >= KEPT_FRAMES { self.spectra.pop_front() } else { None };
        let row = spectrum.get_or_insert_with(|| vec![0.0; frame.len()]);
        row.copy_from_slice(frame);
        self.spectra.push_back(spectrum.unwrap_or_default());
        if self.activations.len() >= KEPT_FRAMES {
            self.activations.pop_front();
        }
        self.activations.push_back(*activations);
        self.frames += 1;
        let tatum = self.find(pulse)?;
        self.close(tatum);
        Some(tatum)
    }

    /// The measures of the newest tatum whose surroundings are known: the fifth before the one that comes.
    pub fn measures(&mut self) -> Option<(Tatum, Measures)> {
        // the newest `CONTEXT` are what lies after it
        let index = self.between.len().checked_sub(CONTEXT)?;
        let raw = self.raw(index);
        let tatum = *self.open.get(index)?;
        Some((tatum, self.relative.of(&raw)))
    }

    /// The instant of the newest frame, in frames since the start.
    pub fn now(&self) -> u64 {
        self.frames
    }

    /// As if nothing had been heard; frames are counted from 0 again.
    pub fn reset(&mut self) {
        self.frames = 0;
        self.last = None;
        self.spectra.clear();
        self.activations.clear();
        self.open.clear();
        self.between.clear();
        self.strengths.clear();
        self.relative = Relative::default();
    }

    fn find(&mut self, pulse: &Pulse) -> Option<Tatum> {
        if pulse.remaining > LEAD_FRAMES {
            return None;
        }
        let at = self.frames as f64 + f64::from(pulse.remaining) - DELAY_FRAMES;
        let period = pulse.half_period;
        let (number, regular) = match self.last {
            None => (0, true),
            Some(last) => {
                let steps = (at - last.at) / f64::from(period);
                if steps <= CLOSEST {
                    return None;
                }
                let whole = steps.round();
                let regular = (1.0..=4.0).contains(&whole) && (steps - whole).abs() < 0.3;
                (last.number + if regular { whole as u64 } else { 1 }, regular)
            }
        };
        let tatum = Tatum { number, at, period, regular, certainty: pulse.certainty };
        self.last = Some(tatum);
        Some(tatum)
    }

    // The tatum before the one before `next` is complete now: its surroundings are known.
    fn close(&mut self, next: Tatum) {
        self.open.push_back(next);
        let Some(index) = self.open.len().checked_sub(3) else { return };
        let (from, to) = (self.frame_of(self.open[index].at), self.frame_of(self.open[index + 1].at));
        let mut mean = if self.between.len() > 2 * CONTEXT {
            self.open.pop_front();
            self.strengths.pop_front();
            self.between.pop_front().unwrap_or_default()
        } else {
            vec![0.0; self.bands]
        };
        self.mean_spectrum(from, to, &mut mean);
        self.between.push_back(mean);
        self.strengths.push_back(self.strength(from));
    }

    // Number of the frame in which an onset at `at` shows most.
    fn frame_of(&self, at: f64) -> u64 {
        ((at + DELAY_FRAMES).round().max(0.0) as u64).min(self.frames)
    }

    fn kept(&self, frame: u64) -> Option<usize> {
        let oldest = self.frames - self.spectra.len() as u64;
        usize::try_from(frame.checked_sub(oldest)?).ok().filter(|index| *index < self.spectra.len())
    }

    fn mean_spectrum(&self, from: u64, to: u64, mean: &mut [f32]) {
        mean.fill(0.0);
        let from = from.min(self.frames.saturating_sub(1));
        let to = to.max(from + 1);
        let mut count = 0.0;
        for spectrum in (from..to).filter_map(|frame| self.kept(frame)).filter_map(|i| self.spectra.get(i)) {
            mean.iter_mut().zip(spectrum).for_each(|(mean, value)| *mean += value);
            count += 1.0;
        }
        mean.iter_mut().for_each(|mean| *mean /= f32::max(count, 1.0));
    }

    fn strength(&self, frame: u64) -> Activations {
        let mut largest = [0.0_f32; KINDS];
        let around = frame.saturating_sub(REACH as u64)..=frame + REACH as u64;
        for values in around.filter_map(|frame| self.kept(frame)).filter_map(|i| self.activations.get(i)) {
            largest.iter_mut().zip(values).for_each(|(largest, value)| *largest = largest.max(*value));
        }
        largest
    }

    fn raw(&mut self, index: usize) -> Measures {
        let strength = self.strengths[index];
        let one = self.around(index, 1, |around, harmony, bass| [around.rise(harmony), around.rise(bass)]);
        let two = self.around(index, 2, |around, harmony, bass| {
            [around.distance(harmony), around.distance(bass), around.rise_of_all()]
        });
        let four = self.around(index, CONTEXT, |around, harmony, _| [around.distance(harmony)]);
        let loudness = mean(&self.bass, &self.between[index]);
        let absolute = |value: f32| 2.0 * (value - MIDDLING);
        let [all, low, mid, change, high, bass_change] = strength;
        let far = [one[0], two[0], four[0], one[1], two[1], two[2]];
        let [rise, near, wide, bass_rise, bass_near, rise_of_all] = far;
        [
            all,
            low,
            mid,
            change,
            high,
            bass_change,
            rise,
            near,
            wide,
            bass_rise,
            bass_near,
            rise_of_all,
            loudness,
            absolute(strength[ALL]),
            absolute(strength[LOW]),
        ]
    }

    // What `compare` finds between the spectra `reach` tatums before and after; 0 where there are not as many.
    fn around<const N: usize>(
        &mut self,
        index: usize,
        reach: usize,
        compare: impl Fn(&Around<'_>, &[usize], &[usize]) -> [f32; N],
    ) -> [f32; N] {
        if index < reach || index + reach > self.between.len() {
            return [0.0; N];
        }
        average(&self.between, index - reach..index, &mut self.scratch.0);
        average(&self.between, index..index + reach, &mut self.scratch.1);
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

/// Running mean and variance of the relative measures.
#[derive(Default)]
struct Relative {
    count: f32,
    mean: [f32; RELATIVE],
    variance: [f32; RELATIVE],
}

impl Relative {
    fn of(&mut self, raw: &Measures) -> Measures {
        self.count += 1.0;
        let rate = (1.0 / self.count).max(1.0 / MEMORY);
        let known = self.count / (self.count + USUAL_COUNTS);
        let mut out = *raw;
        for (i, usual) in USUAL_VARIANCE.iter().enumerate() {
            let apart = raw[i] - self.mean[i];
            self.mean[i] += rate * apart;
            self.variance[i] += rate * (apart * (raw[i] - self.mean[i]) - self.variance[i]);
            let deviation = (self.variance[i] * known + usual * (1.0 - known)).sqrt();
            let deviation = deviation.max(LEAST_DEVIATION * usual.sqrt());
            out[i] = ((raw[i] - self.mean[i]) / deviation).clamp(-WIDEST, WIDEST);
        }
        out
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
