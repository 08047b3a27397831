//! What the user may set.

use std::path::PathBuf;

use schemas::Name;
use serde::{Deserialize, Serialize};

/// Slowest and fastest playback of a file, as a multiple of its own speed.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=4.0;
/// Largest correction of the input's latency in ms.
const LATENCY_MAX_MS: f64 = 2_000.0;

/// Configuration of one input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// where the sound comes from: `auto`, `device`, `file` or `demo`
    pub source: SourceKind,
    /// name of the source and player on the bus; without it `main` for the instance `audio`, else the instance's own name
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// name of the capture device, or a part of it; without it the system's default
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// one or two channels of the device or file, counted from 1; without it the first two
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<Vec<usize>>,
    /// how two channels become one: `mean`, `left`, `right` or `loudest`
    pub mix: Mix,
    /// sound file (wav, flac, mp3, ogg) for source `file`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<PathBuf>,
    /// whether a file or the demo begins again at its end
    #[serde(rename = "loop")]
    pub looped: bool,
    /// playback speed of a file or the demo, 0.25 to 4; the pitch follows
    pub speed: f64,
    /// how much earlier than reported the device heard the sound, in ms
    pub input_latency_ms: f64,
}

/// Where the sound comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// a device if there is one; the demo only where no device was ever used
    Auto,
    /// a capture device
    Device,
    /// a sound file
    File,
    /// the built-in demo track
    Demo,
}

/// How two channels become one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mix {
    /// the mean of both, guarded against anti-phase
    Mean,
    /// the first
    Left,
    /// the second
    Right,
    /// whichever is stronger
    Loudest,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            source: SourceKind::Auto,
            name: None,
            device: None,
            channels: None,
            mix: Mix::Mean,
            path: None,
            looped: true,
            speed: 1.0,
            input_latency_ms: 0.0,
        }
    }
}

impl Config {
    /// Everything that is wrong with the values, one sentence each, in order of the keys.
    pub fn mistakes(&self) -> Vec<String> {
        let mut found = Vec::new();
        if let Some(channels) = &self.channels
            && (!(1..=2).contains(&channels.len()) || channels.contains(&0))
        {
            found.push(format!(
                "channels: {channels:?} is neither one channel nor two, counted from 1: write [1, 2] or [3]"
            ));
        }
        if self.source == SourceKind::File && self.path.is_none() {
            found.push("path: source \"file\" needs a sound file: set path = \"…\"".to_owned());
        }
        if !SPEEDS.contains(&self.speed) {
            found.push(format!("speed: {} is outside {}-{}", self.speed, SPEEDS.start(), SPEEDS.end()));
        }
        if !(-LATENCY_MAX_MS..=LATENCY_MAX_MS).contains(&self.input_latency_ms) {
            found.push(format!("input_latency_ms: {} is outside ±{LATENCY_MAX_MS}", self.input_latency_ms));
        }
        found
    }

    /// How to make one channel of many.
    pub(crate) fn mixing(&self) -> Mixing {
        let pair = self.channels.as_deref().and_then(|channels| match *channels {
            [one] => Some([one, one]),
            [left, right] => Some([left, right]),
            _ => None,
        });
        let mode = match self.mix {
            Mix::Mean => dsp::mix::Mode::Mean,
            Mix::Left => dsp::mix::Mode::Left,
            Mix::Right => dsp::mix::Mode::Right,
            Mix::Loudest => dsp::mix::Mode::Loudest,
        };
        Mixing { pair, mode }
    }
}

/// Which channels are heard and how they are mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mixing {
    /// Counted from 1; `None` is the first two.
    pub(crate) pair: Option<[usize; 2]>,
    pub(crate) mode: dsp::mix::Mode,
}

impl Mixing {
    pub(crate) fn mixer(
        &self,
        channels: usize,
        rate_hz: u32,
    ) -> Result<dsp::mix::Mixer, dsp::mix::NoSuchChannel> {
        dsp::mix::Mixer::new(channels, self.pair, self.mode, rate_hz)
    }

    /// Fewest channels that a device must have.
    pub(crate) fn channels_needed(&self) -> usize {
        self.pair.map_or(1, |[left, right]| left.max(right))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_are_those_of_the_contract() {
        let text = r#"{"source":"file","path":"x.ogg","loop":false,"speed":1.5,"channels":[3,4],"mix":"loudest",
            "device":"USB","input_latency_ms":12,"name":"deck-a"}"#;
        let config: Config = serde_json::from_str(text).unwrap();
        assert!(config.mistakes().is_empty());
        assert_eq!(config.mixing().pair, Some([3, 4]));
        assert!(!config.looped);
        assert!(serde_json::from_str::<Config>(r#"{"chanels":[1,2]}"#).is_err());
        assert!(serde_json::from_str::<Config>(r#"{"source":"tape"}"#).is_err());
    }

    #[test]
    fn all_mistakes_are_named_at_once() {
        let config = Config {
            source: SourceKind::File,
            channels: Some(vec![0]),
            speed: f64::NAN,
            input_latency_ms: f64::INFINITY,
            ..Config::default()
        };
        let keys: Vec<_> =
            config.mistakes().iter().filter_map(|m| m.split(':').next().map(str::to_owned)).collect();
        assert_eq!(keys, ["channels", "path", "speed", "input_latency_ms"]);
        assert!(Config::default().mistakes().is_empty());
    }
}
