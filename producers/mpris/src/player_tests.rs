//! A player over time, against sequences as players give them.

use proptest::prelude::*;
use schemas::Stamp;
use schemas::playback::{Position, Track};

use crate::player::{Player, Say};
use crate::seen::{LONGEST_S, Seen, Status};

fn stamp(now_s: f64) -> Stamp {
    Stamp { at: 1e9 + now_s, at_mono_ns: (now_s * 1e9).round() as i64 }
}

fn track(title: &str, duration_s: Option<f64>) -> Track {
    Track { title: Some(title.into()), duration_s, ..Track::default() }
}

fn playing(title: &str, position_s: f64) -> Seen {
    Seen {
        track: track(title, Some(180.0)),
        status: Status::Playing,
        rate: 1.0,
        position_s: Some(position_s),
    }
}

fn stopped() -> Seen {
    Seen { track: Track::default(), status: Status::Stopped, rate: 1.0, position_s: Some(17.0) }
}

#[derive(Default)]
struct Bench {
    player: Player,
}

impl Bench {
    /// Titles and positions that are said when the player is seen like this at `now_s`.
    fn seen(&mut self, now_s: f64, seen: Seen) -> Vec<String> {
        let mut out = Vec::new();
        self.player.seen(seen, stamp(now_s), &mut out);
        out.iter().map(word).collect()
    }

    fn between(&mut self, now_s: f64) -> Vec<String> {
        let mut out = Vec::new();
        self.player.between(stamp(now_s), &mut out);
        out.iter().map(word).collect()
    }
}

fn word(say: &Say) -> String {
    match say {
        Say::Track { body: Track { title: None, .. }, .. } => "nothing".into(),
        Say::Track { body, .. } => {
            format!("{} {}", body.title.as_deref().unwrap_or_default(), body.duration_s.unwrap_or(0.0))
        }
        Say::Position { body, .. } => {
            format!("{} {:.2}", if body.playing { "plays" } else { "stands" }, body.position_s)
        }
    }
}

#[test]
fn a_position_is_said_every_half_second_and_a_change_at_once() {
    let mut bench = Bench::default();
    assert_eq!(bench.seen(10.0, playing("one", 3.0)), ["one 180", "plays 3.00"]);
    assert_eq!(bench.seen(10.1, playing("one", 3.1)), [""; 0]);
    assert_eq!(bench.seen(10.49, playing("one", 3.49)), ["plays 3.49"]);
    assert_eq!(bench.seen(10.5, playing("one", 33.0)), ["plays 33.00"], "a seek");
    let paused = |at| Seen { status: Status::Paused, ..playing("one", at) };
    assert_eq!(bench.seen(10.6, paused(33.1)), ["stands 33.10"]);
    assert_eq!(bench.seen(10.8, paused(33.1)), [""; 0]);
    assert_eq!(bench.seen(11.1, paused(33.1)), ["stands 33.10"]);
    assert_eq!(bench.seen(11.2, Seen { rate: 1.5, ..playing("one", 33.1) }), ["plays 33.10"]);
    assert_eq!(bench.seen(11.3, stopped()), ["nothing", "stands 0.00"]);
}

#[test]
fn a_change_of_track_says_the_track_and_then_the_position() {
    let mut bench = Bench::default();
    bench.seen(0.0, playing("one", 0.0));
    assert_eq!(bench.seen(0.1, playing("two", 0.0)), ["two 180", "plays 0.00"]);
}

#[test]
fn metadata_that_come_twice_are_said_twice_and_the_length_stays() {
    let mut bench = Bench::default();
    let short = || Seen { track: track("two", None), ..playing("two", 0.0) };
    bench.seen(0.0, playing("one", 5.0));
    assert_eq!(bench.seen(0.1, short()), ["two 0", "plays 0.00"]);
    assert_eq!(bench.seen(0.2, playing("two", 0.1)), ["two 180"]);
    assert_eq!(
        bench.seen(0.3, Seen { position_s: Some(0.2), ..short() }),
        [""; 0],
        "it is not forgotten again"
    );
}

