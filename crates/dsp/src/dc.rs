//! Removal of a constant offset, which cheap converters add and which would leak into the lowest band.

/// Corner frequency in Hz: 20 Hz loses 0.2 dB.
const CORNER_HZ: f32 = 4.0;
/// Samples beyond this magnitude are not sound (full scale is 1) and are limited to it.
const LIMIT: f32 = 4.0;

/// First-order high-pass (J. O. Smith, "Introduction to Digital Filters", DC blocker).
#[derive(Debug, Clone)]
pub struct DcBlocker {
    pole: f32,
    input: f32,
    output: f32,
}

impl DcBlocker {
    /// A blocker for `rate_hz`.
    pub fn new(rate_hz: u32) -> DcBlocker {
        let pole = (-std::f32::consts::TAU * CORNER_HZ / rate_hz as f32).exp();
        DcBlocker { pole, input: 0.0, output: 0.0 }
    }

    /// One sample. What is not a number counts as silence, so that it cannot poison what follows.
    pub fn next(&mut self, sample: f32) -> f32 {
        let sample = if sample.is_finite() { sample.clamp(-LIMIT, LIMIT) } else { 0.0 };
        let output = sample - self.input + self.pole * self.output;
        self.input = sample;
        // Denormal numbers cost a hundred times the time on some processors.
        self.output = if output.abs() < 1e-20 { 0.0 } else { output };
        self.output
    }

    /// Forgets the past.
    pub fn reset(&mut self) {
        (self.input, self.output) = (0.0, 0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_fades_a_tone_stays_and_garbage_is_silence() {
        let mut blocker = DcBlocker::new(48_000);
        let constant = (0..48_000).map(|_| blocker.next(0.5)).last().unwrap();
        assert!(constant.abs() < 1e-6, "{constant}");
        blocker.reset();
        let tone = |i: i32| (std::f32::consts::TAU * 40.0 * i as f32 / 48_000.0).sin();
        let peak = (0..48_000).map(|i| blocker.next(tone(i))).fold(0.0, f32::max);
        assert!((0.97..1.1).contains(&peak), "{peak}");
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX] {
            assert!(blocker.next(bad).is_finite());
        }
    }
}
