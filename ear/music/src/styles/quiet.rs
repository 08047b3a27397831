//! Without drums, and what plays from a sequencer.

use crate::{
    sound::Tone,
    style::{BASE, Feel, Form, KitKind, STRAIGHT, Style},
};

const PIANO: Style = Style {
    name: "piano ballad",
    weight: 22,
    bpm: (54.0, 96.0),
    swing: STRAIGHT,
    feel: Feel::Live,
    form: Form::Song,
    grooves: &[],
    tops: &[],
    bass: &[
        "r_______________",
        "r_______5_______",
        "r_____r_r_______",
        "r_______r_____5_",
        "r___r___",
        "r_____5_8_____5_",
    ],
    comp: &[
        "b.a.a.a.",
        "b.a.a.a.a.a.a.a.",
        "x___x___x___x___",
        "x_______x_______",
        "x_______________",
        "a.a.",
        "x_..x_u_..x_x_u_",
        "baaa",
        "b_____a_a_a_____",
        "b.ax..a.b.ax..a.",
        "x__x__x__x__x___",
        "b_a_x_a_",
    ],
    bass_tones: &[Tone::Piano, Tone::Piano, Tone::Finger, Tone::Upright],
    comp_tones: &[Tone::Piano, Tone::Piano, Tone::EPiano],
    lead_tones: &[Tone::Piano, Tone::Voice, Tone::Violin, Tone::Flute, Tone::Piano],
    pad: 0.3,
    lead: 0.9,
    push: 0.25,
    ..BASE
};

const SEQUENCE: Style = Style {
    name: "sequencer",
    weight: 10,
    bpm: (80.0, 150.0),
    feel: Feel::Machine,
    form: Form::Club,
    comp: &["aaaa", "a.a.", "aa.aaa.aaa.aaa.a", "a..a..a...a.a...", "a.aa", "aaa.aaa.aa.aaaaa"],
    bass: &["r...............", "r_______________", "r...r...", "..r.", "rrrr"],
    bass_tones: &[Tone::Sub, Tone::SawBass, Tone::Reese],
    comp_tones: &[Tone::Pluck, Tone::Chip, Tone::Bell, Tone::Marimba, Tone::Stab],
    lead_tones: &[Tone::Voice, Tone::SawLead, Tone::Flute],
    pad: 0.9,
    lead: 0.4,
    push: 0.0,
    ..PIANO
};

const CLASSICAL: Style = Style {
    name: "alberti",
    weight: 8,
    bpm: (84.0, 160.0),
    feel: Feel::Loose,
    bass: &["r_______", "r...............", "r_______5_______"],
    comp: &["b.5.3.5.", "b535", "aaaa", "a.a.", "b.x.x.x.", "b.x.5.x."],
    bass_tones: &[Tone::Piano, Tone::Strings, Tone::Harpsichord],
    comp_tones: &[Tone::Piano, Tone::Harpsichord, Tone::Pizzicato, Tone::Harp, Tone::Strings],
    lead_tones: &[Tone::Piano, Tone::Violin, Tone::Flute, Tone::Harpsichord],
    pad: 0.2,
    lead: 1.0,
    push: 0.0,
    ..PIANO
};

const CHIP: Style = Style {
    name: "chiptune",
    weight: 10,
    bpm: (104.0, 184.0),
    feel: Feel::Machine,
    kits: &[KitKind::Chip],
    grooves: &[
        "K:x.......x....... n:....x...",
        "K:x... n:....x...",
        "K:x.....x.x....... S:....x...",
        "K:x.......x.x..... S:....x.......x.x.",
        "n:x.xxX.xx",
    ],
    tops: &["h:x.x.", "h:xoxo", "", "h:..x.", "h:xxxx"],
    bass: &["r.r.", "r.8.", "r..r..r.r..r..8.", "rrrr", "r___r___", "r.5.8.5."],
    comp: &["aaaa", "aaaa", "a.a.", "x..x..x.", "..x."],
    bass_tones: &[Tone::Square, Tone::Chip],
    comp_tones: &[Tone::Chip],
    lead_tones: &[Tone::Chip, Tone::Square],
    pad: 0.1,
    lead: 1.0,
    push: 0.1,
    ..PIANO
};

