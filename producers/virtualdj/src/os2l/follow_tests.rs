//! The grid against beats made by hand.

use proptest::prelude::*;

use super::*;

fn settings() -> Settings {
    Settings { announce_s: 0.1, pause_s: 4.0, hold_max_s: 20.0 }
}

fn beat(pos: i64, bpm: f64) -> Beat {
    Beat { change: false, pos: (pos >= 0).then_some(pos), bpm: Some(bpm), strength: None }
}

/// A grid, the time, and what it said; it is looked after when it says that it must be.
struct Room {
    follow: Follow,
    now: f64,
    out: Vec<Emitted>,
}

impl Room {
    fn new() -> Room {
        Room { follow: Follow::new(settings()), now: 100.0, out: Vec::new() }
    }

    fn until(&mut self, then: f64) {
        for _ in 0..10_000 {
            let due = self.follow.due().max(self.now);
            if due > then {
                self.now = then;
                return self.follow.advance(then, &mut self.out);
            }
            self.now = due;
            self.follow.advance(due, &mut self.out);
        }
        panic!("it spins at {}", self.now);
    }

    fn hear(&mut self, at: f64, beat: &Beat) {
        self.until(at);
        self.follow.hear(beat, at, at);
        self.follow.advance(at, &mut self.out);
    }

    /// Plays `n` beats from `at` on, `late` seconds late by turns; gives the instant after the last.
    fn play(&mut self, n: i64, at: f64, first_pos: i64, bpm: f64, late: &[f64]) -> f64 {
        for i in 0..n {
            let jitter = late[i as usize % late.len()];
            let pos = if first_pos < 0 { -1 } else { first_pos + i };
            self.hear(at + i as f64 * 60.0 / bpm + jitter, &beat(pos, bpm));
        }
        at + n as f64 * 60.0 / bpm
    }

    fn ticks(&self) -> Vec<(f64, Tick)> {
        let tick = |said: &Emitted| match &said.event {
            Event::Tick(tick) => Some((said.at, tick.clone())),
            Event::Grid(_) => None,
        };
        self.out.iter().filter_map(tick).collect()
    }

    fn modes(&self) -> Vec<Mode> {
        let mode = |said: &Emitted| match &said.event {
            Event::Grid(grid) => Some(grid.mode),
            Event::Tick(_) => None,
        };
        let mut modes: Vec<Mode> = self.out.iter().filter_map(mode).collect();
        modes.dedup();
        modes
    }
}

fn assert_ordered(ticks: &[(f64, Tick)]) {
    for pair in ticks.windows(2) {
        assert_eq!(pair[1].1.index, pair[0].1.index + 1, "{pair:?}");
        assert!(pair[1].0 > pair[0].0 + 0.05, "{pair:?}");
    }
}

#[test]
fn beats_become_ticks_ahead_with_their_place_in_the_bar() {
    let mut room = Room::new();
    let end = room.play(12, 101.0, 14, 120.0, &[0.0]);
    room.until(end);
    let ticks = room.ticks();
    assert_ordered(&ticks);
    assert_eq!(ticks.len(), 12, "all but the first, and the one ahead");
    let (at, first) = &ticks[0];
    assert!((at - 101.5).abs() < 1e-9);
    assert_eq!((first.beat, first.bar, first.bpm), (Some(4), Some(4), 120.0), "beat 15 of the track");
    assert_eq!((ticks[1].1.beat, ticks[1].1.bar), (Some(1), Some(5)));
    assert_eq!(room.modes(), [Mode::Searching, Mode::Locked]);
    assert!(room.follow.grid().confidence > 0.95);
}

#[test]
fn a_tick_is_announced_a_tenth_of_a_second_ahead() {
    let mut room = Room::new();
    room.hear(101.0, &beat(0, 120.0));
    room.until(101.39);
    assert!(room.ticks().is_empty());
    assert!((room.follow.due() - 101.4).abs() < 1e-9);
    room.until(101.41);
    assert_eq!(room.ticks().len(), 1);
}

#[test]
fn jitter_gives_a_steady_grid() {
    let mut room = Room::new();
    room.play(60, 101.0, 0, 126.0, &[0.015, -0.015, 0.004, -0.011, 0.013, -0.002]);
    let ticks = room.ticks();
    assert_ordered(&ticks);
    for pair in ticks[20..].windows(2) {
        let period = pair[1].0 - pair[0].0;
        assert!((period - 60.0 / 126.0).abs() < 0.003, "{period}");
    }
}

