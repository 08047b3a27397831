//! What lies between the start of the player and the arrival of a beat, found by what fits best.
//!
//! The way is the same for all pieces but for some milliseconds that the player takes to start. So one offset
//! is found for all of them together, and each piece may move a little from there: beats that were heard
//! between the true ones stay wrong, which an offset of their own could make right.

use signals::Signal;
use signals::measure::BEAT_WINDOW_S;

use super::per_cent;
use crate::stats::median;

/// Where the offset is looked for, in steps of 5 ms around the start of the player.
const ALL_MS: std::ops::RangeInclusive<i32> = -300..=800;
const STEP_MS: usize = 5;
/// What one piece may differ from all of them. More would forgive what the beats of a piece are early or late on
/// the whole, which is no matter of the way.
const ONE_MS: i32 = 10;

/// The offset of each piece in seconds; `heard_s` are its beats, in seconds since the player was started.
pub(super) fn offsets_s(pieces: &[Signal], heard_s: &[Vec<f64>]) -> Vec<f64> {
    let all: Vec<(&Signal, &Vec<f64>)> = pieces.iter().zip(heard_s).collect();
    let equal_ms = best(ALL_MS, |ms| all.iter().map(|(piece, heard_s)| f(piece, heard_s, ms)).sum());
    // The window of 70 ms lets many fit equally well.
    let all_ms = equal_ms.get(equal_ms.len() / 2).copied().unwrap_or(0);
    all.iter().map(|(piece, heard_s)| f64::from(one_ms(piece, heard_s, all_ms)) / 1e3).collect()
}

/// Of those near `all_ms` that fit best, the one nearest to what the beats are off on the whole.
fn one_ms(piece: &Signal, heard_s: &[f64], all_ms: i32) -> i32 {
    let middle_ms = all_ms + (1e3 * off_s(piece, &earlier(heard_s, f64::from(all_ms) / 1e3))).round() as i32;
    let equal_ms = best(all_ms - ONE_MS..=all_ms + ONE_MS, |ms| f(piece, heard_s, ms));
    equal_ms.into_iter().min_by_key(|ms| (ms - middle_ms).abs()).unwrap_or(all_ms)
}

/// Median distance of what was heard from the true beat next to it, where there is one.
fn off_s(piece: &Signal, heard_s: &[f64]) -> f64 {
    let off = |at_s: &f64| {
        let all = piece.beats.iter().map(|beat| at_s - beat.at_s);
        all.min_by(|a, b| a.abs().total_cmp(&b.abs())).filter(|off_s| off_s.abs() <= BEAT_WINDOW_S)
    };
    median(heard_s.iter().filter_map(off).collect())
}

fn f(piece: &Signal, heard_s: &[f64], ms: i32) -> f64 {
    per_cent(piece, &earlier(heard_s, f64::from(ms) / 1e3))
}

/// The same instants, `offset_s` earlier.
pub(super) fn earlier(instants_s: &[f64], offset_s: f64) -> Vec<f64> {
    instants_s.iter().map(|at_s| at_s - offset_s).collect()
}

/// All those that fit best.
fn best(range_ms: std::ops::RangeInclusive<i32>, fit: impl Fn(i32) -> f64) -> Vec<i32> {
    let fits: Vec<(i32, f64)> = range_ms.step_by(STEP_MS).map(|ms| (ms, fit(ms))).collect();
    let most = fits.iter().map(|(_, fit)| *fit).fold(f64::NEG_INFINITY, f64::max);
    // Sums that are added up in the same order are equal to the last bit, but need not be.
    fits.into_iter().filter(|(_, fit)| *fit >= most - 1e-6).map(|(ms, _)| ms).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use signals::changes::track;
    use signals::groove::CLICKS;

    fn pieces() -> Vec<Signal> {
        [100.0, 124.0, 140.0].map(|bpm| track(bpm, 20.0, 0.1, &CLICKS, 8_000)).to_vec()
    }

    fn beats_s(piece: &Signal, late_s: f64) -> Vec<f64> {
        piece.beats.iter().map(|beat| beat.at_s + late_s).collect()
    }

    #[test]
    fn each_piece_has_its_own_offset_near_that_of_all() {
        let pieces = pieces();
        let late_s = [0.24, 0.25, 0.26];
        let heard_s: Vec<_> =
            pieces.iter().zip(late_s).map(|(piece, late_s)| beats_s(piece, late_s)).collect();
        let found_s = offsets_s(&pieces, &heard_s);
        assert!(found_s.iter().zip(late_s).all(|(found, late)| (found - late).abs() < 0.006), "{found_s:?}");
    }

    #[test]
    fn beats_between_the_beats_stay_wrong() {
        let pieces = pieces();
        let mut heard_s: Vec<_> = pieces.iter().map(|piece| beats_s(piece, 0.1)).collect();
        heard_s[0].iter_mut().for_each(|at_s| *at_s += 0.3);
        let offset_s = offsets_s(&pieces, &heard_s)[0];
        assert!(per_cent(&pieces[0], &earlier(&heard_s[0], offset_s)) < 1.0, "{offset_s}");
    }
}
