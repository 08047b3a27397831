//! The running pulse: which beat comes next, and when. Seconds of CLOCK_MONOTONIC.

/// The gain of the phase never falls below this. Smaller is steadier: at 0.1 a jitter of ±15 ms of the network
/// moves the grid by 2 ms (root mean square: factor `sqrt(g / (2 - g))`); larger follows a DJ's nudge faster.
const LEAST_GAIN: f64 = 0.1;
/// Two beats never come closer than this part of a period, whatever is corrected.
const CLOSEST: f64 = 0.6;
/// The first beat of a pulse lies at least this far ahead, in seconds, so that it can be announced in time.
const LEAST_LEAD_S: f64 = 0.06;

/// Beats whose period is told and whose phase is averaged over those that arrived.
///
/// The gain falls as in the expanding-memory filter of first degree until it reaches its floor: Brookner,
/// "Tracking and Kalman Filtering Made Easy" (1998), section 1.2.10.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pulse {
    period: f64,
    next: f64,
    apart: f64,
    heard: f64,
}

impl Pulse {
    /// A pulse with a beat at `at`; its next one follows `last` closely at most, and lies ahead of `now`.
    pub(crate) fn new(at: f64, period: f64, last: Option<(f64, f64)>, now: f64) -> Pulse {
        let apart = CLOSEST * last.map_or(period, |(_, before)| before.min(period));
        let mut pulse = Pulse { period, next: at + period, apart, heard: 1.0 };
        let clear = last.map_or(f64::NEG_INFINITY, |(last, _)| last + apart);
        let behind = clear.max(now + LEAST_LEAD_S) - pulse.next;
        if behind > 0.0 {
            pulse.next += (behind / period).ceil() * period;
        }
        pulse
    }

    /// Seconds from beat to beat.
    pub(crate) const fn period(&self) -> f64 {
        self.period
    }

    /// Instant of the next beat that was not announced yet, clear of the one that was announced at `last`.
    pub(crate) fn next(&self, last: Option<f64>) -> f64 {
        last.map_or(self.next, |last| self.next.max(last + self.apart))
    }

    /// Beats from the next one to `at`, rounded: -1 is the one before it.
    pub(crate) fn beats_to(&self, at: f64) -> i64 {
        ((at - self.next) / self.period).round() as i64
    }

    /// How far `at` lies after the nearest beat, in seconds.
    pub(crate) fn error(&self, at: f64) -> f64 {
        at - self.next - self.beats_to(at) as f64 * self.period
    }

    /// The tempo is told anew at `now`; the beat before the next one stays where it was, and none falls into the past.
    pub(crate) fn set_period(&mut self, period: f64, now: f64) {
        self.next = (self.next + period - self.period).max(self.next.min(now));
        self.apart = CLOSEST * self.period.min(period);
        self.period = period;
    }

    /// A beat arrived `error` seconds after where it was expected.
    pub(crate) fn correct(&mut self, error: f64) {
        self.heard += 1.0;
        let k = self.heard;
        self.next += error * (2.0 * (2.0 * k - 1.0) / (k * (k + 1.0))).clamp(LEAST_GAIN, 1.0);
    }

    /// The next beat is announced; it is the turn of the one after it.
    pub(crate) fn advance(&mut self) {
        self.next += self.period;
        self.apart = CLOSEST * self.period;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phase_is_averaged() {
        let mut pulse = Pulse::new(10.0, 0.5, None, 10.0);
        let jitter = [0.015, -0.015, 0.01, -0.012, 0.004, 0.0];
        for (n, late) in (1..200).zip(jitter.into_iter().cycle()) {
            let at = 10.0 + f64::from(n) * 0.5 + late;
            pulse.correct(pulse.error(at));
            pulse.advance();
        }
        assert!((pulse.error(110.0)).abs() < 0.003, "{pulse:?}");
    }

    #[test]
    fn a_new_pulse_keeps_clear_of_the_last_beat_and_of_now() {
        assert_eq!(Pulse::new(9.0, 0.5, Some((9.3, 0.5)), 9.01).next(Some(9.3)), 10.0);
        assert_eq!(Pulse::new(9.0, 0.5, None, 9.45).next(None), 10.0);
        let slower = Pulse::new(9.0, 1.0, Some((9.5, 0.5)), 9.0);
        assert_eq!(slower.next(Some(9.5)), 10.0, "half of the slower period, but clear by the faster one");
    }

    #[test]
    fn another_tempo_keeps_the_last_beat() {
        let mut pulse = Pulse::new(10.0, 0.5, None, 10.0);
        pulse.set_period(0.4, 10.0);
        assert!((pulse.next(None) - 10.4).abs() < 1e-9);
        assert_eq!((pulse.beats_to(10.01), pulse.beats_to(10.82)), (-1, 1));
        pulse.set_period(0.2, 10.3);
        assert_eq!(pulse.next(None), 10.3, "not before now");
    }
}
