//! Play, pause, seek, rate, stop; and that what is extrapolated is what a search by time finds.

use proptest::prelude::*;

use super::*;
use crate::document::Lyrics;

const S: i64 = 1_000_000_000;

fn score(text: &str) -> Score {
    Score::of(&Lyrics::from_text(text).unwrap().lines)
}

fn song() -> Score {
    score("[00:01.00]one\n[00:02.00]<00:02.00>two <00:02.50>words\n[00:04.00]three")
}

fn anchor(at_ns: i64, position_s: f64, rate: f64, playing: bool) -> Anchor {
    Anchor { at_ns, position_s, rate, playing }
}

fn hear(follower: &mut Follower, anchor: Anchor) -> bool {
    follower.hear(anchor, anchor.at_ns)
}

fn playing(position_s: f64, rate: f64) -> Follower {
    let mut follower = Follower::default();
    assert!(hear(&mut follower, anchor(0, position_s, rate, true)));
    follower
}

fn line(follower: &Follower, now_ns: i64) -> Option<usize> {
    follower.place(&song(), now_ns).line
}

#[test]
fn lines_and_words_come_at_their_instants() {
    let follower = playing(0.0, 1.0);
    let mut instants = Vec::new();
    let mut now = 0;
    while let Some(next) = follower.next_ns(&song(), now) {
        instants.push(next);
        assert_ne!(follower.place(&song(), next - 1000), follower.place(&song(), next));
        now = next;
    }
    assert_eq!(instants, [S, 2 * S, 2 * S + S / 2, 4 * S]);
    assert_eq!(follower.place(&song(), 2 * S + S / 2), Place { line: Some(1), word: Some(1) });
    assert_eq!(follower.seconds_until(&song(), 2, 3 * S), Some(1.0));
}

#[test]
fn a_faster_deck_reaches_a_line_sooner() {
    let follower = playing(0.0, 1.25);
    assert_eq!(follower.next_ns(&song(), 0), Some(S * 4 / 5));
    assert_eq!(follower.seconds_until(&song(), 0, 0), Some(0.8));
}

#[test]
fn a_positive_offset_is_later() {
    let mut follower = playing(0.0, 1.0);
    follower.set_offset_ms(300.0, 0);
    assert_eq!(follower.next_ns(&song(), 0), Some(S * 13 / 10));
    follower.set_offset_ms(-300.0, 0);
    assert_eq!(follower.next_ns(&song(), 0), Some(S * 7 / 10));
}

#[test]
fn paused_words_stand_still() {
    let mut follower = playing(0.0, 1.0);
    hear(&mut follower, anchor(S * 3 / 2, 1.5, 1.0, false));
    assert_eq!(line(&follower, 60 * S), Some(0));
    assert_eq!((follower.next_ns(&song(), 2 * S), follower.seconds_until(&song(), 1, 2 * S)), (None, None));
    hear(&mut follower, anchor(60 * S, 1.5, 1.0, true));
    assert_eq!(follower.next_ns(&song(), 60 * S), Some(60 * S + S / 2));
}

#[test]
fn a_seek_is_followed_forward_and_back_and_says_when_it_was() {
    let mut follower = playing(0.0, 1.0);
    hear(&mut follower, anchor(S / 2, 10.0, 1.0, true));
    let place = follower.place(&song(), S);
    assert_eq!((place.line, follower.began_ns(&song(), place, S, false)), (Some(2), S / 2));
    hear(&mut follower, anchor(S, 1.25, 1.0, true));
    assert_eq!(line(&follower, S), Some(0));
    assert_eq!(line(&follower, S * 2), Some(1));
}

#[test]
fn a_line_that_was_reached_by_playing_began_at_its_own_instant() {
    let follower = playing(0.0, 1.0);
    let place = follower.place(&song(), S + 7_000_000);
    assert_eq!(follower.began_ns(&song(), place, S + 7_000_000, false), S);
}

