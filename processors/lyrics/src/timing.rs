//! Where in the words we are, and when the next of them comes. Pure: it knows no clock.
//!
//! Positions are true at an instant and are extrapolated by their rate. An offset moves the words: positive is
//! *later*, everywhere. Time within a track is counted in microseconds, so that an instant that was worked out
//! for a line lands in that line and not one rounding error before it.

use schemas::lyrics::DocumentLine;

/// A position is believed for so long; a player that says nothing for longer has gone.
pub const HOLD_NS: i64 = 10_000_000_000;
/// A position that differs from the extrapolated one by more is a seek, in microseconds. Less is the player's
/// own jitter, and words that were begun are not taken back for it.
pub const JUMP_US: i64 = 150_000;
/// Fastest believable rate, in track seconds per second, in either direction.
pub const MAX_RATE: f64 = 16.0;
/// Longest position that is believed, in seconds: a day.
const MAX_POSITION_S: f64 = 86_400.0;

/// A position of a player, true at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anchor {
    /// CLOCK_MONOTONIC in nanoseconds.
    pub at_ns: i64,
    /// Seconds from the start of the track.
    pub position_s: f64,
    /// Track seconds per second.
    pub rate: f64,
    /// Whether time passes.
    pub playing: bool,
}

impl Anchor {
    /// Whether its numbers make sense.
    pub fn is_sane(&self) -> bool {
        (-MAX_POSITION_S..=MAX_POSITION_S).contains(&self.position_s)
            && (-MAX_RATE..=MAX_RATE).contains(&self.rate)
    }

    fn pace(&self) -> f64 {
        if self.playing { self.rate } else { 0.0 }
    }

    fn track_us(&self, now_ns: i64) -> i64 {
        let passed_ns = now_ns.saturating_sub(self.at_ns).min(HOLD_NS);
        to_us(self.position_s + self.pace() * passed_ns as f64 / 1e9)
    }
}

/// Where in the words we are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Place {
    /// Number of the line; `None` before the first.
    pub line: Option<usize>,
    /// Number of the timed word in it; `None` before the first, and where they are not timed.
    pub word: Option<usize>,
}

/// Instants of the words of a track, in microseconds from its start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Score {
    lines: Vec<(i64, Vec<i64>)>,
}

impl Score {
    /// The instants of these lines, which are in order.
    pub fn of(lines: &[DocumentLine]) -> Score {
        let words = |line: &DocumentLine| line.words.iter().flatten().map(|word| to_us(word.at_s)).collect();
        Score { lines: lines.iter().map(|line| (to_us(line.at_s), words(line))).collect() }
    }

    /// The place at an instant of the track.
    pub fn place(&self, text_us: i64) -> Place {
        let line = self.lines.partition_point(|(at, _)| *at <= text_us).checked_sub(1);
        let words = line.and_then(|line| self.lines.get(line)).map(|(_, words)| words.as_slice());
        let word = words.and_then(|words| words.partition_point(|at| *at <= text_us).checked_sub(1));
        Place { line, word }
    }

    /// When a line begins.
    pub fn line_us(&self, line: usize) -> Option<i64> {
        self.lines.get(line).map(|(at, _)| *at)
    }

    fn word_us(&self, place: Place) -> Option<i64> {
        self.lines.get(place.line?)?.1.get(place.word?).copied()
    }

    /// The first instant after this one at which the place differs.
    fn next_us(&self, text_us: i64) -> Option<i64> {
        let Place { line, word } = self.place(text_us);
        let next_line = line.map_or(0, |line| line + 1);
        let words = line.and_then(|line| self.lines.get(line)).map(|(_, words)| words.as_slice());
        let next_word = words.and_then(|words| words.get(word.map_or(0, |word| word + 1)));
        [self.line_us(next_line), next_word.copied()].into_iter().flatten().min()
    }

    /// The last instant before this one at which the place differs.
    fn before_us(&self, text_us: i64) -> Option<i64> {
        let place = self.place(text_us);
        let began = [place.line.and_then(|line| self.line_us(line)), self.word_us(place)];
        began.into_iter().flatten().max().map(|began| began - 1)
    }
}

/// Follows one player through the words of one track.
#[derive(Debug, Default, Clone)]
pub struct Follower {
    anchor: Option<Anchor>,
    offset_us: i64,
    /// Since when the anchors have been of one piece, and how far the text has come since.
    since_ns: i64,
    reached_us: Option<i64>,
}

