//! Half-beats of the pulse, and what the music does at each of them.

use std::collections::VecDeque;

use crate::rhythm::activation::{Activations, KINDS};
use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::measures::{Gauge, HISTORY, Measures, Surroundings};
use crate::rhythm::patch::{Patch, Patches};
use crate::rhythm::pulse::{PERIODS, Pulse};
use crate::rhythm::rows::Rows;

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
/// Frames that are kept. A pulse that is found within so many of the start was there all along: what the music
/// did before is measured again.
const KEPT_FRAMES: usize = 6 * FRAMES_PER_S as usize;
/// Half-beats that fit into them, when the pulse is fastest, and two at each end.
const MOST_KNOWN: usize = KEPT_FRAMES / (*PERIODS.start() / 2) + 4;
/// A tatum that lies further than this part of a period from where the newest would have it is none of its pulse.
const ASTRAY: f64 = 0.25;

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

/// A tatum that is complete: the next one has passed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// The tatum.
    pub tatum: Tatum,
    /// What the music did there.
    pub measures: Measures,
    /// What it sounded like from there to the next.
    pub patch: Patch,
}

/// Finds tatums in what the pulse says, frame by frame, and measures them.
pub struct Tatums {
    frames: u64,
    last: Option<Tatum>,
    // the newest frames and their activations, and the number of the oldest that is kept
    spectra: Rows,
    activations: VecDeque<Activations>,
    open: VecDeque<Tatum>,
    // mean spectra between tatums, the newest last; the one that begins with `open[i]` is `between[i]`
    between: Rows,
    mean: Vec<f32>,
    gauge: Gauge,
    patches: Patches,
    known: Vec<Known>,
    advised: bool,
    anew: bool,
    lasting: u32,
}

impl Tatums {
    /// For frames whose bands have these centres.
    pub fn new(centres_hz: &[f32]) -> Tatums {
        Tatums {
            frames: 0,
            last: None,
            spectra: Rows::new(KEPT_FRAMES, centres_hz.len()),
            activations: VecDeque::with_capacity(KEPT_FRAMES + 1),
            open: VecDeque::with_capacity(HISTORY + 4),
            between: Rows::new(HISTORY + 1, centres_hz.len()),
            mean: vec![0.0; centres_hz.len()],
            gauge: Gauge::new(centres_hz),
            patches: Patches::new(centres_hz),
            known: Vec::with_capacity(MOST_KNOWN),
            advised: false,
            anew: false,
            lasting: 0,
        }
    }

    /// Takes one frame, its activations and what the pulse says after it. Gives the tatum that comes next,
    /// once, shortly before its instant.
    pub fn update(&mut self, frame: &[f32], activations: &Activations, pulse: &Pulse) -> Option<Tatum> {
        self.spectra.push(frame);
        if self.activations.len() >= KEPT_FRAMES {
            self.activations.pop_front();
        }
        self.activations.push_back(*activations);
        self.frames += 1;
        let mut tatum = self.find(pulse)?;
        self.known.clear();
        let beginning = self.frames as usize <= KEPT_FRAMES && !self.advised;
        self.anew = beginning && !self.agrees(&tatum);
        if self.anew {
            tatum.regular = true;
            self.look_back(tatum);
        } else {
            self.close(tatum);
        }
        self.lasting = if self.anew || !tatum.regular { 0 } else { self.lasting.saturating_add(1) };
        Some(tatum)
    }

    /// Tatums that are complete since the newest came, and what the music did there: the second before it, or
    /// all since the start if it is [`Tatums::anew`]. None for the first two.
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// Whether the newest tatum belongs to another pulse than those before it, so soon after the start that
    /// they were mistakes: they are found anew, where the new pulse has them.
    pub fn anew(&self) -> bool {
        self.anew
    }

    /// Tatums that have come since the pulse was found, or found again.
    pub fn lasting(&self) -> u32 {
        self.lasting
    }

