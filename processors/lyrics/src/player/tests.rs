//! What a player says, and what it does not say.

use schemas::playback::Track;

use super::*;
use crate::document::Lyrics;

const S: i64 = 1_000_000_000;

fn song(title: &str) -> Option<Song> {
    Song::of(&Track { title: Some(title.into()), ..Track::default() })
}

fn answer(text: &str) -> Option<Answer> {
    let words = Prepared::new("test", Lyrics::from_text(text).unwrap());
    Some(Answer { words: Some(Arc::new(words)), done: true, offset_ms: 0.0 })
}

fn said(player: &mut Player, now_ns: i64) -> Vec<Say> {
    let mut out = Vec::new();
    player.advance(now_ns, &mut out);
    out
}

/// What was said of lines: instant in milliseconds, number, text.
fn lines<'a>(says: &'a [Say]) -> Vec<(i64, i64, &'a str)> {
    let line = |say: &'a Say| match say {
        Say::Line(at_ns, line) => Some((at_ns / 1_000_000, line.index, line.text.as_str())),
        _ => None,
    };
    says.iter().filter_map(line).collect()
}

fn play(player: &mut Player, at_ns: i64, position_s: f64) {
    assert!(player.hear(Anchor { at_ns, position_s, rate: 1.0, playing: true }, at_ns));
}

fn singing(text: &str) -> Player {
    let mut player = Player::new(0.0);
    player.load(song("a"), 0);
    play(&mut player, 0, 0.0);
    player.learn(answer(text), 0);
    said(&mut player, 0);
    player
}

#[test]
fn lines_are_said_once_and_at_their_instants() {
    let mut player = singing("[00:01.00]one\n[00:02.00]\n[00:03.00]two");
    assert_eq!(player.next_ns(), Some(S));
    let says = said(&mut player, S + 5_000_000);
    assert_eq!(lines(&says), [(1000, 0, "one")]);
    let Say::Line(_, line) = &says[0] else { panic!("{says:?}") };
    assert_eq!((line.next.as_str(), line.next_in_s), ("two", Some(1.995)));
    assert!(said(&mut player, S + 6_000_000).is_empty());
    assert_eq!(lines(&said(&mut player, 2 * S)), [(2000, 1, "")]);
}

#[test]
fn a_line_that_falls_due_while_one_is_busy_is_due_and_not_the_one_after_it() {
    let mut player = singing("[00:01.00]one\n[00:03.00]two");
    // Half a second before the first line; then the loop does something else, until after it.
    said(&mut player, S / 2);
    assert_eq!(player.next_ns(), Some(S));
    assert_eq!(lines(&said(&mut player, S + 50_000_000)), [(1000, 0, "one")]);
    assert_eq!(player.next_ns(), Some(3 * S));
}

#[test]
fn more_about_the_same_track_leaves_it_where_it_is() {
    let mut player = singing("[00:01.00]one\n[00:03.00]two");
    said(&mut player, S / 2);
    let longer = Track { title: Some("a".into()), duration_s: Some(180.0), ..Track::default() };
    assert!(player.load(Song::of(&longer), S * 6 / 10), "words are looked for anew");
    player.learn(answer("[00:01.00]one\n[00:03.00]two"), S * 7 / 10);
    said(&mut player, S * 7 / 10);
    assert_eq!(player.next_ns(), Some(S));
    assert_eq!(lines(&said(&mut player, S)), [(1000, 0, "one")]);
}

#[test]
fn words_are_said_within_their_line() {
    let mut player = singing("[00:01.00]<00:01.00>one <00:01.50>two");
    let words = |says: Vec<Say>| {
        let word = |say| match say {
            Say::Word(at_ns, word) => Some((at_ns, word.line, word.index, word.text)),
            _ => None,
        };
        says.into_iter().filter_map(word).collect::<Vec<_>>()
    };
    assert_eq!(words(said(&mut player, S)), [(S, 0, 0, "one".to_owned())]);
    assert_eq!(words(said(&mut player, S * 3 / 2 + 100)), [(S * 3 / 2, 0, 1, "two".to_owned())]);
}

