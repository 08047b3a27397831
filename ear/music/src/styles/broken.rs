//! Broken beats: machine and sampled drums whose kick does not fall on every beat.

use crate::{
    sound::Tone,
    style::{BASE, Feel, Form, KitKind, STRAIGHT, Style, sixteenths},
};

const BREAKBEAT: Style = Style {
    name: "breakbeat",
    bpm: (115.0, 140.0),
    kits: &[KitKind::Acoustic, KitKind::Nine],
    grooves: &[
        "K:x.x.......xx.... S:....x..g.g..x..g",
        "K:x.......x.x..... S:....x.......x..o",
        "K:x..x..x.x....... S:....x.......x...",
        "K:x.....x..x...... S:....x.......x.o.",
        "K:X.x.......x..x.. S:....X..o.o..X..o",
    ],
    tops: &["h:x.x.", "h:xoxo", "r:x.x.", "h:x.xx", "h:xxx. o:...............x", "s:xoxo"],
    bass: &["r.....r...r.....", "r..r..r.", "r_____r_r_______", "..r.r...r.r..r..", "r.......8..5..r."],
    comp: &["x.....x.........", "...x......x..x..", "x_______________", "aaaa", "x..x..x."],
    bass_tones: &[Tone::Sub, Tone::Reese, Tone::SawBass, Tone::Acid],
    comp_tones: &[Tone::Stab, Tone::Piano, Tone::EPiano, Tone::Organ],
    swing: sixteenths(0.5, 0.56),
    ..BASE
};

const DRUM_AND_BASS: Style = Style {
    name: "drum and bass",
    weight: 14,
    bpm: (166.0, 180.0),
    swing: STRAIGHT,
    grooves: &[
        "K:x.........x..... S:....x.......x...",
        "K:x.........x..... S:....x..g.g..x...",
        "K:x..x......x..... S:....x.......x..g",
        "K:x.x.......xx.... S:....x..o.o..x..o",
        "K:x.........x.....x..x......x..... S:....x.......x.......x.......x.g.",
        "K:x.....x...x..... S:....x.......x...",
    ],
    tops: &["h:x.x.", "h:xoxo", "h:xxxx", "r:x.x.", "s:xoxo h:x...", "h:x..x..x.", "h:..x."],
    bass: &[
        "r_______________",
        "r___r___..r_____",
        "r_______..r_....",
        "r_____r_____r___",
        "..r_..r_........",
        "r_r_..r_..r_8___",
    ],
    comp: &["x_______________", "x.....x.........", "aaaa", "..x.......x.....", "a..a..a..a..a.a."],
    bass_tones: &[Tone::Reese, Tone::Sub, Tone::FmBass, Tone::Reese],
    pad: 0.6,
    ..BREAKBEAT
};

const BOOM_BAP: Style = Style {
    name: "boom bap",
    weight: 12,
    bpm: (80.0, 98.0),
    swing: sixteenths(0.53, 0.65),
    feel: Feel::Tight,
    form: Form::Song,
    kits: &[KitKind::Acoustic, KitKind::Eight, KitKind::Nine],
    grooves: &[
        "K:x..x......x..... S:....x.......x...",
        "K:x......x..x..... S:....x.......x...",
        "K:x..x....x.x..... S:....x..g....x...",
        "K:x.......x..x.... S:....x.......x..g",
        "K:xx.....x..x..... S:....x.......x...",
        "K:x.....x...x.....x..x..x..x...... S:....x.......x.......x.......x...",
    ],
    tops: &["h:x.x.", "h:xoxo", "h:x.xx", "h:x...", "h:x.x.x.xxx.x.x.o.", "s:x.x.", "t:....x..."],
    bass: &[
        "r..r......r.....",
        "r_____..r_......",
        "r......r..r..5..",
        "r_..r_....r_8...",
        "r..r..r.5..3..r.",
    ],
    comp: &["x_______________", "x.....x.........", "x..x......x.....", "a.a.a...a.a.a...", "x...x..."],
    bass_tones: &[Tone::Finger, Tone::Sub, Tone::Upright],
    comp_tones: &[Tone::EPiano, Tone::Piano, Tone::Harp, Tone::Guitar, Tone::Organ],
    lead_tones: &[Tone::Voice, Tone::Flute, Tone::Brass, Tone::Bell],
    ..BREAKBEAT
};

