//! Automatic gain for display: fills 0..1 whatever the loudness of the music, without sitting at 1.
//!
//! Dividing by a running peak pins loud music near 1 and pumps after every accent. Here the reference is
//! a running *quantile* of the level in decibels, followed at a bounded speed (stochastic
//! approximation; Robbins and Monro, 1951): nine updates in ten lie below it, one accent moves it by a
//! hundredth of a decibel, and steady music comes out at [`KNEE`] with room above it.

/// Output for a level equal to the reference; accents use the room above.
pub const KNEE: f32 = 0.7;
/// Share of the time that the level is below the reference.
const QUANTILE: f32 = 0.9;
/// Speed of the reference in dB per second, weighted by the quantile: 1.8 up, 0.2 down. A quiet
/// break of half a minute lowers it by 6 dB.
const SPEED_DB_PER_S: f32 = 2.0;
/// In the first seconds of sound the reference moves this much faster, to find the level of the source.
const START_SPEED: f32 = 12.0;
/// In the first seconds the way down weighs this much more: a quiet source is found as soon as a loud one.
const START_DOWN: f32 = 0.4;
/// Time constant in seconds of heard sound with which the faster start ends.
const START_S: f32 = 2.0;
/// Distance in dB above which the way up speeds up in proportion: a gain turned up is found in seconds.
const FAR_DB: f32 = 6.0;
/// The reference never falls further than this below the nominal level, or noise would fill the scale.
const RANGE_DB: f32 = 24.0;
/// Levels this far below the lowest reference do not count as sound and move nothing.
const GATE_DB: f32 = 12.0;

/// Slow normaliser of one level.
#[derive(Debug, Clone)]
pub struct Normaliser {
    nominal_db: f32,
    reference_db: f32,
    heard_s: f32,
}

impl Normaliser {
    /// Starts from `nominal_db`, the usual level in dBFS (RMS) of what is measured.
    pub const fn new(nominal_db: f32) -> Normaliser {
        Normaliser { nominal_db, reference_db: nominal_db, heard_s: 0.0 }
    }

    /// Level in dB relative to the reference, after the reference has followed `amplitude` (RMS of
    /// full scale, at least 0) for `dt_s` seconds.
    pub fn relative_db(&mut self, amplitude: f32, dt_s: f32) -> f32 {
        let level_db = decibels(amplitude);
        if level_db > self.nominal_db - RANGE_DB - GATE_DB {
            self.follow(level_db, dt_s);
        }
        level_db - self.reference_db
    }

    /// Normalised level 0..1 (see [`soft`]).
    pub fn update(&mut self, amplitude: f32, dt_s: f32) -> f32 {
        let relative_db = self.relative_db(amplitude, dt_s);
        if amplitude > 0.0 { soft(ratio(relative_db)) } else { 0.0 }
    }

    /// Present reference in dBFS.
    pub fn reference_db(&self) -> f32 {
        self.reference_db
    }

    /// Forgets the source.
    pub fn reset(&mut self) {
        *self = Normaliser::new(self.nominal_db);
    }

    fn follow(&mut self, level_db: f32, dt_s: f32) {
        self.heard_s += dt_s;
        let above_db = level_db - self.reference_db;
        let start = (-self.heard_s / START_S).exp();
        let weight = if above_db > 0.0 {
            QUANTILE * (above_db / FAR_DB).max(1.0)
        } else {
            QUANTILE - 1.0 - START_DOWN * start
        };
        let speed = SPEED_DB_PER_S * (1.0 + START_SPEED * start);
        let step_db = weight * speed * dt_s;
        // A step never overshoots the level that caused it.
        let step_db = if above_db > 0.0 { step_db.min(above_db) } else { step_db.max(above_db) };
        self.reference_db = (self.reference_db + step_db).max(self.nominal_db - RANGE_DB);
    }
}

/// Amplitude in dB of full scale; silence is -200 dB.
pub fn decibels(amplitude: f32) -> f32 {
    20.0 * amplitude.max(1e-10).log10()
}

/// Amplitude ratio of a level in dB.
pub fn ratio(db: f32) -> f32 {
    10f32.powf(db / 20.0)
}

/// Linear up to [`KNEE`] at ratio 1, then bends smoothly towards 1.
pub fn soft(ratio: f32) -> f32 {
    if ratio <= 1.0 {
        return KNEE * ratio.max(0.0);
    }
    let room = 1.0 - KNEE;
    // The slope goes on at the knee: twice the reference gives 0.91, four times 0.96.
    let above = (ratio - 1.0) * KNEE / room;
    KNEE + room * above / (1.0 + above)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DT_S: f32 = 256.0 / 48_000.0;

    fn run(normaliser: &mut Normaliser, seconds: f32, level: impl Fn(f32) -> f32) -> Vec<f32> {
        (0..(seconds / DT_S) as usize).map(|i| normaliser.update(level(i as f32 * DT_S), DT_S)).collect()
    }

    #[test]
    fn steady_sound_of_any_loudness_settles_at_the_knee() {
        for db in [-35.0, -20.0, -8.0, 0.0] {
            let out = run(&mut Normaliser::new(-20.0), 20.0, |_| ratio(db));
            assert!((out.last().unwrap() - KNEE).abs() < 0.05, "{db} dB gives {:?}", out.last());
        }
    }

    #[test]
    fn silence_is_zero_and_moves_nothing() {
        let mut normaliser = Normaliser::new(-20.0);
        run(&mut normaliser, 10.0, |_| 0.3);
        let before = normaliser.reference_db();
        assert!(run(&mut normaliser, 60.0, |_| 0.0).iter().all(|v| *v == 0.0));
        assert_eq!(normaliser.reference_db(), before);
    }

    #[test]
    fn an_accent_does_not_pump() {
        let mut normaliser = Normaliser::new(-20.0);
        run(&mut normaliser, 20.0, |_| 0.1);
        let before = normaliser.reference_db();
        let accent = run(&mut normaliser, 0.05, |_| 0.4);
        assert!(accent.iter().all(|v| (0.9..1.0).contains(v)), "accents use the room above the knee");
        assert!((normaliser.reference_db() - before).abs() < 0.5, "moved by one accent");
    }

    #[test]
    fn a_break_and_its_drop_keep_their_contrast() {
        let mut normaliser = Normaliser::new(-20.0);
        run(&mut normaliser, 20.0, |_| 0.3);
        let quiet = run(&mut normaliser, 16.0, |_| 0.03);
        assert!(quiet.iter().all(|v| *v < 0.15), "a break is not pulled up to full level");
        let drop = run(&mut normaliser, 5.0, |_| 0.3);
        assert!(drop[0] > 0.75 && (drop.last().unwrap() - KNEE).abs() < 0.1);
    }

    #[test]
    fn soft_rises_and_stays_below_one() {
        let curve: Vec<f32> = (0..400).map(|i| soft(i as f32 * 0.01)).collect();
        assert!(curve.windows(2).all(|w| w[1] > w[0]) && curve[399] < 1.0);
    }
}
