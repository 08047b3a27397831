//! Puts lines together within the bounds of a message.

use schemas::lyrics::{DocumentLine, Word};

use super::Lyrics;
use super::stamp::MAX_S;
use crate::text::clean;

/// Most lines of a document.
pub const MAX_LINES: usize = 2000;
/// Most characters of a line.
pub const MAX_LINE_CHARS: usize = 300;
/// Most timed words of a document.
pub const MAX_WORDS: usize = 6000;
/// Most bytes of text in a document. With the bounds above, a document fits into a message of 1 MiB.
pub const MAX_TEXT_BYTES: usize = 96 * 1024;

/// Takes lines in any order and gives [`Lyrics`].
#[derive(Debug, Default)]
pub struct Builder {
    lines: Vec<DocumentLine>,
    bytes: usize,
    words: usize,
    cut: Option<String>,
}

impl Builder {
    /// Adds a line at an instant in seconds; words are instants and text. Control characters are taken out.
    pub fn push(&mut self, at_s: f64, text: &str, words: &[(f64, String)]) {
        if !is_instant(at_s) {
            return self.note("an impossible instant was left out");
        }
        let line = clean(text, MAX_LINE_CHARS);
        if self.lines.len() >= MAX_LINES || self.bytes + line.len() > MAX_TEXT_BYTES {
            return self.note("it is too long: the lines after the first many were left out");
        }
        self.bytes += line.len();
        let words = self.words(words, &line);
        self.lines.push(DocumentLine {
            at_s,
            text: line,
            words,
            refrain: None,
            occurrence: None,
            keywords: Vec::new(),
        });
    }

    /// Keeps the first reason why something was left out.
    pub fn note(&mut self, reason: &str) {
        self.cut.get_or_insert_with(|| reason.to_owned());
    }

    /// Whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The timed lines in order, each so many seconds later (negative: earlier), none before the start.
    pub fn synced(mut self, later_s: f64) -> Lyrics {
        let moved = |at_s: f64| (at_s + later_s).clamp(0.0, MAX_S);
        for line in &mut self.lines {
            line.at_s = moved(line.at_s);
            for word in line.words.iter_mut().flatten() {
                word.at_s = moved(word.at_s);
            }
        }
        // Stable: lines of one instant stay in the order in which they were written.
        self.lines.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        Lyrics { synced: true, lines: self.lines, cut: self.cut }
    }

    /// The lines as they came, without instants.
    pub fn plain(self) -> Lyrics {
        Lyrics { synced: false, lines: self.lines, cut: self.cut }
    }

    fn words(&mut self, words: &[(f64, String)], line: &str) -> Option<Vec<Word>> {
        if words.is_empty() {
            return None;
        }
        if self.words + words.len() > MAX_WORDS {
            self.note("it has too many timed words: those of later lines were left out");
            return None;
        }
        let mut left = line.len();
        let mut timed = Vec::new();
        for (at_s, text) in words.iter().filter(|(at_s, _)| is_instant(*at_s)) {
            let text = clean(text, MAX_LINE_CHARS);
            // The words of a line are the line: together they are no longer than it.
            if !text.is_empty() && text.len() <= left {
                left -= text.len();
                timed.push(Word { at_s: *at_s, text });
            }
        }
        timed.sort_by(|a, b| a.at_s.total_cmp(&b.at_s));
        self.words += timed.len();
        (!timed.is_empty()).then_some(timed)
    }
}

fn is_instant(at_s: f64) -> bool {
    (0.0..=MAX_S).contains(&at_s)
}
