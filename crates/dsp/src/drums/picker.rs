//! Peaks of a curve that stand out from the other peaks of the last seconds.
//!
//! Online peak picking (Böck, Krebs & Schedl 2012) with a threshold that the music sets: the heights of recent
//! peaks fall into two groups, strokes and the rest, and the threshold lies between them (Otsu 1979), within
//! fixed bounds.

/// Peaks that are remembered, and for how long in seconds.
const REMEMBERED: usize = 128;
const MEMORY_S: f64 = 8.0;
/// Fewer peaks than this make no two groups.
const LEAST_PEAKS: usize = 9;
/// Fewer peaks than this in that time are no noise: it has more than four peaks a second.
const DENSE: usize = 32;
/// Share of the variance of the heights that lies between the two groups where they are two.
const DISTINCT: f32 = 0.75;
/// Frames before a peak that must not be higher.
const BEHIND: u64 = 6;
/// Peaks under this share of the lower bound are not remembered.
const LEAST_SHARE: f32 = 0.1;
/// Memory in seconds of the hardest stroke.
const HARDEST_S: f64 = 10.0;

/// How the peaks of one kind are picked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Spec {
    /// Bounds of the threshold, in units of the curve.
    pub(super) low: f32,
    pub(super) high: f32,
    /// Power to which heights are raised before they are grouped: under 1 where soft strokes count.
    pub(super) bend: f32,
    /// Where between the means of the two groups the threshold lies.
    pub(super) share: f32,
    /// Frames after a peak that must not be higher.
    pub(super) ahead: u64,
    /// Frames from a peak to its decision.
    pub(super) delay: u64,
    /// Time in seconds from a stroke to the end of the frame at which its curve peaks.
    pub(super) late_s: f64,
    /// Shortest time in seconds between two strokes.
    pub(super) refractory_s: f64,
}

/// Picks the peaks of one kind.
pub(super) struct Picker {
    spec: Spec,
    memory: u64,
    refractory: u64,
    /// Frame and bent height of recent peaks, a ring.
    peaks: [(u64, f32); REMEMBERED],
    seen: usize,
    last: Option<u64>,
    distinct: bool,
    hardest: f32,
    keep: f32,
}

impl Picker {
    /// A picker for frames of `frame_s` seconds.
    pub(super) fn new(spec: Spec, frame_s: f64) -> Picker {
        Picker {
            spec,
            memory: (MEMORY_S / frame_s) as u64,
            refractory: (spec.refractory_s / frame_s).round() as u64,
            peaks: [(0, 0.0); REMEMBERED],
            seen: 0,
            last: None,
            distinct: true,
            hardest: 0.0,
            keep: (-frame_s / HARDEST_S).exp() as f32,
        }
    }

    /// The frame that is due when `frame` has come: the strength 0..1 of its stroke, if it is one.
    /// `value` reads the curve at a frame, `height` may change the height of a peak.
    pub(super) fn pick(
        &mut self,
        frame: u64,
        value: impl Fn(u64) -> f32,
        height: impl FnOnce(u64, f32) -> f32,
    ) -> Option<f32> {
        let at = frame.checked_sub(self.spec.delay)?;
        self.hardest *= self.keep;
        let here = value(at);
        let neighbours = at.saturating_sub(BEHIND)..=at + self.spec.ahead;
        if here <= LEAST_SHARE * self.spec.low || neighbours.into_iter().any(|near| value(near) > here) {
            return None;
        }
        let height = height(at, here);
        self.remember(at, height);
        let threshold = self.threshold(at);
        let free = self.last.is_none_or(|last| at - last >= self.refractory);
        if !free || height <= threshold {
            return None;
        }
        self.last = Some(at);
        self.hardest = self.hardest.max(height);
        Some(height / self.hardest)
    }

    /// Whether the peaks of the last seconds are few or fall into two groups. Those of steady noise are many
    /// and do not: a normal distribution that is split has 64 % of its variance between the halves.
    pub(super) fn is_distinct(&self) -> bool {
        self.distinct
    }

    /// Forgets everything.
    pub(super) fn reset(&mut self) {
        (self.seen, self.last, self.hardest, self.distinct) = (0, None, 0.0, true);
    }

    fn remember(&mut self, at: u64, height: f32) {
        let bent = height.max(LEAST_SHARE * self.spec.low).powf(self.spec.bend);
        self.peaks[self.seen % REMEMBERED] = (at, bent);
        self.seen += 1;
    }

