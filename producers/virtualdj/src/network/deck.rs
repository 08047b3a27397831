//! From answers to the state of one deck. Pure.

use schemas::playback::{Provenance, Track};

use super::answers::{Answers, CROSSFADER};
use crate::player::Playing;

/// A fader above this lets the deck be heard.
const OPEN_FADER: f64 = 0.1;
/// The crossfader shuts a deck out when it is this near to the other side.
const SHUT_OUT: f64 = 0.05;
/// Longest track, in seconds: a day.
const LONGEST_S: f64 = 86_400.0;
/// Slowest and fastest playback that VirtualDJ has.
const RATES: std::ops::RangeInclusive<f64> = 0.25..=4.0;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Deck 1.
    Left,
    /// Deck 2.
    Right,
}

/// What the deck plays; its position was true at `at`, in seconds of CLOCK_MONOTONIC.
pub fn playing(side: Side, answers: &mut Answers, at: f64) -> Playing {
    let loaded = answers.truth("loaded").unwrap_or(true);
    let Some(title) = answers.text("get_title").filter(|_| loaded) else { return Playing::nothing(at) };
    let duration_s = answers.number("get_songlength", 0.0..=LONGEST_S).filter(|length| *length > 0.0);
    let part = answers.number("song_pos", 0.0..=1.0);
    let moves = answers.truth("play").unwrap_or(false);
    let track = Track {
        artist: answers.text("get_artist"),
        title: Some(title),
        album: answers.text("get_album"),
        duration_s,
        audible: audible(side, answers),
        provenance: Provenance { service: "virtualdj".into(), licence: String::new() },
        ..Track::default()
    };
    let position_s = duration_s.zip(part).map(|(length, part)| length * part);
    Playing { track, position_s, rate: rate(answers), moves, at }
}

// Played, and its fader open, and VirtualDJ itself does not deny it. The crossfader counts only where VirtualDJ does
// not say what is heard: it may be switched off, or the deck assigned past it.
fn audible(side: Side, answers: &mut Answers) -> Option<bool> {
    let plays = answers.truth("play");
    let volume = answers.number("volume", 0.0..=1.0);
    let said = answers.truth("is_audible");
    if plays == Some(false) || volume.is_some_and(|volume| volume <= OPEN_FADER) || said == Some(false) {
        return Some(false);
    }
    let open = said.or_else(|| volume.map(|_| !shut_out(side, answers)));
    plays.and(open)
}

fn shut_out(side: Side, answers: &mut Answers) -> bool {
    answers.number(CROSSFADER, 0.0..=1.0).is_some_and(|place| match side {
        Side::Left => place > 1.0 - SHUT_OUT,
        Side::Right => place < SHUT_OUT,
    })
}

// Heard tempo over the track's own.
fn rate(answers: &mut Answers) -> f64 {
    let bpm = |answers: &mut Answers, verb| answers.number(verb, 0.0..=2000.0).filter(|bpm| *bpm > 0.0);
    let (heard, own) = (bpm(answers, "get_bpm"), bpm(answers, "get_bpm absolute"));
    heard.zip(own).map(|(heard, own)| heard / own).filter(|rate| RATES.contains(rate)).unwrap_or(1.0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::answers::DECK_VERBS;
    use super::*;

    fn answers(pairs: &[(&'static str, &str)]) -> Answers {
        let mut answers = Answers::default();
        let usual = [
            ("loaded", "on"),
            ("get_title", "Summer"),
            ("get_artist", "Calvin Harris"),
            ("get_album", ""),
            ("get_songlength", "224.5"),
            ("song_pos", "0.5"),
            ("play", "on"),
            ("is_audible", "yes"),
            ("volume", "1"),
            ("get_bpm", "134.4"),
            ("get_bpm absolute", "128"),
            ("crossfader", "0.5"),
        ];
        for (verb, value) in usual.iter().chain(pairs) {
            answers.take(verb, value);
        }
        answers
    }

    fn deck(pairs: &[(&'static str, &str)]) -> Playing {
        playing(Side::Left, &mut answers(pairs), 7.0)
    }

    #[test]
    fn a_playing_deck() {
        let deck = deck(&[]);
        assert_eq!(deck.track.title.as_deref(), Some("Summer"));
        assert_eq!(
            (deck.track.album, deck.track.duration_s, deck.track.audible),
            (None, Some(224.5), Some(true))
        );
        assert_eq!((deck.position_s, deck.moves, deck.at), (Some(112.25), true, 7.0));
        assert!((deck.rate - 1.05).abs() < 1e-9);
    }

    #[test]
    fn heard_is_what_plays_with_its_fader_open() {
        let audible = |pairs: &[(&'static str, &str)]| deck(pairs).track.audible;
        assert_eq!(audible(&[("play", "off")]), Some(false));
        assert_eq!(audible(&[("volume", "0.05")]), Some(false));
        assert_eq!(audible(&[("is_audible", "no")]), Some(false));
        assert_eq!(audible(&[("crossfader", "1")]), Some(true), "VirtualDJ knows whether it counts");
        let unsaid = ("is_audible", "what?");
        assert_eq!(audible(&[unsaid, ("crossfader", "1")]), Some(false));
        assert_eq!(audible(&[unsaid, ("crossfader", "0")]), Some(true));
        let right =
            |place| playing(Side::Right, &mut answers(&[unsaid, ("crossfader", place)]), 0.0).track.audible;
        assert_eq!((right("0"), right("1")), (Some(false), Some(true)));
        assert_eq!(audible(&[unsaid, ("volume", "?")]), None);
    }

    #[test]
    fn an_empty_deck_plays_nothing() {
        assert_eq!(deck(&[("loaded", "no")]), Playing::nothing(7.0));
        assert_eq!(deck(&[("get_title", " ")]), Playing::nothing(7.0));
    }

    #[test]
    fn what_cannot_be_is_not_known() {
        let deck = deck(&[("song_pos", "7"), ("get_songlength", "-3"), ("get_bpm", "1e9")]);
        assert_eq!((deck.position_s, deck.track.duration_s, deck.rate), (None, None, 1.0));
    }

    proptest! {
        #[test]
        fn hostile_answers_give_a_bounded_state(values in prop::collection::vec("(.|\n){0,400}", 11)) {
            let mut answers = Answers::default();
            for (verb, value) in DECK_VERBS.iter().zip(&values) {
                answers.take(verb, value);
            }
            let deck = playing(Side::Right, &mut answers, 0.0);
            prop_assert!(deck.position_s.is_none_or(|s| (0.0..=LONGEST_S).contains(&s)) && RATES.contains(&deck.rate));
            prop_assert!(deck.track.title.is_none_or(|title| !title.contains(char::is_control)));
        }
    }
}
