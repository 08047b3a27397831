//! Letters for sections: one that sounds like an earlier one gets its letter, any other the next.

use std::collections::VecDeque;

use crate::bar::{Bar, RHYTHM, distance};
use crate::frames::{MELS, PITCHES};

/// Letters that are remembered; the one that was heard longest ago is forgotten first.
const REMEMBERED: usize = 26;
/// Bars of a section that make its likeness; more of them change nothing.
const LIKENESS_BARS: f32 = 32.0;
/// Distances of timbre in dB, of rhythm in dB of flux, of chroma, and of level in dB at which two sections
/// have nothing in common any more, each by itself.
const SCALES: [f32; 4] = [4.0, 1.2, 0.4, 6.0];
/// Sections within this distance are the same.
const SAME: f32 = 0.8;
/// Bars of an opening: a new section is known by so many at most when it gets its letter.
const OPENING_BARS: usize = 3;

/// Mean of some bars.
#[derive(Debug, Clone)]
pub(crate) struct Likeness {
    shape: [f32; MELS],
    rhythm: [f32; RHYTHM],
    chroma: [f32; PITCHES],
    level_db: f32,
    bars: f32,
}

impl Likeness {
    /// What `bars` have in common; `None` without a bar.
    pub(crate) fn of<'a>(bars: impl Iterator<Item = &'a Bar>) -> Option<Likeness> {
        let mut mean = Likeness {
            shape: [0.0; MELS],
            rhythm: [0.0; RHYTHM],
            chroma: [0.0; PITCHES],
            level_db: 0.0,
            bars: 0.0,
        };
        for bar in bars {
            mean.bars += 1.0;
            let share = 1.0 / mean.bars;
            blend(&mut mean.shape, &bar.shape, share);
            blend(&mut mean.rhythm, &bar.rhythm, share);
            blend(&mut mean.chroma, &bar.chroma, share);
            mean.level_db += share * (bar.level_db - mean.level_db);
        }
        (mean.bars > 0.0).then_some(mean)
    }

    fn distance(&self, other: &Likeness) -> f32 {
        let parts = [
            distance(&self.shape, &other.shape),
            distance(&self.rhythm, &other.rhythm),
            distance(&self.chroma, &other.chroma),
            (self.level_db - other.level_db).abs(),
        ];
        let squares = parts.iter().zip(SCALES).map(|(part, scale)| (part / scale) * (part / scale));
        squares.sum::<f32>().sqrt()
    }

    fn merge(&mut self, other: &Likeness) {
        let share = other.bars / (self.bars + other.bars);
        blend(&mut self.shape, &other.shape, share);
        blend(&mut self.rhythm, &other.rhythm, share);
        blend(&mut self.chroma, &other.chroma, share);
        self.level_db += share * (other.level_db - self.level_db);
        self.bars = (self.bars + other.bars).min(LIKENESS_BARS);
    }
}

/// A letter and what it sounds like, as a whole and where it begins.
#[derive(Debug, Clone)]
struct Known {
    letter: usize,
    whole: Likeness,
    // its first bar, its first two, …: what is compared must be equally long, or chords differ
    openings: Vec<Likeness>,
}

/// The letters of one piece.
#[derive(Debug, Clone)]
pub(crate) struct Labels {
    // the one that was heard last stands last
    known: VecDeque<Known>,
    given: usize,
    now: usize,
}

impl Labels {
    pub(crate) fn new() -> Labels {
        Labels { known: VecDeque::with_capacity(REMEMBERED + 1), given: 1, now: 0 }
    }

    /// The section that ended consists of `ended`; the next one begins with `opening`. Its letter.
    pub(crate) fn next<'a>(
        &mut self,
        ended: impl Iterator<Item = &'a Bar> + Clone,
        opening: impl Iterator<Item = &'a Bar>,
    ) -> String {
        let openings = (1..=OPENING_BARS).filter_map(|bars| Likeness::of(ended.clone().take(bars))).collect();
        if let Some(whole) = Likeness::of(ended) {
            self.remember(whole, openings);
        }
        let nearest = Likeness::of(opening).and_then(|opening| self.nearest(&opening));
        self.now = nearest.unwrap_or_else(|| {
            self.given += 1;
            self.given - 1
        });
        self.label()
    }

    /// The letter of the present section.
    pub(crate) fn label(&self) -> String {
        letter(self.now)
    }

    fn nearest(&self, opening: &Likeness) -> Option<usize> {
        let bars = (opening.bars as usize).clamp(1, OPENING_BARS);
        let distance = |known: &Known| {
            let begins = known.openings.get(bars - 1).map_or(f32::INFINITY, |known| opening.distance(known));
            begins.min(opening.distance(&known.whole))
        };
        let near = self.known.iter().map(|known| (distance(known), known.letter));
        let nearest = near.min_by(|a, b| a.0.total_cmp(&b.0))?;
        (nearest.0 <= SAME).then_some(nearest.1)
    }

    fn remember(&mut self, whole: Likeness, openings: Vec<Likeness>) {
        let at = self.known.iter().position(|known| known.letter == self.now);
        let mut known = at.and_then(|at| self.known.remove(at));
        match &mut known {
            Some(known) => {
                known.whole.merge(&whole);
                known.openings.iter_mut().zip(&openings).for_each(|(known, new)| known.merge(new));
            }
            None => known = Some(Known { letter: self.now, whole, openings }),
        }
        self.known.extend(known);
        if self.known.len() > REMEMBERED {
            self.known.pop_front();
        }
    }
}

fn blend(mean: &mut [f32], new: &[f32], share: f32) {
    mean.iter_mut().zip(new).for_each(|(mean, new)| *mean += share * (new - *mean));
}

// A, B, … Z, AA, AB, …
fn letter(number: usize) -> String {
    let last = char::from(b'A' + (number % 26) as u8);
    match number / 26 {
        0 => last.to_string(),
        rounds => letter(rounds - 1) + &last.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bars(level: f32, count: usize) -> Vec<Bar> {
        let mut bar = Bar {
            start_s: 0.0,
            end_s: 2.0,
            shape: [0.0; MELS],
            level_db: -20.0,
            chroma: [0.2; PITCHES],
            rhythm: [1.0; RHYTHM],
            density: 1.0,
        };
        bar.shape.iter_mut().enumerate().for_each(|(i, x)| *x = level * if i % 2 == 0 { 1.0 } else { -1.0 });
        vec![bar; count]
    }

    #[test]
    fn what_comes_back_gets_its_letter_back() {
        let (a, b, c) = (bars(0.0, 8), bars(8.0, 8), bars(-8.0, 8));
        let mut labels = Labels::new();
        let mut heard = vec![labels.label()];
        for pair in [&a, &b, &a, &c, &b, &b].windows(2) {
            heard.push(labels.next(pair[0].iter(), pair[1].iter().take(1)));
        }
        assert_eq!(heard, ["A", "B", "A", "C", "B", "B"]);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_letters_go_on() {
        let mut labels = Labels::new();
        for i in 0..100 {
            labels.next(bars(i as f32 * 8.0, 2).iter(), bars((i + 1) as f32 * 8.0, 1).iter());
        }
        assert_eq!(labels.known.len(), REMEMBERED);
        assert_eq!([letter(25), letter(26), letter(702)], ["Z", "AA", "AAA"]);
    }
}