    fn threshold(&mut self, at: u64) -> f32 {
        let Spec { low, high, bend, share, .. } = self.spec;
        let (mut heights, mut count) = ([0.0; REMEMBERED], 0);
        let recent = |peak: &&(u64, f32)| at - peak.0 <= self.memory;
        for (_, height) in self.peaks[..self.seen.min(REMEMBERED)].iter().filter(recent) {
            heights[count] = *height;
            count += 1;
        }
        self.distinct = true;
        if count < LEAST_PEAKS {
            return (low * high).sqrt();
        }
        let (rest, strokes) = groups(&mut heights[..count]);
        self.distinct = count < DENSE || separation(&heights[..count], rest, strokes) > DISTINCT;
        (rest + share * (strokes - rest)).powf(1.0 / bend).clamp(low, high)
    }
}

/// Means of the two groups into which the values fall: the split with the largest variance between groups.
fn groups(values: &mut [f32]) -> (f32, f32) {
    values.sort_unstable_by(f32::total_cmp);
    let (total, count) = (values.iter().sum::<f32>(), values.len() as f32);
    let (mut below, mut best) = (0.0, (0.0, (0.0, 0.0)));
    for (i, value) in values[..values.len() - 1].iter().enumerate() {
        below += value;
        let (under, over) = ((i + 1) as f32, count - (i + 1) as f32);
        let (low, high) = (below / under, (total - below) / over);
        let between = under * over * (high - low) * (high - low);
        if between > best.0 {
            best = (between, (low, high));
        }
    }
    if best.0 == 0.0 { (total / count, total / count) } else { best.1 }
}

/// Share of the variance of the values that lies between their two groups, whose means are `low` and `high`.
fn separation(values: &[f32], low: f32, high: f32) -> f32 {
    let count = values.len() as f32;
    let mean = values.iter().sum::<f32>() / count;
    let total = values.iter().map(|value| (value - mean) * (value - mean)).sum::<f32>() / count;
    // Of shares w and 1 - w with means m: w (1 - w) (m1 - m0)² = (m - m0) (m1 - m).
    let between = (mean - low) * (high - mean);
    if total > 0.0 { between / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: Spec = Spec {
        low: 0.2,
        high: 0.8,
        bend: 1.0,
        share: 0.5,
        ahead: 2,
        delay: 4,
        late_s: 0.0,
        refractory_s: 0.06,
    };

    fn picked(curve: impl Fn(u64) -> f32, frames: u64) -> Vec<(u64, f32)> {
        let mut picker = Picker::new(SPEC, 0.005);
        let pick = |frame: u64| picker.pick(frame, &curve, |_, h| h).map(|strength| (frame - 4, strength));
        (0..frames).filter_map(pick).collect()
    }

    #[test]
    fn values_fall_into_their_two_groups() {
        let (low, high) = groups(&mut [1.0, 0.1, 0.12, 0.9, 0.08, 1.1, 0.1]);
        assert!((low - 0.1).abs() < 1e-6 && (high - 1.0).abs() < 1e-6, "{low} {high}");
        assert_eq!(groups(&mut [0.5; 5]), (0.5, 0.5));
    }

    #[test]
    fn two_groups_are_distinct_and_one_is_not() {
        let share = |values: &mut [f32]| {
            let (low, high) = groups(values);
            separation(values, low, high)
        };
        assert!(share(&mut [1.0, 0.1, 0.12, 0.9, 0.08, 1.1, 0.1]) > 0.95);
        // Sums of twelve even numbers: nearly normal.
        let mut seed = 1u32;
        let mut even = || {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (seed >> 8) as f32 / 1.6e7
        };
        let mut bell: Vec<f32> = (0..120).map(|_| (0..12).map(|_| even()).sum()).collect();
        assert!((0.5..DISTINCT).contains(&share(&mut bell)), "{}", share(&mut bell));
        assert_eq!(share(&mut [0.5; 5]), 0.0);
    }

    #[test]
    fn strokes_are_picked_and_the_lesser_peaks_between_are_not() {
        let curve = |at: u64| match at % 100 {
            20 => 0.7,
            70 => 0.3,
            _ => 0.0,
        };
        let all = picked(curve, 2000);
        let settled: Vec<_> = all.iter().filter(|(at, _)| *at > 500).collect();
        assert!(settled.iter().all(|(at, strength)| at % 100 == 20 && *strength > 0.99), "{settled:?}");
        assert_eq!(settled.len(), 15);
    }

    #[test]
    fn strength_is_relative_to_the_hardest() {
        let curve = |at: u64| if at % 100 == 20 { if at < 200 { 1.0 } else { 0.6 } } else { 0.0 };
        let last = picked(curve, 400).pop().unwrap();
        assert!((0.55..0.7).contains(&last.1), "{last:?}");
    }

    #[test]
    fn two_strokes_are_never_closer_than_the_refractory_time() {
        let all = picked(|at| if at % 8 == 0 { 0.9 } else { 0.0 }, 400);
        assert!(all.windows(2).all(|w| w[1].0 - w[0].0 >= 12) && all.len() > 20);
    }
}
