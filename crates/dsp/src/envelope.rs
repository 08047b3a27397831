//! Envelopes with times in seconds: the same curve at any update rate.

/// Share of the way that an exponential with time constant `tau_s` goes in `dt_s`.
pub fn coefficient(dt_s: f32, tau_s: f32) -> f32 {
    if tau_s <= 0.0 { 1.0 } else { -(-dt_s / tau_s).exp_m1() }
}

/// Follows a level up with one time constant and down with another.
#[derive(Debug, Clone)]
pub struct Follower {
    attack_s: f32,
    decay_s: f32,
    value: f32,
}

impl Follower {
    /// Time constants in seconds (63 % of a step); 0 follows at once.
    pub const fn new(attack_s: f32, decay_s: f32) -> Follower {
        Follower { attack_s, decay_s, value: 0.0 }
    }

    /// The level is `input` for the next `dt_s` seconds.
    pub fn update(&mut self, input: f32, dt_s: f32) -> f32 {
        let tau_s = if input > self.value { self.attack_s } else { self.decay_s };
        self.value += coefficient(dt_s, tau_s) * (input - self.value);
        if input == 0.0 && self.value < SILENT {
            self.value = 0.0;
        }
        self.value
    }

    /// Falls for `dt_s` seconds with time constant `tau_s` instead of its own.
    pub fn fade(&mut self, dt_s: f32, tau_s: f32) -> f32 {
        self.value *= 1.0 - coefficient(dt_s, tau_s);
        if self.value < SILENT {
            self.value = 0.0;
        }
        self.value
    }

    /// Present value.
    pub fn value(&self) -> f32 {
        self.value
    }

    /// Back to 0.
    pub fn reset(&mut self) {
        self.value = 0.0;
    }
}

/// Decaying levels of 0..1 end at exactly 0 below this (-100 dB).
pub const SILENT: f32 = 1e-5;

/// Holds the peak of a level for a while and then lets it fall at a steady rate.
#[derive(Debug, Clone)]
pub struct PeakHold {
    hold_s: f32,
    fall_per_s: f32,
    held_s: f32,
    value: f32,
}

impl PeakHold {
    /// Holds for `hold_s` seconds, then falls by `fall_per_s` per second.
    pub const fn new(hold_s: f32, fall_per_s: f32) -> PeakHold {
        PeakHold { hold_s, fall_per_s, held_s: 0.0, value: 0.0 }
    }

    /// The level is `input` after `dt_s` more seconds; never below the level itself.
    pub fn update(&mut self, input: f32, dt_s: f32) -> f32 {
        if input >= self.value {
            (self.value, self.held_s) = (input, 0.0);
            return self.value;
        }
        // Only what exceeds the hold time falls, so that the curve does not depend on the update rate.
        let before_s = (self.held_s - self.hold_s).max(0.0);
        self.held_s += dt_s;
        let falling_s = (self.held_s - self.hold_s).max(0.0) - before_s;
        self.value = (self.value - falling_s * self.fall_per_s).max(input);
        self.value
    }

    /// Back to 0.
    pub fn reset(&mut self) {
        (self.value, self.held_s) = (0.0, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follower_draws_the_same_curve_at_any_update_rate() {
        let run = |steps: u32| {
            let mut follower = Follower::new(0.05, 0.15);
            let dt = 0.1 / steps as f32;
            (0..steps).for_each(|_| _ = follower.update(1.0, dt));
            let top = follower.value();
            (0..steps).for_each(|_| _ = follower.update(0.0, dt));
            (top, follower.value())
        };
        let (coarse, fine) = (run(10), run(1000));
        assert!((coarse.0 - fine.0).abs() < 1e-3 && (coarse.1 - fine.1).abs() < 1e-3, "{coarse:?} {fine:?}");
        assert!((fine.0 - 0.8647).abs() < 1e-3, "two time constants: 1 - e^-2");
    }

    #[test]
    fn a_follower_ends_at_zero() {
        let mut follower = Follower::new(0.0, 0.15);
        assert_eq!(follower.update(1.0, 0.005), 1.0);
        assert!((0..400).map(|_| follower.update(0.0, 0.005)).last() == Some(0.0));
    }

    #[test]
    fn a_peak_holds_then_falls_steadily() {
        for steps in [100u32, 1000] {
            let dt = 1.0 / steps as f32;
            let mut peak = PeakHold::new(0.5, 0.4);
            peak.update(0.9, dt);
            let half = (0..steps / 2 - 1).map(|_| peak.update(0.1, dt)).last().unwrap();
            assert_eq!(half, 0.9);
            let later = (0..steps / 2).map(|_| peak.update(0.1, dt)).last().unwrap();
            assert!((later - 0.7).abs() < 0.01, "{later}");
            assert_eq!((0..3 * steps).map(|_| peak.update(0.1, dt)).last(), Some(0.1));
        }
    }
}
