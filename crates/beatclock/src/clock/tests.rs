//! What the clock does with grids that behave, jump, vanish and lie.

use proptest::prelude::*;
use schemas::beat::{Grid, Mode};

use super::*;

const S: i64 = 1_000_000_000;
const MS: i64 = 1_000_000;

fn grid(index: i64, bpm: f64) -> Grid {
    Grid {
        bpm,
        index,
        beat: Some(1),
        beats_per_bar: Some(4),
        bar: Some(1),
        confidence: 0.9,
        downbeat_confidence: 0.8,
        mode: Mode::Locked,
    }
}

fn heard(grid: Grid, at_ns: i64, sent_ns: i64) -> Heard {
    Heard { grid, at_ns, sent_ns, jump: false }
}

/// Fires until `until_ns`, each taken at its instant.
fn play(clock: &mut BeatClock, now_ns: &mut i64, until_ns: i64) -> Vec<Fire> {
    let mut fires = Vec::new();
    while let Some(next) = clock.next(*now_ns).filter(|fire| fire.at_ns < until_ns) {
        *now_ns = next.at_ns.max(*now_ns);
        fires.push(clock.take(*now_ns).expect("due"));
    }
    *now_ns = until_ns;
    fires
}

fn indices(fires: &[Fire]) -> Vec<i64> {
    fires.iter().map(|fire| fire.index).collect()
}

#[test]
fn fires_each_beat_at_its_instant_with_its_place_in_the_bar() {
    let mut clock = BeatClock::new(HOLD_MAX_S);
    let mut now = 0;
    assert_eq!(clock.next(now), None);
    clock.follow(&heard(Grid { beat: Some(3), bar: Some(7), ..grid(10, 120.0) }, S / 4, 0), now);
    let fires = play(&mut clock, &mut now, 2 * S + S / 4);
    let said: Vec<_> = fires.iter().map(|f| (f.index, f.beat, f.bar, f.at_ns / MS)).collect();
    let want = [(10, 3, 7, 250), (11, 4, 7, 750), (12, 1, 8, 1250), (13, 2, 8, 1750)];
    assert_eq!(said, want.map(|(i, beat, bar, at)| (i, Some(beat), Some(bar), at)));
    let phase = clock.phase(2 * S).unwrap();
    assert_eq!((phase.index, phase.beat), (13, Some(2)));
    assert!((phase.phase - 0.5).abs() < 1e-9);
}

#[test]
fn small_error_fades_over_two_beats_and_large_one_jumps() {
    for (error_ms, next_ms) in [(10, 1000.0), (-10, 1000.0), (60, 1060.0), (-60, 940.0)] {
        let mut clock = BeatClock::new(HOLD_MAX_S);
        let mut now = 0;
        clock.follow(&heard(grid(0, 120.0), 0, 0), now);
        play(&mut clock, &mut now, 999 * MS);
        let moved = heard(grid(0, 120.0), error_ms * MS, now);
        clock.follow(&moved, now);
        let fires = play(&mut clock, &mut now, 3800 * MS);
        assert_eq!(indices(&fires), [2, 3, 4, 5, 6, 7]);
        assert!((fires[0].at_ns as f64 / 1e6 - next_ms).abs() < 0.2, "{error_ms}: {:?}", fires[0]);
        assert_eq!(fires[3].at_ns, (2500 + error_ms) * MS, "whole error taken after two beats");
    }
}

#[test]
fn a_tap_is_taken_at_once() {
    let mut clock = BeatClock::new(HOLD_MAX_S);
    let mut now = 0;
    clock.follow(&heard(grid(0, 120.0), 0, 0), now);
    play(&mut clock, &mut now, 900 * MS);
    clock.follow(&heard(Grid { mode: Mode::Tapped, ..grid(2, 120.0) }, 1010 * MS, now), now);
    assert_eq!(play(&mut clock, &mut now, 1100 * MS)[0].at_ns, 1010 * MS);
}

#[test]
fn a_beat_that_a_jump_has_passed_is_fired_at_once_and_only_once() {
    let mut clock = BeatClock::new(HOLD_MAX_S);
    let mut now = 0;
    clock.follow(&heard(grid(0, 120.0), 0, 0), now);
    assert_eq!(indices(&play(&mut clock, &mut now, 900 * MS)), [0, 1]);
    // Beat 2 was due at 1000 ms; the new grid says that it was at 800 ms.
    clock.follow(&heard(grid(2, 120.0), 800 * MS, now), now);
    let fires = play(&mut clock, &mut now, 1500 * MS);
    assert_eq!(indices(&fires), [2, 3]);
    assert_eq!(now_and(&fires), [800, 1300]);
    // And back again: beat 3 was fired at 1300 ms, the grid says 1450 ms.
    now = 1320 * MS;
    clock.follow(&heard(grid(3, 120.0), 1450 * MS, now), now);
    assert_eq!(now_and(&play(&mut clock, &mut now, 2000 * MS)), [1950]);
}

