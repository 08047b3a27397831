//! What the first layers of vjbus's own engines make of the sound, frame by frame.

use std::ops::Range;

use dsp::rhythm::activation::{ALL, Activation as _, Flux, HARMONY, LOW};
use dsp::rhythm::frames::{FRAMES_PER_S, Frames};
use dsp::rhythm::pulse::{PERIODS, PulseSpace};

/// The longest sound that is kept, in seconds: a picture of more rows would be too tall for many viewers.
pub(super) const MOST_S: u32 = 15 * 60;
/// The activations that are kept.
pub(super) const KEPT: [usize; 3] = [ALL, LOW, HARMONY];

/// Frames of the whole sound.
pub(super) struct Trace {
    frames: Frames,
    flux: Flux,
    pulse: PulseSpace,
    frame_s: f64,
    count: usize,
    cut: bool,
    spectra: Vec<f32>,
    activations: Vec<f32>,
    tempi: Vec<f32>,
}

impl Trace {
    pub(super) fn new(rate_hz: u32) -> Trace {
        let frames = Frames::new(rate_hz);
        Trace {
            flux: Flux::new(frames.centres_hz()),
            pulse: PulseSpace::default(),
            frame_s: frames.hop() as f64 / f64::from(rate_hz),
            frames,
            count: 0,
            cut: false,
            spectra: Vec::new(),
            activations: Vec::new(),
            tempi: Vec::new(),
        }
    }

    pub(super) fn hear(&mut self, mut samples: &[f32]) {
        while let Some(frame) = self.frames.next(&mut samples) {
            if self.count >= (MOST_S * FRAMES_PER_S) as usize {
                self.cut = true;
                return;
            }
            self.count += 1;
            let activations = self.flux.update(frame);
            self.spectra.extend_from_slice(frame);
            self.pulse.update(&activations);
            self.activations.extend(KEPT.map(|kind| activations[kind]));
            self.tempi.extend(self.pulse.tempi());
        }
    }

    /// Whether there was more than is kept.
    pub(super) fn is_cut(&self) -> bool {
        self.cut
    }

    /// Length in seconds.
    pub(super) fn length_s(&self) -> f64 {
        self.count as f64 * self.frame_s
    }

    /// Centres of the bands of a spectrum in Hz.
    pub(super) fn centres_hz(&self) -> &[f32] {
        self.frames.centres_hz()
    }

    /// Loudest value of a band within a time; `None` beyond the end.
    pub(super) fn spectrum(&self, band: usize, time_s: &Range<f64>) -> Option<f32> {
        self.loudest(&self.spectra, self.centres_hz().len(), band, time_s)
    }

    /// Loudest value of all.
    pub(super) fn loudest_of_all(&self) -> f32 {
        self.spectra.iter().copied().fold(0.0, f32::max)
    }

    /// Height of the activation `KEPT[which]` within a time, 0..1.
    pub(super) fn activation(&self, which: usize, time_s: &Range<f64>) -> Option<f32> {
        self.loudest(&self.activations, KEPT.len(), which, time_s)
    }

    /// Probability of the period `PERIODS.start() + index` within a time, 0..1.
    pub(super) fn tempo(&self, index: usize, time_s: &Range<f64>) -> Option<f32> {
        self.loudest(&self.tempi, PERIODS.count(), index, time_s)
    }

    fn loudest(&self, rows: &[f32], width: usize, column: usize, time_s: &Range<f64>) -> Option<f32> {
        let first = (time_s.start / self.frame_s) as usize;
        let last = ((time_s.end / self.frame_s) as usize).max(first + 1).min(self.count);
        let values = (first..last).filter_map(|frame| rows.get(frame * width + column).copied());
        values.reduce(f32::max)
    }
}