#[test]
fn jitter_takes_no_word_back() {
    let mut follower = playing(0.0, 1.0);
    assert_eq!(line(&follower, S + 1_000_000), Some(0));
    // The player says that it was 20 ms behind, just after a line began.
    follower.hear(anchor(S - 1_000_000, 0.979, 1.0, true), S + 1_500_000);
    assert_eq!(line(&follower, S + 2_000_000), Some(0));
    assert_eq!(line(&follower, 2 * S + 21_000_000), Some(1));
}

#[test]
fn a_record_that_is_turned_back_goes_back_through_its_lines() {
    let mut follower = playing(0.0, 1.0);
    hear(&mut follower, anchor(S, 5.0, -1.0, true));
    assert_eq!(line(&follower, S), Some(2));
    let next = follower.next_ns(&song(), S).unwrap();
    assert!((next - 2 * S).abs() < 10_000, "{next}");
    assert_eq!(line(&follower, next), Some(1));
}

#[test]
fn a_player_that_vanishes_is_followed_for_a_while_only() {
    let follower = playing(0.0, 0.24);
    assert_eq!(follower.next_ns(&song(), 9 * S), None);
    assert_eq!(line(&follower, 100 * S), Some(1));
}

#[test]
fn nonsense_and_what_is_older_is_refused() {
    let mut follower = playing(1.0, 1.0);
    for (position_s, rate) in [(f64::NAN, 1.0), (0.0, f64::INFINITY), (1e300, 1.0), (0.0, 1e9)] {
        assert!(!hear(&mut follower, anchor(S, position_s, rate, true)));
    }
    assert!(!hear(&mut follower, anchor(-1, 3.0, 1.0, true)));
    assert!(!follower.hear(anchor(60 * S, 3.0, 1.0, true), S));
    follower.forget_before(1);
    assert_eq!(follower.place(&song(), S), Place::default());
}

proptest! {
    #[test]
    fn what_is_extrapolated_is_what_a_search_finds(
        stamps in prop::collection::vec(0u32..60_000, 1..40),
        (position_ms, rate, offset_ms, after_ms) in (0u32..60_000, 0.25f64..4.0, -2000i32..2000, 0i64..10_000),
    ) {
        let text: String = stamps.iter().map(|ms| format!("[00:{:02}.{:03}]x\n", ms / 1000, ms % 1000)).collect();
        let (score, now) = (score(&text), after_ms * 1_000_000);
        let mut follower = playing(f64::from(position_ms) / 1000.0, rate);
        follower.set_offset_ms(f64::from(offset_ms), 0);
        let text_s = f64::from(position_ms) / 1000.0 + rate * after_ms as f64 / 1000.0 - f64::from(offset_ms) / 1000.0;
        let begun = |slack: f64| stamps.iter().filter(|ms| f64::from(**ms) / 1000.0 <= text_s + slack).count();
        let found = follower.place(&score, now).line.map_or(0, |line| line + 1);
        // Microseconds are where floating point and counting may part.
        prop_assert!((begun(-2e-6)..=begun(2e-6)).contains(&found), "{} {}", found, text_s);
    }

    #[test]
    fn every_instant_that_is_foretold_changes_the_place(
        stamps in prop::collection::vec(0u32..60_000, 1..40), position_ms in -5_000i32..60_000, rate in -4.0f64..4.0,
    ) {
        let text: String = stamps.iter().map(|ms| format!("[00:{:02}.{:03}]x\n", ms / 1000, ms % 1000)).collect();
        let score = score(&text);
        let follower = playing(f64::from(position_ms) / 1000.0, rate);
        let mut now = 0;
        for _ in 0..100 {
            let Some(next) = follower.next_ns(&score, now) else { break };
            prop_assert!(next > now, "{} after {}", next, now);
            prop_assert_ne!(follower.place(&score, now), follower.place(&score, next));
            now = next;
        }
    }
}
