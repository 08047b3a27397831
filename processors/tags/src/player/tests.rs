//! Tracks that change, words that come late.

use schemas::audio::Features;
use schemas::header::Origin;

use super::*;
use crate::answer;
use crate::rules::tests::document;

fn message<T>(sent: f64, body: T) -> Message<T> {
    let origin = Origin { host: "stage".into(), instance: "x".into(), generation: 1 };
    let header =
        Header { v: 1, seq: 0, origin, boot: "b".into(), at: sent, at_mono_ns: 0, sent, valid_s: None };
    Message { header, body }
}

fn track(title: &str) -> Track {
    Track { title: Some(title.into()), ..Track::default() }
}

fn play(player: &mut Player, title: &str, sent: f64) -> bool {
    player.take_track(message(sent, track(title)), sent)
}

fn song(player: &Player, now_s: f64) -> Song {
    player.song(&player.facts(&Sound::default(), now_s))
}

#[test]
fn words_belong_to_the_track_that_was_on_when_they_were_sent() {
    let mut player = Player::new();
    assert!(play(&mut player, "One", 10.0) && !play(&mut player, "One", 11.0), "told again it is the same");
    assert!(player.take_document(message(10.5, document(&["cry and cry"]))));
    assert!(
        !player.take_document(message(12.0, document(&["cry and cry"]))),
        "nor do the same words change anything"
    );
    assert_eq!(song(&player, 12.0).mood, "sad");

    assert!(play(&mut player, "Two", 20.0));
    assert!(player.words().is_none(), "another track, other words");
    assert!(!player.take_document(message(19.9, document(&["late words of the first track"]))));
    assert!(player.take_document(message(20.0, document(&["dance"]))));
    assert!(play(&mut player, "Three", 20.5) && player.words().is_none());
}

#[test]
fn words_that_overtake_their_track_are_kept() {
    let mut player = Player::new();
    player.take_document(message(30.0, document(&["dance and dance"])));
    assert!(play(&mut player, "One", 29.9));
    assert!(player.words().is_some());
    assert_eq!(song(&player, 30.0).track_id, "invented|song");
}

#[test]
fn the_same_name_from_elsewhere_is_another_track() {
    let mut player = Player::new();
    play(&mut player, "One", 1.0);
    let mut other = track("One");
    other.provenance.service = "spotify".into();
    assert!(player.take_track(message(2.0, other), 2.0));
}

#[test]
fn measured_energy_is_told_when_it_moves_and_not_too_often() {
    let mut player = Player::new();
    play(&mut player, "One", 0.0);
    let first = song(&player, 0.0);
    assert!(player.tell(&first, 0.0) && !player.tell(&first, 1.0));
    let loud = Features { intensity: 1.0, loudness: -6.0, ..Features::default() };
    (0..=90).for_each(|n| player.hear(f64::from(n) / 10.0, &loud));
    let measured = song(&player, 9.0);
    assert!(measured.energy > 0.95 && first.energy < 0.8, "{} then {}", first.energy, measured.energy);
    assert!(player.has_moved(&measured) && !player.may_move(4.0) && player.may_move(5.0));
    player.tell(&measured, 9.0);
    assert!(!player.has_moved(&measured), "what does not move is not told again");
    play(&mut player, "Two", 60.0);
    assert_eq!(player.facts(&Sound::default(), 60.0).energy, None, "it is the energy of the track");
}

#[test]
fn tempo_and_key_are_believed_after_a_while() {
    let mut player = Player::new();
    play(&mut player, "One", 100.0);
    let sound = Sound { bpm: Some(174.0), key: Some("A:min".into()) };
    assert_eq!(player.facts(&sound, 104.0).bpm, None, "that is still the last track's");
    assert_eq!(player.facts(&sound, 108.0).bpm, Some(174.0));
}

#[test]
fn what_a_model_says_replaces_the_rules_until_the_track_changes() {
    let mut player = Player::new();
    play(&mut player, "One", 0.0);
    player.note("waiting for m");
    assert!(song(&player, 0.0).note.ends_with("waiting for m"));
    player.take_guess(answer::read(&answer::tests::good().to_string()).unwrap(), "m");
    assert_eq!((song(&player, 1.0).source.as_str(), song(&player, 1.0).note.as_str()), ("m", ""));
    play(&mut player, "Two", 2.0);
    assert_eq!(song(&player, 2.0).source, "rules");
}

#[test]
fn a_track_that_a_model_cannot_tag_is_given_up_and_an_absent_model_never() {
    let mut player = Player::new();
    play(&mut player, "One", 0.0);
    (0..9).for_each(|_| player.was_refused("away", 30.0, true));
    assert_eq!(player.wish, Wish::Ask(30.0));
    (0..TRIES).for_each(|_| player.was_refused("no tags", 30.0, false));
    assert_eq!(player.wish, Wish::Nothing);
    assert!(song(&player, 0.0).note.ends_with("no tags"));
}

#[test]
fn nothing_playing_has_no_mood() {
    let mut player = Player::new();
    play(&mut player, "One", 0.0);
    assert!(player.take_track(message(1.0, Track::default()), 1.0));
    assert_eq!(
        (song(&player, 1.0).mood.as_str(), song(&player, 1.0).note.as_str()),
        ("", "nothing is playing")
    );
}
