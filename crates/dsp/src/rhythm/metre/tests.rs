//! Metres that are clear must be found, kept and moved.

use super::*;

fn tatum(number: u64, period: f32) -> Tatum {
    Tatum { at: number as f64 * f64::from(period), period, regular: true, certainty: 1.0 }
}

// Loud on the beat, a change on the first of four beats, quiet half-way.
fn measures(number: u64, tatums: u64, beats: u64) -> Measures {
    let beat = number.is_multiple_of(tatums);
    let down = number.is_multiple_of(tatums * beats);
    let mut measures = [if beat { 0.8 } else { -0.8 }; MEASURES];
    measures[3..13].fill(if down { 2.0 } else { -0.4 });
    measures[13..].fill(if beat { 0.8 } else { -0.6 });
    measures
}

const MEASURES: usize = crate::rhythm::measures::MEASURES;

fn run(tatums: u64, beats: u64, period: f32, from: u64, count: u64) -> (Metre, Vec<(u64, Said)>) {
    let mut metre = Metre::default();
    let mut said = Vec::new();
    for number in from..from + count {
        metre.hear(&tatum(number, period), &measures(number, tatums, beats));
        let next = number + 5;
        said.extend(metre.next(&tatum(next, period), []).map(|beat| (next, beat)));
    }
    (metre, said)
}

#[test]
fn finds_beat_and_bar_from_any_start() {
    for from in 0..8 {
        let (_, said) = run(2, 4, 25.0, from, 100);
        let (number, beat) = said.last().unwrap();
        assert_eq!(number % 2, 0, "{from}");
        assert_eq!(u64::from(beat.beat), number / 2 % 4 + 1, "{from}");
        assert_eq!(beat.beats_per_bar, 4);
    }
}

#[test]
fn a_pulse_counted_twice_as_fast_keeps_beat_and_bar() {
    let (mut metre, _) = run(2, 4, 25.0, 0, 100);
    let start = 99.0 * 25.0;
    let mut said = Vec::new();
    for step in 1..5_u64 {
        let at = |step: u64| start + step as f64 * 12.5;
        let now = Tatum { at: at(step), period: 12.5, regular: true, certainty: 1.0 };
        metre.hear(&now, &measures(2 * 99 + step, 4, 4));
        let next = Tatum { at: at(step + 5), ..now };
        said.extend(metre.next(&next, []).map(|beat| (((next.at / 25.0).round() as u64), beat)));
    }
    assert!(!said.is_empty());
    for (number, beat) in said {
        assert_eq!((beat.tatums, number % 2), (4, 0));
        assert_eq!(u64::from(beat.beat), number / 2 % 4 + 1);
    }
}

#[test]
fn advice_moves_the_downbeat() {
    let (mut metre, said) = run(2, 4, 25.0, 0, 100);
    let number = said.last().unwrap().0;
    metre.advise(50.0, (number + 2) as f64 * 25.0, true, 1e6);
    let beat = metre.next(&tatum(number + 2, 25.0), []).unwrap();
    assert_eq!(beat.beat, 1);
}
