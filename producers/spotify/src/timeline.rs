//! The position between the answers: what is said of the player, and when.
//!
//! Time comes in as seconds of the monotonic clock; nothing here reads a clock or asks anybody.

use component::time;
use schemas::playback::{Position, Track};

use crate::web::{Playback, Seen};

/// A position that is off by more has been moved by somebody. The server's own idea of it lags by up to a second
/// (spotify/web-api#1396), so less is taken for that.
const SEEK_S: f64 = 1.0;
/// The same while paused, when nothing lags.
const SEEK_PAUSED_S: f64 = 0.05;
/// So much of a smaller difference is taken over at each answer: the position does not jitter, and is right within
/// some answers.
const SMOOTHING: f64 = 0.25;
/// So long after the last answer the player is still believed to do what it did: at least this, and a little over the
/// end of the track, but no longer than that.
const HOLD_S: (f64, f64) = (60.0, 900.0);
/// The little: an answer may be slow.
const OVER_S: f64 = 10.0;

/// Something to publish, true now.
#[derive(Debug, Clone, PartialEq)]
pub enum Say {
    /// Another track, or other facts of it.
    Track(Track),
    /// Where it is.
    Position(Position),
}

/// What is known of the player.
#[derive(Debug, Default)]
pub struct Timeline {
    track: Option<Track>,
    anchor: Option<Anchor>,
    heard_s: f64,
}

/// A position that was true at an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Anchor {
    position_s: f64,
    playing: bool,
    at_s: f64,
}

impl Anchor {
    fn position_s(&self, now_s: f64, length_s: Option<f64>) -> f64 {
        let run_s = if self.playing { now_s - self.at_s } else { 0.0 };
        (self.position_s + run_s).clamp(0.0, length_s.unwrap_or(f64::MAX))
    }
}

impl Timeline {
    /// Goes on from what an earlier process said last.
    pub fn resume(track: Option<Track>, now_s: f64) -> Timeline {
        Timeline { track, anchor: None, heard_s: now_s }
    }

    /// Takes an answer that came at `now_s`.
    pub fn see(&mut self, seen: &Seen, now_s: f64, out: &mut Vec<Say>) {
        let track = &seen.playback.track;
        let same = self.track.as_ref().is_some_and(|known| is_same(known, track));
        if self.track.as_ref() != Some(track) {
            self.track = Some(track.clone());
            out.push(Say::Track(track.clone()));
        }
        let (anchor, moved) = reckon(self.anchor.filter(|_| same), seen);
        self.anchor = Some(anchor);
        self.heard_s = now_s;
        if moved {
            out.extend(self.position(now_s).map(Say::Position));
        }
    }

    /// Says where it is now. A player that has not been heard of for too long is not spoken for any more.
    pub fn tick(&mut self, now_s: f64, out: &mut Vec<Say>) {
        if now_s - self.heard_s <= self.hold_s() {
            return out.extend(self.position(now_s).map(Say::Position));
        }
        self.let_go(out);
    }

    /// Says that nothing is known to play, if anything was said to.
    pub fn let_go(&mut self, out: &mut Vec<Say>) {
        let was_loaded = self.track.as_ref().is_some_and(|track| track.title.is_some());
        self.anchor = None;
        if was_loaded {
            let nothing = Playback::nothing().track;
            self.track = Some(nothing.clone());
            out.push(Say::Track(nothing));
            out.push(Say::Position(Position { position_s: 0.0, rate: 1.0, playing: false }));
        }
    }

    /// What is loaded, as it was said last.
    pub fn track(&self) -> Option<&Track> {
        self.track.as_ref()
    }

    /// Where it is at `now_s`; `None` when that is not known.
    pub fn position(&self, now_s: f64) -> Option<Position> {
        let anchor = self.anchor.as_ref()?;
        let position_s = anchor.position_s(now_s, self.length_s());
        Some(Position { position_s, rate: 1.0, playing: anchor.playing })
    }

    fn length_s(&self) -> Option<f64> {
        self.track.as_ref().and_then(|track| track.duration_s)
    }

    fn hold_s(&self) -> f64 {
        let here = self.position(self.heard_s).filter(|position| position.playing);
        let left_s = here.zip(self.length_s()).map(|(here, length_s)| length_s - here.position_s);
        left_s.map_or(0.0, |left_s| left_s + OVER_S).clamp(HOLD_S.0, HOLD_S.1)
    }
}

