//! Clave and what is danced to it.

use crate::{
    sound::Tone,
    style::{BASE, Feel, Form, KitKind, STRAIGHT, Style},
};

const BOSSA: Style = Style {
    name: "bossa nova",
    weight: 8,
    bpm: (108.0, 156.0),
    steps: 2,
    swing: STRAIGHT,
    feel: Feel::Live,
    form: Form::Song,
    kits: &[KitKind::Soft, KitKind::Acoustic],
    grooves: &[
        "K:x..xx..x R:x..x..x...x..x..",
        "K:x..xx..x R:..x..x..x..x..x.",
        "K:x..xx..x",
        "K:x... R:x..x..x...x..x..",
    ],
    tops: &["h:xx", "s:xo", "h:xx p:..x.", "s:Xoxo"],
    bass: &["r__55__r", "r__5r__5", "r___5___", "r__55___"],
    comp: &["x_.x_.x_..x_.x_.", ".x_.x_.x", "x..x..x...x..x..", "x.x..x.x.x..x.x.", "x__x__x_"],
    bass_tones: &[Tone::Upright, Tone::Finger],
    comp_tones: &[Tone::Nylon, Tone::Piano, Tone::EPiano],
    lead_tones: &[Tone::Voice, Tone::Flute, Tone::Brass],
    pad: 0.2,
    lead: 0.85,
    push: 0.5,
    ..BASE
};

const SALSA: Style = Style {
    name: "salsa",
    weight: 9,
    bpm: (150.0, 200.0),
    kits: &[KitKind::Acoustic],
    grooves: &[
        "R:x..x..x...x.x...",
        "R:..x.x...x..x..x.",
        "k:x..x...x..x.x... K:...x..x.",
        "R:..x.x...x..x..x. K:......x.",
    ],
    tops: &[
        "w:x.x. c:......xx q:..x.....",
        "w:x.xxxxxx s:xo",
        "c:......xx q:..x..... s:xo",
        "w:x...x.xx c:......xx q:.xx..x..",
    ],
    bass: &["...5__8_", "...5__r_", "r..5__8_", "..r...5."],
    comp: &["x.xx.x.xx.x.x.x.", "a.aa.a.aa.a.a.a.", "x.xx.x.x.x.x.x.x", "aa.a.a.a.a.a.a.a"],
    comp_tones: &[Tone::Piano],
    lead_tones: &[Tone::Brass, Tone::Voice, Tone::Flute],
    push: 1.0,
    ..BOSSA
};

const CHA: Style = Style {
    name: "cha-cha",
    weight: 6,
    bpm: (104.0, 132.0),
    steps: 4,
    grooves: &["K:x.....x......... R:....x...", "K:x............... S:....x...", "K:x......."],
    tops: &[
        "w:x... c:............x.x. s:xoxo",
        "w:x... s:x.xo c:......x.....x.x.",
        "h:x.x. t:....x... c:............x.x.",
        "w:x.x. q:....x... c:............x.x.",
    ],
    bass: &["r.....5.8.......", "r_....5_8_......", "......5.....8.r.", "r_..r_5_r_..5_.."],
    comp: &["x.x.....x.x.x...", "..x...x.x.x...x.", "x..x..x...x.x...", "a.aa.a.a"],
    comp_tones: &[Tone::Piano, Tone::Guitar, Tone::Brass],
    push: 0.2,
    ..SALSA
};

