//! Noise that falls by 3 dB per octave.

use crate::random::Random;

/// Rows of the generator: enough to reach down to 1 Hz at 48 kHz.
const ROWS: usize = 16;

/// Pink noise of unit power by Voss and McCartney: row `n` changes with every `2^n`-th sample.
/// M. Gardner, “White and brown music”, Scientific American 238(4), 1978.
#[derive(Debug)]
pub struct Pink {
    random: Random,
    rows: [f64; ROWS],
    count: u32,
}

impl Pink {
    /// A sequence of its own for each seed.
    pub fn new(seed: u64) -> Pink {
        let mut random = Random::new(seed);
        Pink { rows: std::array::from_fn(|_| random.noise()), random, count: 0 }
    }

    /// The next sample.
    pub fn sample(&mut self) -> f64 {
        self.count = self.count.wrapping_add(1);
        let row = (self.count.trailing_zeros() as usize).min(ROWS - 1);
        self.rows[row] = self.random.noise();
        // Each row has a variance of a third.
        (self.rows.iter().sum::<f64>() + self.random.noise()) * (3.0 / (ROWS + 1) as f64).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_is_one_and_falls_with_frequency() {
        let mut pink = Pink::new(1);
        let samples: Vec<f64> = (0..200_000).map(|_| pink.sample()).collect();
        let power = |x: &mut dyn Iterator<Item = f64>| x.map(|x| x * x).sum::<f64>() / samples.len() as f64;
        let all = power(&mut samples.iter().copied());
        // The difference of neighbours weighs a component with the square of its frequency: 2 for white
        // noise.
        let steep = power(&mut samples.windows(2).map(|w| w[1] - w[0]));
        assert!((0.5..1.6).contains(&all) && steep / all < 0.6, "{all} {steep}");
    }
}
