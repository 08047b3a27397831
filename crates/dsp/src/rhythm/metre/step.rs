//! From one tatum to another, when the pulse may be counted in another way by then.

use crate::rhythm::metre::places::{self, Place};
use crate::rhythm::tatum::Tatum;

/// How many times as many tatums there may be as before: octaves of the pulse, and thirds for halves.
const FINER: [f32; 5] = [0.5, 2.0 / 3.0, 1.0, 1.5, 2.0];
/// A place that is this far from a whole tatum is none.
const OFF_TATUM: f32 = 0.3;

/// A step.
pub(super) struct Step {
    finer: f32,
    steps: f32,
}

impl Step {
    pub(super) fn between(last: &Tatum, tatum: &Tatum) -> Step {
        let ratio = last.period / tatum.period;
        let apart = |finer: f32| (ratio / finer).log2().abs();
        Step {
            finer: FINER.into_iter().min_by(|a, b| apart(*a).total_cmp(&apart(*b))).unwrap_or(1.0),
            steps: ((tatum.at - last.at) / f64::from(tatum.period)) as f32,
        }
    }

    /// Number of the place to which a place comes. `None` where there is no such place.
    pub(super) fn take(&self, place: &Place) -> Option<usize> {
        let (tatums, at) = self.part(place.tatums, place.at)?;
        places::index(tatums, place.beats, at % (tatums * place.beats))
    }

    /// The tatums to which so many come, and where tatum number `at` of them does, not reduced.
    pub(super) fn part(&self, tatums: u32, at: u32) -> Option<(u32, u32)> {
        let tatums = whole(tatums as f32 * self.finer, 1e-3)?;
        Some((tatums, whole(at as f32 * self.finer + self.steps, OFF_TATUM)?))
    }
}

fn whole(value: f32, tolerance: f32) -> Option<u32> {
    let round = value.round();
    ((value - round).abs() < tolerance && round >= 0.0).then_some(round as u32)
}
