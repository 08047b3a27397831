//! Energy in three bands every 10 ms, by short filters: prompt enough to say at once that the bass is back.

use std::collections::VecDeque;

use crate::frames::decibel;

/// Upper edge of the low band in Hz: kick drums and bass.
const LOW_HZ: f32 = 130.0;
/// Lower edge of the high band in Hz: hats, cymbals, noise.
const HIGH_HZ: f32 = 4000.0;
/// Steps kept: 10 s.
const KEPT: usize = 1000;

/// Parts of a step: 2.5 ms, for the instant at which something begins.
const QUARTERS: usize = 4;
/// Length of an attack in quarter steps: 25 ms, in which a kick has become loud and is not yet at its loudest.
const ATTACK_QUARTERS: usize = 10;
/// It begins where it comes so near to its full level.
const ATTACK_DB: f32 = 10.0;
/// Length of a step in seconds.
const STEP_S: f64 = 0.01;

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
    /// Below 130 Hz, quarter by quarter.
    pub(crate) quarters: [f32; QUARTERS],
}

/// How the low band begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Attack {
    /// Where, in seconds of the stream.
    pub(crate) at_s: f64,
    /// Mean level in dB over the first [`ATTACK_QUARTERS`].
    pub(crate) db: f32,
    /// Whether the low band was that loud before.
    pub(crate) sustained: bool,
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
        let count = samples.len().max(1);
        for (n, sample) in samples.iter().enumerate() {
            let (low, dark) = (self.low.take(*sample), self.dark.take(*sample));
            step.low += low * low;
            step.quarters[n * QUARTERS / count] += low * low;
            step.high += (sample - dark) * (sample - dark);
            step.all += sample * sample;
        }
        self.low.settle();
        self.dark.settle();
        let count = count as f32;
        step = Step { low: step.low / count, high: step.high / count, all: step.all / count, ..step };
        step.quarters = step.quarters.map(|sum| QUARTERS as f32 * sum / count);
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

    /// The first attack of the low band within a span of time, of something that will be about as loud as `full_db`;
    /// `None` when there is none or it is too young.
    pub(crate) fn attack(&self, from_s: f64, to_s: f64, full_db: f32) -> Option<Attack> {
        let threshold = 10f32.powf((full_db - ATTACK_DB) / 10.0);
        let first = self.kept.partition_point(|step| step.end_s <= from_s);
        let last = self.kept.partition_point(|step| step.end_s <= to_s);
        let quarters = self.kept.range(first..last).flat_map(|step| step.quarters);
        let begin = quarters.clone().position(|low| low >= threshold)?;
        if QUARTERS * (last - first) < begin + ATTACK_QUARTERS {
            return None;
        }
        let sum: f32 = quarters.skip(begin).take(ATTACK_QUARTERS).sum();
        let at_s = self.kept.get(first + begin / QUARTERS)?.end_s
            - STEP_S * (1.0 - (begin % QUARTERS) as f64 / QUARTERS as f64);
        Some(Attack { at_s, db: decibel(sum / ATTACK_QUARTERS as f32), sustained: begin == 0 })
    }

    /// Forgets everything.
    pub(crate) fn reset(&mut self) {
        self.kept.clear();
        for filter in [&mut self.low, &mut self.dark] {
            (filter.first, filter.second) = (0.0, 0.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE_HZ: u32 = 48_000;

    // 60 Hz at full scale from `at_s` on, over a bass of `before`.
    fn begins(at_s: f64, before: f32) -> Envelope {
        let mut envelope = Envelope::new(RATE_HZ);
        let sample = |n: usize| {
            let s = n as f64 / f64::from(RATE_HZ);
            let gain = if s < at_s { before } else { 1.0 };
            gain * (std::f64::consts::TAU * 60.0 * s).sin() as f32
        };
        let samples: Vec<f32> = (0..RATE_HZ as usize).map(sample).collect();
        for (n, step) in samples.chunks(RATE_HZ as usize / 100).enumerate() {
            envelope.take(step, (n + 1) as f64 / 100.0);
        }
        envelope
    }

    #[test]
    fn an_attack_is_the_same_wherever_it_lies_between_the_steps() {
        let attacks = [0.5, 0.503, 0.506, 0.509].map(|at_s| {
            let attack = begins(at_s, 0.0).attack(0.45, 0.54, -3.0).unwrap();
            assert!((attack.at_s - at_s).abs() < 0.006, "{attack:?} for {at_s}");
            assert!(!attack.sustained);
            attack.db
        });
        assert!(attacks.iter().all(|db| (db - attacks[0]).abs() < 1.0), "{attacks:?}");
    }

    #[test]
    fn an_attack_that_is_too_young_is_none_and_what_was_there_before_is_told() {
        assert_eq!(begins(0.5, 0.0).attack(0.45, 0.52, -3.0), None);
        assert_eq!(begins(2.0, 0.01).attack(0.45, 0.54, -3.0), None, "far too quiet");
        assert!(begins(0.5, 0.7).attack(0.45, 0.54, -3.0).unwrap().sustained);
    }
}