#[test]
fn missed_beats_are_held_and_then_there_is_silence() {
    let mut room = Room::new();
    let end = room.play(8, 101.0, 0, 120.0, &[0.0]);
    room.until(end + 0.7);
    assert_eq!(room.follow.grid().mode, Mode::Locked, "1.2 s since the last one");
    room.until(end + 0.8);
    assert_eq!(room.follow.grid().mode, Mode::Held);
    room.until(end + 10.0);
    assert_eq!(room.modes(), [Mode::Searching, Mode::Locked, Mode::Held, Mode::Silence]);
    let ticks = room.ticks();
    assert_ordered(&ticks);
    let before = ticks.last().unwrap().1.index;
    room.play(4, end + 12.2, 8, 120.0, &[0.0]);
    assert_ordered(&room.ticks());
    assert_eq!(room.ticks()[ticks.len()].1.index, before + 1, "the index goes on after a pause");
}

#[test]
fn a_client_that_leaves_leaves_held_beats() {
    let mut room = Room::new();
    let end = room.play(8, 101.0, 0, 120.0, &[0.0]);
    room.follow.connected(false);
    assert_eq!(room.follow.grid().mode, Mode::Held, "at once: no beat can come any more");
    room.until(end + 19.0);
    assert_eq!(room.modes(), [Mode::Searching, Mode::Locked, Mode::Held]);
    assert!(room.follow.grid().confidence < 0.7, "it fades");
    room.until(end + 25.0);
    assert_eq!(room.follow.grid().mode, Mode::Searching);
    assert_ordered(&room.ticks());
}

#[test]
fn a_lost_message_changes_nothing_and_a_late_packet_is_borne() {
    let mut room = Room::new();
    let end = room.play(8, 101.0, 0, 120.0, &[0.0]);
    room.hear(end + 0.5, &beat(9, 120.0));
    room.hear(end + 1.0 + 0.2, &beat(10, 120.0));
    room.hear(end + 1.5, &beat(11, 120.0));
    room.until(end + 2.0);
    let ticks = room.ticks();
    for (at, tick) in &ticks {
        let beats = (at - 101.0) / 0.5;
        assert!((beats - beats.round()).abs() < 1e-6, "{at}");
        assert_eq!(tick.beat, Some(beats.round() as u32 % 4 + 1));
    }
}

#[test]
fn a_jump_in_the_track_keeps_the_phase_and_moves_the_bar() {
    let mut room = Room::new();
    let end = room.play(8, 101.0, 0, 120.0, &[0.0]);
    room.play(4, end, 65, 120.0, &[0.0]);
    let ticks = room.ticks();
    assert_ordered(&ticks);
    let (at, last) = ticks.last().unwrap();
    assert!(((at - 101.0) / 0.5).fract() < 1e-6);
    assert_eq!((last.beat, last.bar), (Some(1), Some(18)), "beat 68 is the next");
}

#[test]
fn another_track_is_followed_at_once() {
    let mut room = Room::new();
    let end = room.play(9, 101.0, 0, 120.0, &[0.0]);
    let change = Beat { change: true, ..beat(32, 98.0) };
    room.hear(end + 0.23, &change);
    let (period, begin) = (60.0 / 98.0, end + 0.23);
    room.play(6, begin + period, 33, 98.0, &[0.0]);
    let ticks = room.ticks();
    assert_ordered(&ticks);
    let (at, tick) = ticks.last().unwrap();
    let beats = (at - begin) / period;
    assert!((beats - beats.round()).abs() < 1e-6, "{beats}");
    assert_eq!((tick.beat, tick.bpm), (Some((32 + beats.round() as u32) % 4 + 1), 98.0));
}

#[test]
fn beats_elsewhere_without_a_word_are_followed_from_the_second_on() {
    let mut room = Room::new();
    let end = room.play(8, 101.0, -1, 120.0, &[0.0]);
    room.play(5, end + 0.2, -1, 120.0, &[0.0]);
    let ticks = room.ticks();
    assert_ordered(&ticks);
    let beats = (ticks.last().unwrap().0 - end - 0.2) / 0.5;
    assert!((beats - beats.round()).abs() < 1e-6, "{beats}");
    assert_eq!(ticks.last().unwrap().1.beat, None, "nobody said where in the bar");
}

