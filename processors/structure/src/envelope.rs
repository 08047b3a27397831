//! Energy in three bands every 10 ms, by short filters: prompt enough to say at once that the bass is back.

use std::collections::VecDeque;

use crate::frames::decibel;

/// Upper edge of the low band in Hz: kick drums and bass.
const LOW_HZ: f32 = 130.0;
/// Lower edge of the high band in Hz: hats, cymbals, noise.
const HIGH_HZ: f32 = 4000.0;
/// Steps kept: 10 s.
const KEPT: usize = 1000;

/// Mean squares of one step of 10 ms.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Step {
    /// Its end, in seconds of the stream.
    pub(crate) end_s: f64,
    /// Below 130 Hz.
    pub(crate) low: f32,
    /// Above 4 kHz.
    pub(crate) high: f32,
    /// Everything.
    pub(crate) all: f32,
}

/// Two equal one-pole low-passes in a row: 12 dB per octave, and free of ringing.
#[derive(Debug, Clone, Copy)]
struct TwoPoles {
    share: f32,
    first: f32,
    second: f32,
}

impl TwoPoles {
    fn new(hz: f32, rate_hz: f32) -> TwoPoles {
        TwoPoles { share: 1.0 - (-std::f32::consts::TAU * hz / rate_hz).exp(), first: 0.0, second: 0.0 }
    }

    fn take(&mut self, sample: f32) -> f32 {
        self.first += self.share * (sample - self.first);
        self.second += self.share * (self.first - self.second);
        self.second
    }

    // Silence must not end in slow denormal numbers.
    fn settle(&mut self) {
        if self.first.abs() + self.second.abs() < 1e-15 {
            (self.first, self.second) = (0.0, 0.0);
        }
    }
}

/// The newest steps.
pub(crate) struct Envelope {
    low: TwoPoles,
    dark: TwoPoles,
    kept: VecDeque<Step>,
}

impl Envelope {
    pub(crate) fn new(rate_hz: u32) -> Envelope {
        let rate_hz = rate_hz as f32;
        Envelope {
            low: TwoPoles::new(LOW_HZ, rate_hz),
            dark: TwoPoles::new(HIGH_HZ, rate_hz),
            kept: VecDeque::with_capacity(KEPT + 1),
        }
    }

    /// Takes the samples of one step that ends at `end_s`.
    pub(crate) fn take(&mut self, samples: &[f32], end_s: f64) {
        let mut step = Step { end_s, ..Step::default() };
        for sample in samples {
            let (low, dark) = (self.low.take(*sample), self.dark.take(*sample));
            step.low += low * low;
            step.high += (sample - dark) * (sample - dark);
            step.all += sample * sample;
        }
        self.low.settle();
        self.dark.settle();
        let count = samples.len().max(1) as f32;
        step = Step { low: step.low / count, high: step.high / count, all: step.all / count, ..step };
        if self.kept.len() == KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back(step);
    }

    /// The kept steps that end after `from_s` and not after `to_s`.
    pub(crate) fn between(&self, from_s: f64, to_s: f64) -> impl Iterator<Item = &Step> {
        let first = self.kept.partition_point(|step| step.end_s <= from_s);
        self.kept.range(first..).take_while(move |step| step.end_s <= to_s)
    }

    /// Mean levels in dB (low, high, all) within a span of time.
    pub(crate) fn levels_db(&self, from_s: f64, to_s: f64) -> (f32, f32, f32) {
        let (mut low, mut high, mut all, mut count) = (0.0, 0.0, 0.0, 0.0f32);
        for step in self.between(from_s, to_s) {
            (low, high, all, count) = (low + step.low, high + step.high, all + step.all, count + 1.0);
        }
        let count = count.max(1.0);
        (decibel(low / count), decibel(high / count), decibel(all / count))
    }

    /// Loudest mean level in dB of the low band over so many steps in a row, within a span of time.
    pub(crate) fn punch_db(&self, from_s: f64, to_s: f64, steps: usize) -> f32 {
        let first = self.kept.partition_point(|step| step.end_s <= from_s);
        let last = self.kept.partition_point(|step| step.end_s <= to_s);
        let (mut sum, mut loudest) = (0.0, 0.0f32);
        for i in first..last {
            sum += self.kept[i].low;
            if i >= first + steps {
                sum -= self.kept[i - steps].low;
            }
            loudest = loudest.max(sum);
        }
        decibel(loudest / steps.max(1) as f32)
    }

    /// Forgets everything.
    pub(crate) fn reset(&mut self) {
        self.kept.clear();
        for filter in [&mut self.low, &mut self.dark] {
            (filter.first, filter.second) = (0.0, 0.0);
        }
    }
}
