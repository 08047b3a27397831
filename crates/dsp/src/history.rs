//! The last N samples of a signal, in order.

/// Ring of the newest samples; starts as silence.
#[derive(Debug, Clone)]
pub struct History {
    samples: Vec<f32>,
    next: usize,
}

impl History {
    /// Silence of `len` samples; `len` is at least 1.
    pub fn new(len: usize) -> History {
        History { samples: vec![0.0; len.max(1)], next: 0 }
    }

    /// Samples held.
    pub fn capacity(&self) -> usize {
        self.samples.len()
    }

    /// Takes new samples; the oldest fall out.
    pub fn push(&mut self, new: &[f32]) {
        let len = self.samples.len();
        let new = &new[new.len().saturating_sub(len)..];
        let (head, tail) = new.split_at(new.len().min(len - self.next));
        self.samples[self.next..self.next + head.len()].copy_from_slice(head);
        self.samples[..tail.len()].copy_from_slice(tail);
        self.next = (self.next + new.len()) % len;
    }

    /// The newest `count` samples, oldest first, as two slices; `count` is capped at the capacity.
    pub fn newest(&self, count: usize) -> (&[f32], &[f32]) {
        let len = self.samples.len();
        let count = count.min(len);
        let start = (self.next + len - count) % len;
        if start + count <= len {
            (&self.samples[start..start + count], &[])
        } else {
            (&self.samples[start..], &self.samples[..count - (len - start)])
        }
    }

    /// Back to silence.
    pub fn clear(&mut self) {
        self.samples.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn holds_exactly_the_newest(len in 1usize..20, pushes in prop::collection::vec(0usize..45, 1..20), ask in 0usize..25) {
            let mut history = History::new(len);
            let mut all = vec![0.0; len];
            for n in pushes {
                let new: Vec<f32> = (0..n).map(|i| (all.len() + i) as f32).collect();
                history.push(&new);
                all.extend(new);
            }
            let ask = ask.min(len);
            let (a, b) = history.newest(ask);
            prop_assert_eq!([a, b].concat(), all[all.len() - ask..].to_vec());
        }
    }
}
