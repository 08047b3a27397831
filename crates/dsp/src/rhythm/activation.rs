//! How strongly something begins in each frame, in several ways at once.

use crate::rhythm::frames::FRAMES_PER_S;
use crate::rhythm::rows::Rows;

/// Number of activations.
pub const KINDS: usize = 6;
/// Onsets over the whole spectrum.
pub const ALL: usize = 0;
/// Onsets below 160 Hz: kick drum and bass.
pub const LOW: usize = 1;
/// Onsets from 200 to 2500 Hz: snare drum, chords, voice.
pub const MID: usize = 2;
/// Change of harmony: what sounds now and did not a quarter of a second ago, 50 to 2500 Hz.
pub const HARMONY: usize = 3;
/// Onsets above 5 kHz: hi-hat and cymbals.
pub const HIGH: usize = 4;
/// Change of the bass note: the same as harmony, below 250 Hz.
pub const BASS: usize = 5;

/// Activations of one frame, each 0..1, in the order of the constants above.
pub type Activations = [f32; KINDS];

/// Turns frames into activations. A learned one can take the place of [`Flux`].
pub trait Activation {
    /// The activations of the next frame: `frame` holds the log magnitude of each band.
    fn update(&mut self, frame: &[f32]) -> Activations;

    /// As if nothing had been heard.
    fn reset(&mut self);
}

/// A magnitude is compared with that of this many frames ago: an attack lasts about as long.
const FLUX_LAG: usize = 2;
/// Harmony: the mean of this many newest frames, against that of the frames from `THEN` on.
const NOW: usize = 4;
const THEN: std::ops::RangeInclusive<usize> = 5..=25;
/// Time constants of the level that an onset must exceed, and of the mean to which it is compared.
const LOCAL_S: f64 = 0.1;
const LOCAL_HARMONY_S: f64 = 0.3;
const MEAN_S: f64 = 4.0;
/// The mean of an activation never counts as less than this: silence is not whitened into noise.
const LEAST_MEAN: f32 = 1e-3;
/// An onset this many times the mean gives an activation of a half.
const HALF_AT: f32 = 2.0;

/// Log-compressed, half-wave rectified spectral flux with vibrato suppression in groups of bands, each
/// whitened by its own running mean.
///
/// The maximum over neighbouring bands of the earlier frame keeps vibrato from counting: Böck & Widmer,
/// "Maximum filter vibrato suppression for onset detection" (DAFx 2013).
pub struct Flux {
    groups: [Vec<usize>; KINDS],
    past: Rows,
    now: Vec<f32>,
    then: Vec<f32>,
    rise: Vec<f32>,
    local: [f32; KINDS],
    mean: [f64; KINDS],
    weight: f64,
}

impl Flux {
    /// For frames whose bands have these centres.
    pub fn new(centres_hz: &[f32]) -> Flux {
        let group = |low: f32, high: f32| {
            (0..centres_hz.len()).filter(|band| (low..high).contains(&centres_hz[*band])).collect()
        };
        let bands = centres_hz.len();
        Flux {
            groups: [
                group(0.0, f32::MAX),
                group(0.0, 160.0),
                group(200.0, 2500.0),
                group(50.0, 2500.0),
                group(5000.0, f32::MAX),
                group(0.0, 250.0),
            ],
            past: Rows::new(THEN.end() + 2, bands),
            now: vec![0.0; bands],
            then: vec![0.0; bands],
            rise: vec![0.0; bands],
            local: [0.0; KINDS],
            mean: [0.0; KINDS],
            weight: 0.0,
        }
    }

    // How much each band rose since `FLUX_LAG` frames ago, above what its neighbours had then.
    fn rise(&mut self, frame: &[f32]) {
        let Some(earlier) = self.past.newest(FLUX_LAG) else { return self.rise.fill(0.0) };
        for (band, rise) in self.rise.iter_mut().enumerate() {
            let around = earlier.get(band.saturating_sub(1)..(band + 2).min(earlier.len()));
            let before = around.unwrap_or_default().iter().copied().fold(0.0, f32::max);
            *rise = (frame[band] - before).max(0.0);
        }
    }

