//! Places in a bar.

use std::sync::LazyLock;

/// Tatums to the beat: a beat may be a half-beat of the pulse, a pulse, one and a half, two, or three.
pub(super) const LEVELS: [u32; 5] = [1, 2, 3, 4, 6];
/// Beats to the bar.
pub(super) const METRES: [u32; 2] = [4, 3];
/// Kinds of places: at each level the first beat of a bar, the third of four, any other beat, and each
/// part of a beat.
pub(super) const KINDS: usize = 3 + 4 + 5 + 6 + 8;

/// Number of places.
pub(super) const COUNT: usize = (1 + 2 + 3 + 4 + 6) * (4 + 3);

/// All places of all metres: bars of four at each level, then bars of three.
pub(super) static PLACES: LazyLock<Vec<Place>> = LazyLock::new(places);

/// A place in a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Tatums to the beat.
    pub(super) tatums: u32,
    /// The same as an index into [`LEVELS`].
    pub(super) level: usize,
    /// Beats to the bar.
    pub(super) beats: u32,
    /// Tatums since the start of the bar.
    pub(super) at: u32,
    /// Number of its kind.
    pub(super) kind: usize,
}

impl Place {
    fn new(level: usize, beats: u32, at: u32) -> Place {
        let tatums = LEVELS[level];
        let first: u32 = LEVELS.iter().take(level).map(|coarser| coarser + 2).sum();
        let kind = match (at % tatums, at / tatums) {
            (0, 0) => 0,
            (0, 2) if beats == 4 => 1,
            (0, _) => 2,
            (part, _) => 2 + part,
        };
        Place { tatums, level, beats, at, kind: (first + kind) as usize }
    }

    /// Tatums until it comes again.
    pub(super) fn cycle(&self) -> u32 {
        self.tatums * self.beats
    }
}

/// Number of a place in [`PLACES`], if it is one.
pub(super) fn index(tatums: u32, beats: u32, at: u32) -> Option<usize> {
    let (coarser, others) = (before(&LEVELS, tatums)?, before(&METRES, beats)?);
    let all: u32 = LEVELS.iter().sum();
    (at < tatums * beats).then_some((others * all + beats * coarser + at) as usize)
}

// Sum of what stands before `value`.
fn before(all: &[u32], value: u32) -> Option<u32> {
    all.contains(&value).then(|| all.iter().take_while(|other| **other != value).sum())
}

fn places() -> Vec<Place> {
    let bars = METRES.into_iter().flat_map(|beats| (0..LEVELS.len()).map(move |level| (level, beats)));
    bars.flat_map(|(level, beats)| (0..LEVELS[level] * beats).map(move |at| Place::new(level, beats, at)))
        .collect()
}
