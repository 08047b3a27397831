//! What a kick alone brings along into the band of the snare.

/// Kicks that are remembered.
const REMEMBERED: usize = 16;
/// Fewer kicks than this: the least that any of them brought along.
const ENOUGH: usize = 4;
/// Of the remembered kicks this share is taken to come without a snare.
const ALONE: f32 = 0.25;
/// How much of it is taken off.
const TAKEN: f32 = 0.9;

/// Learns from the music how high the snare's curve rises at kicks: the lower quartile is that of the
/// kicks on which no snare falls, even where every second kick has one.
#[derive(Debug, Clone, Default)]
pub(super) struct Leak {
    heights: [f32; REMEMBERED],
    seen: usize,
}

impl Leak {
    /// Height of a peak of the snare, less what a kick at the same time explains.
    pub(super) fn without_kick(&mut self, height: f32, is_kick: bool) -> f32 {
        if !is_kick {
            return height;
        }
        self.heights[self.seen % REMEMBERED] = height;
        self.seen += 1;
        (height - TAKEN * self.alone()).max(0.0)
    }

    fn alone(&self) -> f32 {
        let mut sorted = self.heights;
        let known = &mut sorted[..self.seen.min(REMEMBERED)];
        known.sort_unstable_by(f32::total_cmp);
        if known.len() < ENOUGH {
            return known[0];
        }
        let place = ALONE * (known.len() - 1) as f32;
        let below = place.floor() as usize;
        known[below] + place.fract() * (known[below + 1] - known[below])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snare_on_every_second_kick_remains_and_the_kick_alone_does_not() {
        let mut leak = Leak::default();
        let left: Vec<f32> =
            (0..40).map(|i| leak.without_kick(if i % 2 == 0 { 0.3 } else { 0.9 }, true)).collect();
        assert!(left[20..].iter().step_by(2).all(|h| *h < 0.05), "{left:?}");
        assert!(left[21..].iter().step_by(2).all(|h| *h > 0.6), "{left:?}");
        assert_eq!(leak.without_kick(0.4, false), 0.4);
    }
}