    // Running sums over the newest frames and over those a moment ago.
    fn remember(&mut self, frame: &[f32]) {
        self.past.push(frame);
        add(&mut self.now, self.past.newest(0), 1.0);
        add(&mut self.now, self.past.newest(NOW), -1.0);
        add(&mut self.then, self.past.newest(*THEN.start()), 1.0);
        add(&mut self.then, self.past.newest(THEN.end() + 1), -1.0);
    }

    fn change(&self, group: &[usize]) -> f32 {
        if self.past.len() <= *THEN.end() {
            return 0.0;
        }
        let (now, then) = (NOW as f32, THEN.count() as f32);
        mean(group, |band| (self.now[band] / now - self.then[band] / then).max(0.0))
    }

    // What stands out of its surroundings, relative to the mean of the last seconds, compressed.
    fn whiten(&mut self, raw: &Activations) -> Activations {
        let rate = smoothing(MEAN_S);
        self.weight += rate * (1.0 - self.weight);
        let mut out = [0.0; KINDS];
        for (kind, value) in raw.iter().enumerate() {
            let local_s = if kind == HARMONY || kind == BASS { LOCAL_HARMONY_S } else { LOCAL_S };
            self.local[kind] += smoothing(local_s) as f32 * (value - self.local[kind]);
            self.mean[kind] += rate * (f64::from(*value) - self.mean[kind]);
            let mean = (self.mean[kind] / self.weight) as f32;
            let height = (value - self.local[kind]).max(0.0) / (mean + LEAST_MEAN);
            out[kind] = height / (height + HALF_AT);
        }
        out
    }
}

impl Activation for Flux {
    fn update(&mut self, frame: &[f32]) -> Activations {
        self.remember(frame);
        self.rise(frame);
        let flux = |kind: usize| mean(&self.groups[kind], |band| self.rise[band]);
        let change = |kind: usize| self.change(&self.groups[kind]);
        let raw = [flux(ALL), flux(LOW), flux(MID), change(HARMONY), flux(HIGH), change(BASS)];
        self.whiten(&raw)
    }

    fn reset(&mut self) {
        self.past.clear();
        self.now.fill(0.0);
        self.then.fill(0.0);
        self.local = [0.0; KINDS];
        self.mean = [0.0; KINDS];
        self.weight = 0.0;
    }
}

/// Share of a new value in a running mean over `seconds`.
fn smoothing(seconds: f64) -> f64 {
    1.0 - (-1.0 / (seconds * f64::from(FRAMES_PER_S))).exp()
}

fn add(sum: &mut [f32], row: Option<&[f32]>, sign: f32) {
    if let Some(row) = row {
        sum.iter_mut().zip(row).for_each(|(sum, value)| *sum += sign * value);
    }
}

/// Mean of `value` over `group`; 0 for a group that the sample rate cannot carry.
fn mean(group: &[usize], value: impl Fn(usize) -> f32) -> f32 {
    group.iter().map(|band| value(*band)).sum::<f32>() / group.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTRES: [f32; 4] = [60.0, 120.0, 1000.0, 8000.0];

    #[test]
    fn an_onset_shows_in_its_own_group() {
        let mut flux = Flux::new(&CENTRES);
        for _ in 0..100 {
            flux.update(&[0.1; 4]);
        }
        let hit = flux.update(&[3.0, 3.0, 0.1, 0.1]);
        assert!(hit[LOW] > 0.9 && hit[ALL] > 0.9, "{hit:?}");
        assert!(hit[MID] < 0.1 && hit[HIGH] < 0.1, "{hit:?}");
    }

    #[test]
    fn what_is_steady_gives_nothing() {
        let mut flux = Flux::new(&CENTRES);
        let last = (0..300).map(|_| flux.update(&[2.0; 4])).last().unwrap();
        assert!(last.iter().all(|value| *value < 0.02), "{last:?}");
    }

    #[test]
    fn a_new_bass_note_is_a_change_of_bass() {
        let mut flux = Flux::new(&CENTRES);
        (0..100).for_each(|_| assert!(flux.update(&[2.0, 0.0, 0.5, 0.0])[BASS] < 1.0));
        let peak = (0..5).map(|_| flux.update(&[0.0, 2.0, 0.5, 0.0])[BASS]).fold(0.0, f32::max);
        assert!(peak > 0.5, "{peak}");
    }
}
