//! vjbus's own engines: [`dsp::rhythm`] for beats and bars, [`dsp::drums`] for onsets. They differ in their weights.
//!
//! It says each beat about 115 ms before its instant.

use dsp::drums::{DrumDetector, Kind};
use dsp::rhythm::listener::Beat as Coming;
use dsp::rhythm::weights::Weights;
use schemas::beat::OnsetKind;

use super::ears::Ears;
use super::{Advice, Beat, Engine, EngineError, EngineEvent, Onset, Place};

/// An engine of vjbus's own.
pub struct Own {
    ears: Ears,
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
            ears: Ears::new(rate_hz, weights).map_err(refused)?,
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
        self.ears.process(samples, |beat, began| out.push(EngineEvent::Coming(said(beat, began as f64))));
    }

    fn reset(&mut self) {
        self.ears.reset();
        self.drums.reset();
    }

    fn advise(&mut self, advice: Advice) {
        let Advice { at, period_s, downbeat } = advice;
        self.ears.advise(period_s, at, downbeat);
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
