//! Where in the bar a beat lies: known from the operator, or from an engine that knows bars.

use crate::engine::Place;

/// Four beats to the bar: what a downbeat set by hand means.
const COMMON_TIME: u32 = 4;

/// Below this confidence an engine's word about the bar is not taken.
const BELIEVED: f32 = 0.3;

/// An engine this sure of something else, for so many beats, wins over the operator.
const INSISTING: f32 = 0.8;
const INSISTED_BEATS: u32 = 64;

/// A beat's place in the music.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Count {
    /// Number in the bar, from 1.
    pub beat: u32,
    /// Beats of each bar.
    pub beats_per_bar: u32,
    /// Number of the bar, from 1.
    pub bar: i64,
    /// How sure, 0..1.
    pub confidence: f32,
}

/// Counts bars from one beat whose place is known.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Bars {
    known: Option<Known>,
}

#[derive(Debug, Clone, PartialEq)]
struct Known {
    // absolute index of a downbeat, and the number of its bar
    downbeat: i64,
    bar: i64,
    beats_per_bar: u32,
    confidence: f32,
    by_operator: bool,
    // beats in a row on which an engine was sure of something else
    against: u32,
}

impl Bars {
    /// The place of beat `index`, if bars are known.
    pub fn count(&self, index: i64) -> Option<Count> {
        let known = self.known.as_ref()?;
        let per_bar = i64::from(known.beats_per_bar);
        let apart = index - known.downbeat;
        let beat = u32::try_from(apart.rem_euclid(per_bar)).unwrap_or(0) + 1;
        let bar = (known.bar + apart.div_euclid(per_bar)).max(1);
        Some(Count { beat, beats_per_bar: known.beats_per_bar, bar, confidence: known.confidence })
    }

    /// The operator says that beat `index` is a downbeat.
    pub fn set_downbeat(&mut self, index: i64) {
        self.anchor(index, COMMON_TIME, 1.0, true);
    }

    /// An engine says where beat `index` lies. What the operator said stays.
    pub fn hear(&mut self, index: i64, place: Place) {
        let by_operator = self.known.as_ref().is_some_and(|known| known.by_operator);
        let sane = (1..=16).contains(&place.beats_per_bar) && (1..=place.beats_per_bar).contains(&place.beat);
        if !sane || place.confidence < BELIEVED {
            return;
        }
        if by_operator && !self.contradicted(index, place) {
            return;
        }
        self.anchor(index - i64::from(place.beat - 1), place.beats_per_bar, place.confidence, false);
    }

    // Whether the music has said something else than the operator for long enough.
    fn contradicted(&mut self, index: i64, place: Place) -> bool {
        let agrees = self.count(index).is_some_and(|count| count.beat == place.beat);
        let Some(known) = &mut self.known else { return true };
        let against = if agrees || place.confidence < INSISTING { 0 } else { known.against + 1 };
        known.against = against;
        against > INSISTED_BEATS
    }

    /// The music jumped: what the operator said about it is not in force any more.
    pub fn release(&mut self) {
        if let Some(known) = &mut self.known {
            known.by_operator = false;
        }
    }

    /// Takes over a count that was published for beat `index` before a restart.
    pub fn resume(&mut self, index: i64, count: Count) {
        let downbeat = index - i64::from(count.beat) + 1;
        let sure = count.confidence >= 1.0;
        let per_bar = count.beats_per_bar.max(1);
        self.known = Some(Known {
            downbeat,
            bar: count.bar,
            beats_per_bar: per_bar,
            confidence: count.confidence,
            by_operator: sure,
            against: 0,
        });
    }

    /// `beats` beats went by without a number.
    pub fn skip(&mut self, beats: i64) {
        if let Some(known) = &mut self.known {
            known.downbeat -= beats;
        }
    }

    /// Bars are not known any more.
    pub fn forget(&mut self) {
        self.known = None;
    }

    fn anchor(&mut self, downbeat: i64, beats_per_bar: u32, confidence: f32, by_operator: bool) {
        // A downbeat in the middle of a bar starts the next one.
        let bar = self.count(downbeat).map_or(1, |old| if old.beat == 1 { old.bar } else { old.bar + 1 });
        self.known = Some(Known { downbeat, bar, beats_per_bar, confidence, by_operator, against: 0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_four_from_the_operators_downbeat() {
        let mut bars = Bars::default();
        assert_eq!(bars.count(7), None);
        bars.set_downbeat(7);
        let beats: Vec<(u32, i64)> = (7..12).filter_map(|i| bars.count(i)).map(|c| (c.beat, c.bar)).collect();
        assert_eq!(beats, [(1, 1), (2, 1), (3, 1), (4, 1), (1, 2)]);
        bars.set_downbeat(13);
        assert_eq!(bars.count(13).map(|c| (c.beat, c.bar)), Some((1, 3)));
    }

    #[test]
    fn the_operator_wins_over_the_engine() {
        let mut bars = Bars::default();
        let place = Place { beat: 3, beats_per_bar: 3, confidence: 0.8 };
        bars.hear(12, place);
        assert_eq!(bars.count(13).map(|c| (c.beat, c.beats_per_bar)), Some((1, 3)));
        bars.set_downbeat(12);
        bars.hear(12, place);
        assert_eq!(bars.count(12).map(|c| (c.beat, c.beats_per_bar)), Some((1, 4)));
    }
}