#[test]
fn without_a_count_a_change_begins_a_bar() {
    let mut room = Room::new();
    let end = room.play(4, 101.0, -1, 120.0, &[0.0]);
    room.hear(end, &Beat { change: true, ..beat(-1, 120.0) });
    room.play(4, end + 0.5, -1, 120.0, &[0.0]);
    let last = room.ticks().pop().unwrap();
    assert_eq!(last.1.beat, Some(((last.0 - end) / 0.5).round() as u32 % 4 + 1));
    assert!(room.follow.grid().downbeat_confidence < 0.5, "a guess");
}

#[test]
fn a_tempo_that_is_dragged_is_followed() {
    let mut room = Room::new();
    let mut at = 101.0;
    for n in 0..40 {
        let bpm = 120.0 + f64::from(n) * 0.25;
        room.hear(at, &Beat { change: true, ..beat(i64::from(n), bpm) });
        at += 60.0 / bpm;
    }
    room.until(at - 0.05);
    let ticks = room.ticks();
    assert_ordered(&ticks);
    assert!((ticks.last().unwrap().0 - at).abs() < 0.01, "{} and not {at}", ticks.last().unwrap().0);
}

#[test]
fn a_restart_goes_on_where_it_was() {
    let mut room = Room::new();
    room.play(8, 101.0, 0, 120.0, &[0.0]);
    let (grid, at) = (room.follow.grid(), room.follow.grid_at());
    let mut next = Room { follow: Follow::new(settings()), now: 106.3, out: Vec::new() };
    next.follow.resume(&grid, at, 106.3);
    next.until(107.0);
    assert_eq!(next.modes(), [Mode::Held]);
    let (first_at, first) = next.ticks()[0].clone();
    assert!(((first_at - 101.0) / 0.5).fract() < 1e-6);
    assert_eq!(
        first.index - grid.index,
        ((first_at - at) / 0.5).round() as i64,
        "beats that went by are counted"
    );
}

#[test]
fn beats_without_any_tempo_are_refused() {
    let mut follow = Follow::new(settings());
    assert!(!follow.hear(&Beat::default(), 1.0, 1.0));
    assert!(follow.hear(&beat(0, 120.0), 2.0, 2.0));
    assert!(follow.hear(&Beat::default(), 2.5, 2.5), "the tempo of before is taken");
}

#[test]
fn a_flood_of_beats_moves_nothing() {
    let mut room = Room::new();
    let end = room.play(8, 101.0, 0, 120.0, &[0.0]);
    let said = room.out.len();
    for n in 0..50 {
        let at = end - 0.5 + f64::from(n) * 0.001;
        assert!(!room.follow.hear(&Beat { change: true, ..beat(i64::from(n) * 7, 200.0) }, at, at));
    }
    assert_eq!((room.out.len(), room.follow.grid().bpm), (said, 120.0));
}

proptest! {
    #[test]
    fn whatever_comes_ticks_are_in_order_and_the_index_never_goes_back(
        beats in prop::collection::vec((0.0f64..3.0, any::<bool>(), -1i64..200, 20.0f64..400.0, any::<bool>()), 1..60),
    ) {
        let mut room = Room::new();
        for (gap, change, pos, bpm, stays) in beats {
            let told = Beat { change, ..beat(pos, bpm) };
            let at = room.now + gap;
            room.hear(at, &told);
            room.follow.connected(stays);
        }
        room.until(room.now + 30.0);
        let mut index = i64::MIN;
        for said in &room.out {
            if let Event::Grid(grid) = &said.event {
                prop_assert!(grid.index >= index, "{grid:?}");
                index = grid.index;
                prop_assert!((0.0..=1.0).contains(&grid.confidence));
            }
        }
        for pair in room.ticks().windows(2) {
            prop_assert_eq!(pair[1].1.index, pair[0].1.index + 1);
            prop_assert!(pair[1].0 > pair[0].0);
        }
        prop_assert!(room.follow.due() > room.now, "it does not spin");
    }

    #[test]
    fn any_jitter_of_fifteen_milliseconds_gives_a_steady_grid(
        late in prop::collection::vec(-0.015f64..0.015, 60), bpm in 60.0f64..190.0,
    ) {
        let mut room = Room::new();
        room.play(60, 101.0, 0, bpm, &late);
        let ticks = room.ticks();
        prop_assert_eq!(ticks.len() as i64, ticks.last().unwrap().1.index);
        for pair in ticks[40..].windows(2) {
            prop_assert!((pair[1].0 - pair[0].0 - 60.0 / bpm).abs() < 0.004);
        }
    }
}
