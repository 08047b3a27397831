//! What telling, time and silence do to a player.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::text::Song;
use crate::told::track;

const HOUR_S: Option<f64> = Some(3_600.0);

fn name() -> Name {
    Name::new("deck").unwrap()
}

fn song(title: &str) -> Told {
    Told::playing(track(Song::of(Some("Ann"), Some(title)), None, "http"))
}

fn tell(players: &mut Players, told: Told, now_s: f64) -> News {
    players.tell(&name(), told, HOUR_S, now_s).unwrap()
}

fn tick(players: &mut Players, now_s: f64) -> News {
    players.tick(now_s).pop().unwrap()
}

#[test]
fn a_new_track_begins_and_moves_with_time() {
    let mut players = Players::default();
    let news = tell(&mut players, song("Blue"), 100.0);
    assert_eq!(news.track.unwrap().title.as_deref(), Some("Blue"));
    assert_eq!(news.position, Position { position_s: 0.0, rate: 1.0, playing: true });
    let news = tick(&mut players, 102.5);
    assert_eq!((news.track, news.position.position_s), (None, 2.5));
}

#[test]
fn a_known_track_goes_on_where_no_position_was_told() {
    let mut players = Players::default();
    tell(&mut players, song("Blue"), 100.0);
    let paused = tell(&mut players, Told { playing: false, ..song("Blue") }, 110.0);
    assert_eq!((paused.track, paused.position.position_s, paused.position.playing), (None, 10.0, false));
    assert_eq!(tick(&mut players, 150.0).position.position_s, 10.0);
    tell(&mut players, Told { rate: 2.0, ..song("Blue") }, 150.0);
    assert_eq!(tick(&mut players, 151.0).position.position_s, 12.0);
    let sought = tell(&mut players, Told { position_s: Some(60.0), ..song("Blue") }, 151.0);
    assert_eq!((sought.track, sought.position.position_s), (None, 60.0));
}

#[test]
fn what_is_learnt_of_a_track_later_is_told_without_a_jump() {
    let mut players = Players::default();
    tell(&mut players, song("Blue"), 100.0);
    let mut told = song("Blue");
    told.track.duration_s = Some(30.0);
    told.track.audible = Some(true);
    let news = tell(&mut players, told, 105.0);
    assert_eq!((news.track.unwrap().audible, news.position.position_s), (Some(true), 5.0));
    assert_eq!(tick(&mut players, 200.0).position.position_s, 30.0, "no further than its end");
}

#[test]
fn another_track_begins_anew_and_one_that_has_run_for_a_while_does_not() {
    let mut players = Players::default();
    tell(&mut players, Told { position_s: Some(70.0), ..song("Blue") }, 100.0);
    assert_eq!(tell(&mut players, song("Red"), 120.0).position.position_s, 0.0);
    let old = Told { age: Duration::from_secs(40), ..song("Green") };
    assert_eq!(tell(&mut players, old, 130.0).position.position_s, 40.0);
}

#[test]
fn what_is_not_heard_of_again_has_ended() {
    let mut players = Players::default();
    tell(&mut players, song("Blue"), 0.0);
    tell(&mut players, song("Blue"), 1_000.0);
    assert_eq!(tick(&mut players, 4_599.0).track, None);
    let news = tick(&mut players, 4_600.0);
    assert_eq!(news.track, Some(Track::default()));
    assert_eq!(news.position, Position { position_s: 0.0, rate: 1.0, playing: false });
    assert_eq!(tick(&mut players, 4_601.0).track, None, "told once");
}

#[test]
fn a_source_that_leaves_lingers_and_one_that_returns_stays() {
    let mut players = Players::default();
    players.tell(&name(), song("Blue"), None, 0.0).unwrap();
    assert_eq!(tick(&mut players, 1e6).track, None);
    players.lasts(&name(), Some(10.0), 1e6);
    players.lasts(&name(), None, 1e6 + 9.0);
    assert_eq!(tick(&mut players, 1e6 + 100.0).track, None);
    players.lasts(&name(), Some(10.0), 1e6 + 100.0);
    assert_eq!(tick(&mut players, 1e6 + 110.0).track, Some(Track::default()));
}

#[test]
fn names_from_outside_are_bounded() {
    let mut players = Players::default();
    for n in 0..MAX_PLAYERS {
        players.tell(&Name::new(format!("p-{n}")).unwrap(), song("Blue"), None, 0.0).unwrap();
    }
    assert_eq!(players.tell(&name(), song("Blue"), None, 0.0), Err(TooMany));
    assert!(players.tell(&Name::new("p-0").unwrap(), song("Red"), None, 0.0).is_ok());
    assert_eq!(players.all(0.0).count(), MAX_PLAYERS);
}

proptest! {
    #[test]
    fn a_position_is_never_outside_its_track(
        told in (0.0..86_400.0f64, -10.0..10.0f64, proptest::option::of(0.0..1_000.0f64)),
        now_s in 0.0..1e6f64,
    ) {
        let (position_s, rate, duration_s) = told;
        let mut players = Players::default();
        let mut told = Told { position_s: Some(position_s), rate, ..song("Blue") };
        told.track.duration_s = duration_s;
        tell(&mut players, told, 0.0);
        let (_, _, position) = players.all(now_s).next().unwrap();
        prop_assert!(position.position_s >= 0.0 && position.position_s.is_finite());
        prop_assert!(position.position_s <= duration_s.unwrap_or(f64::MAX));
    }
}