    /// The listener's user has said where the beats are: from now on another pulse is no mistake of the beginning,
    /// and what the user said is not undone.
    pub fn advised(&mut self) {
        self.advised = true;
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
        self.patches.reset();
        self.known.clear();
        self.advised = false;
        self.anew = false;
        self.lasting = 0;
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

    // Whether those that are open lie where the pulse of `next` has them.
    fn agrees(&self, next: &Tatum) -> bool {
        let period = f64::from(next.period);
        let ideal = (1..).map(|steps| next.at - f64::from(steps) * period);
        self.open.iter().rev().zip(ideal).all(|(tatum, at)| (tatum.at - at).abs() <= ASTRAY * period)
    }

    fn look_back(&mut self, newest: Tatum) {
        self.open.clear();
        self.between.clear();
        self.gauge.reset();
        self.patches.reset();
        let period = f64::from(newest.period);
        let before = (newest.at / period).max(0.0) as u32;
        for steps in (0..=before).rev() {
            self.close(Tatum { at: newest.at - f64::from(steps) * period, ..newest });
        }
    }

    // The tatum before the one before `next` is complete now: its surroundings are known.
    fn close(&mut self, next: Tatum) {
        self.open.push_back(next);
        let Some(index) = self.open.len().checked_sub(3) else { return };
        let (tatum, after) = (self.open[index], self.open[index + 1]);
        if self.between.is_full() {
            self.open.pop_front();
        }
        let mut mean = std::mem::take(&mut self.mean);
        self.mean_spectrum(self.frame_of(tatum.at), self.frame_of(after.at), &mut mean);
        self.between.push(&mean);
        self.mean = mean;
        let (measures, patch) = (self.measure(tatum, after), self.patch(tatum, after));
        self.known.push(Known { tatum, measures, patch });
    }

    fn measure(&mut self, tatum: Tatum, after: Tatum) -> Measures {
        let inner = [1.0 / 3.0, 0.5, 2.0 / 3.0].map(|part| {
            let at = tatum.at + part * (after.at - tatum.at);
            self.strength(self.frame_of(at), INNER_REACH)
        });
        let strengths = [tatum.at, after.at].map(|at| self.strength(self.frame_of(at), REACH));
        let around = Surroundings { between: &self.between, tatum, strengths, inner };
        self.gauge.measure(&around)
    }

    fn patch(&mut self, tatum: Tatum, after: Tatum) -> Patch {
        let frames = self.frame_of(tatum.at)..self.frame_of(after.at);
        let (spectra, oldest) = (&self.spectra, self.frames - self.spectra.len() as u64);
        let spectrum = |frame: u64| spectra.get(usize::try_from(frame.checked_sub(oldest)?).ok()?);
        self.patches.cut(frames, spectrum)
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

#[cfg(test)]
mod tests {
    use super::*;

    const CENTRES_HZ: [f32; 3] = [100.0, 1000.0, 8000.0];

    // Half-beats at multiples of `half_period` while the frames are these; how often all was found anew, and
    // the tatums known at last.
    fn run(tatums: &mut Tatums, frames: std::ops::Range<u64>, half_period: f32) -> (u32, Vec<Tatum>) {
        let mut times = 0;
        for frame in frames {
            let instant = (frame + 1) as f64 - DELAY_FRAMES;
            let remaining = half_period - (instant as f32).rem_euclid(half_period);
            let pulse = Pulse { half_period, remaining, certainty: 1.0 };
            let activations = [if frame % 50 == 2 { 1.0 } else { 0.0 }; KINDS];
            if tatums.update(&[frame as f32; 3], &activations, &pulse).is_some() && tatums.anew() {
                times += 1;
            }
        }
        (times, tatums.known().iter().map(|known| known.tatum).collect())
    }

    #[test]
    fn a_pulse_that_is_found_soon_was_there_from_the_start() {
        let mut tatums = Tatums::new(&CENTRES_HZ);
        assert_eq!(run(&mut tatums, 0..230, 31.0).0, 0);
        // the first tatum of the new pulse is announced 14 frames ahead of 250
        let (times, known) = run(&mut tatums, 230..240, 25.0);
        assert_eq!((times, tatums.lasting()), (1, 0));
        let at: Vec<f64> = known.iter().map(|tatum| tatum.at.round()).collect();
        assert_eq!(at, (0..=8).map(|n| f64::from(n) * 25.0).collect::<Vec<_>>());
        assert!(known.iter().all(|tatum| tatum.regular && tatum.period == 25.0));
        let strong: Vec<bool> = tatums.known().iter().map(|known| known.measures[25] > 0.0).collect();
        assert_eq!(strong, (0..=8).map(|n| n % 2 == 0).collect::<Vec<_>>(), "what it did there is measured");
        assert_eq!(run(&mut tatums, 240..400, 25.0), (0, vec![known[8].after(6)]));
    }

    #[test]
    fn what_the_user_said_is_not_undone() {
        let mut tatums = Tatums::new(&CENTRES_HZ);
        run(&mut tatums, 0..230, 31.0);
        tatums.advised();
        assert_eq!(run(&mut tatums, 230..240, 25.0).0, 0);
        tatums.reset();
        run(&mut tatums, 0..230, 31.0);
        assert_eq!(run(&mut tatums, 230..240, 25.0).0, 1);
    }

    #[test]
    fn later_a_new_pulse_is_a_change() {
        let mut tatums = Tatums::new(&CENTRES_HZ);
        run(&mut tatums, 0..705, 31.0);
        let (times, _) = run(&mut tatums, 705..740, 25.0);
        assert_eq!((times, tatums.known().len()), (0, 1));
        assert_eq!(tatums.lasting(), 0);
    }

    impl Tatum {
        fn after(self, steps: u32) -> Tatum {
            Tatum { at: self.at + f64::from(steps) * f64::from(self.period), ..self }
        }
    }
}
