//! The tracker against beats made by hand.

use proptest::prelude::*;
use schemas::beat::{Grid, Mode, Tick};

use crate::config::Config;
use crate::engine::Place;
use crate::evidence::Heard;
use crate::guide::Coming;
use crate::tracker::{Emitted, Event, Tracker};

/// A tracker with 10 ms steps, and everything that it said.
struct Stage {
    tracker: Tracker,
    now: f64,
    out: Vec<Emitted>,
}

impl Stage {
    fn new() -> Stage {
        Stage { tracker: Tracker::new(Config::default().settings()), now: 0.0, out: Vec::new() }
    }

    // beats from the present on, `period` apart with a jitter of ±8 ms, for `seconds`
    fn music(&mut self, period: f64, phase: f64, seconds: f64) {
        let end = self.now + seconds;
        let mut n = ((self.now - phase) / period).ceil();
        while self.now < end {
            self.now += 0.01;
            let at = phase + n * period + 0.008 * (n * 2.3).sin();
            if at <= self.now {
                self.tracker.beat(Heard { at, period: period * 1.005 }, None);
                n += 1.0;
            }
            self.tracker.level(0.0);
            self.tracker.advance(self.now, &mut self.out);
        }
    }

    fn noise(&mut self, seconds: f64) {
        self.pass(seconds, |tracker, _| tracker.level(0.0));
    }

    fn silence(&mut self, seconds: f64) {
        self.pass(seconds, |tracker, since| tracker.level(since));
    }

    fn pass(&mut self, seconds: f64, each: impl Fn(&mut Tracker, f64)) {
        let start = self.now;
        while self.now < start + seconds {
            self.now += 0.01;
            each(&mut self.tracker, self.now - start);
            self.tracker.advance(self.now, &mut self.out);
        }
    }

    fn ticks(&self) -> Vec<(f64, f64, Tick)> {
        let tick = |said: &Emitted| match &said.event {
            Event::Tick(tick) => Some((said.heard_s, said.at_s, tick.clone())),
            _ => None,
        };
        self.out.iter().filter_map(tick).collect()
    }

    fn modes(&self) -> Vec<Mode> {
        let mut modes = Vec::new();
        for said in &self.out {
            if let Event::Grid(grid) = &said.event
                && modes.last() != Some(&grid.mode)
            {
                modes.push(grid.mode);
            }
        }
        modes
    }

    fn lawful(&self) {
        let ticks = self.ticks();
        for pair in ticks.windows(2) {
            let [(_, before, first), (_, after, second)] = pair else { continue };
            assert_eq!(second.index, first.index + 1, "at {after}");
            assert!(after > before, "{after} follows {before}");
        }
    }
}

#[test]
fn music_at_the_edge_of_the_range_keeps_its_octave() {
    for (bpm, config) in [
        (174.6, Config { max_bpm: 174.0, ..Config::default() }),
        (59.7, Config { min_bpm: 60.0, ..Config::default() }),
    ] {
        let mut stage = Stage::new();
        stage.tracker = Tracker::new(config.settings());
        stage.music(60.0 / bpm, 0.2, 30.0);
        let ticks = stage.ticks();
        assert!(ticks.len() as f64 > 20.0 * bpm / 60.0, "{bpm}: {} ticks", ticks.len());
        for pair in ticks.windows(2) {
            let said_bpm = 60.0 / (pair[1].1 - pair[0].1);
            assert!((said_bpm / bpm - 1.0).abs() < 0.2, "{bpm}: {said_bpm} at {}", pair[1].1);
        }
    }
}

#[test]
fn ticks_are_ahead_on_the_beat_and_counted() {
    let mut stage = Stage::new();
    stage.music(0.5, 0.2, 30.0);
    stage.lawful();
    assert!(stage.ticks().iter().all(|(heard, at, _)| at - heard > 0.05), "the first one too");
    let late: Vec<_> = stage.ticks().into_iter().filter(|(heard, ..)| *heard > 10.0).collect();
    assert!(late.len() >= 39, "{}", late.len());
    for (heard, at, tick) in late {
        let ahead = at - heard;
        assert!((0.085..=0.1001).contains(&ahead), "{ahead} s ahead");
        let error = (at - 0.2) - ((at - 0.2) / 0.5).round() * 0.5;
        assert!(error.abs() < 0.008, "{error} s off at {at}");
        assert!((tick.bpm - 120.0).abs() < 0.7, "{}", tick.bpm);
        assert_eq!((tick.beat, tick.bar), (None, None));
    }
    assert_eq!(stage.modes(), [Mode::Searching, Mode::Locked]);
}

