//! Half-beats of the pulse, and what the music does at each of them.

use std::collections::VecDeque;

use crate::rhythm::activation::{Activations, KINDS};
use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::measures::{Gauge, HISTORY, Measures, Surroundings};
use crate::rhythm::pulse::Pulse;

/// A tatum is announced when it lies at most this many frames ahead, of its frame.
const LEAD_FRAMES: f32 = 14.0;
/// An onset shows in the frames this long after it began: half a window.
const DELAY_FRAMES: f64 = 2.5;
/// Tatums are no closer than this part of their period.
const CLOSEST: f64 = 0.6;
/// Its activation is the largest within so many frames of the tatum.
const REACH: u64 = 3;
/// Between tatums they are closer together.
const INNER_REACH: u64 = 1;
/// Frames that are kept: the widest context at the slowest tempo, and the lead.
const KEPT_FRAMES: usize = 2 * FRAMES_PER_S as usize;

/// A half-beat of the pulse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tatum {
    /// Its instant in frames since the start.
    pub at: f64,
    /// Frames from tatum to tatum.
    pub period: f32,
    /// Whether it follows the one before at about one period, or some whole number of them.
    pub regular: bool,
    /// Certainty of the pulse, 0..1.
    pub certainty: f32,
}

/// Finds tatums in what the pulse says, frame by frame, and measures them.
pub struct Tatums {
    frames: u64,
    last: Option<Tatum>,
    bands: usize,
    // the newest frames and their activations, and the number of the oldest that is kept
    spectra: VecDeque<Vec<f32>>,
    activations: VecDeque<Activations>,
    open: VecDeque<Tatum>,
    // mean spectra between tatums, the newest last; the one that begins with `open[i]` is `between[i]`
    between: VecDeque<Vec<f32>>,
    gauge: Gauge,
}

impl Tatums {
    /// For frames whose bands have these centres.
    pub fn new(centres_hz: &[f32]) -> Tatums {
        Tatums {
            frames: 0,
            last: None,
            bands: centres_hz.len(),
            spectra: VecDeque::with_capacity(KEPT_FRAMES + 1),
            activations: VecDeque::with_capacity(KEPT_FRAMES + 1),
            open: VecDeque::new(),
            between: VecDeque::new(),
            gauge: Gauge::new(centres_hz),
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

    /// The newest tatum that is complete, the second before the one that comes, and what the music did there.
    /// To be called once for each tatum.
    pub fn heard(&mut self) -> Option<(Tatum, Measures)> {
        let newest = self.open.len().checked_sub(3)?;
        let (tatum, next) = (*self.open.get(newest)?, *self.open.get(newest + 1)?);
        let inner = [1.0 / 3.0, 0.5, 2.0 / 3.0].map(|part| {
            let at = tatum.at + part * (next.at - tatum.at);
            self.strength(self.frame_of(at), INNER_REACH)
        });
        let strengths = [tatum.at, next.at].map(|at| self.strength(self.frame_of(at), REACH));
        let around = Surroundings { between: &self.between, tatum, strengths, inner };
        Some((tatum, self.gauge.measure(&around)))
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
        self.gauge.reset();
    }

    fn find(&mut self, pulse: &Pulse) -> Option<Tatum> {
        if pulse.remaining > LEAD_FRAMES {
            return None;
        }
        let at = self.frames as f64 + f64::from(pulse.remaining) - DELAY_FRAMES;
        let period = pulse.half_period;
        let regular = match self.last {
            None => true,
            Some(last) => {
                let steps = (at - last.at) / f64::from(period);
                if steps <= CLOSEST {
                    return None;
                }
                (1.0..=4.0).contains(&steps.round()) && (steps - steps.round()).abs() < 0.3
            }
        };
        let tatum = Tatum { at, period, regular, certainty: pulse.certainty };
        self.last = Some(tatum);
        Some(tatum)
    }

    // The tatum before the one before `next` is complete now: its surroundings are known.
    fn close(&mut self, next: Tatum) {
        self.open.push_back(next);
        let Some(index) = self.open.len().checked_sub(3) else { return };
        let (from, to) = (self.frame_of(self.open[index].at), self.frame_of(self.open[index + 1].at));
        let mut mean = if self.between.len() > HISTORY {
            self.open.pop_front();
            self.between.pop_front().unwrap_or_default()
        } else {
            vec![0.0; self.bands]
        };
        self.mean_spectrum(from, to, &mut mean);
        self.between.push_back(mean);
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

    // The largest activations within `reach` frames of `frame`.
    fn strength(&self, frame: u64, reach: u64) -> Activations {
        let mut largest = [0.0_f32; KINDS];
        let around = frame.saturating_sub(reach)..=frame + reach;
        for values in around.filter_map(|frame| self.kept(frame)).filter_map(|i| self.activations.get(i)) {
            largest.iter_mut().zip(values).for_each(|(largest, value)| *largest = largest.max(*value));
        }
        largest
    }
}
