//! Three in a beat: swing, shuffle, six-eight, twelve-eight.

use crate::{
    sound::Tone,
    style::{BASE, Feel, Form, KitKind, Style, eighths},
};

const JAZZ: Style = Style {
    name: "jazz swing",
    weight: 14,
    bpm: (96.0, 220.0),
    steps: 2,
    swing: eighths(0.57, 0.67),
    feel: Feel::Loose,
    form: Form::Song,
    kits: &[KitKind::Soft, KitKind::Acoustic],
    grooves: &["", "K:%.......", "S:......%.", "S:.%.%.?.% K:%....%..", "R:......x.", "K:o."],
    tops: &[
        "r:x.xxx.xx p:..x.",
        "r:x.xxx.xx p:..x.",
        "h:x.xx h:..x.",
        "B:xoxo p:..x.",
        "r:x.xx",
        "r:X.xxX.xx",
    ],
    bass: &["w.", "w.", "w.", "r___5___", "w.w.w.ww"],
    comp: &["x..x....", "...x....", "x......x", ".x...x..", "?..?.?.?", "x_______", "..x...x.", "xxxx"],
    bass_tones: &[Tone::Upright],
    comp_tones: &[Tone::Piano, Tone::Guitar, Tone::EPiano, Tone::Organ],
    lead_tones: &[Tone::Brass, Tone::Flute, Tone::Voice, Tone::Piano, Tone::Bell],
    pad: 0.0,
    lead: 0.85,
    push: 0.2,
    ..BASE
};

const SHUFFLE: Style = Style {
    name: "blues shuffle",
    weight: 12,
    bpm: (72.0, 160.0),
    steps: 3,
    feel: Feel::Live,
    form: Form::Twelve,
    kits: &[KitKind::Acoustic],
    grooves: &["K:x.....x..... S:...x..", "K:x....xx..... S:...x..", "K:x.. S:...x..", "K:x..x.. S:..gx.g"],
    tops: &["h:x.x", "r:x.x", "h:x..", "h:x.x", "h:xxx"],
    bass: &["w..", "r.r3.35.58.8", "r.r", "r..", "r..3..5..8.."],
    comp: &["x.x", "..x", "x.xx.x", "x..x....x...", "m.m", "...x.x"],
    bass_tones: &[Tone::Finger, Tone::Upright],
    comp_tones: &[Tone::Guitar, Tone::Power, Tone::Organ, Tone::Piano],
    lead_tones: &[Tone::Voice, Tone::SawLead, Tone::Guitar],
    pad: 0.05,
    lead: 0.8,
    ..BASE
};

const SLOW_SIX: Style = Style {
    name: "six-eight ballad",
    weight: 12,
    bpm: (48.0, 78.0),
    beats: 2,
    form: Form::Song,
    grooves: &["K:x..... S:...x..", "K:x....x S:...x..", "K:x....xx.x... S:...x.....x.x"],
    tops: &["h:xxx", "r:xxx", "h:x.x", "t:...x.."],
    bass: &["r_____", "r__5__", "r_...r", "r_____r_5_8_"],
    comp: &["aaa", "xxx", "baa", "x_____", "baaaaa", "x..xxx"],
    comp_tones: &[Tone::Piano, Tone::Guitar, Tone::Organ, Tone::Nylon],
    lead_tones: &[Tone::Voice, Tone::Violin, Tone::Flute],
    pad: 0.5,
    ..SHUFFLE
};

const WALTZ: Style = Style {
    name: "waltz",
    weight: 18,
    bpm: (80.0, 196.0),
    beats: 3,
    steps: 2,
    feel: Feel::Live,
    swing: eighths(0.5, 0.53),
    grooves: &[
        "K:x..... S:..o.o.",
        "K:x..... h:..x.x.",
        "K:x..... S:....x.",
        "K:x..... S:..x.xx",
        "K:x..... S:..x...",
    ],
    tops: &["", "h:x.", "r:x.xxx.", "h:xx", "t:..x.x."],
    bass: &["r_____", "r_____5_____", "r_..5_", "r___3_"],
    comp: &["..x.x.", "..x.x.", "b.x.x.", "aa", "x_____", "baaaaa", "x_..x_", "b.a.a."],
    bass_tones: &[Tone::Upright, Tone::Finger, Tone::Tuba],
    comp_tones: &[Tone::Piano, Tone::Strings, Tone::Guitar, Tone::Accordion, Tone::Harp],
    lead_tones: &[Tone::Violin, Tone::Flute, Tone::Voice, Tone::Accordion],
    pad: 0.3,
    lead: 0.8,
    form: Form::Song,
    ..SHUFFLE
};

