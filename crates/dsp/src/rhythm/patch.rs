//! What the music sounds like between a tatum and the next: a small spectrogram, however long that is.
//!
//! Measures ([`crate::rhythm::measures`]) say what somebody thought would matter; this is what was heard. The
//! time axis is that of the pulse (beat-synchronous features: Ellis and Poliner, "Identifying cover songs with
//! chroma features and dynamic programming beat tracking", ICASSP 2007), so that the same bar looks the same
//! at every tempo.

use std::ops::Range;

/// Parts of the way from tatum to tatum.
pub const STEPS: usize = 8;
/// Groups of bands, evenly spaced on a logarithmic scale.
pub const GROUPS: usize = 24;
/// Numbers of a patch.
pub const PATCH: usize = STEPS * GROUPS;
const GROUPS_HZ: Range<f32> = 40.0..16_000.0;
/// An attack shows in the frames this long before the one where it shows most.
const ATTACK_FRAMES: u64 = 1;
/// What is usual is the mean of the last tatums, this many at most.
const MEMORY: f32 = 64.0;

/// Step after step the loudness of each group of bands, lowest first, on the scale of the frames
/// ([`crate::rhythm::frames`]) and against what is usual in this group: filters and rooms do not matter.
pub type Patch = [f32; PATCH];

/// Cuts patches out of frames, and keeps what is usual in this music.
pub(super) struct Patches {
    groups: Vec<Range<usize>>,
    usual: [f32; GROUPS],
    count: f32,
}

impl Patches {
    /// For frames whose bands have these centres.
    pub(super) fn new(centres_hz: &[f32]) -> Patches {
        let octaves = (GROUPS_HZ.end / GROUPS_HZ.start).log2() / GROUPS as f32;
        let edge = |group: usize| GROUPS_HZ.start * (group as f32 * octaves).exp2();
        let above = |hz: f32| centres_hz.partition_point(|centre| *centre < hz);
        let last = centres_hz.len().saturating_sub(1);
        let bands = |group: usize| {
            let first = above(edge(group)).min(last);
            // Far down there is not a band for each group: two look at the same one.
            first..above(edge(group + 1)).max(first + 1)
        };
        Patches { groups: (0..GROUPS).map(bands).collect(), usual: [0.0; GROUPS], count: 0.0 }
    }

    /// As if nothing had been heard.
    pub(super) fn reset(&mut self) {
        (self.usual, self.count) = ([0.0; GROUPS], 0.0);
    }

    /// The patch from the frame in which a tatum shows most to that of the next; `spectrum` gives frames by
    /// their number. Learns from it what is usual.
    pub(super) fn cut<'a>(
        &mut self,
        frames: Range<u64>,
        spectrum: impl Fn(u64) -> Option<&'a [f32]>,
    ) -> Patch {
        let mut patch = [0.0; PATCH];
        let (start, length) =
            (frames.start.saturating_sub(ATTACK_FRAMES), frames.end.saturating_sub(frames.start));
        for (step, out) in patch.chunks_exact_mut(GROUPS).enumerate() {
            let frame = |step: usize| start + (step as u64 * length) / STEPS as u64;
            let (first, end) = (frame(step), frame(step + 1));
            self.loudness((first..end.max(first + 1)).filter_map(&spectrum), out);
        }
        self.learn(&patch);
        patch
            .chunks_exact_mut(GROUPS)
            .flat_map(|step| step.iter_mut().zip(&self.usual))
            .for_each(|(value, usual)| *value -= usual);
        patch
    }

    // The mean of frames in each group.
    fn loudness<'a>(&self, frames: impl Iterator<Item = &'a [f32]>, out: &mut [f32]) {
        let mut count = 0.0;
        for frame in frames {
            count += 1.0;
            for (out, bands) in out.iter_mut().zip(&self.groups) {
                let bands = frame.get(bands.clone()).unwrap_or_default();
                *out += bands.iter().sum::<f32>() / bands.len().max(1) as f32;
            }
        }
        out.iter_mut().for_each(|out| *out /= f32::max(count, 1.0));
    }

    fn learn(&mut self, patch: &Patch) {
        self.count = (self.count + 1.0).min(MEMORY);
        for (group, usual) in self.usual.iter_mut().enumerate() {
            let mean = patch.iter().skip(group).step_by(GROUPS).sum::<f32>() / STEPS as f32;
            *usual += (mean - *usual) / self.count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTRES_HZ: [f32; 6] = [50.0, 200.0, 800.0, 3200.0, 6400.0, 12_800.0];

    // A click at the first frame of `length`, of a tone in band 2 that lasts.
    fn frames(length: usize) -> Vec<Vec<f32>> {
        (0..length).map(|n| vec![0.0, 0.0, 1.0, 0.0, 0.0, if n < length / 8 { 2.0 } else { 0.0 }]).collect()
    }

    #[test]
    fn a_bar_looks_the_same_at_every_tempo() {
        let cut = |length: usize| {
            let (rows, mut patches) = (frames(length), Patches::new(&CENTRES_HZ));
            let from = ATTACK_FRAMES;
            patches.cut(from..from + length as u64, |n| rows.get(n as usize).map(Vec::as_slice))
        };
        let (fast, slow) = (cut(16), cut(32));
        assert!(fast.iter().zip(&slow).all(|(a, b)| (a - b).abs() < 1e-6));
        let top = |step: usize| fast[step * GROUPS + GROUPS - 1];
        assert!((top(0) - 1.75).abs() < 1e-6 && (top(1) + 0.25).abs() < 1e-6, "{} {}", top(0), top(1));
        // what lasts is usual
        assert!(fast.iter().skip(12).step_by(GROUPS).all(|value| value.abs() < 1e-6));
    }

    #[test]
    fn every_group_has_a_band_and_none_is_missing() {
        let patches = Patches::new(&CENTRES_HZ);
        assert_eq!(patches.groups.len(), GROUPS);
        assert!(patches.groups.iter().all(|bands| !bands.is_empty() && bands.end <= CENTRES_HZ.len()));
    }
}
