//! What the operator knows better: taps, octave and phase.

/// Taps further apart than this belong to different attempts: 30 BPM.
const LONGEST_TAP_S: f64 = 2.0;
/// Taps closer than this are one finger that bounced: 300 BPM.
const SHORTEST_TAP_S: f64 = 0.2;
/// Only so many taps count, so that a player who drifts is followed.
const TAPS: usize = 16;
/// Taps that make a tempo.
pub const ENOUGH_TAPS: usize = 3;
/// The octave factor goes no further than this many doublings or halvings.
pub const OCTAVES: i32 = 2;
/// The phase shift goes no further than this.
pub const MAX_NUDGE_MS: f64 = 500.0;

/// A run of taps, in seconds.
#[derive(Debug, Default)]
pub struct Taps {
    instants: Vec<f64>,
}

/// What a run of taps says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tapped {
    /// Instant of the last beat according to all taps.
    pub phase: f64,
    /// Seconds from beat to beat.
    pub period: f64,
}

impl Taps {
    /// Takes one tap; from the third on gives tempo and phase of the least-squares line through them.
    pub fn tap(&mut self, at: f64) -> Option<Tapped> {
        match self.instants.last().map(|last| at - last) {
            Some(apart) if (0.0..SHORTEST_TAP_S).contains(&apart) => return None,
            Some(apart) if !(0.0..=LONGEST_TAP_S).contains(&apart) => self.instants.clear(),
            _ => {}
        }
        if self.instants.len() == TAPS {
            self.instants.remove(0);
        }
        self.instants.push(at);
        self.line()
    }

    /// Taps of the present run.
    pub fn count(&self) -> usize {
        self.instants.len()
    }

    /// Forgets the run.
    pub fn clear(&mut self) {
        self.instants.clear();
    }

    fn line(&self) -> Option<Tapped> {
        let count = self.instants.len();
        if count < ENOUGH_TAPS {
            return None;
        }
        let middle = (count as f64 - 1.0) / 2.0;
        let mean = self.instants.iter().sum::<f64>() / count as f64;
        let places = || (0..count).map(|n| n as f64 - middle);
        let along: f64 = places().zip(&self.instants).map(|(n, at)| n * (at - mean)).sum();
        let period = along / places().map(|n| n * n).sum::<f64>();
        Some(Tapped { phase: mean + middle * period, period })
    }
}

/// The octave that lies `by` doublings from `octave`, kept within bounds.
pub fn shifted_octave(octave: i32, by: i32) -> i32 {
    octave.saturating_add(by).clamp(-OCTAVES, OCTAVES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_taps_make_a_tempo() {
        let mut taps = Taps::default();
        assert_eq!(taps.tap(1.0), None);
        assert_eq!(taps.tap(1.52), None);
        let tapped = taps.tap(1.98).unwrap();
        assert!((tapped.period - 0.49).abs() < 1e-9, "{tapped:?}");
        assert!((tapped.phase - 1.99).abs() < 1e-9, "{tapped:?}");
    }

    #[test]
    fn a_pause_starts_a_new_run_and_a_bounce_is_ignored() {
        let mut taps = Taps::default();
        for at in [1.0, 1.5, 1.55, 5.0, 5.4] {
            assert_eq!(taps.tap(at), None, "{at}");
        }
        assert!((taps.tap(5.8).unwrap().period - 0.4).abs() < 1e-9);
    }
}
