//! The room's player against players made by hand.

use proptest::prelude::*;
use schemas::playback::{Position, Track};
use schemas::{Name, Stamp};

use crate::choice::Wishes;
use crate::core::{Core, PLAYERS_MAX, Say};

const HOLD_OFF_S: f64 = 2.0;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn stamp(now_s: f64) -> Stamp {
    Stamp { at: 1e9 + now_s, at_mono_ns: (now_s * 1e9) as i64 }
}

fn core() -> Core {
    Core::new(Wishes { hold_off_s: HOLD_OFF_S, ..Wishes::default() })
}

fn track(title: &str, audible: Option<bool>) -> Track {
    Track { title: Some(title.into()), audible, ..Track::default() }
}

fn position(position_s: f64, playing: bool) -> Position {
    Position { position_s, rate: 1.0, playing }
}

fn advance(core: &mut Core, now_s: f64) -> Vec<Say> {
    let mut out = Vec::new();
    core.advance(stamp(now_s), &mut out);
    out
}

/// Titles, positions and players in the order in which they were said.
fn words(out: &[Say]) -> Vec<String> {
    let word = |say: &Say| match say {
        Say::Active { player, .. } => format!("player {}", player.as_ref().map_or("none", Name::as_str)),
        Say::Track { body, .. } => format!("track {}", body.title.as_deref().unwrap_or("none")),
        Say::Position { body, .. } => format!("at {}", body.position_s),
    };
    out.iter().map(word).collect()
}

#[test]
fn an_empty_room_says_so_and_goes_on_saying_it() {
    let mut core = core();
    let out = advance(&mut core, 1.0);
    assert_eq!(words(&out), ["player none", "track none", "at 0"]);
    assert!(matches!(&out[0], Say::Active { why, .. } if why == "no player was heard"));
    assert!(matches!(&out[2], Say::Position { body, .. } if !body.playing));
    assert_eq!(advance(&mut core, 1.4), []);
    assert_eq!(words(&advance(&mut core, 1.5)), ["at 0"]);
}

#[test]
fn a_change_says_first_the_track_and_then_the_position_with_the_stamps_of_the_player() {
    let mut core = core();
    core.track(&name("a"), stamp(0.25), track("one", None));
    assert!(core.position(&name("a"), stamp(0.75), position(7.0, true), stamp(0.9)));
    let out = advance(&mut core, 1.0);
    assert_eq!(words(&out), ["player a", "track one", "at 7"]);
    assert!(matches!(&out[1], Say::Track { at, .. } if *at == stamp(0.25)));
    assert!(matches!(&out[2], Say::Position { at, .. } if *at == stamp(0.75)));
    assert!(matches!(&out[0], Say::Active { since, .. } if *since == stamp(1.0).at));
    assert_eq!(advance(&mut core, 1.1), [], "nothing new");

    core.position(&name("a"), stamp(1.2), position(7.5, true), stamp(1.2));
    assert_eq!(words(&advance(&mut core, 1.2)), ["at 7.5"]);
    core.track(&name("a"), stamp(1.3), track("two", None));
    assert_eq!(words(&advance(&mut core, 1.3)), ["track two"]);
}

#[test]
fn what_other_players_say_does_not_reach_the_room() {
    let mut core = core();
    core.track(&name("a"), stamp(0.0), track("one", None));
    core.position(&name("a"), stamp(0.0), position(0.0, true), stamp(0.0));
    advance(&mut core, 0.0);
    core.track(&name("b"), stamp(0.1), track("other", None));
    core.position(&name("b"), stamp(0.1), position(9.0, false), stamp(0.1));
    assert_eq!(words(&advance(&mut core, 0.1)), ["player a"], "only the reason is another");
}

#[test]
fn the_last_player_that_stops_leaves_an_empty_room_after_the_hold_off() {
    let mut core = core();
    core.track(&name("a"), stamp(0.0), track("one", None));
    core.position(&name("a"), stamp(0.0), position(0.0, true), stamp(0.0));
    advance(&mut core, 0.0);
    for step in 1..=5 {
        let now_s = f64::from(step) * 0.5;
        core.track(&name("a"), stamp(now_s), Track::default());
        core.position(&name("a"), stamp(now_s), position(0.0, false), stamp(now_s));
        let said = words(&advance(&mut core, now_s));
        match step {
            1 => assert_eq!(said, ["player a", "track none", "at 0"]),
            5 => assert_eq!(said, ["player none", "track none", "at 0"]),
            _ => assert_eq!(said, ["track none", "at 0"]),
        }
    }
}

