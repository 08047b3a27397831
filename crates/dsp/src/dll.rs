//! When was a sample captured? A delay-locked loop over pairs (sample index, monotonic time).
//!
//! After F. Adriaensen, "Using a DLL to filter time" (Linux Audio Conference, 2005), for blocks of any size.
//! Three things were added for callbacks that do not come from a hardware interrupt:
//!
//! - **Start.** The gains of a straight-line fit over all pairs so far (recursive least squares; Haykin,
//!   "Adaptive Filter Theory") hold until they fall under those of the loop, so that it has settled
//!   within a second and not after several time constants.
//! - **Bursts.** A driver with a long period delivers several blocks at once. Only the last of a burst
//!   tells the time: the others waited for it.
//! - **Breaks.** One late callback is ridden out. When several in a row disagree by more than a block,
//!   samples were lost: the loop restarts, keeps the rate that it knows, and counts.
//!
//! A constant part of the delay cannot be seen from pairs; it belongs to the latency of the device.

use std::f64::consts::{SQRT_2, TAU};

#[cfg(test)]
mod tests;

/// Bandwidth of the settled loop in Hz: passes drift of crystals, stops jitter of callbacks.
const BANDWIDTH_HZ: f64 = 0.05;
/// The rate never leaves the nominal one by more than this share: crystals stay within 0.0001, and a
/// start from two jittered pairs must not run away.
const RATE_RANGE: f64 = 0.01;
/// Pairs closer than this share of their nominal distance belong to one burst.
const BURST_SHARE: f64 = 0.2;
/// An error below this is jitter, however short the blocks: 8 ms.
const LEAST_BREAK_NS: f64 = 8e6;
/// Pairs in a row that must disagree before it is a break.
const BREAK_PAIRS: u32 = 3;
/// What is expected of a callback's time before anything is known: 2 ms of jitter.
const JITTER_NS: f64 = 2e6;
/// What is expected of a rate that is not known yet, and of one that was followed before a restart.
const UNKNOWN_RATE: f64 = 2e-3;
const KNOWN_RATE: f64 = 2e-5;
/// The loop keeps a rate over a restart once it has followed it for this long (2 s).
const RATE_KNOWN_NS: f64 = 2e9;

/// What a pair did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Update {
    /// The loop follows.
    Following,
    /// The pair came too late or too early by more than a block and was not believed.
    Outlier,
    /// Samples were lost or the device was changed: the loop started again from here.
    Restarted,
}

/// The loop. Times are in nanoseconds of one monotonic clock; it reads none itself.
#[derive(Debug, Clone)]
pub struct Dll {
    nominal_ns: f64,
    /// Filtered nanoseconds per sample.
    sample_ns: f64,
    /// Time that all filtered times are relative to, so that they fit a float.
    origin_ns: i64,
    /// Filtered time of sample `index`, after the origin.
    time_ns: f64,
    index: u64,
    pending: Option<(u64, i64)>,
    /// Pairs and nanoseconds followed since the (re)start.
    pairs: u32,
    followed_ns: f64,
    rate_known: bool,
    fit: Fit,
    outliers_in_row: u32,
    outliers: u64,
    restarts: u64,
}

impl Dll {
    /// A loop for a device that says it runs at `rate_hz` (at least 1).
    pub fn new(rate_hz: f64) -> Dll {
        let nominal_ns = 1e9 / rate_hz.max(1.0);
        Dll {
            nominal_ns,
            sample_ns: nominal_ns,
            origin_ns: 0,
            time_ns: 0.0,
            index: 0,
            pending: None,
            pairs: 0,
            followed_ns: 0.0,
            rate_known: false,
            fit: Fit::new(UNKNOWN_RATE, nominal_ns),
            outliers_in_row: 0,
            outliers: 0,
            restarts: 0,
        }
    }

    /// Sample `index` was the next one to come at `mono_ns`: the number of samples delivered so far, with the
    /// time of the callback that completed them. Pairs are used one call later, when it is known that
    /// no more of the same burst follow.
    pub fn update(&mut self, index: u64, mono_ns: i64) -> Update {
        if self.pairs == 0 {
            self.start(index, mono_ns);
            return Update::Following;
        }
        let (last, last_ns) = self.pending.unwrap_or((self.index, self.mono_ns(self.index)));
        if index <= last {
            return if index == last { Update::Following } else { self.restart(index, mono_ns) };
        }
        let expected_ns = (index - last) as f64 * self.nominal_ns;
        if ((mono_ns - last_ns) as f64) < BURST_SHARE * expected_ns {
            if self.pairs == 1 && self.pending.is_none() {
                self.start(index, mono_ns);
            } else {
                self.pending = Some((index, mono_ns));
            }
            return Update::Following;
        }
        let done = self.pending.take().map_or(Update::Following, |(index, ns)| self.commit(index, ns));
        self.pending = Some((index, mono_ns));
        done
    }