/// The rows.
pub(crate) const STYLES: &[Style] = &[
    PIANO,
    Style {
        name: "piano pop",
        weight: 20,
        bpm: (88.0, 132.0),
        comp: &[
            "x...x...",
            "x.x.",
            "b.x.b.x.",
            "x..x..x.",
            "b.axb.ax",
            "x..x..x...x.x...",
            "a.a.",
            "x.x.x.x.x.x.x.xx",
            "..x.",
        ],
        push: 0.35,
        ..PIANO
    },
    Style {
        name: "piano pop from a file",
        weight: 22,
        bpm: (64.0, 136.0),
        feel: Feel::Machine,
        bass: &["r_______r_______", "r_____r_r_______", "r...5...8...5...", "r.r.", "r..r..r."],
        comp: &[
            "x...",
            "a.a.",
            "aaaa",
            "b.x.b.x.",
            "x_____x_x_______",
            "x..x..x.x..x..x.",
            "b.a.a.a.",
            "x_______________",
        ],
        ..PIANO
    },
    Style {
        name: "slow ballad from a file",
        weight: 6,
        bpm: (48.0, 84.0),
        feel: Feel::Machine,
        bass: &["r_______________", "r_______5_______", "r...5...8...5...", "r.5.8.5.", "r_____r_r_______"],
        comp: &[
            "b.a.a.a.",
            "baaa",
            "b.5.a.5.",
            "b.a.a.a.a.a.a.a.",
            "x...x...",
            "..x...x.",
            "b_a_x_a_",
            "x_____x_x_______",
            "x_______________",
        ],
        ..PIANO
    },
    Style {
        name: "strummed guitar",
        weight: 16,
        bpm: (70.0, 140.0),
        bass: &[],
        comp: &[
            "x.xux.xu",
            "x...x.u...u.x.u.",
            "x.x.xuxu",
            "x.u.",
            "xuxuxuxu",
            "x...x.xu..xux.xu",
            "x_..x_u_..u_x_u_",
            "b.x.5.xu",
        ],
        comp_tones: &[Tone::Guitar, Tone::Nylon],
        lead_tones: &[Tone::Voice, Tone::Voice, Tone::Flute],
        pad: 0.1,
        ..PIANO
    },
    Style {
        name: "picked guitar",
        weight: 10,
        bpm: (66.0, 132.0),
        bass: &[],
        comp: &["b.a.5.a.", "baaa5aaa", "b.aa5.aa", "aaaa", "b.a.a.a."],
        comp_tones: &[Tone::Nylon, Tone::Guitar, Tone::Harp],
        feel: Feel::Loose,
        ..PIANO
    },
    SEQUENCE,
    Style {
        name: "ambient sequence",
        weight: 5,
        bpm: (62.0, 110.0),
        comp: &["a.a.", "a...", "a..a..a.........", "a...a.a."],
        comp_tones: &[Tone::Bell, Tone::Marimba, Tone::EPiano, Tone::Harp],
        ..SEQUENCE
    },
    CLASSICAL,
    Style {
        name: "orchestral ostinato",
        weight: 9,
        bpm: (76.0, 150.0),
        feel: Feel::Tight,
        kits: &[KitKind::Acoustic],
        grooves: &[
            "",
            "L:x.......x.....x.",
            "L:x..............x T:......x.",
            "K:x..x..x.x..x..x. L:x...............",
            "S:x.xxx.x.x.xxxxxx L:x.......",
        ],
        tops: &["", "y:x..............................."],
        bass: &["r_______________", "r...r...", "r.r.", "r..r..r.r..r..r."],
        comp: &["x.xx", "x.x.", "xxxx", "aaaa", "x..x..x...x.x...", "X.xxX.xx", "a.aa"],
        bass_tones: &[Tone::Strings, Tone::Tuba, Tone::Pizzicato],
        comp_tones: &[Tone::Violin, Tone::Pizzicato, Tone::Strings, Tone::Brass],
        lead_tones: &[Tone::Brass, Tone::Violin, Tone::Choir, Tone::Flute],
        pad: 0.6,
        ..CLASSICAL
    },
    Style {
        name: "string quartet",
        weight: 5,
        bpm: (72.0, 132.0),
        bass: &["r...5...", "r___", "r___5___", "r_______"],
        comp: &["x.x.", "..x...x.", "x___x___", "a.a.", "x___"],
        bass_tones: &[Tone::Violin, Tone::Pizzicato],
        comp_tones: &[Tone::Violin, Tone::Strings, Tone::Pizzicato],
        lead_tones: &[Tone::Violin],
        ..CLASSICAL
    },
    Style {
        name: "organ hymn",
        weight: 3,
        bpm: (66.0, 104.0),
        bass: &["r___", "r___5___"],
        comp: &["x___", "x___x___x_______"],
        bass_tones: &[Tone::Organ],
        comp_tones: &[Tone::Organ, Tone::Choir],
        lead_tones: &[Tone::Organ, Tone::Choir],
        ..CLASSICAL
    },
    CHIP,
    Style {
        name: "game music",
        weight: 10,
        bpm: (88.0, 168.0),
        kits: &[KitKind::Acoustic, KitKind::Soft, KitKind::Nine],
        comp: &["a.a.", "..x.", "x.x.", "aaaa", "x..x..x.", "x___x___"],
        bass_tones: &[Tone::Finger, Tone::FmBass, Tone::Pizzicato],
        comp_tones: &[Tone::Marimba, Tone::Piano, Tone::Pizzicato, Tone::Strings, Tone::Organ, Tone::Bell],
        lead_tones: &[Tone::Flute, Tone::Brass, Tone::Square, Tone::Bell, Tone::Violin],
        pad: 0.4,
        ..CHIP
    },
    Style {
        name: "game waltz",
        weight: 7,
        beats: 3,
        bpm: (96.0, 190.0),
        kits: &[KitKind::Chip, KitKind::Soft],
        grooves: &["K:x........... n:....x...x...", "", "K:x........... S:....o...o..."],
        bass: &["r___________", "r..........."],
        comp: &["....x...x...", "a.a.", "aaaa"],
        comp_tones: &[Tone::Chip, Tone::Pizzicato, Tone::Marimba],
        ..CHIP
    },
];