fn now_and(fires: &[Fire]) -> Vec<i64> {
    fires.iter().map(|fire| fire.at_ns / MS).collect()
}

#[test]
fn renumbering_forward_takes_the_grids_numbers_and_back_keeps_ours() {
    let mut clock = BeatClock::new(HOLD_MAX_S);
    let mut now = 0;
    clock.follow(&heard(grid(0, 120.0), 0, 0), now);
    play(&mut clock, &mut now, 900 * MS);
    clock.follow(&heard(grid(102, 120.0), S, now), now);
    assert_eq!(indices(&play(&mut clock, &mut now, 1900 * MS)), [102, 103]);
    // A processor that lost its state begins at 0 with the first beat of a bar.
    clock.follow(&heard(grid(0, 120.0), 2 * S, now), now);
    let fires = play(&mut clock, &mut now, 2900 * MS);
    assert_eq!(indices(&fires), [104, 105]);
    assert_eq!(fires[0].beat, Some(1));
    assert_eq!(now_and(&fires), [2000, 2500]);
    clock.follow(&heard(grid(4, 120.0), 4 * S, now), now);
    assert_eq!(indices(&play(&mut clock, &mut now, 4100 * MS)), [106, 107, 108]);
    assert_eq!(clock.passed_over(), 0);
}

#[test]
fn no_beats_in_silence_and_the_count_goes_on_after_it() {
    let mut clock = BeatClock::new(HOLD_MAX_S);
    let mut now = 0;
    clock.follow(&heard(grid(0, 120.0), 0, 0), now);
    play(&mut clock, &mut now, 900 * MS);
    clock.follow(&heard(Grid { mode: Mode::Silence, ..grid(1, 120.0) }, 0, now), now);
    assert_eq!(play(&mut clock, &mut now, 9 * S), []);
    assert_eq!((clock.phase(now), clock.mode(now)), (None, Mode::Silence));
    clock.follow(&heard(grid(0, 120.0), now + 100 * MS, now), now);
    assert_eq!(indices(&play(&mut clock, &mut now, 10 * S)), [2, 3]);
}

#[test]
fn without_news_it_runs_on_marked_held_and_stops_after_hold_max() {
    let mut clock = BeatClock::new(10.0);
    let mut now = 0;
    clock.follow(&heard(grid(0, 120.0), 0, 0), now);
    let fires = play(&mut clock, &mut now, 60 * S);
    assert_eq!(fires.len(), 21);
    assert_eq!((fires[2].mode, fires[10].mode), (Mode::Locked, Mode::Held));
    assert_eq!(clock.phase(now), None);
    clock.follow(&heard(grid(120, 120.0), 60 * S, now), now);
    assert_eq!(indices(&play(&mut clock, &mut now, 61 * S)), [120, 121]);
}

#[test]
fn a_stopped_process_does_not_fire_a_burst() {
    let mut clock = BeatClock::new(HOLD_MAX_S);
    let mut now = 0;
    clock.follow(&heard(grid(0, 120.0), 0, 0), now);
    play(&mut clock, &mut now, 100 * MS);
    now = 5900 * MS;
    assert_eq!(now_and(&play(&mut clock, &mut now, 6600 * MS)), [6000, 6500]);
    assert_eq!(clock.passed_over(), 11);
}

#[test]
fn offsets_move_beats_both_ways_without_a_beat_too_many() {
    let mut clock = BeatClock::new(HOLD_MAX_S);
    let mut now = 0;
    clock.set_offset_ms(-30.0);
    clock.follow(&heard(grid(1, 120.0), S, 0), now);
    assert_eq!(now_and(&play(&mut clock, &mut now, 1100 * MS)), [470, 970]);
    clock.set_offset_ms(100.0);
    assert_eq!(now_and(&play(&mut clock, &mut now, 2300 * MS)), [1600, 2100]);
    clock.follow(&heard(grid(5, 120.0), 3 * S, now), now);
    assert_eq!(now_and(&play(&mut clock, &mut now, 3000 * MS)), [2600]);
}

#[test]
fn impossible_tempo_is_refused_and_the_old_grid_runs_on() {
    let mut clock = BeatClock::new(HOLD_MAX_S);
    let mut now = 0;
    clock.follow(&heard(grid(0, 120.0), 0, 0), now);
    for bpm in [0.0, -3.0, f64::NAN, f64::INFINITY, 1e9] {
        clock.follow(&heard(grid(0, bpm), 0, 0), now);
    }
    assert_eq!(clock.refused(), 5);
    assert_eq!(play(&mut clock, &mut now, 990 * MS).len(), 2);
}

