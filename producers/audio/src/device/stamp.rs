//! When was a sample captured? The loop of [`dsp::dll`] over callback times, less what the device says of
//! its own delay.

use dsp::dll::{Dll, Update};

use super::callback::Arrival;

/// Delays beyond this are not believed: sound servers were seen to report 163 to 418 ms while they
/// delivered within 15 ms.
const REPORTED_MAX_NS: i64 = 100_000_000;
/// The delay is followed by this share of a step per second of sound, so that it is a constant to the ear.
const STEP_NS_PER_S: f64 = 500_000.0;

/// After a device is opened it hands over at once what it had gathered. Stamps are believed after this time.
const SETTLE_NS: i64 = 400_000_000;
/// Reports kept while it settles.
const REPORTS_MAX: usize = 1024;

/// Filters the times of one device.
#[derive(Debug)]
pub(crate) struct CaptureClock {
    dll: Dll,
    rate_hz: u32,
    /// Number of the first sample of this device, and when it came.
    base: u64,
    first_ns: i64,
    latency: Latency,
}

impl CaptureClock {
    /// A clock for a device whose first sample has number `base` and came with `first`.
    pub(crate) fn new(rate_hz: u32, base: u64, first: &Arrival) -> CaptureClock {
        let dll = Dll::new(f64::from(rate_hz));
        CaptureClock { dll, rate_hz, base, first_ns: first.mono_ns, latency: Latency::Settling(Vec::new()) }
    }

    /// A callback came, and the sample after its last one has number `next`. True when the time line broke.
    pub(crate) fn arrived(&mut self, next: u64, arrival: &Arrival) -> bool {
        let length_ns = arrival.frames as f64 * 1e9 / f64::from(self.rate_hz);
        if self.is_settled(arrival) {
            self.latency.settle();
        }
        // The driver counts from the first frame of the block, the loop from the last.
        self.latency.follow(arrival.reported_ns - length_ns as i64, length_ns / 1e9);
        self.dll.update(next - self.base, arrival.mono_ns) == Update::Restarted
    }

    /// Whether stamps can be believed by the time of `arrival`.
    pub(crate) fn is_settled(&self, arrival: &Arrival) -> bool {
        arrival.mono_ns - self.first_ns >= SETTLE_NS
    }

    /// When sample `index` was captured, on CLOCK_MONOTONIC.
    pub(crate) fn instant_ns(&self, index: u64) -> i64 {
        self.dll.mono_ns(index.saturating_sub(self.base)) - self.latency.ns()
    }
}

/// The median of what is reported at first, then a running median by steps of fixed size: a single absurd
/// report moves it no further than a usual one.
#[derive(Debug)]
enum Latency {
    Settling(Vec<i64>),
    Followed(f64),
}

impl Latency {
    fn follow(&mut self, reported_ns: i64, seconds: f64) {
        let reported_ns = reported_ns.max(0);
        match self {
            Latency::Settling(reports) if reports.len() < REPORTS_MAX => reports.push(reported_ns),
            Latency::Followed(held) if reported_ns <= REPORTED_MAX_NS => {
                let step = STEP_NS_PER_S * seconds;
                *held += (reported_ns as f64 - *held).clamp(-step, step);
            }
            _ => {}
        }
    }

    fn settle(&mut self) {
        if let Latency::Settling(reports) = self {
            reports.sort_unstable();
            let median = reports.get(reports.len() / 2).copied().unwrap_or(0);
            *self = Latency::Followed(if median <= REPORTED_MAX_NS { median as f64 } else { 0.0 });
        }
    }

    fn ns(&self) -> i64 {
        match self {
            Latency::Settling(_) => 0,
            Latency::Followed(held) => *held as i64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(frames: usize, mono_ns: i64, reported_ns: i64) -> Arrival {
        Arrival { mono_ns, frames, lost_frames: 0, reported_ns }
    }

    /// Callbacks of 170 frames with up to 5 ms of jitter from a card that is 1,000 ppm fast and 4 ms deep. It
    /// begins with a burst, and after 8 s an xrun loses 2,000 frames without a word.
    #[test]
    fn stamps_are_right_after_five_seconds_of_jitter_drift_and_an_xrun() {
        const BURST: u32 = 30;
        const XRUN: u32 = 2250;
        let true_ns = |sample: u64| 1_000_000_000 + (sample as f64 * 1e9 / 48_048.0) as i64;
        let block_ns = 170 * 1_000_000_000 / 48_000;
        let burst_ns = true_ns(u64::from(BURST) * 170) + 4_000_000;
        let mut clock = CaptureClock::new(48_000, 0, &arrival(170, burst_ns, 0));
        let (mut next, mut noise, mut worst_ns) = (0u64, 1u64, 0);
        for i in 0..6000u32 {
            next += 170;
            let lost = if i >= XRUN { 2000 } else { 0 };
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let now_ns = (true_ns(next + lost) + 4_000_000 + (noise >> 40) as i64 % 5_000_000).max(burst_ns);
            let queued_ns = i64::from(BURST.saturating_sub(i)) * block_ns;
            let absurd_ns = if i % 50 == 7 { 378_000_000 } else { 0 };
            clock.arrived(next, &arrival(170, now_ns, 4_000_000 + block_ns + queued_ns + absurd_ns));
            // 5 s are some 1,410 callbacks.
            if (1410..XRUN).contains(&i) || i > XRUN + 1410 {
                // Jitter delays by 2.5 ms on average; that part is a constant that nobody can see.
                let error = clock.instant_ns(next - 170) - true_ns(next - 170 + lost) - 2_500_000;
                worst_ns = worst_ns.max(error.abs());
            }
        }
        assert!(worst_ns < 2_000_000, "{} us", worst_ns / 1000);
    }

    #[test]
    fn absurd_delays_are_not_believed() {
        let mut latency = Latency::Settling(Vec::new());
        (0..30).for_each(|_| latency.follow(94_000_000, 0.005));
        (0..80).for_each(|_| latency.follow(3_000_000, 0.005));
        latency.settle();
        assert_eq!(latency.ns(), 3_000_000, "what was queued at the start is no delay");
        for _ in 0..1000 {
            latency.follow(378_000_000, 0.005);
            latency.follow(-5, 0.005);
            latency.follow(3_000_000, 0.005);
        }
        assert!((2_900_000..=3_000_000).contains(&latency.ns()), "{}", latency.ns());
        let mut server = Latency::Settling(vec![400_000_000; 50]);
        server.settle();
        assert_eq!(server.ns(), 0);
    }
}