#[test]
fn outliers_and_octave_jumps_do_not_move_the_grid() {
    let mut stage = Stage::new();
    stage.music(0.5, 0.0, 20.0);
    for n in 0..6 {
        let at = stage.now + 0.21 + 0.03 * f64::from(n);
        stage.tracker.beat(Heard { at, period: 0.37 }, None);
    }
    stage.music(0.25, 0.0, 3.0);
    stage.music(0.5, 0.0, 10.0);
    stage.lawful();
    for (_, at, tick) in stage.ticks() {
        assert!((tick.bpm - 120.0).abs() < 3.0, "{} at {at}", tick.bpm);
    }
    assert_eq!(stage.tracker.grid().mode, Mode::Locked);
}

#[test]
fn another_song_is_found() {
    let mut stage = Stage::new();
    stage.music(0.5, 0.0, 20.0);
    stage.music(0.43, 0.1, 20.0);
    stage.lawful();
    assert!((stage.tracker.grid().bpm - 60.0 / 0.43).abs() < 1.0, "{:?}", stage.tracker.grid());
}

#[test]
fn silence_stops_the_beats_after_two_seconds_and_a_break_goes_on_in_phase() {
    let mut stage = Stage::new();
    stage.music(0.5, 0.0, 20.0);
    stage.silence(6.0);
    let last = stage.ticks().last().map_or(0.0, |tick| tick.1);
    assert!((21.5..=22.2).contains(&last), "last beat in silence at {last}");
    assert_eq!(stage.tracker.grid().mode, Mode::Silence);
    stage.music(0.5, 0.0, 10.0);
    stage.lawful();
    assert_eq!(stage.modes(), [Mode::Searching, Mode::Locked, Mode::Silence, Mode::Held, Mode::Locked]);
}

#[test]
fn sound_without_beats_is_held_and_not_for_ever() {
    let mut stage = Stage::new();
    stage.music(0.5, 0.0, 20.0);
    stage.noise(20.0);
    assert_eq!(stage.tracker.grid().mode, Mode::Held);
    assert!(stage.ticks().last().is_some_and(|tick| tick.1 > 39.5));
    stage.noise(300.0);
    assert_eq!(stage.tracker.grid().mode, Mode::Searching);
    stage.lawful();
}

#[test]
fn lost_input_is_held_by_the_clock_and_followed_again() {
    let mut stage = Stage::new();
    stage.music(0.5, 0.0, 20.0);
    stage.pass(10.0, |tracker, _| tracker.lost());
    assert_eq!(stage.tracker.grid().mode, Mode::Held);
    stage.music(0.5, 0.0, 10.0);
    assert_eq!(stage.tracker.grid().mode, Mode::Locked);
    stage.lawful();
    assert!(stage.ticks().len() > 70);
}

#[test]
fn taps_set_the_tempo_until_the_music_agrees() {
    let mut stage = Stage::new();
    stage.music(0.5, 0.0, 20.0);
    for tap in [0.0, 0.8, 1.6, 2.4] {
        stage.pass(0.8, |tracker, _| tracker.level(0.0));
        stage.tracker.tap(20.8 + tap);
    }
    assert_eq!(stage.tracker.grid().mode, Mode::Tapped);
    assert!((stage.tracker.grid().bpm - 75.0).abs() < 0.1);
    stage.music(0.5, 0.0, 15.0);
    assert_eq!(stage.tracker.grid().mode, Mode::Tapped, "the music disagrees");
    let phase = stage.ticks().last().map_or(0.0, |tick| tick.1);
    stage.music(0.4, phase, 15.0);
    assert_eq!(stage.tracker.grid().mode, Mode::Locked);
    assert!(
        (stage.tracker.grid().bpm - 75.0).abs() < 1.0,
        "in the octave that was tapped: {:?}",
        stage.tracker.grid()
    );
    stage.music(0.4, phase, 30.0);
    assert!((stage.tracker.grid().bpm - 75.0).abs() < 1.0, "and it stays: {:?}", stage.tracker.grid());
    stage.lawful();
}

