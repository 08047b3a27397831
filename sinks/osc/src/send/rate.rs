//! How often a mapping may send.

/// Admits at most so many values a second, on their arrival: nothing waits for a timer.
///
/// The slots lie on a fixed raster as long as values keep coming, so that blocks of 5.3 ms become
/// 60 a second on average and not 47, which the next whole block after 1/60 s would give.
#[derive(Debug)]
pub(crate) struct Limiter {
    interval_ns: i64,
    next_ns: i64,
}

impl Limiter {
    pub(crate) fn new(max_rate_hz: f64) -> Limiter {
        Limiter { interval_ns: (1e9 / max_rate_hz) as i64, next_ns: i64::MIN }
    }

    /// Whether a value of now may go out.
    pub(crate) fn admit(&mut self, now_ns: i64) -> bool {
        if now_ns < self.next_ns {
            return false;
        }
        // A slot missed by more than half an interval is gone: no burst catches it up.
        self.next_ns = self.next_ns.max(now_ns - self.interval_ns / 2) + self.interval_ns;
        true
    }

    /// When the newest of several refused values counts as the last: two intervals after its arrival.
    pub(crate) fn trailing_ns(&self, arrived_ns: i64) -> i64 {
        arrived_ns + 2 * self.interval_ns
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Limiter;

    #[test]
    fn blocks_of_256_frames_become_sixty_a_second() {
        let mut limiter = Limiter::new(60.0);
        let block_ns = 256.0e9 / 48_000.0;
        let sent = (0..1875).filter(|n| limiter.admit((f64::from(*n) * block_ns) as i64)).count();
        assert!((599..=601).contains(&sent), "{sent} in ten seconds");
    }

    proptest! {
        #[test]
        fn never_closer_than_half_an_interval(gaps in prop::collection::vec(1i64..40_000_000, 1..200)) {
            let (mut limiter, mut now_ns, mut last_ns) = (Limiter::new(60.0), 0, None);
            for gap in gaps {
                now_ns += gap;
                if limiter.admit(now_ns) {
                    if let Some(last_ns) = last_ns {
                        prop_assert!(now_ns - last_ns >= 8_333_333);
                    }
                    last_ns = Some(now_ns);
                }
            }
        }
    }
}
