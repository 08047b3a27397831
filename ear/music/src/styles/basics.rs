//! The plainest of rhythms, at any tempo: what every listener can follow.

use crate::{
    sound::Tone,
    style::{BASE, Feel, Form, KitKind, STRAIGHT, Style, eighths},
};

const PLAIN: Style = Style {
    bpm: (44.0, 244.0),
    weight: 5,
    form: Form::Plain,
    feel: Feel::Machine,
    swing: STRAIGHT,
    kits: &[KitKind::Eight, KitKind::Nine, KitKind::Acoustic, KitKind::Hard, KitKind::Soft, KitKind::Metal],
    pad: 0.0,
    lead: 0.0,
    ..BASE
};

/// The rows.
pub(crate) const STYLES: &[Style] = &[
    Style {
        name: "clicks",
        grooves: &["m:x...", "k:x...", "w:x...", "R:x...", "h:x..."],
        metre_known: false,
        weight: 14,
        ..PLAIN
    },
    Style {
        name: "accented clicks",
        grooves: &["M:X............... m:....x...x...x...", "M:X............... m:....o...o...o..."],
        weight: 4,
        ..PLAIN
    },
    Style {
        name: "accented clicks in three",
        weight: 4,
        grooves: &["M:X........... m:....x...x..."],
        beats: 3,
        ..PLAIN
    },
    Style { name: "kicks", grooves: &["K:x..."], metre_known: false, weight: 10, ..PLAIN },
    Style {
        name: "four on the floor",
        grooves: &["K:x..."],
        tops: &["o:..x.", "h:..x.", "h:..X.", "o:..X.", "h:ooXo", "h:x.x.", "h:xoxo"],
        metre_known: false,
        weight: 14,
        ..PLAIN
    },
    Style {
        name: "house beat",
        grooves: &["K:x... S:....x...", "K:x... C:....x..."],
        tops: &["o:..x.", "h:..x.", "h:..X.", "o:..X.", "h:x.x.", "h:ooXo", ""],
        metre_known: false,
        weight: 14,
        ..PLAIN
    },
    Style {
        name: "house beat with breaks",
        grooves: &["K:x... S:....x...", "K:x..."],
        tops: &["o:..x.", "h:..x.", "h:x.x."],
        form: Form::Club,
        pad: 0.8,
        metre_known: false,
        weight: 10,
        ..PLAIN
    },
    Style {
        name: "swing beat",
        grooves: &["K:x.......x....... S:....x.......x...", "K:x.......x....... R:....x.......x..."],
        tops: &["h:x...x.x.", "r:x...x.x.", "h:x.x.x.x."],
        swing: eighths(0.6, 0.667),
        metre_known: false,
        weight: 10,
        ..PLAIN
    },
    Style {
        name: "rock beat",
        grooves: &[
            "K:x.......x....... S:....x...",
            "K:x.......x.x..... S:....x...",
            "K:x.....x.x....... S:....x...",
        ],
        tops: &["h:x.x.", "h:x.x.", "h:x...", "r:x.x.", "h:X.o."],
        bpm: (44.0, 244.0),
        weight: 14,
        ..PLAIN
    },
    Style {
        name: "rock beat with bass",
        grooves: &["K:x.......x....... S:....x...", "K:x.......x.x..... S:....x..."],
        tops: &["h:x.x.", "h:x...", "r:x.x.", "h:xoxo"],
        bass: &["r.r.", "r_______r_______", "r_______r_..r_.."],
        bass_tones: &[Tone::Finger, Tone::Sub, Tone::SawBass],
        bpm: (55.0, 190.0),
        weight: 10,
        ..PLAIN
    },
    Style {
        name: "swing ride",
        grooves: &["r:x...x.x. K:x.......", "r:x...x.x. p:....x..."],
        swing: eighths(0.6, 0.667),
        bpm: (90.0, 240.0),
        metre_known: false,
        feel: Feel::Tight,
        ..PLAIN
    },
    Style {
        name: "half-time beat",
        grooves: &[
            "K:x............... S:........x.......",
            "K:x.....x......... S:........x.......",
            "K:x.........x..... S:........x.......",
            "K:x.............x. S:........x.......",
            "K:x.........x...x. S:........x.......",
        ],
        tops: &["h:x.x.", "h:x...", "h:x.o.", "h:X.o.", "h:xoxo", "r:x...", "h:x.g."],
        bpm: (48.0, 180.0),
        weight: 10,
        ..PLAIN
    },
    // Soft hats between the beats are what tells it from a rock beat of half the tempo.
    Style {
        name: "fast half-time beat",
        grooves: &[
            "K:x............... S:........x.......",
            "K:x.....x......... S:........x.......",
            "K:x.............x. S:........x.......",
        ],
        tops: &["h:x.o.", "h:X.o.", "h:x.g.", "r:x.o."],
        bpm: (160.0, 244.0),
        weight: 8,
        ..PLAIN
    },
    Style {
        name: "plain break",
        grooves: &["K:x.........x..... S:....x.......x...", "K:x.x.......xx.... S:....x..g.g..x..g"],
        tops: &["h:x.x.", "h:xoxo", "h:Xox.", "h:x.o."],
        weight: 16,
        ..PLAIN
    },
    Style {
        name: "sparse hats",
        grooves: &["h:x...", "h:..x. K:x.......", "h:x...x.x.", "h:x....... R:....x..."],
        bpm: (60.0, 180.0),
        metre_known: false,
        ..PLAIN
    },
    Style {
        name: "waltz beat",
        weight: 10,
        grooves: &[
            "K:x........... S:....o...o...",
            "K:x........... h:....x...x...",
            "K:x........... R:....x...x...",
        ],
        tops: &["", "h:x.x.", "r:x..."],
        beats: 3,
        bpm: (70.0, 210.0),
        ..PLAIN
    },
    Style {
        name: "six-eight beat",
        weight: 7,
        grooves: &["K:x..... S:...x..", "K:x....x S:...x.."],
        tops: &["h:xxx", "h:x.x", "r:x.."],
        beats: 2,
        steps: 3,
        bpm: (40.0, 100.0),
        ..PLAIN
    },
    Style {
        name: "shuffle beat",
        grooves: &["K:x.....x..... S:...x..", "K:x....xx..... S:...x.."],
        tops: &["h:x.x", "r:x.x", "h:xxx"],
        steps: 3,
        bpm: (60.0, 180.0),
        ..PLAIN
    },
];
