//! Which beat is which in the bar.

/// VirtualDJ counts its beats in fours: `pos` is a bar line where it is a multiple of 4 (<https://os2l.org>).
pub(crate) const BEATS_PER_BAR: u32 = 4;
/// How sure the place is when VirtualDJ counts, which follows the grid that somebody set for the track.
const COUNTED: f32 = 0.9;
/// How sure it is when all we know is that something changed on a beat.
const GUESSED: f32 = 0.4;

/// Where a beat stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    /// 1 to 4.
    pub(crate) beat: u32,
    /// Number of the bar in the track, from 1; `None` before the first.
    pub(crate) bar: Option<i64>,
    /// 0..1
    pub(crate) confidence: f32,
}

/// What is known of the bars: the grid's beat `index` is the track's beat `pos`.
#[derive(Debug, Default)]
pub(crate) struct Bars {
    known: Option<Known>,
    changing: bool,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    index: i64,
    pos: i64,
    confidence: f32,
}

impl Bars {
    /// Whether the track's count would break off with `pos` at beat `index` of the grid: the DJ has jumped.
    pub(crate) fn breaks(&self, index: i64, pos: Option<i64>) -> bool {
        let counted = self.known.filter(|known| known.confidence == COUNTED);
        counted.zip(pos).is_some_and(|(known, pos)| known.pos + index - known.index != pos)
    }

    /// Beat `index` of the grid was told.
    pub(crate) fn hear(&mut self, index: i64, pos: Option<i64>, change: bool) {
        // While a DJ drags the tempo every beat is a change; only the first of them can begin a bar.
        let begins = change && !self.changing;
        self.changing = change;
        match pos {
            Some(pos) => self.known = Some(Known { index, pos, confidence: COUNTED }),
            None if begins => self.known = Some(Known { index, pos: 0, confidence: GUESSED }),
            None => {}
        }
    }

    /// The place of beat `index` of the grid.
    pub(crate) fn place(&self, index: i64) -> Option<Place> {
        let known = self.known?;
        let pos = known.pos + index - known.index;
        let per_bar = i64::from(BEATS_PER_BAR);
        let bar = pos.div_euclid(per_bar) + 1;
        let beat = pos.rem_euclid(per_bar) as u32 + 1;
        Some(Place { beat, bar: (bar > 0).then_some(bar), confidence: known.confidence })
    }

    pub(crate) fn forget(&mut self) {
        *self = Bars::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beat(bars: &Bars, index: i64) -> Option<(u32, Option<i64>)> {
        bars.place(index).map(|place| (place.beat, place.bar))
    }

    #[test]
    fn the_tracks_own_count_gives_beat_and_bar() {
        let mut bars = Bars::default();
        assert_eq!(beat(&bars, 7), None);
        bars.hear(7, Some(16), false);
        assert_eq!(
            (beat(&bars, 7), beat(&bars, 10), beat(&bars, 11)),
            (Some((1, Some(5))), Some((4, Some(5))), Some((1, Some(6))))
        );
        assert!(!bars.breaks(9, Some(18)), "a lost message is no jump");
        assert!(bars.breaks(10, Some(64)), "this is one");
        bars.hear(10, Some(64), false);
        assert_eq!(beat(&bars, 10), Some((1, Some(17))));
    }

    #[test]
    fn without_a_count_the_first_beat_of_a_change_begins_a_bar() {
        let mut bars = Bars::default();
        bars.hear(3, None, false);
        assert_eq!(beat(&bars, 3), None);
        bars.hear(4, None, true);
        bars.hear(5, None, true);
        assert_eq!((beat(&bars, 4), beat(&bars, 5)), (Some((1, Some(1))), Some((2, Some(1)))));
        assert_eq!(beat(&bars, 2), Some((3, None)), "no bar before the first");
    }
}
