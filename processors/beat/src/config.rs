//! Configuration of the beat processor.

use std::path::PathBuf;

use schemas::Name;
use schemas::command::Refusal;
use serde::{Deserialize, Deserializer, Serialize};

use crate::engine::EngineKind;
use crate::tracker::Settings;

/// Configuration of the beat processor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Sources that are listened to; empty means every one that sends audio.
    pub sources: Vec<Name>,
    /// What hears the beats: learned (vjbus's own: bars and drums too), native (the same by its measures alone,
    /// without hearing the sound itself), or aubio.
    pub engine: EngineKind,
    /// File of weights that the learned engine hears by; those that come with the program where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<PathBuf>,
    /// Slowest tempo in BPM, before `octave`: those over 2 % slower are counted double. 20..400.
    #[serde(deserialize_with = "tempo")]
    pub min_bpm: f64,
    /// Fastest tempo in BPM, before `octave`: those over 2 % faster are counted half. 20..400, at least twice
    /// `min_bpm`.
    #[serde(deserialize_with = "tempo")]
    pub max_bpm: f64,
    /// How long before its instant a beat is announced, in ms, 20..500.
    #[serde(deserialize_with = "announce")]
    pub announce_ms: f64,
    /// How long a grid runs on when beats or input are gone, in seconds, 0..3600.
    #[serde(deserialize_with = "hold")]
    pub hold_max_s: f64,
    /// Doublings of the tempo, negative for halvings, -2..2. Set live by `double` and `halve`.
    #[serde(deserialize_with = "octave")]
    pub octave: i32,
    /// Shift of every beat in ms, later when positive, -500..500. Set live by `nudge_ms`.
    #[serde(deserialize_with = "nudge")]
    pub nudge_ms: f64,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            sources: Vec::new(),
            engine: EngineKind::default(),
            weights: None,
            min_bpm: 40.0,
            max_bpm: 240.0,
            announce_ms: 100.0,
            hold_max_s: 300.0,
            octave: 0,
            nudge_ms: 0.0,
        }
    }
}

impl Config {
    /// What the core needs of it.
    pub fn settings(&self) -> Settings {
        Settings {
            min_bpm: self.min_bpm,
            max_bpm: self.max_bpm,
            announce_s: self.announce_ms / 1000.0,
            hold_max_s: self.hold_max_s,
            octave: self.octave,
            nudge_ms: self.nudge_ms,
        }
    }

    /// What no single field shows.
    ///
    /// # Errors
    /// When the range of tempi is narrower than an octave.
    pub fn check(&self) -> Result<(), Refusal> {
        if self.max_bpm >= 2.0 * self.min_bpm {
            return Ok(());
        }
        let (min, max) = (self.min_bpm, self.max_bpm);
        Err(Refusal::config(format!(
            "max_bpm {max} must be at least twice min_bpm {min}, or some tempi have no place"
        )))
    }

    /// Whether `source` is listened to.
    pub fn hears(&self, source: &Name) -> bool {
        self.sources.is_empty() || self.sources.contains(source)
    }
}

fn within<'de, D: Deserializer<'de>>(from: D, low: f64, high: f64) -> Result<f64, D::Error> {
    let value = f64::deserialize(from)?;
    let fits = (low..=high).contains(&value);
    fits.then_some(value)
        .ok_or_else(|| serde::de::Error::custom(format!("{value} is not within {low} to {high}")))
}

fn tempo<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    within(from, 20.0, 400.0)
}

fn announce<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    within(from, 20.0, 500.0)
}

fn hold<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    within(from, 0.0, 3600.0)
}

fn nudge<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    within(from, -crate::corrections::MAX_NUDGE_MS, crate::corrections::MAX_NUDGE_MS)
}

fn octave<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
    let limit = f64::from(crate::corrections::OCTAVES);
    let value = i32::deserialize(from)?;
    let fits = f64::from(value).abs() <= limit;
    fits.then_some(value)
        .ok_or_else(|| serde::de::Error::custom(format!("{value} is not within -{limit} to {limit}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_round_trip_and_unknown_fields_are_refused() {
        let text = serde_json::to_string(&Config::default()).unwrap();
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), Config::default());
        assert!(serde_json::from_str::<Config>(r#"{"tempo": 1}"#).is_err());
        assert!(serde_json::from_str::<Config>(r#"{"octave": 3}"#).is_err());
        assert!(serde_json::from_str::<Config>(r#"{"min_bpm": 5}"#).is_err());
    }

    #[test]
    fn a_range_without_an_octave_is_refused() {
        assert!(Config { min_bpm: 100.0, max_bpm: 150.0, ..Config::default() }.check().is_err());
        assert!(Config::default().check().is_ok());
    }
}
