//! Lyrics as they are written in files, tags and answers: LRC, enhanced LRC, Lyricsfile, plain text.
//!
//! All of it is foreign: it may be huge, binary or malicious. What cannot be read is a [`Flaw`]; what is too much
//! is cut, and [`Lyrics::cut`] says why. Nothing here panics, whatever it is given.

mod builder;
mod decode;
mod lrc;
mod lyricsfile;
mod stamp;

use data_encoding::HEXLOWER;
use schemas::lyrics::DocumentLine;
use sha2::{Digest as _, Sha256};

pub use builder::{Builder, MAX_LINE_CHARS, MAX_LINES, MAX_TEXT_BYTES, MAX_WORDS};
pub use lrc::MAX_STAMPS;
pub use stamp::MAX_S;

/// Largest file, tag or answer that is looked at, in bytes. The longest opera's libretto has a quarter of it.
pub const MAX_BYTES: usize = 1 << 20;

/// The words of a track, as far as they could be read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lyrics {
    /// Whether the lines are timed. The lines of untimed lyrics are all at 0.
    pub synced: bool,
    /// In order of their instants; an empty line clears the screen.
    pub lines: Vec<DocumentLine>,
    /// Why something was left out, as a sentence.
    pub cut: Option<String>,
}

/// Why there are no lyrics in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Larger than [`MAX_BYTES`].
    #[error("{0} bytes are too many for lyrics: {MAX_BYTES} at most")]
    TooLarge(usize),
    /// Binary data.
    #[error("it is no text")]
    NotText,
    /// It calls itself a Lyricsfile and is none.
    #[error("it is no Lyricsfile: {0}")]
    NotLyricsfile(String),
    /// It has no words.
    #[error("there are no words in it")]
    Empty,
}

impl Lyrics {
    /// Reads a file in whatever format and encoding it has.
    ///
    /// # Errors
    /// As [`Flaw`] says.
    pub fn from_bytes(bytes: &[u8]) -> Result<Lyrics, Flaw> {
        if bytes.len() > MAX_BYTES {
            return Err(Flaw::TooLarge(bytes.len()));
        }
        Lyrics::from_text(&decode::decode(bytes))
    }

    /// Reads a text in whatever format it has.
    ///
    /// # Errors
    /// As [`Flaw`] says.
    pub fn from_text(text: &str) -> Result<Lyrics, Flaw> {
        if text.len() > MAX_BYTES {
            return Err(Flaw::TooLarge(text.len()));
        }
        if decode::is_binary(text) {
            return Err(Flaw::NotText);
        }
        let lyrics = if lyricsfile::is_one(text) { lyricsfile::parse(text)? } else { lrc::parse(text) };
        if lyrics.lines.iter().all(|line| line.text.is_empty()) { Err(Flaw::Empty) } else { Ok(lyrics) }
    }

    /// Tells these very lyrics from any other, wherever they come from: SHA-256 over instants and text.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for line in &self.lines {
            hash.update(((line.at_s * 1000.0).round() as i64).to_le_bytes());
            hash.update(line.text.as_bytes());
            hash.update([0]);
        }
        HEXLOWER.encode(&hash.finalize())
    }
}

#[cfg(test)]
mod tests;