/// One step of a hostile grid: how long after the last, and what it says.
#[derive(Debug, Clone)]
struct Step {
    after_ms: i64,
    bpm: f64,
    shift_beats: f64,
    index_jump: i64,
    mode: Mode,
}

fn steps(
    shift: std::ops::Range<f64>,
    jumps: std::ops::Range<i64>,
    after_ms: std::ops::Range<i64>,
) -> impl Strategy<Value = Vec<Step>> {
    let mode = prop_oneof![6 => Just(Mode::Locked), 1 => Just(Mode::Tapped), 1 => Just(Mode::Held), 1 => Just(Mode::Silence)];
    let step = (after_ms, 60.0f64..200.0, shift, jumps, mode).prop_map(
        |(after_ms, bpm, shift_beats, index_jump, mode)| Step {
            after_ms,
            bpm,
            shift_beats,
            index_jump,
            mode,
        },
    );
    prop::collection::vec(step, 1..30)
}

/// Plays the steps. Each grid continues the true one before it, moved by its shift and jump.
fn perform(steps: &[Step]) -> (Vec<(i64, Fire)>, BeatClock) {
    let (mut clock, mut now, mut fires) = (BeatClock::new(HOLD_MAX_S), 0i64, Vec::new());
    // Position of the grid that is sent, in beats at `now`.
    let (mut position, mut bpm) = (0.0f64, 120.0f64);
    for step in steps {
        let until = now + step.after_ms * MS;
        position += step.after_ms as f64 * bpm / 60_000.0 + step.shift_beats + step.index_jump as f64;
        while let Some(next) = clock.next(now).filter(|fire| fire.at_ns < until) {
            now = now.max(next.at_ns);
            fires.push((now, clock.take(now).expect("due")));
            assert_eq!(clock.take(now), None, "never two at once");
        }
        now = until;
        bpm = step.bpm;
        let index = position.floor() as i64;
        let at_ns = now - ((position - position.floor()) * 60e9 / bpm) as i64;
        clock.follow(&heard(Grid { mode: step.mode, ..grid(index, bpm) }, at_ns, now), now);
    }
    (fires, clock)
}

proptest! {
    #[test]
    fn smooth_grids_never_skip_or_repeat(steps in steps(-0.3..0.3, 0..1, 1500..4000)) {
        let steps: Vec<_> = steps.into_iter().map(|s| Step { mode: if s.mode == Mode::Silence { Mode::Locked } else { s.mode }, ..s }).collect();
        let (fires, clock) = perform(&steps);
        for pair in fires.windows(2) {
            prop_assert_eq!(pair[1].1.index, pair[0].1.index + 1);
        }
        prop_assert_eq!(clock.passed_over(), 0);
        // And they are all there: no gap of two beats of the slowest tempo.
        for pair in fires.windows(2) {
            prop_assert!(pair[1].0 - pair[0].0 < 2 * S);
        }
    }

    #[test]
    fn hostile_grids_never_repeat_go_back_or_come_too_close(steps in steps(-0.6..0.6, -6..12, 1..1500)) {
        let (fires, clock) = perform(&steps);
        for pair in fires.windows(2) {
            let (before, after) = (pair[0].1, pair[1].1);
            prop_assert!(after.index > before.index);
            let half_ns = 0.5 * 60e9 / after.bpm;
            prop_assert!((pair[1].0 - pair[0].0) as f64 > half_ns, "{before:?} {after:?}");
        }
        let skipped: i64 = fires.windows(2).map(|pair| pair[1].1.index - pair[0].1.index - 1).sum();
        let ahead: i64 = steps.iter().map(|s| s.index_jump.max(0) + 1).sum();
        prop_assert!(skipped <= clock.passed_over() as i64 + ahead + steps.len() as i64 * 5);
    }

    #[test]
    fn whole_beat_jumps_skip_exactly_what_the_grid_skips(jumps in prop::collection::vec((0i64..9, 1200i64..4000), 1..12)) {
        let steps: Vec<_> = jumps.iter().map(|(index_jump, after_ms)| Step { after_ms: *after_ms, bpm: 120.0, shift_beats: 0.0, index_jump: *index_jump, mode: Mode::Locked }).collect();
        let (fires, clock) = perform(&steps);
        let skipped: i64 = fires.windows(2).map(|pair| pair[1].1.index - pair[0].1.index - 1).sum();
        // The first grid has nothing before it, and the last one nothing after it.
        let jumped: i64 = jumps[1..jumps.len().max(2) - 1].iter().map(|(jump, _)| jump).sum();
        prop_assert_eq!(skipped, jumped);
        prop_assert_eq!(clock.passed_over(), 0);
        for pair in fires.windows(2) {
            prop_assert!((pair[1].0 - pair[0].0 - S / 2).abs() < 100, "the audible beat does not move");
        }
    }
}