    /// Filtered time of a sample, past or to come, in nanoseconds of the monotonic clock.
    pub fn mono_ns(&self, index: u64) -> i64 {
        let samples = index.wrapping_sub(self.index) as i64 as f64;
        self.origin_ns + (self.time_ns + samples * self.sample_ns).round() as i64
    }

    /// Filtered rate in Hz, against the monotonic clock.
    pub fn rate_hz(&self) -> f64 {
        1e9 / self.sample_ns
    }

    /// How often a break of more than a block restarted the loop.
    pub fn restarts(&self) -> u64 {
        self.restarts
    }

    /// How many pairs were not believed.
    pub fn outliers(&self) -> u64 {
        self.outliers
    }

    fn start(&mut self, index: u64, mono_ns: i64) {
        (self.index, self.origin_ns, self.time_ns) = (index, mono_ns, 0.0);
        (self.pairs, self.followed_ns, self.outliers_in_row) = (1, 0.0, 0);
        self.pending = None;
        if !self.rate_known {
            self.sample_ns = self.nominal_ns;
        }
        self.fit = Fit::new(if self.rate_known { KNOWN_RATE } else { UNKNOWN_RATE }, self.nominal_ns);
    }

    fn restart(&mut self, index: u64, mono_ns: i64) -> Update {
        self.restarts += 1;
        self.start(index, mono_ns);
        Update::Restarted
    }

    fn commit(&mut self, index: u64, mono_ns: i64) -> Update {
        let samples = index.wrapping_sub(self.index) as f64;
        let span_ns = samples * self.sample_ns;
        let predicted_ns = self.time_ns + span_ns;
        let error_ns = (mono_ns - self.origin_ns) as f64 - predicted_ns;
        if error_ns.abs() > span_ns.clamp(LEAST_BREAK_NS, 1e9) {
            return self.doubt(index, mono_ns);
        }
        self.outliers_in_row = 0;
        let (time_gain, rate_gain) = self.gains(samples, span_ns);
        self.time_ns = predicted_ns + time_gain * error_ns;
        let bounds = (self.nominal_ns * (1.0 - RATE_RANGE), self.nominal_ns * (1.0 + RATE_RANGE));
        self.sample_ns = (self.sample_ns + rate_gain * error_ns).clamp(bounds.0, bounds.1);
        self.index = index;
        self.pairs = self.pairs.saturating_add(1);
        self.followed_ns += span_ns;
        self.rate_known |= self.followed_ns > RATE_KNOWN_NS;
        Update::Following
    }

    /// A pair that is off by more than a block: ridden out, unless it is one of several.
    fn doubt(&mut self, index: u64, mono_ns: i64) -> Update {
        self.outliers_in_row += 1;
        if self.outliers_in_row >= BREAK_PAIRS {
            return self.restart(index, mono_ns);
        }
        self.outliers += 1;
        // The prediction moves along, so that the next error is again measured against one block.
        self.time_ns += index.wrapping_sub(self.index) as f64 * self.sample_ns;
        self.index = index;
        Update::Outlier
    }

    /// Gains for time and for time per sample: those of the fit while it is young, then those of the loop.
    fn gains(&mut self, samples: f64, span_ns: f64) -> (f64, f64) {
        let omega = (TAU * BANDWIDTH_HZ * span_ns * 1e-9).min(0.5);
        let (time, rate) = self.fit.gains(samples);
        (time.max(SQRT_2 * omega), rate.max(omega * omega / samples))
    }
}

/// Straight-line fit: what is still unknown, as covariance of time and time per sample, in units of the
/// variance of one callback.
#[derive(Debug, Clone)]
struct Fit {
    time: f64,
    both: f64,
    rate: f64,
}

impl Fit {
    /// One pair is known, and the rate to within a share of `rate`.
    fn new(rate: f64, nominal_ns: f64) -> Fit {
        let spread = rate * nominal_ns / JITTER_NS;
        Fit { time: 1.0, both: 0.0, rate: spread * spread }
    }

    /// Gains for the next pair, `samples` further on.
    fn gains(&mut self, samples: f64) -> (f64, f64) {
        let time = self.time + samples * (2.0 * self.both + samples * self.rate);
        let both = self.both + samples * self.rate;
        let gains = (time / (time + 1.0), both / (time + 1.0));
        self.time = time * (1.0 - gains.0);
        self.both = both * (1.0 - gains.0);
        self.rate = (self.rate - gains.1 * both).max(0.0);
        gains
    }
}
