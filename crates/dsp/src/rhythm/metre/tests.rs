//! The network says what its trainer says; places that are clear are found, kept and moved.

use super::belief::Belief;
use super::network::Prior;
use super::places::{COUNT, KINDS, PLACES, index};
use super::*;
use crate::rhythm::layer::Tensors;
use crate::rhythm::measures::MEASURES;
use crate::rhythm::patch::PATCH;

// Tatums of the trainer's vectors.
const TATUMS: usize = 60;
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

// A tensor of the trainer's, row by row.
fn rows(tensors: &Tensors<'_>, name: &str, columns: usize) -> Vec<Vec<f32>> {
    let numbers = tensors.numbers(name, &[TATUMS, columns]).unwrap();
    numbers.chunks_exact(columns).map(<[f32]>::to_vec).collect()
}

fn says_what_its_trainer_says(weights: &Weights, vector: &[u8]) {
    let vector = Tensors::read(vector).unwrap();
    let [when, measures, patches] = [("when", 3), ("measures", MEASURES), ("patch", PATCH)]
        .map(|(name, columns)| rows(&vector, name, columns));
    let [scores, beliefs] =
        [("scores", KINDS), ("belief", COUNT)].map(|(name, columns)| rows(&vector, name, columns));
    let (mut network, mut belief) = (weights.network.clone(), Belief::default());
    for number in 0..TATUMS {
        let [at, period, irregular] = when[number][..] else { panic!("three columns") };
        let tatum = Tatum { at: f64::from(at), period, regular: irregular == 0.0, certainty: 1.0 };
        let said =
            network.hear(measures[number][..].try_into().unwrap(), patches[number][..].try_into().unwrap());
        belief.hear(&tatum, &said, &network.prior());
        let apart = |ours: &[f32], theirs: &[f32]| {
            ours.iter().zip(theirs).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
        };
        assert!(apart(&said, &scores[number]) < 1e-4, "scores of tatum {number}");
        assert!(apart(belief.states(), &beliefs[number]) < 1e-4, "belief after tatum {number}");
    }
}

#[test]
fn networks_and_belief_say_what_their_trainer_says() {
    says_what_its_trainer_says(
        &Weights::learned().unwrap(),
        include_bytes!("../weights/learned.vector.safetensors"),
    );
    says_what_its_trainer_says(
        &Weights::native().unwrap(),
        include_bytes!("../weights/native.vector.safetensors"),
    );
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
    let mut metre = Metre::new(&Weights::learned().unwrap());
    assert_eq!(metre.next(&tatum(0, 25.0)), None);
}
