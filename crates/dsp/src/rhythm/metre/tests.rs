//! The network says what its trainer says; places that are clear are found, kept and moved.

use super::belief::Belief;
use super::network::{Network, Prior};
use super::places::{COUNT, KINDS, PLACES, index};
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

// Rows of the trainer: instant, period, whether irregular, measures, scores, belief.
fn vector() -> Vec<Vec<f32>> {
    let bytes = include_bytes!("vector.f32");
    let numbers: Vec<f32> =
        bytes.chunks_exact(4).map(|b| f32::from_le_bytes(b.try_into().unwrap())).collect();
    let rows = numbers.chunks_exact(3 + MEASURES + KINDS + COUNT);
    assert!(rows.len() >= 40 && rows.remainder().is_empty());
    rows.map(<[f32]>::to_vec).collect()
}

#[test]
fn network_and_belief_say_what_their_trainer_says() {
    let (mut network, mut belief) = (Network::default(), Belief::default());
    for (number, row) in vector().iter().enumerate() {
        let (when, rest) = row.split_at(3);
        let (measures, rest) = rest.split_at(MEASURES);
        let (scores, states) = rest.split_at(KINDS);
        let tatum =
            Tatum { at: f64::from(when[0]), period: when[1], regular: when[2] == 0.0, certainty: 1.0 };
        let said = network.hear(measures.try_into().unwrap());
        belief.hear(&tatum, &said, &network.prior());
        let apart = |ours: &[f32], theirs: &[f32]| {
            ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        assert!(apart(&said, scores) < 1e-4, "scores of tatum {number}");
        assert!(apart(belief.states(), states) < 1e-4, "belief after tatum {number}");
    }
}

#[test]
fn places_are_numbered_in_their_order() {
    for (number, place) in PLACES.iter().enumerate() {
        assert_eq!(index(place.tatums, place.beats, place.at), Some(number));
    }
    assert_eq!((index(5, 4, 0), index(2, 5, 0), index(2, 4, 8)), (None, None, None));
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
