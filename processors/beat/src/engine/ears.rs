//! Two listeners, one that speaks and one for what may be another piece.
//!
//! After a pause the old piece goes on or another begins, and each wants the opposite: to keep what was learnt, or to
//! forget it. So who knows the old piece speaks on, and another listens beside as if the sound were the first ever.
//! Within a second it shows whether onsets still fall where the old pulse has them: of steady tracks that go on 0.78
//! to 1.4 of the clarity before was left then, of other tracks -0.5 to 0.65, save where tempo and phase nearly agree.

use dsp::UnsupportedRate;
use dsp::rhythm::listener::{Beat, Listener};
use dsp::rhythm::weights::Weights;
use dsp::steps::{PIECE_END_S, is_silent};

/// After so long a silence it may be another piece, and after [`PIECE_END_S`] it is one: more than the longest beat, 1.5 s, or single clicks would be pieces.
const PAUSE_S: f64 = 2.0;
/// So much sound is compared with what was before, and it is another piece with less than that share of the clarity.
const TRIAL_S: f64 = 1.0;
const SAME_PIECE: f32 = 0.7;
/// A listener hears so much silence before a piece, so that the first sound is a beginning.
const LEAD_IN_S: f64 = 0.1;

/// The listeners.
pub(super) struct Ears {
    rate_hz: f64,
    speaker: Ear,
    beside: Ear,
    // samples since the pause while both listen
    trial: Option<i64>,
    // samples that came by now
    heard: i64,
    // samples without sound, `None` before the first sound
    silent: Option<i64>,
}

struct Ear {
    listener: Listener,
    // sample at which it began
    began: i64,
}

impl Ears {
    /// For one sample rate; both hear by `weights`.
    pub(super) fn new(rate_hz: u32, weights: &Weights) -> Result<Ears, UnsupportedRate> {
        Ok(Ears {
            rate_hz: f64::from(rate_hz),
            speaker: Ear::new(rate_hz, weights)?,
            beside: Ear::new(rate_hz, weights)?,
            trial: None,
            heard: 0,
            silent: None,
        })
    }

    /// Takes the next samples; `found` is called for each beat that comes, in order, with the sample at which the
    /// counting of its instant began.
    pub(super) fn process(&mut self, samples: &[f32], mut found: impl FnMut(&Beat, i64)) {
        self.await_sound(samples);
        let Ear { listener, began } = &mut self.speaker;
        listener.process(samples, |beat| found(&beat, *began));
        self.heard += samples.len() as i64;
        self.compare(samples);
    }

    /// [`Listener::advise`], with samples counted from the first that came.
    pub(super) fn advise(&mut self, period_s: f64, at: f64, downbeat: bool) {
        for ear in [&mut self.speaker, &mut self.beside] {
            ear.listener.advise(period_s, at - ear.began as f64, downbeat);
        }
    }

    /// Forgets the music; samples are counted from 0 again.
    pub(super) fn reset(&mut self) {
        for ear in [&mut self.speaker, &mut self.beside] {
            ear.listener.reset();
            ear.began = 0;
        }
        (self.trial, self.heard, self.silent) = (None, 0, None);
    }

    // What was learnt ends with the piece, and is in doubt after a pause.
    fn await_sound(&mut self, samples: &[f32]) {
        if is_silent(samples) {
            self.silent = self.silent.map(|silent| silent + samples.len() as i64);
            return;
        }
        let silent_s = self.silent.map_or(PIECE_END_S, |silent| silent as f64 / self.rate_hz);
        self.silent = Some(0);
        if silent_s >= PIECE_END_S {
            self.speaker.begin(self.heard, self.rate_hz);
            self.trial = None;
        } else if silent_s >= PAUSE_S {
            self.speaker.listener.mark();
            self.beside.begin(self.heard, self.rate_hz);
            self.trial = Some(0);
        }
    }

    fn compare(&mut self, samples: &[f32]) {
        let Some(trial) = &mut self.trial else { return };
        self.beside.listener.process(samples, |_| {});
        *trial += samples.len() as i64;
        if *trial as f64 >= TRIAL_S * self.rate_hz {
            self.trial = None;
            if self.speaker.listener.goes_on() < SAME_PIECE {
                std::mem::swap(&mut self.speaker, &mut self.beside);
            }
        }
    }
}

impl Ear {
    fn new(rate_hz: u32, weights: &Weights) -> Result<Ear, UnsupportedRate> {
        Ok(Ear { listener: Listener::new(rate_hz, weights)?, began: 0 })
    }

    // As if the sound that comes at sample `now` were the first ever.
    fn begin(&mut self, now: i64, rate_hz: f64) {
        let quiet = vec![0.0; (LEAD_IN_S * rate_hz) as usize];
        self.listener.reset();
        self.listener.process(&quiet, |_| {});
        self.began = now - quiet.len() as i64;
    }
}