#[test]
fn a_change_of_track_leaves_nothing_of_the_old_one() {
    let mut player = singing("[00:01.00]one");
    said(&mut player, 2 * S);
    assert!(player.load(song("b"), 2 * S));
    let says = said(&mut player, 2 * S);
    let Say::Document(_, document) = &says[0] else { panic!("{says:?}") };
    assert_eq!(
        (document.track_id.as_str(), document.source.as_str(), document.lines.len()),
        ("|b||", LOOKING, 0)
    );
    assert_eq!(lines(&says), [(2000, -1, "")]);
    player.learn(answer("[00:01.00]other"), 3 * S);
    assert_eq!(
        lines(&said(&mut player, 3 * S)),
        [(2000, -1, "")],
        "the old position says nothing of the new song"
    );
    play(&mut player, 3 * S, 1.5);
    assert_eq!(lines(&said(&mut player, 3 * S)), [(3000, 0, "other")]);
}

#[test]
fn stopping_and_having_no_words_clear_the_screen() {
    let mut player = singing("[00:01.00]one");
    said(&mut player, 2 * S);
    player.load(None, 2 * S);
    let says = said(&mut player, 2 * S);
    assert!(
        matches!(&says[0], Say::Document(_, document) if document.track_id.is_empty() && document.source == NONE)
    );
    assert_eq!(lines(&says), [(2000, -1, "")]);
    player.load(song("c"), 3 * S);
    player.learn(Some(Answer { words: None, done: true, offset_ms: 0.0 }), 3 * S);
    assert!(matches!(&said(&mut player, 3 * S)[0], Say::Document(_, document) if document.source == NONE));
}

#[test]
fn untimed_words_are_a_document_without_a_line() {
    let mut player = Player::new(0.0);
    player.load(song("a"), 0);
    play(&mut player, 0, 30.0);
    player.learn(answer("one\ntwo"), 0);
    let says = said(&mut player, S);
    assert!(matches!(&says[0], Say::Document(_, document) if document.lines.len() == 2 && !document.synced));
    assert_eq!(lines(&says), [(1000, -1, "")]);
}

#[test]
fn the_offsets_of_all_and_of_the_song_add_up() {
    let mut player = singing("[00:01.00]one");
    player.set_offset_ms(500.0, 0);
    let own = player.answer.clone().map(|answer| Answer { offset_ms: -200.0, ..answer });
    player.learn(own, 0);
    assert_eq!((player.offset_ms(), player.next_ns()), (300.0, Some(S * 13 / 10)));
    assert!(said(&mut player, 0).is_empty(), "the words are the same");
}

#[test]
fn a_long_silence_is_said_again_before_it_is_no_longer_valid() {
    let mut player = singing("[00:01.00]one");
    said(&mut player, 2 * S);
    player.hear(Anchor { at_ns: 2 * S, position_s: 2.0, rate: 1.0, playing: false }, 2 * S);
    let again = player.next_ns().unwrap();
    assert!(again < 600 * S);
    assert_eq!(lines(&said(&mut player, again)).len(), 1);
}

#[test]
fn what_looks_the_same_is_not_said_again() {
    let mut player = Player::new(0.0);
    player.load(song("a"), 0);
    assert_eq!(said(&mut player, 0).len(), 2);
    player.learn(Some(Answer { words: None, done: false, offset_ms: 0.0 }), 0);
    assert!(said(&mut player, 0).is_empty(), "it is still looked for");
    let plain = answer("one\ntwo").map(|answer| Answer { done: false, ..answer });
    player.learn(plain.clone(), 0);
    assert_eq!(said(&mut player, 0).len(), 2);
    player.learn(plain.map(|answer| Answer { done: true, ..answer }), 0);
    assert!(said(&mut player, 0).is_empty(), "nobody has better");
}
