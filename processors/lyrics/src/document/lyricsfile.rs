//! Lyricsfile, the YAML of LRCLIB and lrcget: lines and words in milliseconds.
//!
//! Version 1.0 of its description: `metadata`, `lines` of `text`, `start_ms` and `words`, and `plain`. It calls
//! `metadata.offset_ms` a “global timing offset” and does not say in which direction; it is taken as LRC's.

use serde::Deserialize;

use super::builder::Builder;
use super::{Flaw, Lyrics};

#[derive(Deserialize)]
struct File {
    metadata: Option<Metadata>,
    lines: Option<Vec<Line>>,
    plain: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    offset_ms: Option<f64>,
}

#[derive(Deserialize)]
struct Line {
    #[serde(default)]
    text: String,
    start_ms: f64,
    words: Option<Vec<Word>>,
}

#[derive(Deserialize)]
struct Word {
    text: String,
    start_ms: f64,
}

/// Whether a text calls itself a Lyricsfile.
pub(super) fn is_one(text: &str) -> bool {
    let keys = || text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()));
    let has = |key: &str| keys().any(|line| line.strip_prefix(key).is_some_and(|rest| rest.starts_with(':')));
    has("metadata") && (has("lines") || has("plain") || has("version"))
}

/// Reads a Lyricsfile.
pub(super) fn parse(text: &str) -> Result<Lyrics, Flaw> {
    let file: File = serde_norway::from_str(text).map_err(|error| Flaw::NotLyricsfile(place(&error)))?;
    let mut timed = Builder::default();
    for line in file.lines.unwrap_or_default() {
        let words: Vec<_> =
            line.words.unwrap_or_default().into_iter().map(|w| (w.start_ms / 1000.0, w.text)).collect();
        // The description: where there are words, they are what is shown.
        let text = if words.is_empty() { line.text } else { words.iter().map(|(_, t)| t.as_str()).collect() };
        timed.push(line.start_ms / 1000.0, &text, &words);
    }
    if !timed.is_empty() {
        let earlier_ms =
            file.metadata.and_then(|metadata| metadata.offset_ms).filter(|ms| ms.is_finite()).unwrap_or(0.0);
        return Ok(timed.synced(-earlier_ms / 1000.0));
    }
    let mut plain = Builder::default();
    file.plain.unwrap_or_default().lines().for_each(|line| plain.push(0.0, line, &[]));
    Ok(plain.plain())
}

// The library's own message may quote the file.
fn place(error: &serde_norway::Error) -> String {
    error.location().map_or_else(
        || "it has other fields than a Lyricsfile".to_owned(),
        |place| format!("line {}, column {}", place.line(), place.column()),
    )
}
