//! What the user may set.

use std::path::PathBuf;

use schemas::command::Refusal;
use serde::{Deserialize, Serialize};

/// Largest offset in milliseconds, either way.
pub const MAX_OFFSET_MS: f64 = 60_000.0;

/// Configuration of the lyrics.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder of one's own lyrics, `Artist - Title.lrc` each; none by default.
    pub folder: Option<PathBuf>,
    /// Base URL of LRCLIB or of a server of its kind; empty: nothing is asked over the network.
    pub lrclib: String,
    /// Moves all words, in milliseconds, -60000..60000: positive is later. Set live by `offset_ms all MS`.
    pub offset_ms: f64,
    /// Folder in which found lyrics are kept; none: `lyrics` in the state folder.
    pub cache_dir: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Config {
        Config { folder: None, lrclib: "https://lrclib.net".to_owned(), offset_ms: 0.0, cache_dir: None }
    }
}

impl Config {
    /// What no single field shows, as `key: what would be right`.
    pub fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        if let Err(reason) = check_offset(self.offset_ms) {
            mistakes.push(format!("offset_ms: {reason}"));
        }
        if let Err(error) = self.client() {
            mistakes.push(format!("lrclib: {error}"));
        }
        for (key, dir) in [("folder", &self.folder), ("cache_dir", &self.cache_dir)] {
            if dir.as_ref().is_some_and(|dir| dir.as_os_str().is_empty()) {
                mistakes.push(format!("{key}: name a folder, or leave it out"));
            }
        }
        mistakes
    }

    /// Who asks LRCLIB; `None` when that is switched off.
    ///
    /// # Errors
    /// When the base URL cannot be used.
    pub fn client(&self) -> Result<Option<fetch::Client>, fetch::BaseUrlError> {
        if self.lrclib.trim().is_empty() {
            return Ok(None);
        }
        fetch::Client::new(&self.lrclib, crate::lrclib::LIMITS).map(Some)
    }

    /// Refuses a configuration with mistakes.
    ///
    /// # Errors
    /// All mistakes in one sentence.
    pub fn check(&self) -> Result<(), Refusal> {
        let mistakes = self.mistakes();
        if mistakes.is_empty() { Ok(()) } else { Err(Refusal::config(mistakes.join("; "))) }
    }
}

/// Whether an offset is within its range.
///
/// # Errors
/// What would be right.
pub fn check_offset(offset_ms: f64) -> Result<(), String> {
    if (-MAX_OFFSET_MS..=MAX_OFFSET_MS).contains(&offset_ms) {
        return Ok(());
    }
    Err(format!("{offset_ms} is not within -{MAX_OFFSET_MS} to {MAX_OFFSET_MS} milliseconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_say_what_would_be_right() {
        assert!(Config::default().mistakes().is_empty());
        let wrong = Config {
            offset_ms: f64::NAN,
            lrclib: "lrclib".into(),
            folder: Some("".into()),
            ..Config::default()
        };
        assert_eq!(wrong.mistakes().len(), 3, "{:?}", wrong.mistakes());
        assert_eq!(
            Config { lrclib: String::new(), ..Config::default() }.client().unwrap().map(|c| c.host()),
            None
        );
        assert!(serde_json::from_str::<Config>(r#"{"lrc": ""}"#).is_err());
    }
}
