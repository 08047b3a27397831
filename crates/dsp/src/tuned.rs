//! Envelope of a narrow band without a transform: for low drums, whose periods are as long as a prompt window.
//!
//! A heterodyne: the signal is turned down to 0 Hz by a rotating phasor and smoothed by two one-pole
//! low-passes; the magnitude is the envelope, free of the ripple that a short window shows at 50 Hz.

/// Follows the level of a band around one frequency.
#[derive(Debug, Clone)]
pub struct Tuned {
    phasor: (f64, f64),
    step: (f64, f64),
    share: f32,
    first: (f32, f32),
    second: (f32, f32),
}

impl Tuned {
    /// Tuned to `centre_hz`; `reach_hz` to either side it is 6 dB down.
    pub fn new(centre_hz: f32, reach_hz: f32, rate_hz: u32) -> Tuned {
        let angle = std::f64::consts::TAU * f64::from(centre_hz) / f64::from(rate_hz);
        // Two equal poles are 3 dB down each at their corner.
        let share = 1.0 - (-std::f32::consts::TAU * reach_hz / rate_hz as f32).exp();
        let zero = (0.0, 0.0);
        Tuned { phasor: (1.0, 0.0), step: (angle.cos(), -angle.sin()), share, first: zero, second: zero }
    }

    /// Takes samples; returns the level now, as RMS of a sine at the centre.
    pub fn level(&mut self, samples: &[f32]) -> f32 {
        for sample in samples {
            let (re, im) = (self.phasor.0 as f32 * sample, self.phasor.1 as f32 * sample);
            self.first.0 += self.share * (re - self.first.0);
            self.first.1 += self.share * (im - self.first.1);
            self.second.0 += self.share * (self.first.0 - self.second.0);
            self.second.1 += self.share * (self.first.1 - self.second.1);
            let ((a, b), (c, d)) = (self.phasor, self.step);
            self.phasor = (a * c - b * d, a * d + b * c);
        }
        self.steady();
        std::f32::consts::SQRT_2 * self.second.0.hypot(self.second.1)
    }

    /// Forgets the past.
    pub fn reset(&mut self) {
        (self.phasor, self.first, self.second) = ((1.0, 0.0), (0.0, 0.0), (0.0, 0.0));
    }

    /// Rounding must not let the phasor grow, nor silence end in slow denormal numbers.
    fn steady(&mut self) {
        let length = self.phasor.0.hypot(self.phasor.1);
        self.phasor = (self.phasor.0 / length, self.phasor.1 / length);
        for value in [&mut self.first.0, &mut self.first.1, &mut self.second.0, &mut self.second.1] {
            if value.abs() < 1e-20 {
                *value = 0.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(hz: f32) -> (f32, f32) {
        let mut tuned = Tuned::new(65.0, 40.0, 48_000);
        let tone: Vec<f32> =
            (0..48_000).map(|i| (std::f32::consts::TAU * hz * i as f32 / 48_000.0).sin()).collect();
        let levels: Vec<f32> = tone.chunks(256).map(|hop| tuned.level(hop)).skip(90).collect();
        levels.iter().fold((1.0, 0.0), |(low, high): (f32, f32), l| (low.min(*l), high.max(*l)))
    }

    #[test]
    fn a_sine_at_the_centre_reads_its_rms_steadily_and_others_do_not() {
        let (low, high) = settled(65.0);
        assert!(low > 0.62 && high < 0.8, "{low}..{high}");
        let (_, off) = settled(105.0);
        assert!((0.25..0.45).contains(&off), "6 dB down: {off}");
        assert!(settled(1000.0).1 < 0.01);
    }
}
