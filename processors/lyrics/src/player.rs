//! One player: its song, its words, its time. Pure: what it has to say goes into a list.

use std::sync::Arc;

use schemas::lyrics::{Document, Line, SungWord};

use crate::identity::Song;
use crate::lookup::Answer;
use crate::prepare::{LOOKING, NONE, Prepared};
use crate::timing::{Anchor, Follower, Place};

/// A line is said again after this long, so that it stays valid (600 s).
const LINE_NS: i64 = 240_000_000_000;
/// A document is said again after this long, so that it stays valid (a day).
const DOCUMENT_NS: i64 = 6 * 3_600_000_000_000;

/// Something to publish, true at an instant of CLOCK_MONOTONIC in nanoseconds.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// All words.
    Document(i64, Document),
    /// The line that is sung now.
    Line(i64, Line),
    /// The word that is sung now.
    Word(i64, SungWord),
}

/// One player.
#[derive(Debug, Default)]
pub struct Player {
    song: Option<Song>,
    answer: Option<Answer>,
    follower: Follower,
    offset_ms: f64,
    document_due: bool,
    document_said_ns: i64,
    line_said: Option<(i64, i64)>,
    place: Place,
    advanced_ns: i64,
}

impl Player {
    /// A player that has been heard of for the first time.
    pub fn new(offset_ms: f64) -> Player {
        Player { offset_ms, document_due: true, ..Player::default() }
    }

    /// Its song.
    pub fn song(&self) -> Option<&Song> {
        self.song.as_ref()
    }

    /// Its words, where there are any.
    pub fn words(&self) -> Option<&Arc<Prepared>> {
        self.answer.as_ref()?.words.as_ref()
    }

    /// The line that was said last.
    pub fn line(&self) -> i64 {
        self.line_said.map_or(-1, |(index, _)| index)
    }

    /// All milliseconds by which its words are moved.
    pub fn offset_ms(&self) -> f64 {
        self.offset_ms + self.answer.as_ref().map_or(0.0, |answer| answer.offset_ms)
    }

    /// Takes the track that it has loaded at an instant; true when that is another song.
    pub fn load(&mut self, song: Option<Song>, at_ns: i64) -> bool {
        if song == self.song {
            return false;
        }
        let more = matches!((&self.song, &song), (Some(old), Some(new)) if new.adds_to(old));
        if !more {
            // Where the last song was says nothing about this one.
            self.follower.forget_before(at_ns);
        }
        self.song = song;
        self.answer = None;
        self.renew(at_ns);
        true
    }

    /// Takes what is known of its song's words; `None` when that is looked for anew.
    pub fn learn(&mut self, answer: Option<Answer>, now_ns: i64) {
        let old = std::mem::replace(&mut self.answer, answer);
        if shown(old.as_ref()) != shown(self.answer.as_ref()) {
            self.renew(now_ns);
        }
        self.follower.set_offset_ms(self.offset_ms(), now_ns);
    }

    /// Moves the words of all songs: positive is later.
    pub fn set_offset_ms(&mut self, offset_ms: f64, now_ns: i64) {
        self.offset_ms = offset_ms;
        self.follower.set_offset_ms(self.offset_ms(), now_ns);
    }

    /// Takes a position; one that makes no sense is refused with `false`.
    pub fn hear(&mut self, anchor: Anchor, now_ns: i64) -> bool {
        self.follower.hear(anchor, now_ns)
    }

    /// Says what has changed until now.
    pub fn advance(&mut self, now_ns: i64, out: &mut Vec<Say>) {
        self.advanced_ns = now_ns;
        if self.document_due || now_ns - self.document_said_ns > DOCUMENT_NS {
            (self.document_due, self.document_said_ns) = (false, now_ns);
            out.push(Say::Document(now_ns, self.document()));
        }
        let words = self.words().cloned();
        let place = words.as_ref().map(|words| self.follower.place(&words.score, now_ns)).unwrap_or_default();
        let index = place.line.map_or(-1, |line| line as i64);
        if self.line_said.is_none_or(|(said, at_ns)| said != index || now_ns - at_ns > LINE_NS) {
            self.line_said = Some((index, now_ns));
            out.push(self.say_line(words.as_deref(), place, now_ns));
        }
        if place != self.place {
            self.place = place;
            out.extend(words.and_then(|words| self.say_word(&words, place, now_ns)));
        }
    }

    /// When there is something to say after what [`Player::advance`] said last, on CLOCK_MONOTONIC in nanoseconds. That
    /// may be past: whoever is busy meanwhile finds it due, and not the one after it.
    pub fn next_ns(&self) -> Option<i64> {
        let again_ns = self.line_said.map(|(_, at_ns)| at_ns + LINE_NS + 1);
        let next_ns = self.words().and_then(|words| self.follower.next_ns(&words.score, self.advanced_ns));
        again_ns.into_iter().chain(next_ns).min()
    }

    // What was said before was of other words.
    fn renew(&mut self, now_ns: i64) {
        self.document_due = true;
        self.line_said = None;
        self.place = Place::default();
        self.follower.set_offset_ms(self.offset_ms(), now_ns);
    }

    fn document(&self) -> Document {
        let track_id = self.song.as_ref().map(|song| song.id.as_str()).unwrap_or_default();
        if let Some(words) = self.words() {
            return words.document(track_id);
        }
        let looking = self.song.is_some() && !shown(self.answer.as_ref()).1;
        let source = if looking { LOOKING } else { NONE };
        Document {
            track_id: track_id.to_owned(),
            source: source.to_owned(),
            synced: false,
            lines: Vec::new(),
        }
    }

    fn say_line(&self, words: Option<&Prepared>, place: Place, now_ns: i64) -> Say {
        let nothing = Line {
            index: -1,
            text: String::new(),
            next: String::new(),
            next_in_s: None,
            refrain: false,
            keywords: Vec::new(),
        };
        let Some(words) = words.filter(|words| words.synced) else { return Say::Line(now_ns, nothing) };
        let first = place.line.map_or(0, |line| line + 1);
        // An empty line clears the screen; what one waits for is the next that has words.
        let next = (first..words.lines.len()).find(|line| !words.lines[*line].text.is_empty());
        let mut line = Line {
            next: next.map(|next| words.lines[next].text.clone()).unwrap_or_default(),
            next_in_s: next.and_then(|next| self.follower.seconds_until(&words.score, next, now_ns)),
            ..nothing
        };
        if let Some((index, current)) = place.line.and_then(|index| Some((index, words.lines.get(index)?))) {
            line.index = index as i64;
            line.text.clone_from(&current.text);
            line.keywords.clone_from(&current.keywords);
            line.refrain = current.refrain.unwrap_or(false);
        }
        Say::Line(self.follower.began_ns(&words.score, place, now_ns, false), line)
    }

    fn say_word(&self, words: &Prepared, place: Place, now_ns: i64) -> Option<Say> {
        let (line, index) = (place.line?, place.word?);
        let text = words.lines.get(line)?.words.as_ref()?.get(index)?.text.clone();
        let at_ns = self.follower.began_ns(&words.score, place, now_ns, true);
        Some(Say::Word(at_ns, SungWord { line: line as i64, index: index as i64, text }))
    }
}

/// What of an answer can be seen: the words, or that there are none.
fn shown(answer: Option<&Answer>) -> (Option<&Arc<Prepared>>, bool) {
    let words = answer.and_then(|answer| answer.words.as_ref());
    (words, words.is_none() && answer.is_some_and(|answer| answer.done))
}

#[cfg(test)]
mod tests;
