//! The newest rows of numbers, kept where they were allocated once.

/// A ring of rows, all of one width.
#[derive(Debug)]
pub(super) struct Rows {
    numbers: Vec<f32>,
    width: usize,
    // row of `numbers` at which the oldest begins
    oldest: usize,
    len: usize,
}

impl Rows {
    /// Room for `most` rows of `width` numbers, both at least 1.
    pub(super) fn new(most: usize, width: usize) -> Rows {
        let width = width.max(1);
        Rows { numbers: vec![0.0; most.max(1) * width], width, oldest: 0, len: 0 }
    }

    /// Keeps a copy of `row`; if there is no more room, the oldest one is forgotten.
    ///
    /// # Panics
    /// When it is not as wide as the others.
    pub(super) fn push(&mut self, row: &[f32]) {
        if self.is_full() {
            self.oldest = (self.oldest + 1) % self.most();
            self.len -= 1;
        }
        let start = self.place(self.len) * self.width;
        self.numbers[start..start + self.width].copy_from_slice(row);
        self.len += 1;
    }

    /// The row that came as number `index` of those that are kept, 0 the oldest.
    pub(super) fn get(&self, index: usize) -> Option<&[f32]> {
        let start = (index < self.len).then(|| self.place(index) * self.width)?;
        self.numbers.get(start..start + self.width)
    }

    /// The row that came `age` rows before the newest.
    pub(super) fn newest(&self, age: usize) -> Option<&[f32]> {
        self.get(self.len.checked_sub(1 + age)?)
    }

    /// Rows that are kept.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Whether the next row takes the place of the oldest.
    pub(super) fn is_full(&self) -> bool {
        self.len == self.most()
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        (self.oldest, self.len) = (0, 0);
    }

    fn most(&self) -> usize {
        self.numbers.len() / self.width
    }

    fn place(&self, index: usize) -> usize {
        (self.oldest + index) % self.most()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_are_kept_in_order() {
        let mut rows = Rows::new(3, 2);
        assert_eq!((rows.get(0), rows.newest(0)), (None, None));
        (1..=5_u8).for_each(|n| rows.push(&[f32::from(n), 0.0]));
        assert_eq!((rows.len(), rows.is_full()), (3, true));
        assert_eq!([0, 1, 2].map(|index| rows.get(index).unwrap()[0]), [3.0, 4.0, 5.0]);
        assert_eq!([0, 1, 2].map(|age| rows.newest(age).unwrap()[0]), [5.0, 4.0, 3.0]);
        assert_eq!((rows.get(3), rows.newest(3)), (None, None));
    }

    #[test]
    fn what_was_forgotten_is_not_there() {
        let mut rows = Rows::new(2, 1);
        (0..3).for_each(|_| rows.push(&[1.0]));
        rows.clear();
        assert_eq!((rows.len(), rows.get(0)), (0, None));
        rows.push(&[7.0]);
        assert_eq!((rows.get(0), rows.newest(0)), (Some(&[7.0][..]), Some(&[7.0][..])));
    }
}