#[test]
fn after_a_restart_the_same_player_goes_on_since_the_same_instant() {
    let mut core = core();
    core.resume(Some(name("a")), 42.0, stamp(10.0));
    assert_eq!(words(&advance(&mut core, 10.0)), ["player a"]);
    core.track(&name("b"), stamp(10.1), track("other", None));
    core.position(&name("b"), stamp(10.1), position(3.0, true), stamp(10.1));
    core.track(&name("a"), stamp(10.2), track("one", None));
    core.position(&name("a"), stamp(10.2), position(8.0, true), stamp(10.2));
    let out = advance(&mut core, 10.2);
    assert_eq!(words(&out), ["player a", "track one", "at 8"]);
    assert!(matches!(&out[0], Say::Active { since: 42.0, .. }), "{out:?}");
}

#[test]
fn nonsense_is_refused_and_endless_names_are_forgotten() {
    let mut core = core();
    for body in [position(f64::NAN, true), Position { rate: f64::INFINITY, ..position(0.0, true) }] {
        assert!(!core.position(&name("a"), stamp(0.0), body, stamp(0.0)));
    }
    core.track(&name("a"), stamp(0.0), track("one", None));
    core.position(&name("a"), stamp(0.0), position(0.0, true), stamp(0.0));
    advance(&mut core, 0.0);
    for n in 0..2 * PLAYERS_MAX {
        let now = stamp(0.001 * n as f64);
        core.position(&name(&format!("p{n}")), now, position(0.0, true), now);
    }
    assert_eq!(core.players().len(), PLAYERS_MAX);
    assert!(core.players().contains_key(&name("a")), "the chosen player is kept");
}

/// What may happen to one of three players.
#[derive(Debug, Clone)]
enum Event {
    Track(usize, Option<bool>, bool),
    Position(usize, f64, bool),
    Pin(Option<usize>),
    Wait,
}

fn event() -> impl Strategy<Value = Event> {
    let audible = prop_oneof![Just(None), Just(Some(true)), Just(Some(false))];
    prop_oneof![
        3 => (0..3usize, audible, any::<bool>()).prop_map(|(n, audible, loaded)| Event::Track(n, audible, loaded)),
        8 => (0..3usize, 0.0..300.0, any::<bool>()).prop_map(|(n, at, playing)| Event::Position(n, at, playing)),
        1 => proptest::option::of(0..3usize).prop_map(Event::Pin),
        3 => Just(Event::Wait),
    ]
}

fn happen(core: &mut Core, event: &Event, now: Stamp) {
    let players = ["a", "b", "c"].map(name);
    match event {
        Event::Track(n, audible, loaded) => {
            let title = loaded.then(|| "t".to_owned());
            core.track(&players[*n], now, Track { title, audible: *audible, ..Track::default() });
        }
        Event::Position(n, at, playing) => {
            core.position(&players[*n], now, position(*at, *playing), now);
        }
        Event::Pin(n) => core.pin(n.map(|n| players[n].clone())),
        Event::Wait => {}
    }
}

proptest! {
    #[test]
    fn no_player_is_left_before_the_hold_off_unless_by_a_pin(
        events in proptest::collection::vec((event(), 0.0..0.9f64), 1..200)
    ) {
        let mut core = core();
        let (mut now_s, mut chosen, mut since_s) = (0.0, None, 0.0);
        for (event, pause_s) in events {
            now_s += pause_s;
            happen(&mut core, &event, stamp(now_s));
            let out = advance(&mut core, now_s);
            let present = core.choice().chosen.clone();
            prop_assert!(present.as_ref().is_none_or(|name| core.players().contains_key(name)));
            if present != chosen {
                let by_pin = present.is_some() && present.as_ref() == core.pinned();
                prop_assert!(
                    chosen.is_none() || by_pin || now_s - since_s >= HOLD_OFF_S - 1e-6,
                    "{chosen:?} was left for {present:?} after {} s", now_s - since_s
                );
                let said = words(&out);
                prop_assert!(said[0].starts_with("player ") && said[1].starts_with("track "), "{said:?}");
                prop_assert!(said[2].starts_with("at "), "{said:?}");
                (chosen, since_s) = (present, now_s);
            }
            prop_assert!(!core.choice().why.is_empty());
        }
    }

    #[test]
    fn whoever_alone_plays_audibly_is_chosen_in_the_end(
        events in proptest::collection::vec((event(), 0.0..0.9f64), 0..60), winner in 0..3usize
    ) {
        let mut core = core();
        let mut now_s = 0.0;
        for (event, pause_s) in events {
            now_s += pause_s;
            happen(&mut core, &event, stamp(now_s));
            advance(&mut core, now_s);
        }
        core.pin(None);
        for _ in 0..8 {
            now_s += 0.5;
            for n in 0..3 {
                happen(&mut core, &Event::Track(n, Some(n == winner), true), stamp(now_s));
                happen(&mut core, &Event::Position(n, 1.0, true), stamp(now_s));
            }
            advance(&mut core, now_s);
        }
        prop_assert_eq!(core.choice().chosen.clone(), Some(name(["a", "b", "c"][winner])));
    }
}
