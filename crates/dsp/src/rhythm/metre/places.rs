//! Places in a bar.

/// What is expected at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The first beat of a bar.
    Down = 0,
    /// The third of four.
    Third = 1,
    /// Any other beat of a bar.
    Weak = 2,
    /// Half-way between two beats.
    Half = 3,
    /// A quarter of the way, or three.
    Quarter = 4,
    /// A beat of a bar that is not known.
    Beat = 5,
}

/// A place in a bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Tatums to the beat: 1, 2 or 4.
    pub(super) tatums: u32,
    /// The same as an index: 0, 1, 2.
    pub(super) level: usize,
    /// Beats to the bar: 4, 3, or 0 where the bar is not known.
    pub(super) beats: u32,
    /// The same as an index: 0, 1, 2.
    pub(super) metre: usize,
    /// Tatums since the start of the bar, or of the beat where the bar is not known.
    pub(super) at: u32,
    pub(super) kind: Kind,
}

impl Place {
    /// Tatums until it comes again.
    pub(super) fn cycle(&self) -> u32 {
        self.tatums * self.beats.max(1)
    }
}

/// All places of all metres.
pub(super) fn places() -> Vec<Place> {
    let mut places = Vec::new();
    for (metre, beats) in [4_u32, 3, 0].into_iter().enumerate() {
        for (level, tatums) in [1_u32, 2, 4].into_iter().enumerate() {
            let place = |at| Place { tatums, level, beats, metre, at, kind: kind(tatums, beats, at) };
            places.extend((0..tatums * beats.max(1)).map(place));
        }
    }
    places
}

fn kind(tatums: u32, beats: u32, at: u32) -> Kind {
    match (at % tatums, at / tatums) {
        (0, _) if beats == 0 => Kind::Beat,
        (0, 0) => Kind::Down,
        (0, 2) if beats == 4 => Kind::Third,
        (0, _) => Kind::Weak,
        (sub, _) if 2 * sub == tatums => Kind::Half,
        _ => Kind::Quarter,
    }
}
