//! Where each beat lies: a tempo that stays, steps or glides.

/// Beats that share one rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stretch {
    /// How many beats, a whole number.
    pub beats: u32,
    /// Tempo in BPM at its first beat.
    pub from_bpm: f64,
    /// Tempo in BPM at its end; between them it changes by the same amount in every beat.
    pub to_bpm: f64,
}

impl Stretch {
    /// One tempo for about `seconds`, in whole beats.
    pub fn steady(bpm: f64, seconds: f64) -> Stretch {
        Stretch { beats: (seconds * bpm / 60.0).ceil() as u32, from_bpm: bpm, to_bpm: bpm }
    }

    // seconds from its start to `beat`
    fn seconds(&self, beat: f64) -> f64 {
        let slope = (self.to_bpm - self.from_bpm) / f64::from(self.beats.max(1));
        if slope == 0.0 {
            return beat * 60.0 / self.from_bpm;
        }
        // The integral of 60 / (from + slope * beat).
        60.0 / slope * (slope * beat / self.from_bpm).ln_1p()
    }
}

/// Stretches one after another.
#[derive(Debug, Clone, PartialEq)]
pub struct TempoMap {
    start_s: f64,
    stretches: Vec<Stretch>,
}

impl TempoMap {
    /// The first beat lies at `start_s`.
    pub fn new(start_s: f64, stretches: Vec<Stretch>) -> TempoMap {
        TempoMap { start_s, stretches }
    }

    /// One tempo for about `seconds`.
    pub fn steady(start_s: f64, bpm: f64, seconds: f64) -> TempoMap {
        TempoMap::new(start_s, vec![Stretch::steady(bpm, seconds)])
    }

    /// Beats of all stretches.
    pub fn beats(&self) -> u32 {
        self.stretches.iter().map(|stretch| stretch.beats).sum()
    }

    /// Seconds at a beat, counted from 0, fractions allowed; after the last stretch its tempo goes on.
    pub fn at(&self, mut beat: f64) -> f64 {
        let mut at = self.start_s;
        for (n, stretch) in self.stretches.iter().enumerate() {
            let last = n + 1 == self.stretches.len();
            if beat < f64::from(stretch.beats) || (last && stretch.from_bpm == stretch.to_bpm) {
                return at + stretch.seconds(beat);
            }
            at += stretch.seconds(f64::from(stretch.beats));
            beat -= f64::from(stretch.beats);
        }
        at + beat * 60.0 / self.stretches.last().map_or(120.0, |stretch| stretch.to_bpm)
    }

    /// Seconds at the end of the last stretch.
    pub fn end_s(&self) -> f64 {
        self.at(f64::from(self.beats()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glide_has_the_tempo_of_its_ends() {
        let glide = Stretch { beats: 8, from_bpm: 120.0, to_bpm: 132.0 };
        let map = TempoMap::new(1.0, vec![Stretch::steady(120.0, 4.0), glide, Stretch::steady(132.0, 4.0)]);
        let bpm = |beat: f64| 60.0 * 0.01 / (map.at(beat + 0.005) - map.at(beat - 0.005));
        for (beat, expected) in [(2.0, 120.0), (8.1, 120.15), (12.0, 126.0), (15.9, 131.85), (17.0, 132.0)] {
            assert!((bpm(beat) - expected).abs() < 0.01, "{beat}: {}", bpm(beat));
        }
        assert_eq!(map.at(0.0), 1.0);
        assert_eq!(map.beats(), 25);
        assert!((map.at(25.0) - map.end_s()).abs() < 1e-12);
    }
}
