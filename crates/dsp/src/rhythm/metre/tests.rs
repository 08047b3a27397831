//! The network says what its trainer says; places that are clear are found, kept and moved.

use super::belief::Belief;
use super::network::{Network, Prior};
use super::places::{KINDS, PLACES, index};
use super::*;
use crate::rhythm::measures::MEASURES;

const BY: Prior =
    Prior { forget: [0.001, 0.4], pull: 0.03, usual_bpm: 115.0, usual_octaves: 0.6, three: -2.0 };

fn tatum(number: u64, period: f32) -> Tatum {
    Tatum { at: number as f64 * f64::from(period), period, regular: true, certainty: 1.0 }
}

// Speaks for the kind of place number `number` of bars of so many tatums and beats.
fn scores(number: u64, tatums: u32, beats: u32) -> [f32; KINDS] {
    let at = number as u32 % (tatums * beats);
    let kind = index(tatums, beats, at).map(|place| PLACES[place].kind).unwrap();
    std::array::from_fn(|other| if other == kind { 1.0 } else { 0.0 })
}

fn run(tatums: u32, beats: u32, from: u64, count: u64) -> Belief {
    let mut belief = Belief::default();
    for number in from..from + count {
        belief.hear(&tatum(number, 25.0), &scores(number, tatums, beats), &BY);
    }
    belief
}

#[test]
fn the_network_says_what_its_trainer_says() {
    let bytes = include_bytes!("vector.f32");
    let numbers: Vec<f32> =
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let mut network = Network::default();
    assert!(numbers.len() >= 20 * (MEASURES + KINDS));
    for row in numbers.chunks_exact(MEASURES + KINDS) {
        let said = network.hear(row[..MEASURES].try_into().unwrap());
        for (said, truth) in said.iter().zip(&row[MEASURES..]) {
            assert!((said - truth).abs() < 1e-4, "{said} for {truth}");
        }
    }
}

#[test]
fn beat_and_bar_are_found_from_any_start_at_any_level() {
    for (tatums, beats) in [(1, 4), (2, 4), (3, 4), (4, 4), (6, 4), (2, 3), (4, 3)] {
        for from in 0..u64::from(tatums * beats) {
            let at = (from as u32 + 63) % (tatums * beats);
            let belief = run(tatums, beats, from, 64);
            assert!(belief.bar(tatums, beats, at) > 0.9, "{tatums} {beats} from {from}");
        }
    }
}

#[test]
fn a_pulse_that_is_counted_in_another_way_keeps_beat_and_bar() {
    // half as many, two thirds, one and a half times, twice as many
    for (tatums, new) in [(2_u32, 1_u32), (4, 2), (3, 2), (6, 4), (2, 3), (4, 6), (1, 2), (2, 4)] {
        let mut belief = run(tatums, 4, 0, 121);
        let period = 25.0 * tatums as f32 / new as f32;
        let next = Tatum { at: 120.0 * 25.0 + f64::from(period), period, regular: true, certainty: 1.0 };
        belief.expect(&next);
        let at = (120 % (tatums * 4) * new / tatums + 1) % (new * 4);
        assert!(belief.bar(new, 4, at) > 0.9, "{tatums} to {new}: {}", belief.bar(new, 4, at));
    }
}

#[test]
fn advice_moves_the_downbeat() {
    let mut belief = run(2, 4, 0, 65);
    assert!(belief.bar(2, 4, 0) > 0.9);
    belief.advise(50.0, 66.0 * 25.0, true, 1e8);
    belief.expect(&tatum(66, 25.0));
    assert!(belief.bar(2, 4, 0) + belief.bar(2, 3, 0) > 0.9, "{}", belief.bar(2, 4, 0));
}

#[test]
fn a_metre_says_nothing_before_it_has_heard_anything() {
    let mut metre = Metre::default();
    assert_eq!(metre.next(&tatum(0, 25.0)), None);
}
