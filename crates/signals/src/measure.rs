//! How far what was heard is right: beats, tempo, and how soon.

use crate::signal::Signal;

/// A beat is right when it lies this close to a true one: the window of the F-measure in M. Davies, N.
/// Degara, M. Plumbley, “Evaluation methods for musical audio beat tracking algorithms”, C4DM-TR-09-06, 2009.
pub const BEAT_WINDOW_S: f64 = 0.07;
/// A tempo is right when it lies this close to the true one, as a fraction.
pub const TEMPO_WINDOW: f64 = 0.02;

/// A tempo that was said.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Said {
    /// Seconds of the signal that had been heard by then.
    pub heard_s: f64,
    /// The tempo in BPM.
    pub bpm: f64,
}

/// Whether a tempo is within 2 % of the true one.
pub fn is_tempo(bpm: f64, truth_bpm: f64) -> bool {
    (bpm / truth_bpm - 1.0).abs() <= TEMPO_WINDOW
}

/// F-measure 0..1 of `said` beats against the true ones, each in order and in seconds; every true beat
/// counts once. Two empty lists agree.
pub fn f_measure(truth: &[f64], said: &[f64], window_s: f64) -> f64 {
    if truth.is_empty() && said.is_empty() {
        return 1.0;
    }
    2.0 * pairs(truth, said, window_s) as f64 / (truth.len() + said.len()) as f64
}

/// F-measure 0..1, within 70 ms, of the beats of a signal that lie in `from_s..to_s`. A beat at an edge may
/// have its partner beyond it.
pub fn f_between(signal: &Signal, said: &[f64], from_s: f64, to_s: f64) -> f64 {
    let within = |at: f64, edge_s: f64| (from_s - edge_s..to_s + edge_s).contains(&at);
    let truth = |edge_s: f64| -> Vec<f64> {
        signal.beats.iter().map(|beat| beat.at_s).filter(|at| within(*at, edge_s)).collect()
    };
    let heard = |edge_s: f64| -> Vec<f64> { said.iter().copied().filter(|at| within(*at, edge_s)).collect() };
    let share = |few: &[f64], all: &[f64]| pairs(few, all, BEAT_WINDOW_S) as f64 / few.len().max(1) as f64;
    let recall = share(&truth(0.0), &heard(BEAT_WINDOW_S));
    let precision = share(&heard(0.0), &truth(BEAT_WINDOW_S));
    if recall + precision > 0.0 { 2.0 * recall * precision / (recall + precision) } else { 0.0 }
}

fn pairs(truth: &[f64], said: &[f64], window_s: f64) -> usize {
    let (mut pairs, mut t, mut s) = (0, 0, 0);
    // Both are in order and the window is the same for all, so taking the first that fits loses no pair.
    while let (Some(true_s), Some(said_s)) = (truth.get(t), said.get(s)) {
        if (true_s - said_s).abs() <= window_s {
            (pairs, t, s) = (pairs + 1, t + 1, s + 1);
        } else if true_s < said_s {
            t += 1;
        } else {
            s += 1;
        }
    }
    pairs
}

/// Seconds from `from_s` until the tempo was first said right; `None` when it never was.
pub fn first_right_s(signal: &Signal, said: &[Said], from_s: f64) -> Option<f64> {
    let mut later = said.iter().filter(|said| said.heard_s >= from_s);
    later.find(|said| is_right(signal, said)).map(|said| said.heard_s - from_s)
}

/// Seconds from `from_s` until the tempo was right and stayed so to the end; `None` when it is wrong there.
/// What was said last before `from_s` still holds then.
pub fn settled_s(signal: &Signal, said: &[Said], from_s: f64) -> Option<f64> {
    let mut settled = None;
    for (n, one) in said.iter().enumerate() {
        let until_s = said.get(n + 1).map_or(f64::INFINITY, |next| next.heard_s);
        let here = Said { heard_s: one.heard_s.max(from_s), ..*one };
        if until_s <= from_s {
            continue;
        }
        settled = is_right(signal, &here).then(|| settled.unwrap_or(here.heard_s - from_s));
    }
    settled
}

/// Share 0..1 of the seconds `from_s..to_s` during which the tempo last said is right.
pub fn right_share(signal: &Signal, said: &[Said], from_s: f64, to_s: f64) -> f64 {
    const STEP_S: f64 = 0.05;
    let steps = ((to_s - from_s) / STEP_S).max(1.0) as u32;
    let right = (0..steps).filter(|step| {
        let heard_s = from_s + f64::from(*step) * STEP_S;
        let count = said.partition_point(|said| said.heard_s <= heard_s);
        let last = count.checked_sub(1).and_then(|n| said.get(n));
        last.is_some_and(|said| is_right(signal, &Said { heard_s, ..*said }))
    });
    right.count() as f64 / f64::from(steps)
}

fn is_right(signal: &Signal, said: &Said) -> bool {
    signal.bpm_at(said.heard_s).is_some_and(|truth| is_tempo(said.bpm, truth))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::changes::step;

    #[test]
    fn every_true_beat_counts_once() {
        let truth = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(f_measure(&truth, &truth, 0.07), 1.0);
        assert_eq!(f_measure(&truth, &[1.05, 2.05, 3.05, 4.08], 0.07), 0.75);
        assert_eq!(f_measure(&truth, &[0.98, 1.0, 1.02], 0.07), 2.0 / 7.0);
        assert_eq!((f_measure(&truth, &[], 0.07), f_measure(&[], &[], 0.07)), (0.0, 1.0));
    }

    #[test]
    fn a_tempo_is_judged_against_the_truth_of_its_instant() {
        let change = step(100.0, 130.0, 8000);
        let at = change.from_s;
        let say = |heard_s: f64, bpm: f64| Said { heard_s, bpm };
        let said = [
            say(1.0, 50.0),
            say(2.5, 100.5),
            say(at + 3.0, 130.0),
            say(at + 4.0, 65.0),
            say(at + 5.0, 130.0),
        ];
        assert_eq!(first_right_s(&change.signal, &said, 0.5), Some(2.0));
        assert_eq!(settled_s(&change.signal, &said, at), Some(5.0));
        assert_eq!(settled_s(&change.signal, &said[..4], at), None);
        let share = right_share(&change.signal, &said, 0.0, 5.0);
        assert!((share - 0.5).abs() < 0.02, "{share}");
    }
}
