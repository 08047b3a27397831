//! Bars of drums and harmony, written along a tempo map.

use std::ops::Range;

use crate::canvas::Canvas;
use crate::tempo::TempoMap;
use crate::voice::Voice;

/// A drum of a bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Where in the bar, in beats from 0.
    pub beat: f64,
    /// Which drum.
    pub voice: Voice,
    /// Peak, full scale 1.
    pub gain: f32,
}

/// A bar that repeats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Groove {
    /// Beats of the bar.
    pub beats_per_bar: u32,
    /// Its drums.
    pub hits: &'static [Hit],
}

const fn hit(beat: f64, voice: Voice, gain: f32) -> Hit {
    Hit { beat, voice, gain }
}

use Voice::{Click, ClosedHat, Kick, OpenHat, Snare};

/// The same click on each beat.
pub const CLICKS: Groove = Groove { beats_per_bar: 1, hits: &[hit(0.0, Click, 1.0)] };

/// House: kick on each beat, clap on 2 and 4, open hat between.
pub const FOUR_ON_THE_FLOOR: Groove = Groove {
    beats_per_bar: 4,
    hits: &[
        hit(0.0, Kick, 1.0),
        hit(1.0, Kick, 1.0),
        hit(2.0, Kick, 1.0),
        hit(3.0, Kick, 1.0),
        hit(1.0, Snare, 0.5),
        hit(3.0, Snare, 0.5),
        hit(0.5, OpenHat, 0.25),
        hit(1.5, OpenHat, 0.25),
        hit(2.5, OpenHat, 0.25),
        hit(3.5, OpenHat, 0.25),
    ],
};

/// Jazz and shuffle: the second eighth comes after two thirds of the beat.
pub const SWING: Groove = Groove {
    beats_per_bar: 4,
    hits: &[
        hit(0.0, Kick, 0.9),
        hit(2.0, Kick, 0.9),
        hit(1.0, Snare, 0.6),
        hit(3.0, Snare, 0.6),
        hit(0.0, ClosedHat, 0.3),
        hit(1.0, ClosedHat, 0.35),
        hit(1.0 + 2.0 / 3.0, ClosedHat, 0.25),
        hit(2.0, ClosedHat, 0.3),
        hit(3.0, ClosedHat, 0.35),
        hit(3.0 + 2.0 / 3.0, ClosedHat, 0.25),
    ],
};

/// A kick on each beat under hats between the beats that are twice as loud.
pub const OFF_BEAT_HATS: Groove = Groove {
    beats_per_bar: 4,
    hits: &[
        hit(0.0, Kick, 0.35),
        hit(1.0, Kick, 0.35),
        hit(2.0, Kick, 0.35),
        hit(3.0, Kick, 0.35),
        hit(1.0, Snare, 0.15),
        hit(3.0, Snare, 0.15),
        hit(0.5, OpenHat, 0.7),
        hit(1.5, OpenHat, 0.7),
        hit(2.5, OpenHat, 0.7),
        hit(3.5, OpenHat, 0.7),
    ],
};

/// Kick on 1, snare on 3; the hats count the beats, and softly their halves.
pub const HALF_TIME: Groove = Groove {
    beats_per_bar: 4,
    hits: &[
        hit(0.0, Kick, 1.0),
        hit(2.0, Snare, 0.8),
        hit(3.5, Kick, 0.6),
        hit(0.0, ClosedHat, 0.3),
        hit(1.0, ClosedHat, 0.3),
        hit(2.0, ClosedHat, 0.3),
        hit(3.0, ClosedHat, 0.3),
        hit(0.5, ClosedHat, 0.12),
        hit(1.5, ClosedHat, 0.12),
        hit(2.5, ClosedHat, 0.12),
        hit(3.5, ClosedHat, 0.12),
    ],
};