const TRAP: Style = Style {
    name: "trap",
    weight: 14,
    bpm: (63.0, 82.0),
    swing: STRAIGHT,
    kits: &[KitKind::Eight],
    form: Form::Song,
    grooves: &[
        "K:x..x......x..... C:....x.......x...",
        "K:x......x..x..... S:....x.......x...",
        "K:x.....x..x...... C:....x...",
        "K:x..x..x...x...x. S:....x...",
        "K:x.........x..x.. C:....x........... S:............x...",
    ],
    tops: &[
        "h:xxxx",
        "h:xxRxxxxR",
        "h:xxxdxxxt",
        "h:x.x.xdxx",
        "h:RRRR",
        "h:dddd",
        "h:xxxxxtxxxxxxqxxx",
        "h:xx.xxx.d",
    ],
    bass: &[
        "r__r______r_____",
        "r______r__r_____",
        "r_____r__r______",
        "r_______........",
        "r__r__r___r_..8_",
    ],
    comp: &["a.a.", "aaaa", "x_______________", "a..a..a.", "x.....x...x.....", "a.aaa.a."],
    bass_tones: &[Tone::Sub],
    comp_tones: &[Tone::Bell, Tone::Piano, Tone::Pluck, Tone::Harp, Tone::Marimba],
    lead_tones: &[Tone::Voice, Tone::Flute, Tone::Bell],
    lead: 0.6,
    ..BREAKBEAT
};

/// The rows.
pub(crate) const STYLES: &[Style] = &[
    BREAKBEAT,
    Style { name: "big beat", bpm: (98.0, 132.0), kits: &[KitKind::Acoustic, KitKind::Hard], ..BREAKBEAT },
    Style {
        name: "uk garage",
        bpm: (126.0, 138.0),
        swing: sixteenths(0.56, 0.66),
        grooves: &[
            "K:x.........x..... C:....x.......x...",
            "K:x.....x......... S:....x.......x...",
            "K:x..x......x..... S:....x..g....x..g",
            "K:x... C:....x... R:.......x..x.....",
            "K:x......x..x..... S:....x.......x.x.",
        ],
        tops: &["h:x.x.", "o:..x. h:xx.x", "h:..xx", "s:xoxo o:..x.", "h:.xxx.x.x"],
        ..BREAKBEAT
    },
    DRUM_AND_BASS,
    Style {
        name: "jungle",
        bpm: (155.0, 174.0),
        kits: &[KitKind::Acoustic],
        grooves: &[
            "K:x.x.......xx.... S:....x..o.o..x..o",
            "K:x.x.......x..... S:....x..o.o....x.",
            "K:x.x.......xx....x.x.......x..... S:....x..o.o..x..o.o..x..o.o....x.",
            "K:x..x..x....x.... S:..o.x..o.ox.x.o.",
        ],
        ..DRUM_AND_BASS
    },
    Style {
        name: "dubstep",
        bpm: (68.0, 74.0),
        weight: 12,
        grooves: &[
            "K:x............... S:....x...",
            "K:x.....x...x..... S:....x...",
            "K:x..x......x..... S:....x.......x...",
            "K:x.......x..x.... C:....x...",
            "K:x.....x.......x. S:....x.......x..g",
        ],
        tops: &["h:x.x.", "h:xxxx", "h:xxdx", "h:..x.", "h:x..x..x.", "s:xoxo"],
        bass: &[
            "r_______________",
            "r___r_r_r__r__r_",
            "rrr_rr__rrrrr___",
            "r__r__r_r_r_r___",
            "r_______rr_r_r__",
        ],
        bass_tones: &[Tone::Reese, Tone::FmBass, Tone::Acid, Tone::Sub],
        ..DRUM_AND_BASS
    },
    TRAP,
    Style {
        name: "drill",
        bpm: (68.0, 75.0),
        tops: &["h:x..x..x.x..x..xd", "h:x..x..x.", "h:x..x..xtx..x..d."],
        grooves: &["K:x..x......x..... S:.......x......x.", "K:x.....x...x...x. S:......x.....x..."],
        weight: 4,
        ..TRAP
    },
    Style {
        name: "modern r&b",
        bpm: (60.0, 84.0),
        lead_tones: &[Tone::Voice],
        lead: 0.9,
        pad: 0.7,
        comp_tones: &[Tone::EPiano, Tone::Pad, Tone::Piano, Tone::Guitar],
        ..TRAP
    },
    BOOM_BAP,
    Style {
        name: "lo-fi",
        bpm: (68.0, 90.0),
        kits: &[KitKind::Soft, KitKind::Acoustic],
        feel: Feel::Live,
        pad: 0.5,
        comp_tones: &[Tone::EPiano, Tone::Piano, Tone::Nylon],
        ..BOOM_BAP
    },
    Style {
        name: "hip-hop",
        bpm: (84.0, 112.0),
        swing: sixteenths(0.5, 0.57),
        feel: Feel::Machine,
        form: Form::Club,
        lead: 0.6,
        ..BOOM_BAP
    },
    Style {
        name: "trip hop",
        bpm: (72.0, 96.0),
        bass: &["r_____..r_......", "r_____________5_", "r_..r_....r_8...", "........r_5_8___"],
        pad: 0.7,
        ..BOOM_BAP
    },
    Style {
        name: "future bass",
        bpm: (65.0, 85.0),
        comp: &["x.xx.xx.x.xx.x.x", "x__x__x_________", "xxxxxxxxxxxx....", "x_______________"],
        comp_tones: &[Tone::SuperSaw, Tone::Stab],
        lead_tones: &[Tone::Voice, Tone::Pluck],
        ..TRAP
    },
];
