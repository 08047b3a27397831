//! Beat engines: what hears beats in samples. The tracker turns their findings into a steady grid.

pub mod aubio;
mod ears;
pub mod own;

use std::sync::Arc;

use dsp::rhythm::weights::{Weights, WeightsError};
use schemas::beat::OnsetKind;
use serde::{Deserialize, Serialize};

/// Something that hears beats and onsets in a mono signal.
///
/// An engine knows no clock and no stream: its time is samples since it was made or last reset. The
/// same samples give the same events, whatever the size of the pieces in which they are handed over.
pub trait Engine {
    /// Takes the next samples and adds what was found, in the order in which it was found.
    fn process(&mut self, samples: &[f32], out: &mut Vec<EngineEvent>);

    /// Forgets everything, and counts samples from 0 again.
    fn reset(&mut self);

    /// The operator knows better. An engine may take it as evidence.
    fn advise(&mut self, _advice: Advice) {}
}

/// What an engine found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum EngineEvent {
    /// A beat that was heard, just now or a little while ago.
    Beat(Beat),
    /// A beat that comes: the engine predicts, and each beat is said once.
    Coming(Beat),
    /// The start of a sound.
    Onset(Onset),
}

/// A beat as an engine heard it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Beat {
    /// Samples since the start of the engine.
    pub at: f64,
    /// The engine's tempo at that moment in beats per minute, above 0.
    pub bpm: f64,
    /// How sure the engine is, 0..1.
    pub confidence: f32,
    /// Where in the bar it lies, if the engine knows bars.
    pub place: Option<Place>,
}

/// Place of a beat in its bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Number of the beat, 1 the downbeat.
    pub beat: u32,
    /// Beats of the bar, at least 1.
    pub beats_per_bar: u32,
    /// How sure the engine is, 0..1.
    pub confidence: f32,
}

/// What the operator says about the beat.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Advice {
    /// A beat lies here, in samples since the start of the engine.
    pub at: f64,
    /// Seconds from beat to beat.
    pub period_s: f64,
    /// Whether that beat is the first of its bar.
    pub downbeat: bool,
}

/// An onset as an engine heard it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Onset {
    /// Samples since the start of the engine.
    pub at: f64,
    /// What sounded, as far as the engine can tell.
    pub kind: OnsetKind,
    /// 0..1 of the strongest of late.
    pub strength: f32,
}

/// The engines that there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// vjbus's own: knows bars and drums, says beats before they come, and hears what each half-beat sounds like
    /// beside what is measured there
    #[default]
    Learned,
    /// the same by the measures alone
    Native,
    /// aubio 0.4.9
    Aubio,
}

/// An engine, and what its ear has learned if that is not what comes with the program.
#[derive(Debug, Clone, Default)]
pub struct EngineChoice {
    /// Which engine.
    pub kind: EngineKind,
    /// What [`EngineKind::Learned`] hears by.
    pub weights: Option<Arc<Weights>>,
}

impl From<EngineKind> for EngineChoice {
    fn from(kind: EngineKind) -> EngineChoice {
        EngineChoice { kind, weights: None }
    }
}

impl PartialEq for EngineChoice {
    fn eq(&self, other: &EngineChoice) -> bool {
        let weights = |choice: &EngineChoice| choice.weights.as_ref().map(Arc::as_ptr);
        self.kind == other.kind && weights(self) == weights(other)
    }
}

impl EngineChoice {
    /// Makes one for a sample rate.
    ///
    /// # Errors
    /// When it cannot work at this rate.
    pub fn make(&self, rate_hz: u32) -> Result<Box<dyn Engine>, EngineError> {
        match (self.kind, &self.weights) {
            (EngineKind::Learned, Some(weights)) => Ok(Box::new(own::Own::new(rate_hz, weights)?)),
            (EngineKind::Learned, None) => Ok(Box::new(own::Own::new(rate_hz, &Weights::learned()?)?)),
            (EngineKind::Native, _) => Ok(Box::new(own::Own::new(rate_hz, &Weights::native()?)?)),
            (EngineKind::Aubio, _) => Ok(Box::new(aubio::Aubio::new(rate_hz)?)),
        }
    }
}

/// The engine could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// It does not hear at this rate.
    #[error("no beats can be heard at {rate_hz} Hz: use an input between 8000 and 192000 Hz")]
    Rate {
        /// The sample rate that was asked for.
        rate_hz: u32,
        /// The engine's own word, if it has one.
        #[source]
        source: Option<aubio_rs::Error>,
    },
    /// The weights that come with the program are broken.
    #[error("the ear that comes with this program cannot be used: build it again from a clean checkout")]
    Weights(#[from] WeightsError),
}
