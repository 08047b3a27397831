//! The figures of one signal: what the tables show and the tests hold to.

use crate::measure::{Said, f_between, first_right_s, right_share, settled_s};
use crate::signal::Signal;

/// From here on the tempo of a steady signal should be right.
pub const DUE_S: f64 = 4.0;
/// Share of the time after [`DUE_S`] during which the tempo must be right; the rest is one report that comes
/// late.
const RIGHT_SHARE: f64 = 0.95;

/// What was said of one signal, beside what is true.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// The tempo said last in BPM, `None` when none was.
    pub bpm: Option<f64>,
    /// Seconds from the first beat to the first right tempo.
    pub first_right_s: Option<f64>,
    /// Seconds from the first beat until the tempo was right for good.
    pub settled_s: Option<f64>,
    /// Share 0..1 of the time after [`DUE_S`] with the right tempo.
    pub right_share: f64,
    /// F-measure 0..1 of the beats after [`DUE_S`], within 70 ms.
    pub f: f64,
}

impl Figures {
    /// Of a signal with one tempo; `beats_s` are the announced instants.
    pub fn of(signal: &Signal, said: &[Said], beats_s: &[f64]) -> Figures {
        let start_s = signal.beats.first().map_or(0.0, |beat| beat.at_s);
        let due_s = start_s + DUE_S;
        Figures {
            bpm: said.last().map(|said| said.bpm),
            first_right_s: first_right_s(signal, said, start_s),
            settled_s: settled_s(signal, said, start_s),
            right_share: right_share(signal, said, due_s, signal.seconds()),
            f: f_between(signal, beats_s, due_s, signal.seconds()),
        }
    }

    /// Within 2 % nearly all of the time, and first right in time.
    pub fn pass(&self) -> bool {
        self.first_right_s.is_some_and(|s| s <= DUE_S) && self.right_share >= RIGHT_SHARE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suite::Scenario;

    fn passes(first_s: f64, bpm: f64, then_bpm: f64) -> bool {
        let signal = Scenario::Clicks.signal(120.0, 8000);
        let beats: Vec<f64> = signal.beats.iter().map(|beat| beat.at_s).collect();
        let said = [Said { heard_s: first_s, bpm }, Said { heard_s: 15.0, bpm: then_bpm }];
        let figures = Figures::of(&signal, &said, &beats);
        assert_eq!((figures.f, figures.bpm), (1.0, Some(then_bpm)));
        figures.pass()
    }

    #[test]
    fn late_wrong_and_flipping_tempi_fail() {
        assert!(passes(3.0, 121.0, 119.0));
        assert!(!passes(4.2, 120.0, 120.0), "late");
        assert!(!passes(3.0, 60.0, 60.0), "half");
        assert!(!passes(3.0, 120.0, 240.0), "flips");
        assert!(!passes(3.0, 123.0, 123.0), "2.5 % off");
    }
}
