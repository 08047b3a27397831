//! Blocks of any size in, blocks of one size out, each with the number of its first sample.

/// Frames of the blocks that travel on the bus.
pub const BLOCK_FRAMES: usize = 256;

/// Re-blocks a mono stream.
#[derive(Debug, Clone)]
pub struct Reblocker {
    pending: Vec<f32>,
    size: usize,
    index: u64,
}

impl Reblocker {
    /// Makes blocks of `size` samples (at least 1), counting from 0.
    pub fn new(size: usize) -> Reblocker {
        let size = size.max(1);
        Reblocker { pending: Vec::with_capacity(size), size, index: 0 }
    }

    /// Takes samples and calls `emit(index of the first sample, samples)` for each block that is full.
    pub fn push(&mut self, mut samples: &[f32], mut emit: impl FnMut(u64, &[f32])) {
        while !samples.is_empty() {
            let (taken, rest) = samples.split_at(samples.len().min(self.size - self.pending.len()));
            self.pending.extend_from_slice(taken);
            samples = rest;
            if self.pending.len() == self.size {
                emit(self.index, &self.pending);
                self.index += self.size as u64;
                self.pending.clear();
            }
        }
    }

    /// Number of the next sample that goes in.
    pub fn position(&self) -> u64 {
        self.index + self.pending.len() as u64
    }

    /// Goes on after `missing` lost samples: the next sample in is that much later. The started block
    /// is dropped, because a block has no hole; returns how many samples were dropped with it.
    pub fn gap(&mut self, missing: u64) -> usize {
        let dropped = self.pending.len();
        self.index = self.position() + missing;
        self.pending.clear();
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_sample_once_in_order(sizes in prop::collection::vec(0usize..1500, 1..30)) {
            let mut reblocker = Reblocker::new(BLOCK_FRAMES);
            let (mut sent, mut seen) = (0u64, 0u64);
            for n in sizes {
                let samples: Vec<f32> = (0..n).map(|i| (sent + i as u64) as f32).collect();
                sent += n as u64;
                reblocker.push(&samples, |index, block| {
                    assert_eq!((index, block.len()), (seen, BLOCK_FRAMES));
                    assert!(block.iter().enumerate().all(|(i, s)| *s == (index + i as u64) as f32));
                    seen += block.len() as u64;
                });
            }
            prop_assert_eq!(seen, sent - sent % BLOCK_FRAMES as u64);
            prop_assert_eq!(reblocker.position(), sent);
        }
    }

    #[test]
    fn a_gap_moves_the_index_and_drops_the_started_block() {
        let mut reblocker = Reblocker::new(4);
        let mut seen = Vec::new();
        reblocker.push(&[0.0; 6], |index, _| seen.push(index));
        assert_eq!(reblocker.gap(10), 2);
        reblocker.push(&[0.0; 4], |index, _| seen.push(index));
        assert_eq!(seen, [0, 16]);
    }
}