/// The rows.
pub(crate) const STYLES: &[Style] = &[
    BOSSA,
    Style {
        name: "samba",
        weight: 8,
        bpm: (88.0, 124.0),
        beats: 2,
        steps: 4,
        grooves: &[
            "G:o...X...",
            "G:o...X..o T:..x..x..",
            "K:x..xx..x G:....X...",
            "K:x..x R:x.x.xx.x.x.xx.x.",
        ],
        tops: &["s:xoox", "h:xoox t:x.xx.x.x", "t:xoox w:x.x.xx.x.x.x.xx.", "s:xoxx c:..xx..xx"],
        bass: &["r..5", "r__55__r", "r...5..."],
        comp: &["x.x.xx.x.x.xx.x.", "..x..x.x", ".x.x..x.", "x..x..x."],
        comp_tones: &[Tone::Nylon, Tone::Guitar, Tone::Piano],
        push: 0.3,
        ..BOSSA
    },
    SALSA,
    CHA,
    Style {
        name: "rumba",
        weight: 4,
        bpm: (92.0, 112.0),
        grooves: &["K:x.....x.....x... R:x..x..x...x.x...", "R:x..x..x...x.x...", "K:x.....x........."],
        ..CHA
    },
    Style {
        name: "cumbia",
        weight: 5,
        bpm: (82.0, 108.0),
        grooves: &["K:x... C:....x...", "K:x...", "K:x.....x."],
        tops: &["s:x.oxx.ox", "w:x.xx s:x.xx", "s:x.xx c:..x...xx", "t:x.xx"],
        bass: &["r...5.8.", "r___5_8_", "r...3.5."],
        comp: &["..x.", "..x...xx", "..x."],
        comp_tones: &[Tone::Accordion, Tone::Guitar, Tone::Piano, Tone::Organ],
        push: 0.0,
        ..CHA
    },
    Style {
        name: "merengue",
        weight: 4,
        bpm: (120.0, 160.0),
        grooves: &["K:x...", "K:x... L:..x...xx"],
        tops: &["s:xoxx", "s:xooX w:x...", "c:x.xxx.xx s:xoxo"],
        bass: &["r...5...", "r...r...5...5.8."],
        comp: &["x.xx", "a.aaa.aa", "x.x.x.xx"],
        comp_tones: &[Tone::Piano, Tone::Accordion],
        push: 0.0,
        ..CHA
    },
    Style {
        name: "tango",
        weight: 5,
        bpm: (108.0, 134.0),
        grooves: &["", "S:............ooX.", "K:x..."],
        tops: &[""],
        bass: &["r...", "r...r...r...r.r.", "r.....r.r...r..."],
        comp: &["x...", "x...x...x...x.x.", "x..x..x.", "x.....x.x...x..."],
        comp_tones: &[Tone::Accordion, Tone::Piano, Tone::Strings],
        lead_tones: &[Tone::Violin, Tone::Accordion],
        bass_tones: &[Tone::Upright],
        push: 0.0,
        ..CHA
    },
    Style {
        name: "afrobeat",
        weight: 7,
        bpm: (98.0, 130.0),
        grooves: &[
            "K:x..x..x...x..... S:....x..x....x..g",
            "K:x.....x.x..x.... R:x..x...x..x.x...",
            "K:x... R:..x..x..x..x..x.",
        ],
        tops: &["s:xoxo", "h:x.xx w:x..x..x...x.x...", "h:xoXo c:..x..x.x", "s:x.xx q:...x..xx"],
        bass: &["r..r..5.....r...", "r.....8.r..5....", "..r.r..5..8.r..."],
        comp: &["a.a.aa.a", "..x...x.", "x..x..x...x.x...", "aaaa"],
        comp_tones: &[Tone::Guitar, Tone::Organ, Tone::EPiano],
        lead_tones: &[Tone::Brass, Tone::Voice],
        push: 0.1,
        ..CHA
    },
    Style {
        name: "afro pop",
        weight: 6,
        bpm: (96.0, 118.0),
        feel: Feel::Machine,
        kits: &[KitKind::Eight, KitKind::Nine],
        grooves: &[
            "K:x... R:...x..x.",
            "K:x.......x....... R:...x..x....x..x.",
            "K:x...x... S:...x..x...x...x.",
        ],
        tops: &["s:xoxo", "s:xxxx k:..x...x.", "h:x.x. c:...x..xx"],
        bass: &["r..r....r..r....", "r_____..r_..r_..", "...r..r.....r.r."],
        comp: &["a.a.", "a..a..a.", "x..x..x.", "x_______________"],
        comp_tones: &[Tone::Pluck, Tone::Guitar, Tone::Marimba, Tone::Bell],
        lead_tones: &[Tone::Voice],
        push: 0.1,
        ..CHA
    },
    Style {
        name: "hand drums",
        weight: 6,
        bpm: (84.0, 140.0),
        grooves: &["c:x..x..x. q:....x...", "L:x.......", "c:x..xx.x."],
        tops: &[
            "q:..x..x.x c:x...x...",
            "k:x..x..x...x.x... c:x.x.xxx.",
            "w:x..x..x. q:.xx..xx. c:x..x...x",
            "s:xoxo c:X..x..x.",
        ],
        bass: &[],
        comp: &[],
        pad: 0.0,
        lead: 0.1,
        push: 0.0,
        ..CHA
    },
];
