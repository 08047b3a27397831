//! vjbus's own engines: [`dsp::rhythm`] for beats and bars, [`dsp::drums`] for onsets. They differ in their weights.
//!
//! It says each beat about 115 ms before its instant.

use dsp::drums::{DrumDetector, Kind};
use dsp::rhythm::listener::{Beat as Coming, Listener};
use dsp::rhythm::weights::Weights;
use dsp::steps::is_silent;
use schemas::beat::OnsetKind;

use super::{Advice, Beat, Engine, EngineError, EngineEvent, Onset, Place};

/// Sound after so long a silence is another piece: what was learnt of the one before, and of the silence,
/// would be in its way.
const PIECE_END_S: f64 = 2.0;
/// The listener hears so much silence before a piece, so that the first sound is a beginning.
const LEAD_IN_S: f64 = 0.1;

/// An engine of vjbus's own.
pub struct Own {
    rate_hz: u32,
    listener: Listener,
    // sample at which the listener began, and samples that came by now
    began: i64,
    heard: i64,
    // samples without sound, `None` before the first sound
    silent: Option<i64>,
    drums: DrumDetector,
    hits: Vec<dsp::drums::Hit>,
}

impl Own {
    /// An engine for one sample rate that hears by `weights`.
    ///
    /// # Errors
    /// When the rate lies outside 8 to 192 kHz.
    pub fn new(rate_hz: u32, weights: &Weights) -> Result<Own, EngineError> {
        let refused = |_| EngineError::Rate { rate_hz, source: None };
        Ok(Own {
            rate_hz,
            began: 0,
            heard: 0,
            silent: None,
            listener: Listener::new(rate_hz, weights).map_err(refused)?,
            drums: DrumDetector::new(rate_hz).map_err(refused)?,
            hits: Vec::new(),
        })
    }
}

impl Engine for Own {
    fn process(&mut self, samples: &[f32], out: &mut Vec<EngineEvent>) {
        self.drums.process(samples, &mut self.hits);
        for hit in self.hits.drain(..) {
            let kind = onset_kind(hit.kind);
            out.push(EngineEvent::Onset(Onset { at: hit.at, kind, strength: hit.strength }));
        }
        self.await_sound(samples);
        let began = self.began as f64;
        self.listener.process(samples, |beat| out.push(EngineEvent::Coming(said(&beat, began))));
        self.heard += samples.len() as i64;
    }

    fn reset(&mut self) {
        self.listener.reset();
        (self.began, self.heard, self.silent) = (0, 0, None);
        self.drums.reset();
    }

    fn advise(&mut self, advice: Advice) {
        let Advice { at, period_s, downbeat } = advice;
        self.listener.advise(period_s, at - self.began as f64, downbeat);
    }
}

impl Own {
    // The listener begins anew where these samples are the first that sound.
    fn await_sound(&mut self, samples: &[f32]) {
        if is_silent(samples) {
            self.silent = self.silent.map(|silent| silent + samples.len() as i64);
            return;
        }
        let second = f64::from(self.rate_hz);
        if self.silent.is_none_or(|silent| silent as f64 >= PIECE_END_S * second) {
            let quiet = vec![0.0; (LEAD_IN_S * second) as usize];
            self.listener.reset();
            self.listener.process(&quiet, |_| {});
            self.began = self.heard - quiet.len() as i64;
        }
        self.silent = Some(0);
    }
}

fn said(beat: &Coming, began: f64) -> Beat {
    let place = Place {
        beat: beat.said.beat,
        beats_per_bar: beat.said.beats_per_bar,
        confidence: beat.said.bar_probability.clamp(0.0, 1.0),
    };
    Beat { at: began + beat.at, bpm: beat.bpm, confidence: beat.confidence, place: Some(place) }
}

fn onset_kind(kind: Kind) -> OnsetKind {
    match kind {
        Kind::Kick => OnsetKind::Kick,
        Kind::Snare => OnsetKind::Snare,
        Kind::Hat => OnsetKind::Hat,
        Kind::Other => OnsetKind::Other,
    }
}