impl Follower {
    /// Takes a position that arrives now; one that makes no sense or is older than the last is refused with `false`.
    pub fn hear(&mut self, anchor: Anchor, now_ns: i64) -> bool {
        // One from the far future would make all that come refused as older.
        let future = anchor.at_ns > now_ns.saturating_add(HOLD_NS);
        if !anchor.is_sane() || future || self.anchor.is_some_and(|old| anchor.at_ns < old.at_ns) {
            return false;
        }
        if self.anchor.is_none_or(|old| is_jump(&old, &anchor)) {
            self.jump(anchor.at_ns);
        } else if let Some(old) = self.anchor {
            // Until this very moment the old position was followed.
            let reached_us = old.track_us(now_ns.max(anchor.at_ns)) - self.offset_us;
            self.reached_us = Some(self.reached_us.map_or(reached_us, |us| us.max(reached_us)));
        }
        self.anchor = Some(anchor);
        true
    }

    /// Forgets positions from before an instant: they were of another track.
    pub fn forget_before(&mut self, at_ns: i64) {
        self.anchor = self.anchor.filter(|anchor| anchor.at_ns >= at_ns);
        self.jump(at_ns);
    }

    /// Moves the words: positive milliseconds are later.
    pub fn set_offset_ms(&mut self, offset_ms: f64, now_ns: i64) {
        let offset_us = to_us(offset_ms / 1000.0);
        if offset_us != self.offset_us {
            self.offset_us = offset_us;
            self.jump(now_ns);
        }
    }

    /// Where we are; before the first line while no position is known.
    pub fn place(&self, score: &Score, now_ns: i64) -> Place {
        self.text_us(now_ns).map(|text_us| score.place(text_us)).unwrap_or_default()
    }

    /// When the line or word that is current began, on CLOCK_MONOTONIC; after a jump, when that was.
    pub fn began_ns(&self, score: &Score, place: Place, now_ns: i64, of_word: bool) -> i64 {
        let began_us =
            if of_word { score.word_us(place) } else { place.line.and_then(|line| score.line_us(line)) };
        let began = began_us.and_then(|us| self.instant_ns(us)).unwrap_or(self.since_ns);
        began.clamp(self.since_ns.min(now_ns), now_ns)
    }

    /// Seconds until a line begins; `None` while time stands still or runs backwards.
    pub fn seconds_until(&self, score: &Score, line: usize, now_ns: i64) -> Option<f64> {
        let pace = self.anchor.map(|anchor| anchor.pace()).filter(|pace| *pace > 0.0)?;
        let left_us = score.line_us(line)? - self.text_us(now_ns)?;
        Some((left_us as f64 / 1e6 / pace).max(0.0))
    }

    /// The instant on CLOCK_MONOTONIC at which the place changes next, if it does.
    pub fn next_ns(&self, score: &Score, now_ns: i64) -> Option<i64> {
        let anchor = self.anchor?;
        let text_us = self.text_us(now_ns)?;
        let target_us = if anchor.pace() > 0.0 { score.next_us(text_us) } else { score.before_us(text_us) };
        let next_ns = self.instant_ns(target_us?)?;
        (next_ns <= anchor.at_ns.saturating_add(HOLD_NS)).then_some(next_ns)
    }

    fn jump(&mut self, at_ns: i64) {
        self.since_ns = at_ns;
        self.reached_us = None;
    }

    fn text_us(&self, now_ns: i64) -> Option<i64> {
        let anchor = self.anchor?;
        let text_us = anchor.track_us(now_ns) - self.offset_us;
        // A player that corrects itself a little does not take words back.
        Some(self.reached_us.filter(|_| anchor.pace() >= 0.0).map_or(text_us, |reached| reached.max(text_us)))
    }

    fn instant_ns(&self, text_us: i64) -> Option<i64> {
        let anchor = self.anchor.filter(|anchor| anchor.pace() != 0.0)?;
        let left_s = (text_us + self.offset_us) as f64 / 1e6 - anchor.position_s;
        Some(anchor.at_ns.saturating_add((left_s / anchor.pace() * 1e9).ceil() as i64))
    }
}

fn is_jump(old: &Anchor, new: &Anchor) -> bool {
    let lost = new.at_ns - old.at_ns > HOLD_NS;
    let turned = (old.pace() > 0.0) != (new.pace() > 0.0) || (old.pace() < 0.0) != (new.pace() < 0.0);
    lost || turned || (old.track_us(new.at_ns) - new.track_us(new.at_ns)).abs() > JUMP_US
}

fn to_us(seconds: f64) -> i64 {
    (seconds * 1e6).round() as i64
}

#[cfg(test)]
mod tests;
