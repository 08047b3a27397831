//! Lyrics made ready: with refrains and keywords marked, and their instants at hand.

use schemas::lyrics::{Document, DocumentLine};

use crate::document::Lyrics;
use crate::timing::Score;
use crate::{keywords, refrain};

/// What is shown while a song is looked for.
pub const LOOKING: &str = "";
/// What is shown when nobody has words for a song.
pub const NONE: &str = "none";

/// Lyrics of one song, ready to be sung. Making them takes milliseconds; reading them nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Prepared {
    /// Where they come from.
    pub source: String,
    /// Whether the lines are timed.
    pub synced: bool,
    /// The lines, marked.
    pub lines: Vec<DocumentLine>,
    /// Instants of the timed lines and words; none of untimed lyrics.
    pub score: Score,
    /// Tells these lyrics from any other.
    pub digest: String,
}

impl Prepared {
    /// Marks lyrics.
    pub fn new(source: &str, lyrics: Lyrics) -> Prepared {
        let digest = lyrics.digest();
        let Lyrics { synced, mut lines, cut } = lyrics;
        if let Some(reason) = cut {
            tracing::warn!(source, reason, "lyrics were cut");
        }
        refrain::mark(&mut lines);
        keywords::mark(&mut lines);
        let score = if synced { Score::of(&lines) } else { Score::default() };
        Prepared { source: source.to_owned(), synced, lines, score, digest }
    }

    /// The document of a song.
    pub fn document(&self, track_id: &str) -> Document {
        let (source, lines) = (self.source.clone(), self.lines.clone());
        Document { track_id: track_id.to_owned(), source, synced: self.synced, lines }
    }
}
