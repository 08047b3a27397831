//! The order among players, rule by rule.

use std::collections::BTreeMap;

use schemas::playback::{Position, Track};
use schemas::{Name, Stamp};

use crate::choice::{Choice, Wishes};
use crate::heard::{Heard, VANISHED_S};

const NOW_S: f64 = 100.0;
const HOLD_OFF_S: f64 = 2.0;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn player(audible: Option<bool>, playing: bool, started_s: f64) -> Heard {
    let at = Stamp { at: NOW_S, at_mono_ns: 0 };
    let track = Track { title: Some("t".into()), audible, ..Track::default() };
    let position = Position { position_s: 1.0, rate: 1.0, playing };
    Heard { track: Some((at, track)), position: Some((at, position)), position_came_s: NOW_S, started_s }
}

fn stopped() -> Heard {
    Heard { track: None, ..player(None, false, 0.0) }
}

fn players(list: &[(&str, Heard)]) -> BTreeMap<Name, Heard> {
    list.iter().map(|(text, heard)| (name(text), heard.clone())).collect()
}

fn wishes(priority: &[&str]) -> Wishes {
    let priority = priority.iter().map(|wish| Name::new(*wish).ok()).collect();
    Wishes { priority, pin: None, hold_off_s: HOLD_OFF_S }
}

/// A choice that follows `a`, and has done so for long.
fn following_a() -> Choice {
    let mut choice = Choice::default();
    choice.resume(Some(name("a")), NOW_S - 60.0);
    choice
}

/// Who is chosen at once by a choice that has chosen nobody yet, and why.
fn first(list: &[(&str, Heard)], wishes: &Wishes) -> (String, String) {
    let mut choice = Choice::default();
    choice.update(&players(list), wishes, NOW_S);
    (choice.chosen.map_or_else(String::new, String::from), choice.why)
}

#[test]
fn playing_comes_before_paused_audible_before_unknown_and_inaudible_never() {
    let deck = |audible, playing| player(audible, playing, 0.0);
    let list = [("a", deck(None, true)), ("b", deck(Some(true), false)), ("c", deck(Some(false), true))];
    assert_eq!(first(&list, &wishes(&["c", "b"])).1, "a: it plays; b is audible but paused");
    let both = [("a", deck(None, true)), ("b", deck(Some(true), true))];
    assert_eq!(first(&both, &wishes(&["a"])).1, "b: it plays and is audible; a plays");
    assert_eq!(first(&list[..1], &wishes(&[])).1, "a: it is the only one; it plays");
    let (chosen, why) = first(&list[2..], &wishes(&["c"]));
    assert_eq!((chosen.as_str(), why.as_str()), ("", "no player has a track that the audience hears"));
}

#[test]
fn among_them_playing_comes_before_paused_before_priority_before_the_start() {
    let list =
        [("a", player(None, false, 9.0)), ("b", player(None, true, 1.0)), ("c", player(None, true, 2.0))];
    assert_eq!(first(&list, &wishes(&[])), ("c".into(), "c: it plays, and b is no better".into()));
    let (chosen, why) = first(&list, &wishes(&["a", "b"]));
    assert_eq!((chosen.as_str(), why.as_str()), ("b", "b: it plays and comes before c in priority"));
    assert_eq!(first(&list[..2], &wishes(&["a"])).1, "b: it plays; a is paused");
}

#[test]
fn the_rest_stands_where_the_star_is() {
    let list = [("a", player(None, true, 1.0)), ("b", player(None, true, 2.0))];
    assert_eq!(first(&list, &wishes(&["*", "b"])).0, "a");
    assert_eq!(first(&list, &wishes(&["b", "*"])).0, "b");
    assert_eq!(first(&list, &wishes(&["b"])).0, "b");
}

#[test]
fn among_equals_the_one_that_was_chosen_stays() {
    let mut choice = following_a();
    let list = players(&[("a", player(None, true, 1.0)), ("b", player(None, true, 99.0))]);
    for step in 0..100 {
        assert!(!choice.update(&list, &wishes(&[]), NOW_S + f64::from(step) * 0.02));
    }
}

#[test]
fn whatever_makes_another_the_better_one_counts_after_the_hold_off() {
    let gone = Heard { position_came_s: NOW_S - VANISHED_S, ..player(None, true, 0.0) };
    for (left, says) in [
        (player(None, false, 0.0), "is paused"),
        (player(Some(false), true, 0.0), "is not audible"),
        (stopped(), "has stopped"),
        (gone, "says no position any more"),
    ] {
        let mut choice = following_a();
        let list = players(&[("a", left), ("b", player(None, true, 1.0))]);
        assert!(!choice.update(&list, &wishes(&[]), NOW_S));
        assert_eq!(choice.why, format!("a: it {says}; b plays (changes are held off for 2 s)"));
        assert!(!choice.update(&list, &wishes(&[]), NOW_S + HOLD_OFF_S - 0.01));
        assert!(choice.update(&list, &wishes(&[]), NOW_S + HOLD_OFF_S));
        assert_eq!(choice.chosen, Some(name("b")));
    }
}

#[test]
fn a_short_blend_changes_nothing() {
    let mut choice = following_a();
    let decks = |first: bool| {
        players(&[("a", player(Some(first), true, 0.0)), ("b", player(Some(!first), true, 1.0))])
    };
    for step in 0..60 {
        let changed = choice.update(&decks(step % 3 == 0), &wishes(&[]), NOW_S + f64::from(step) * 0.04);
        assert!(!changed, "step {step}");
    }
}

#[test]
fn a_pin_counts_at_once_as_long_as_the_player_speaks() {
    let mut choice = following_a();
    let mut pinned = wishes(&[]);
    pinned.pin = Some(name("b"));
    let mut list = players(&[("a", player(Some(true), true, 0.0)), ("b", stopped())]);
    assert!(choice.update(&list, &pinned, NOW_S));
    assert_eq!(choice.why, "b: it is pinned, and has stopped");

    list.get_mut(&name("a")).unwrap().position_came_s = NOW_S + VANISHED_S;
    assert!(!choice.update(&list, &pinned, NOW_S + VANISHED_S));
    assert!(choice.update(&list, &pinned, NOW_S + VANISHED_S + HOLD_OFF_S));
    assert_eq!(choice.why, "a: it is the only one; it plays and is audible (b is pinned, but not heard)");
}

#[test]
fn who_was_chosen_before_a_restart_is_waited_for() {
    let mut choice = Choice::default();
    choice.resume(Some(name("a")), NOW_S);
    let wishes = Wishes { hold_off_s: 0.0, ..wishes(&[]) };
    let mut list = players(&[("b", player(None, true, 1.0))]);
    assert!(!choice.update(&list, &wishes, NOW_S + 0.2));
    assert_eq!(choice.why, "a: it was followed before the restart and is waited for");
    list.insert(name("a"), player(None, true, 0.5));
    assert!(!choice.update(&list, &wishes, NOW_S + 2.9));

    let mut choice = Choice::default();
    choice.resume(Some(name("a")), NOW_S);
    list.remove(&name("a"));
    assert!(choice.update(&list, &wishes, NOW_S + 1.6), "it does not come back: another takes over");
}