#[test]
fn below_zero_is_zero() {
    // mpv, just after a change of track: the sound is still on its way.
    let mut bench = Bench::default();
    assert_eq!(bench.seen(0.0, playing("two", -0.31)), ["two 180", "plays 0.00"]);
    assert_eq!(bench.seen(0.5, playing("two", 0.19)), ["plays 0.19"]);
}

#[test]
fn a_player_that_never_says_its_position_is_counted_along() {
    for silent in [None, Some(0.0)] {
        let mut bench = Bench::default();
        let at = |title| Seen { position_s: silent, ..playing(title, 0.0) };
        assert_eq!(bench.seen(0.0, at("one")), ["one 180", "plays 0.00"]);
        assert_eq!(bench.seen(0.5, at("one")), ["plays 0.50"], "{silent:?}");
        assert_eq!(bench.seen(1.0, at("one")), ["plays 1.00"], "{silent:?}");
        assert_eq!(bench.seen(1.1, at("two")), ["two 180", "plays 0.00"], "{silent:?}");
    }
}

#[test]
fn a_seek_to_the_start_is_one() {
    let mut bench = Bench::default();
    bench.seen(0.0, playing("one", 50.0));
    assert_eq!(bench.seen(0.1, playing("one", 0.0)), ["plays 0.00"]);
    assert_eq!(bench.seen(0.6, playing("one", 0.5)), ["plays 0.50"]);
}

#[test]
fn between_two_looks_the_rate_tells_where_it_is() {
    let mut bench = Bench::default();
    assert_eq!(bench.between(0.0), [""; 0]);
    bench.seen(0.0, Seen { rate: 2.0, ..playing("one", 10.0) });
    assert_eq!(bench.between(0.2), [""; 0]);
    assert_eq!(bench.between(0.5), ["plays 11.00"]);
    assert_eq!(bench.between(1.0), ["plays 12.00"]);
    assert_eq!(bench.seen(1.5, Seen { rate: 2.0, ..playing("one", 13.0) }), ["plays 13.00"]);
}

#[test]
fn what_has_gone_plays_nothing() {
    assert_eq!(Player::gone(stamp(0.0)).each_ref().map(word), ["nothing", "stands 0.00"]);
}

fn any_seen() -> impl Strategy<Value = Seen> {
    let status = prop_oneof![Just(Status::Playing), Just(Status::Paused), Just(Status::Stopped)];
    let position = proptest::option::of(-LONGEST_S..LONGEST_S);
    let title = prop_oneof![Just("one"), Just("two")];
    (status, position, title, -100.0..100.0f64, proptest::option::of(1.0..900.0f64)).prop_map(
        |(status, position_s, title, rate, duration_s)| {
            let track = if status == Status::Stopped { Track::default() } else { track(title, duration_s) };
            Seen { track, status, rate, position_s }
        },
    )
}

proptest! {
    #[test]
    fn readers_know_the_position_at_every_look(
        looks in proptest::collection::vec((any_seen(), 0.01..0.6f64), 1..60)
    ) {
        let mut player = Player::default();
        let (mut now_s, mut heard) = (0.0, None::<(f64, Position)>);
        for (seen, pause_s) in looks {
            now_s += pause_s;
            let (status, given_s) = (seen.status, seen.position_s);
            let mut out = Vec::new();
            player.seen(seen, stamp(now_s), &mut out);
            for say in out {
                if let Say::Position { body, .. } = say {
                    prop_assert!(body.position_s.is_finite() && (0.0..=LONGEST_S).contains(&body.position_s));
                    heard = Some((now_s, body));
                }
            }
            let (since_s, place) = heard.clone().unwrap();
            prop_assert!(now_s - since_s < 0.5, "nothing was said for {} s", now_s - since_s);
            prop_assert_eq!(place.playing, status == Status::Playing);
            if let Some(given_s) = given_s.filter(|_| status != Status::Stopped) {
                let moved = if place.playing { place.rate * (now_s - since_s) } else { 0.0 };
                let read = (place.position_s + moved).clamp(0.0, LONGEST_S);
                prop_assert!((read - given_s.max(0.0)).abs() < 0.16, "{read} is not {given_s}");
            }
        }
    }
}
