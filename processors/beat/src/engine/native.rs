//! vjbus's own engine: the state spaces of [`dsp::rhythm`] for beats and bars, [`dsp::drums`] for onsets.
//!
//! It says each beat about 115 ms before its instant.

use dsp::drums::{DrumDetector, Kind};
use dsp::rhythm::listener::{Beat as Coming, Listener};
use schemas::beat::OnsetKind;

use super::{Advice, Beat, Engine, EngineError, EngineEvent, Onset, Place};

/// vjbus's own engine.
pub struct Native {
    listener: Listener,
    drums: DrumDetector,
    hits: Vec<dsp::drums::Hit>,
}

impl Native {
    /// An engine for one sample rate.
    ///
    /// # Errors
    /// When the rate lies outside 8 to 192 kHz.
    pub fn new(rate_hz: u32) -> Result<Native, EngineError> {
        let refused = |_| EngineError { rate_hz, source: None };
        Ok(Native {
            listener: Listener::new(rate_hz).map_err(refused)?,
            drums: DrumDetector::new(rate_hz).map_err(refused)?,
            hits: Vec::new(),
        })
    }
}

impl Engine for Native {
    fn process(&mut self, samples: &[f32], out: &mut Vec<EngineEvent>) {
        self.drums.process(samples, &mut self.hits);
        for hit in self.hits.drain(..) {
            let kind = onset_kind(hit.kind);
            out.push(EngineEvent::Onset(Onset { at: hit.at, kind, strength: hit.strength }));
        }
        self.listener.process(samples, |beat| out.push(EngineEvent::Coming(said(&beat))));
    }

    fn reset(&mut self) {
        self.listener.reset();
        self.drums.reset();
    }

    fn advise(&mut self, advice: Advice) {
        let Advice { at, period_s, downbeat } = advice;
        self.listener.advise(period_s, at, downbeat);
    }
}

fn said(beat: &Coming) -> Beat {
    let place = Place {
        beat: beat.said.beat,
        beats_per_bar: beat.said.beats_per_bar,
        confidence: beat.said.bar_probability.clamp(0.0, 1.0),
    };
    Beat { at: beat.at, bpm: beat.bpm, confidence: beat.confidence(), place: Some(place) }
}

fn onset_kind(kind: Kind) -> OnsetKind {
    match kind {
        Kind::Kick => OnsetKind::Kick,
        Kind::Snare => OnsetKind::Snare,
        Kind::Hat => OnsetKind::Hat,
        Kind::Other => OnsetKind::Other,
    }
}