/// Drum and bass: kick on 1 and before 4, snare on 2 and 4, ghost notes between.
pub const BREAK: Groove = Groove {
    beats_per_bar: 4,
    hits: &[
        hit(0.0, Kick, 1.0),
        hit(2.5, Kick, 0.9),
        hit(1.0, Snare, 0.8),
        hit(3.0, Snare, 0.8),
        hit(1.75, Snare, 0.15),
        hit(2.25, Snare, 0.15),
        hit(0.0, ClosedHat, 0.25),
        hit(0.5, ClosedHat, 0.2),
        hit(1.0, ClosedHat, 0.25),
        hit(1.5, ClosedHat, 0.2),
        hit(2.0, ClosedHat, 0.25),
        hit(2.5, ClosedHat, 0.2),
        hit(3.0, ClosedHat, 0.25),
        hit(3.5, ClosedHat, 0.2),
    ],
};

/// What is left of drums in a breakdown: a soft hat on 2 and 4.
pub const SPARSE: Groove =
    Groove { beats_per_bar: 4, hits: &[hit(1.0, ClosedHat, 0.15), hit(3.0, ClosedHat, 0.15)] };

/// A waltz: kick on 1, brushed snare and hat on 2 and 3.
pub const WALTZ: Groove = Groove {
    beats_per_bar: 3,
    hits: &[
        hit(0.0, Kick, 1.0),
        hit(1.0, Snare, 0.4),
        hit(2.0, Snare, 0.4),
        hit(0.0, ClosedHat, 0.2),
        hit(1.0, ClosedHat, 0.25),
        hit(2.0, ClosedHat, 0.25),
    ],
};

/// No drums.
pub const SILENT: Groove = Groove { beats_per_bar: 4, hits: &[] };

/// Roots and thirds, in semitones above A, of a turn that changes with each bar: Am F C G.
const TURN: [(i32, i32); 4] = [(0, 3), (-4, 0), (3, 7), (-2, 2)];
const A2_HZ: f64 = 110.0;

fn semitones_hz(above_a2: i32) -> f64 {
    A2_HZ * (f64::from(above_a2) / 12.0).exp2()
}

/// Writes drums and true beats from beat to beat of the map; the bar begins with the range.
pub fn drums(canvas: &mut Canvas, map: &TempoMap, beats: Range<u32>, groove: &Groove) {
    for (n, beat) in beats.clone().enumerate() {
        canvas.beat(map.at(f64::from(beat)), n as u32 % groove.beats_per_bar + 1);
    }
    for bar in beats.clone().step_by(groove.beats_per_bar as usize) {
        for hit in groove.hits {
            let beat = f64::from(bar) + hit.beat;
            if beat < f64::from(beats.end) {
                canvas.strike(hit.voice, map.at(beat), hit.gain);
            }
        }
    }
}

/// Writes a chord for each bar that begins in the range: root, third, fifth, held; `gain` is that of one
/// note.
pub fn chords(canvas: &mut Canvas, map: &TempoMap, beats: Range<u32>, beats_per_bar: u32, gain: f32) {
    for (bar, beat) in beats.clone().step_by(beats_per_bar as usize).enumerate() {
        let (from, to) = (map.at(f64::from(beat)), map.at(f64::from((beat + beats_per_bar).min(beats.end))));
        let (root, third) = TURN[bar % TURN.len()];
        for tone in [root, third, root + 7] {
            canvas.note(semitones_hz(tone + 12), from, to - from, gain, 0.03);
        }
    }
}

/// Writes a bass note on the first beat of each bar of the range, half a beat long, and an octave above it on
/// the others, softer.
pub fn bass(canvas: &mut Canvas, map: &TempoMap, beats: Range<u32>, beats_per_bar: u32, gain: f32) {
    for (n, beat) in beats.enumerate() {
        let (root, _) = TURN[n / beats_per_bar as usize % TURN.len()];
        let first = (n as u32).is_multiple_of(beats_per_bar);
        let (octave, level) = if first { (-12, 1.0) } else { (0, 0.5) };
        let (from, to) = (map.at(f64::from(beat)), map.at(f64::from(beat) + 0.5));
        canvas.note(semitones_hz(root + octave), from, to - from, level * gain, 0.004);
    }
}