#[test]
fn double_and_halve_last() {
    let mut stage = Stage::new();
    stage.music(0.5, 0.0, 20.0);
    stage.tracker.octave(1);
    stage.music(0.5, 0.0, 30.0);
    assert!((stage.tracker.grid().bpm - 240.0).abs() < 3.0, "{:?}", stage.tracker.grid());
    stage.tracker.octave(-2);
    stage.music(0.5, 0.0, 30.0);
    assert!((stage.tracker.grid().bpm - 60.0).abs() < 1.0, "{:?}", stage.tracker.grid());
    stage.music(0.43, 0.0, 30.0);
    assert!(
        (stage.tracker.grid().bpm - 30.0 / 0.43).abs() < 1.0,
        "the next song too: {:?}",
        stage.tracker.grid()
    );
    stage.lawful();
}

#[test]
fn the_downbeat_and_the_nudge_are_the_operators() {
    let mut stage = Stage::new();
    assert!(!stage.tracker.downbeat(0.0), "no beat is known yet");
    stage.music(0.5, 0.0, 20.0);
    stage.tracker.nudge(30.0);
    assert!(stage.tracker.downbeat(20.07), "nearest beat: 20.03");
    stage.music(0.5, 0.0, 10.0);
    for (_, at, tick) in stage.ticks().into_iter().filter(|tick| tick.0 > 21.0) {
        assert!((at - 0.03 - ((at - 0.03) / 0.5).round() * 0.5).abs() < 0.01, "{at}");
        let number = ((at - 20.03) / 0.5).round() as u32;
        assert_eq!((tick.beat, tick.bar), (Some(number % 4 + 1), Some(i64::from(number / 4) + 1)), "{at}");
    }
    assert_eq!(stage.tracker.grid().downbeat_confidence, 1.0);
    stage.tracker.reset();
    assert_eq!(stage.tracker.settings().nudge_ms, 0.0);
    assert_eq!(stage.tracker.grid().mode, Mode::Searching);
    stage.lawful();
}

#[test]
fn an_engine_that_knows_bars_is_passed_on() {
    let mut stage = Stage::new();
    stage.music(0.5, 0.0, 20.0);
    let place = Place { beat: 2, beats_per_bar: 3, confidence: 0.7 };
    stage.tracker.beat(Heard { at: 20.5, period: 0.5 }, Some(place));
    stage.music(0.5, 0.0, 3.0);
    let (_, at, tick) = stage.ticks().pop().unwrap();
    let number = ((at - 20.0) / 0.5).round() as u32;
    assert_eq!(tick.beat, Some(number % 3 + 1), "at {at}");
}

#[test]
fn a_restart_goes_on_with_beats_and_numbers() {
    let mut stage = Stage::new();
    let grid = Grid {
        bpm: 120.0,
        index: 400,
        beat: Some(3),
        beats_per_bar: Some(4),
        bar: Some(100),
        confidence: 0.9,
        downbeat_confidence: 1.0,
        mode: Mode::Locked,
    };
    stage.now = 101.3;
    stage.tracker.resume(&grid, 100.0, 101.3);
    stage.noise(2.0);
    let (_, at, tick) = stage.ticks().into_iter().next().unwrap();
    assert!((at - 101.5).abs() < 1e-6, "{at}");
    assert_eq!((tick.index, tick.beat, tick.bar), (403, Some(2), Some(101)));
    assert_eq!(stage.modes(), [Mode::Held], "and never searching");
    stage.lawful();
}

#[derive(Debug, Clone)]
enum Turn {
    Music { period: f64, phase: f64, seconds: f64 },
    Noise(f64),
    Silence(f64),
    Lost(f64),
    Tap(f64),
    Octave(i32),
    Nudge(f64),
    Downbeat,
    Reset,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        4 => (0.28..1.0, 0.0..1.0, 1.0..15.0).prop_map(|(period, phase, seconds)| Turn::Music { period, phase, seconds }),
        1 => (0.1..8.0).prop_map(Turn::Noise),
        1 => (0.1..12.0).prop_map(Turn::Silence),
        1 => (0.1..8.0).prop_map(Turn::Lost),
        3 => (0.1..1.5).prop_map(Turn::Tap),
        1 => prop_oneof![Just(1), Just(-1)].prop_map(Turn::Octave),
        1 => (-200.0..200.0).prop_map(Turn::Nudge),
        1 => Just(Turn::Downbeat),
        1 => Just(Turn::Reset),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn whatever_happens_beats_are_counted_by_one_in_order(turns in prop::collection::vec(turn(), 1..25)) {
        let mut stage = Stage::new();
        for turn in turns {
            match turn {
                Turn::Music { period, phase, seconds } => stage.music(period, phase, seconds),
                Turn::Noise(seconds) => stage.noise(seconds),
                Turn::Silence(seconds) => stage.silence(seconds),
                Turn::Lost(seconds) => stage.pass(seconds, |tracker, _| tracker.lost()),
                Turn::Tap(wait) => {
                    stage.noise(wait);
                    stage.tracker.tap(stage.now);
                }
                Turn::Octave(by) => stage.tracker.octave(by),
                Turn::Nudge(ms) => stage.tracker.nudge(ms),
                Turn::Downbeat => drop(stage.tracker.downbeat(stage.now)),
                Turn::Reset => stage.tracker.reset(),
            }
        }
        stage.lawful();
        let mut index = i64::MIN;
        for said in &stage.out {
            prop_assert!(said.at_s.is_finite());
            if let Event::Grid(grid) = &said.event {
                prop_assert!(grid.index >= index && grid.bpm.is_finite() && (0.0..=1.0).contains(&grid.confidence));
                index = grid.index;
            }
        }
    }
}