/// The new anchor, and whether the player did something: play, pause, a seek, another piece.
fn reckon(old: Option<Anchor>, seen: &Seen) -> (Anchor, bool) {
    let Playback { track, position_s, playing } = &seen.playback;
    let at_s = time::mono_s(seen.at);
    let expected_s = old.map(|old| old.position_s(at_s, track.duration_s));
    let position_s = position_s.or(expected_s).unwrap_or(0.0);
    let told = Anchor { position_s, playing: *playing, at_s };
    let (Some(old), Some(expected_s)) = (old, expected_s) else { return (told, true) };
    let off_s = position_s - expected_s;
    let seek_s = if *playing { SEEK_S + seen.within_s } else { SEEK_PAUSED_S };
    if old.playing != *playing || off_s.abs() > seek_s {
        return (told, true);
    }
    (Anchor { position_s: expected_s + SMOOTHING * off_s, ..told }, false)
}

/// Whether both are the same piece, whatever else is known of it.
fn is_same(a: &Track, b: &Track) -> bool {
    (&a.title, &a.artist, &a.ids) == (&b.title, &b.artist, &b.ids)
}

#[cfg(test)]
mod tests {
    use schemas::Stamp;

    use super::*;

    /// Seconds of the monotonic clock at which each test begins.
    const T: f64 = 1000.0;

    fn seen(title: &str, position_s: f64, playing: bool, at_s: f64) -> Seen {
        let mut playback = Playback { position_s: Some(position_s), playing, ..Playback::nothing() };
        playback.track.title = Some(title.to_owned());
        playback.track.duration_s = Some(200.0);
        Seen { playback, at: Stamp { at: 0.0, at_mono_ns: (at_s * 1e9) as i64 }, within_s: 0.05 }
    }

    fn see(timeline: &mut Timeline, seen: &Seen, now_s: f64) -> Vec<Say> {
        let mut out = Vec::new();
        timeline.see(seen, now_s, &mut out);
        out
    }

    fn tick(timeline: &mut Timeline, now_s: f64) -> Vec<Say> {
        let mut out = Vec::new();
        timeline.tick(now_s, &mut out);
        out
    }

    fn position(says: &[Say]) -> Position {
        match says.last() {
            Some(Say::Position(position)) => position.clone(),
            other => panic!("no position: {other:?}"),
        }
    }

    fn playing() -> Timeline {
        let mut timeline = Timeline::default();
        see(&mut timeline, &seen("a", 10.0, true, T), T + 0.1);
        timeline
    }

    #[test]
    fn a_track_is_said_first_and_its_position_is_brought_up_to_now() {
        let mut timeline = Timeline::default();
        let says = see(&mut timeline, &seen("a", 10.0, true, T), T + 0.25);
        assert!(matches!(&says[0], Say::Track(track) if track.title.as_deref() == Some("a")), "{says:?}");
        assert!((position(&says).position_s - 10.25).abs() < 1e-6 && says.len() == 2);
    }

    #[test]
    fn the_position_runs_on_between_the_answers_and_stops_at_the_end() {
        let mut timeline = playing();
        assert!((position(&tick(&mut timeline, T + 1.5)).position_s - 11.5).abs() < 1e-6);
        let end = position(&tick(&mut timeline, T + 195.0));
        assert_eq!((end.position_s, end.playing), (200.0, true));
    }

    #[test]
    fn jitter_is_smoothed_and_says_nothing_of_itself() {
        let mut timeline = playing();
        assert_eq!(see(&mut timeline, &seen("a", 12.4, true, T + 2.0), T + 2.1), []);
        assert!((position(&tick(&mut timeline, T + 2.0)).position_s - 12.1).abs() < 1e-6);
        for n in 2..12 {
            let t = f64::from(n) * 2.0;
            see(&mut timeline, &seen("a", 10.4 + t, true, T + t), T + t);
        }
        assert!((position(&tick(&mut timeline, T + 22.0)).position_s - 32.4).abs() < 0.05);
    }

