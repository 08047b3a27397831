//! The running pulse: period and phase of the grid, and which beat comes next. Seconds of the stream.

/// Gains of the filter never fall below these: what remains follows players who drift. Found on
/// recordings with known beats; lower is steadier, higher follows faster.
const PHASE_GAIN: f64 = 0.2;
const PERIOD_GAIN: f64 = 0.02;

/// Two beats never come closer than this part of a period, whatever is corrected.
const CLOSEST: f64 = 0.6;

/// Beats that follow one another at a slowly changing period.
///
/// The filter is the expanding-memory polynomial filter of first degree, which is the least-squares
/// line through all beats so far, until its gains reach their floor: Brookner, "Tracking and Kalman
/// Filtering Made Easy" (1998), sections 1.2.10 and 1.3.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulse {
    /// Seconds from beat to beat.
    pub period: f64,
    /// Instant of the next beat that was not announced yet, before any nudge.
    pub next: f64,
    /// The next beat follows the one before it no sooner than this, in seconds.
    apart: f64,
    updates: f64,
    corrected: f64,
}

impl Pulse {
    /// A pulse with a beat at `phase`, known from about `beats` beats; its next beat comes after `now`.
    pub fn new(phase: f64, period: f64, beats: usize, now: f64) -> Pulse {
        let next = phase + ((now - phase) / period).floor().max(-1e9) * period + period;
        Pulse { period, next, apart: CLOSEST * period, updates: beats as f64, corrected: phase }
    }

    /// How far `at` lies after the nearest point of a grid `modulus` seconds apart that has this pulse's phase.
    pub fn error(&self, at: f64, modulus: f64) -> f64 {
        let apart = at - self.next;
        apart - (apart / modulus).round() * modulus
    }

    /// Follows a beat that was heard at `at`, `error` seconds after where it was expected.
    pub fn correct(&mut self, at: f64, error: f64) {
        let beats = ((at - self.corrected) / self.period).max(1.0);
        self.corrected = at;
        self.updates += 1.0;
        let k = self.updates;
        let phase_gain = (2.0 * (2.0 * k - 1.0) / (k * (k + 1.0))).max(PHASE_GAIN);
        let period_gain = (6.0 / (k * (k + 1.0))).max(PERIOD_GAIN);
        self.period += period_gain * error / beats;
        self.next += phase_gain * error;
    }

    /// Tempo in beats per minute.
    pub fn bpm(&self) -> f64 {
        60.0 / self.period
    }

    /// Makes the period `factor` times as long, with a beat where one was.
    pub fn stretch(&mut self, factor: f64) {
        let last = self.next - self.period;
        self.period *= factor;
        self.next = last + self.period;
        self.apart = CLOSEST * self.period;
    }

    /// It takes over from beats `period` seconds apart: its first one may follow as closely as theirs did.
    pub fn take_over(&mut self, period: f64) {
        self.apart = self.apart.min(CLOSEST * period);
    }

    /// Moves the next beat on by whole periods until it is far enough from `last`, and from `now`.
    pub fn keep_clear(&mut self, last: f64, now: f64) {
        let earliest = self.earliest_after(last).max(now);
        if self.next < earliest {
            self.next += ((earliest - self.next) / self.period).ceil() * self.period;
        }
    }

    /// The closest that the next beat may follow one at `last`.
    pub fn earliest_after(&self, last: f64) -> f64 {
        last + self.apart
    }

    /// The next beat is announced; it is the turn of the one after it.
    pub fn advance(&mut self) {
        self.next += self.period;
        self.apart = CLOSEST * self.period;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_period_and_phase_through_jitter() {
        let mut pulse = Pulse::new(0.0, 0.51, 2, 0.0);
        let mut jitter = [0.012, -0.009, 0.004, -0.013, 0.008].into_iter().cycle();
        for n in 1..60 {
            let at = f64::from(n) * 0.5 + jitter.next().unwrap_or(0.0);
            while pulse.next < at - 0.25 {
                pulse.next += pulse.period;
            }
            let error = pulse.error(at, pulse.period);
            pulse.correct(at, error);
        }
        assert!((pulse.period - 0.5).abs() < 0.001, "{pulse:?}");
        assert!((pulse.error(40.0, pulse.period)).abs() < 0.02, "{pulse:?}");
    }

    #[test]
    fn a_slower_pulse_takes_over_without_missing_its_first_beat() {
        let mut pulse = Pulse::new(9.0, 1.0, 2, 9.5);
        pulse.keep_clear(9.5, 9.6);
        assert_eq!(pulse.next, 11.0, "half a period is too close");
        let mut pulse = Pulse::new(9.0, 1.0, 2, 9.5);
        pulse.take_over(0.5);
        pulse.keep_clear(9.5, 9.6);
        assert_eq!((pulse.next, pulse.earliest_after(9.5)), (10.0, 9.8));
        pulse.advance();
        assert_eq!((pulse.next, pulse.earliest_after(10.0)), (11.0, 10.6));
    }

    #[test]
    fn the_next_beat_is_after_now_and_in_phase() {
        let pulse = Pulse::new(10.0, 0.5, 4, 12.3);
        assert!((pulse.next - 12.5).abs() < 1e-9);
        let early = Pulse::new(10.0, 0.5, 4, 8.1);
        assert!((early.next - 8.5).abs() < 1e-9);
    }
}