// Beats that an engine says before they come.
fn predicted(stage: &mut Stage, period: f64, beats: u32) {
    let from = stage.now + period;
    for n in 0..beats {
        let at = from + f64::from(n) * period;
        stage.pass(at - 0.1 - stage.now, |tracker, _| tracker.level(0.0));
        stage.tracker.coming(Coming { at, period, confidence: 0.9, place: None });
    }
}

#[test]
fn an_octave_that_was_chosen_stays_when_the_engine_counts_in_another() {
    let mut stage = Stage::new();
    predicted(&mut stage, 0.5, 12);
    stage.tracker.octave(-1);
    predicted(&mut stage, 1.0, 8);
    assert!((stage.tracker.grid().bpm - 60.0).abs() < 1.0, "{}", stage.tracker.grid().bpm);
}

#[test]
fn a_slower_count_begins_on_the_first_beat_that_the_engine_says() {
    let mut stage = Stage::new();
    predicted(&mut stage, 0.35, 12);
    let first = stage.now + 0.1 + 0.35;
    for n in 0..4 {
        let at = first + f64::from(n) * 0.7;
        // before the grid that runs has announced its own beat there
        stage.pass(at - 0.13 - stage.now, |tracker, _| tracker.level(0.0));
        stage.tracker.coming(Coming { at, period: 0.7, confidence: 0.9, place: None });
    }
    stage.noise(0.5);
    assert!(stage.ticks().iter().any(|(_, at, _)| (at - first).abs() < 0.02), "{:?}", stage.ticks());
    stage.lawful();
}

#[test]
fn a_grid_that_searches_says_the_tempo_it_considers() {
    let mut stage = Stage::new();
    let said = |stage: &mut Stage, gaps: &[f64]| {
        for gap in gaps {
            stage.pass(*gap, |tracker, _| tracker.level(0.0));
            let beat = Coming { at: stage.now + 0.1, period: 1.2, confidence: 0.05, place: None };
            stage.tracker.coming(beat);
        }
        stage.noise(0.02);
        let grid = stage.tracker.grid();
        (grid.mode, grid.bpm.round(), grid.confidence, stage.ticks().len())
    };
    assert_eq!(said(&mut stage, &[1.2]), (Mode::Searching, 0.0, 0.0, 0), "one beat has no tempo");
    assert_eq!(said(&mut stage, &[1.2]), (Mode::Searching, 50.0, 0.0, 0));
    assert_eq!(said(&mut stage, &[0.7]), (Mode::Searching, 0.0, 0.0, 0), "they do not agree any more");
    let grids = |emitted: &&Emitted| matches!(emitted.event, Event::Grid(_));
    assert_eq!(stage.out.iter().filter(grids).count(), 3, "said when it changes, and no oftener");
}

#[test]
fn taps_are_told_to_the_engine_in_its_own_octave() {
    for (tapped, told) in [(0.5, Some(0.5)), (1.0, Some(0.5)), (0.25, None)] {
        let mut stage = Stage::new();
        predicted(&mut stage, 0.5, 12);
        for n in 0..4 {
            stage.tracker.tap(stage.now + f64::from(n) * tapped);
        }
        let period = stage.tracker.advice(false).map(|(_, period)| (period * 1e6).round() / 1e6);
        assert_eq!(period, told, "{tapped}");
    }
}
