//! What a beat clock says: one beat, or where between two beats we are.

use schemas::beat::Mode;

/// One beat at its instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fire {
    /// Absolute number of the beat; every next one is higher.
    pub index: i64,
    /// Its number in the bar, from 1, where the metre is known.
    pub beat: Option<u32>,
    /// Number of the bar, where it is known.
    pub bar: Option<i64>,
    /// When it is due, offset included.
    pub at_ns: i64,
    /// Tempo in beats per minute.
    pub bpm: f64,
    /// Confidence in tempo and phase, 0..1.
    pub confidence: f32,
    /// Confidence in `beat`, 0..1.
    pub downbeat_confidence: f32,
    /// `held` when the grid runs on without news.
    pub mode: Mode,
}

/// Where between two beats an instant lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Phase {
    /// The beat before it.
    pub index: i64,
    /// Its number in the bar, from 1, where the metre is known.
    pub beat: Option<u32>,
    /// Number of the bar, where it is known.
    pub bar: Option<i64>,
    /// 0 at the beat, towards 1 before the next.
    pub phase: f64,
    /// Tempo in beats per minute.
    pub bpm: f64,
    /// `held` when the grid runs on without news.
    pub mode: Mode,
}