    #[test]
    fn pause_seek_and_resume_are_said_at_once() {
        let mut timeline = playing();
        let paused = see(&mut timeline, &seen("a", 11.8, false, T + 2.0), T + 2.5);
        assert_eq!(paused, [Say::Position(Position { position_s: 11.8, rate: 1.0, playing: false })]);
        assert_eq!(position(&tick(&mut timeline, T + 9.0)).position_s, 11.8);
        let sought = see(&mut timeline, &seen("a", 11.0, false, T + 10.0), T + 10.0);
        assert_eq!(position(&sought).position_s, 11.0);
        let resumed = see(&mut timeline, &seen("a", 11.0, true, T + 12.0), T + 12.0);
        assert!(position(&resumed).playing);
        let sought = see(&mut timeline, &seen("a", 90.0, true, T + 14.0), T + 14.0);
        assert_eq!(position(&sought).position_s, 90.0);
    }

    #[test]
    fn a_slow_answer_is_not_taken_for_a_seek() {
        let mut timeline = playing();
        let slow = Seen { within_s: 2.0, ..seen("a", 14.5, true, T + 2.0) };
        assert_eq!(see(&mut timeline, &slow, T + 4.0), []);
    }

    #[test]
    fn another_track_begins_where_it_is_seen_and_the_same_again_at_its_beginning() {
        let mut timeline = playing();
        let next = see(&mut timeline, &seen("b", 0.5, true, T + 2.0), T + 2.0);
        assert!(matches!(&next[..], [Say::Track(_), Say::Position(at)] if at.position_s == 0.5), "{next:?}");
        let again = see(&mut timeline, &seen("b", 0.2, true, T + 202.0), T + 202.0);
        assert_eq!(position(&again).position_s, 0.2);
    }

    #[test]
    fn a_new_fact_of_the_same_track_moves_nothing() {
        let mut timeline = playing();
        let mut muted = seen("a", 12.0, true, T + 2.0);
        muted.playback.track.audible = Some(false);
        let says = see(&mut timeline, &muted, T + 2.0);
        assert!(matches!(&says[..], [Say::Track(track)] if track.audible == Some(false)), "{says:?}");
    }

    #[test]
    fn a_position_that_is_not_told_runs_on() {
        let mut timeline = playing();
        let mut untold = seen("a", 0.0, true, T + 2.0);
        untold.playback.position_s = None;
        assert_eq!(see(&mut timeline, &untold, T + 2.0), []);
        assert!((position(&tick(&mut timeline, T + 3.0)).position_s - 13.0).abs() < 1e-6);
    }

    #[test]
    fn nothing_playing_is_said() {
        let mut timeline = playing();
        let nothing = Seen { playback: Playback::nothing(), ..seen("", 0.0, false, T + 2.0) };
        let says = see(&mut timeline, &nothing, T + 2.0);
        assert!(
            matches!(&says[..], [Say::Track(track), Say::Position(at)] if track.title.is_none() && !at.playing)
        );
        assert!(!position(&tick(&mut timeline, T + 2.5)).playing);
    }

    #[test]
    fn a_silent_service_is_held_to_the_end_of_the_track_and_then_let_go_once() {
        let mut timeline = playing();
        assert!(position(&tick(&mut timeline, T + 189.0)).playing);
        let gone = tick(&mut timeline, T + 201.0);
        assert!(
            matches!(&gone[..], [Say::Track(track), Say::Position(at)] if track.title.is_none() && !at.playing)
        );
        assert_eq!(tick(&mut timeline, T + 201.5), []);
        let back = see(&mut timeline, &seen("a", 50.0, true, T + 300.0), T + 300.0);
        assert_eq!(back.len(), 2, "{back:?}");
    }

    #[test]
    fn what_an_earlier_process_said_is_taken_back_when_nothing_is_heard() {
        let last = seen("a", 0.0, true, T).playback.track;
        let mut timeline = Timeline::resume(Some(last.clone()), T);
        assert_eq!(tick(&mut timeline, T + 59.0), []);
        assert_eq!(tick(&mut timeline, T + 61.0).len(), 2);
        let mut timeline = Timeline::resume(Some(last), T);
        let says = see(&mut timeline, &seen("a", 7.0, true, T + 1.0), T + 1.0);
        assert!(matches!(says[..], [Say::Position(_)]), "the track stands already: {says:?}");
    }
}