/// The rows.
pub(crate) const STYLES: &[Style] = &[
    JAZZ,
    Style {
        name: "big band",
        weight: 5,
        bpm: (116.0, 210.0),
        comp: &["x.......", "...x....", "x..x..x.", ".......x"],
        comp_tones: &[Tone::Brass],
        lead_tones: &[Tone::Brass],
        feel: Feel::Live,
        ..JAZZ
    },
    Style {
        name: "jazz waltz",
        weight: 8,
        beats: 3,
        bpm: (96.0, 190.0),
        grooves: &["", "K:x.....", "S:...%.%"],
        tops: &["r:x.xxx. p:..x...", "r:x.xxx.", "r:x.x.xx p:..x.x."],
        bass: &["r_____", "w.", "r___5_"],
        comp: &["x..x..", "..x.x.", "...x..", "x_____"],
        ..JAZZ
    },
    Style {
        name: "quickstep",
        weight: 4,
        bpm: (160.0, 208.0),
        grooves: &["K:x... S:..x.", "K:x. S:..x."],
        tops: &["r:x.xx", "h:x.xx", "h:..x."],
        bass: &["r...5...", "w."],
        comp: &["..x.", "x...x..x", "xx"],
        ..JAZZ
    },
    Style {
        name: "ballad with brushes",
        weight: 4,
        bpm: (56.0, 84.0),
        grooves: &["B:xx", "B:x.xx"],
        tops: &["", "p:..x."],
        bass: &["r___5___", "r_____5_", "w."],
        pad: 0.3,
        ..JAZZ
    },
    SHUFFLE,
    Style {
        name: "rock and roll",
        weight: 7,
        bpm: (140.0, 190.0),
        steps: 2,
        swing: eighths(0.5, 0.62),
        grooves: &["K:x... S:..x.", "K:x..x.x.. S:..x.", "K:x.xx S:..x..xx."],
        tops: &["h:xx", "r:xx", "r:x.xx"],
        bass: &["w.", "r.3.5.8.", "rr335588", "r.5."],
        comp: &["xx", "..x.", "x.x...x.", ".x"],
        ..SHUFFLE
    },
    SLOW_SIX,
    Style {
        name: "six-eight folk",
        weight: 9,
        bpm: (76.0, 126.0),
        kits: &[KitKind::Soft],
        grooves: &["", "K:x..... S:...x..", "t:x..xox"],
        comp: &["x.xx.x", "aaa", "baaxaa", "x..x..", "x.uxux"],
        comp_tones: &[Tone::Guitar, Tone::Nylon, Tone::Accordion],
        lead: 1.0,
        ..SLOW_SIX
    },
    Style {
        name: "twelve-eight gospel",
        weight: 7,
        beats: 4,
        bpm: (54.0, 84.0),
        pad: 0.5,
        comp_tones: &[Tone::Organ, Tone::Piano, Tone::EPiano],
        ..SLOW_SIX
    },
    Style {
        name: "doo-wop",
        weight: 4,
        beats: 4,
        bpm: (58.0, 100.0),
        comp: &["xxx", "xxx", "aaa"],
        comp_tones: &[Tone::Piano, Tone::Guitar],
        ..SLOW_SIX
    },
    Style {
        name: "afro twelve-eight",
        weight: 4,
        beats: 4,
        bpm: (92.0, 132.0),
        grooves: &["K:x..x..", "K:x.....", "K:x.. R:x.xx.x"],
        tops: &["w:x.x.xx.x.x.x c:..x..x", "w:x.x.xx.x.x.x s:xoo", "q:x.xx.x k:x.x.x.xx.x.x"],
        bass: &["r..r.r", "..r..r", "r.....5..8.."],
        form: Form::Song,
        comp: &["a.aa.a", "x.x.x.", "aaa"],
        comp_tones: &[Tone::Marimba, Tone::Guitar, Tone::Nylon],
        lead: 0.6,
        ..SHUFFLE
    },
    WALTZ,
    Style {
        name: "waltz without drums",
        weight: 16,
        grooves: &[],
        tops: &[],
        comp: &["b.x.x.", "b.x.x.", "b.a.a.", "baaaaa", "b.xxx."],
        bass: &[],
        bpm: (76.0, 186.0),
        feel: Feel::Loose,
        ..WALTZ
    },
    Style {
        name: "slow waltz",
        weight: 9,
        bpm: (72.0, 96.0),
        steps: 4,
        grooves: &[
            "K:x........... S:....o...o...",
            "K:x........... S:........x...",
            "K:x......x.... S:....x...x...",
        ],
        tops: &["h:x.x.", "h:x...", "h:xoxo", "s:x.xo"],
        bass: &["r___________", "r_______5___"],
        comp: &["a.a.", "b.a.a.a.a.a.", "x___x___x___", "....x...x..."],
        ..WALTZ
    },
    Style {
        name: "pop in three",
        weight: 14,
        bpm: (84.0, 180.0),
        feel: Feel::Tight,
        comp: &["aa", "x.xxxx", "x_____", "b.a.a.", "xxxxxx", "x..x.."],
        comp_tones: &[Tone::Piano, Tone::Guitar, Tone::Pluck, Tone::Power],
        lead_tones: &[Tone::Voice],
        lead: 0.9,
        ..WALTZ
    },
];
