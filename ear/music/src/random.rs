//! Randomness that is the same everywhere and for ever.

use signals::random;

/// What a composer draws from: the sequence of [`random::Random`], in more ways.
#[derive(Debug, Clone)]
pub(crate) struct Random(random::Random);

impl Random {
    /// A sequence of its own for each seed.
    pub(crate) const fn new(seed: u64) -> Random {
        Random(random::Random::new(seed))
    }

    /// The next 64 bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0.bits()
    }

    /// Another sequence, so that what draws from it does not shift what draws from this one.
    pub(crate) fn fork(&mut self) -> Random {
        Random::new(self.bits())
    }

    /// Uniform in 0..1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.unit()
    }

    /// Uniform in `low..high`.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        self.0.between(low, high)
    }

    /// Uniform in its logarithm: for frequencies, times and tempi.
    pub(crate) fn log_between(&mut self, low: f64, high: f64) -> f64 {
        low * (high / low).powf(self.unit())
    }

    /// A gain drawn evenly in decibels.
    pub(crate) fn db(&mut self, low: f64, high: f64) -> f64 {
        10_f64.powf(self.between(low, high) / 20.0)
    }

    /// White noise, -1..1.
    pub(crate) fn noise(&mut self) -> f32 {
        // The upper 24 bits: what an f32 holds exactly.
        (self.bits() >> 40) as f32 / 8_388_608.0 - 1.0
    }

    /// True in this share of cases.
    pub(crate) fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// A whole number below `n`; 0 where `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        ((self.unit() * n as f64) as usize).min(n.saturating_sub(1))
    }

    /// One of these, or the other where there are none.
    pub(crate) fn pick<T: Copy>(&mut self, from: &[T], otherwise: T) -> T {
        from.get(self.below(from.len())).copied().unwrap_or(otherwise)
    }

    /// The index of one of these weights, drawn by weight.
    pub(crate) fn weighted(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let total: u32 = weights.clone().sum();
        let mut left = self.unit() * f64::from(total);
        for (index, weight) in weights.enumerate() {
            left -= f64::from(weight);
            if left < 0.0 {
                return index;
            }
        }
        0
    }

    /// Normally distributed with sd 1, cut at ±3 (twelve uniforms: no logarithm, no cosine).
    pub(crate) fn normal(&mut self) -> f64 {
        ((0..12).map(|_| self.unit()).sum::<f64>() - 6.0).clamp(-3.0, 3.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_where_they_should() {
        let mut random = Random::new(7);
        let mean = (0..100_000).map(|_| random.between(2.0, 4.0)).sum::<f64>() / 1e5;
        assert!((mean - 3.0).abs() < 0.01);
        assert!((0..1000).all(|_| random.below(3) < 3 && random.noise().abs() <= 1.0));
        let third = (0..30_000).filter(|_| random.weighted([1, 2].into_iter()) == 0).count();
        assert!((9_500..10_500).contains(&third), "{third}");
    }
}
