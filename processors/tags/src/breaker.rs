//! A circuit breaker: a server that fails is left alone for a while.
//!
//! The pattern of M. Nygard, “Release It!” (2007): closed, open after some failures in a row, half open
//! for one trial after a back-off that doubles as long as trials fail. It knows no clock: times are seconds.

/// Failures in a row that open it.
const FAILURES: u32 = 3;
/// First back-off and longest, in seconds.
const FIRST_S: f64 = 15.0;
const LONGEST_S: f64 = 600.0;

/// Whether a server may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Breaker {
    failures: u32,
    /// seconds, 0 when it is shut to nobody
    shut_until_s: f64,
}

impl Breaker {
    /// Whether it may be asked now. While half open, the caller asks one question at a time anyway.
    pub(crate) fn may_ask(&self, now_s: f64) -> bool {
        now_s >= self.shut_until_s
    }

    /// Whether it is open or half open: the last answers failed.
    pub(crate) fn is_open(&self) -> bool {
        self.failures >= FAILURES
    }

    /// From when on it may be asked.
    pub(crate) fn opens_s(&self) -> f64 {
        self.shut_until_s
    }

    /// The server failed; `after_s` is what it asks to wait.
    pub(crate) fn failed(&mut self, now_s: f64, after_s: Option<f64>) {
        self.failures = self.failures.saturating_add(1);
        let back_off_s = match self.failures.checked_sub(FAILURES) {
            Some(more) => (FIRST_S * f64::from(2_u32.saturating_pow(more))).min(LONGEST_S),
            None => 0.0,
        };
        let asked_s = after_s.filter(|s| s.is_finite()).unwrap_or(0.0).clamp(0.0, LONGEST_S);
        self.shut_until_s = now_s + back_off_s.max(asked_s);
    }

    /// The next question is a trial, whatever the back-off.
    pub(crate) fn try_now(&mut self) {
        self.shut_until_s = 0.0;
    }

    /// The server answered.
    pub(crate) fn answered(&mut self) {
        *self = Breaker::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_three_failures_and_tries_again_after_the_back_off() {
        let mut breaker = Breaker::default();
        for n in 0..3 {
            assert!(breaker.may_ask(100.0) && !breaker.is_open(), "after {n} failures");
            breaker.failed(100.0, None);
        }
        assert!(breaker.is_open() && !breaker.may_ask(114.9) && breaker.may_ask(115.0));
        breaker.failed(115.0, None);
        assert!(!breaker.may_ask(144.9) && breaker.may_ask(145.0), "a failed trial doubles the back-off");
        breaker.answered();
        assert!(breaker.may_ask(145.0) && !breaker.is_open());
    }

    #[test]
    fn an_answer_between_failures_starts_the_count_again() {
        let mut breaker = Breaker::default();
        breaker.failed(0.0, None);
        breaker.failed(0.0, None);
        breaker.answered();
        breaker.failed(0.0, None);
        assert!(breaker.may_ask(0.0));
    }

    #[test]
    fn the_server_may_ask_for_a_pause_but_not_for_ever() {
        let mut breaker = Breaker::default();
        breaker.failed(0.0, Some(30.0));
        assert!(!breaker.may_ask(29.0) && breaker.may_ask(30.0));
        breaker.failed(30.0, Some(f64::INFINITY));
        assert!(breaker.may_ask(30.0));
        breaker.failed(30.0, Some(1e9));
        assert_eq!(breaker.opens_s(), 630.0);
        for _ in 0..100 {
            breaker.failed(0.0, None);
        }
        assert_eq!(breaker.opens_s(), 600.0);
    }
}
