//! Four on the floor, and what is close to it.

use crate::{
    sound::Tone,
    style::{BASE, Form, KitKind, Style, sixteenths},
};

const HOUSE: Style = Style {
    bpm: (116.0, 130.0),
    swing: sixteenths(0.5, 0.58),
    grooves: &[
        "K:x... C:....x...",
        "K:x... S:....x...",
        "K:x... C:....x... R:...x..x...x.....",
        "K:x... C:....x... S:.......g.g......",
        "K:x... C:....x.......x..%",
        "K:x...x...x...x.x.",
    ],
    tops: &[
        "o:..x.",
        "o:..X. h:xox.",
        "o:..x. s:xoxo",
        "h:x.x.",
        "h:xoXo",
        "o:..x. t:....x...",
        "o:..x. c:x..x..x...x..x.. q:..x...x...x.....",
        "h:..x. r:..x.",
        "s:oxXo",
        "o:..x...x...x...xx",
    ],
    bass: &[
        "..r.",
        "..r...r...r.r...",
        "r..r..r.",
        "..rr..r5..rr..8.",
        "r..r..r...r.r.8.",
        "...r..r.r..r..r.",
        "r_____..r.5.8.r.",
        "..r...8.",
    ],
    comp: &[
        "x..x..x.........",
        "..x...x.",
        "x..x..x...x.x...",
        "..x.",
        "x_____x_________",
        "x.x..x.x..x..x..",
        "...x..x...x..x..",
        "x_______________",
        "aaaa",
        "a.aa.aa.",
    ],
    comp_tones: &[Tone::Stab, Tone::Piano, Tone::EPiano, Tone::Organ, Tone::Pluck],
    ..BASE
};

const TECHNO: Style = Style {
    name: "techno",
    bpm: (124.0, 145.0),
    kits: &[KitKind::Nine, KitKind::Nine, KitKind::Eight, KitKind::Hard],
    grooves: &[
        "K:x...",
        "K:x... C:....x...",
        "K:x... R:...x..x...x..x..",
        "K:X..oX...X...X..o",
        "K:x... L:..o..o.o..o..o.o",
        "K:x... T:......x......x.. C:....x...",
    ],
    tops: &[
        "o:..X.",
        "h:xoXo",
        "h:x.x.",
        "o:..x. h:xxxx",
        "r:x.x.",
        "r:..X.",
        "h:oXoX",
        "w:x..x..x. o:..x.",
        "s:xoxo",
    ],
    bass: &[".rrr", "..r.", "rrrr", "r..r..r...r..r..", ".r.r", "...r...r...r..rr", "r___..r_..r_...."],
    comp: &[
        "x..x..x...x..x..",
        "x..............x",
        "...x......x.....",
        "aaaa",
        "a..a..a.a..a..a.",
        "x...............",
        "..xx..x.",
    ],
    bass_tones: &[Tone::Sub, Tone::SawBass, Tone::Acid, Tone::FmBass, Tone::Reese],
    comp_tones: &[Tone::Stab, Tone::Pluck, Tone::Bell, Tone::Chip],
    lead: 0.2,
    pad: 0.3,
    ..HOUSE
};

const TRANCE: Style = Style {
    name: "trance",
    bpm: (128.0, 142.0),
    grooves: &["K:x... C:....x...", "K:x... S:....x...", "K:x..."],
    tops: &["o:..X.", "o:..x. h:xoXo", "o:..x. s:xoxo", "h:xxxx", "o:..x. r:x..."],
    bass: &["..r.", ".rrr", "..rr", "..8.", ".r8r"],
    comp: &["aaaa", "a.aaa.aaa.aaa.aa", "x.xx.xx.x.xx.x.x", "x..x..x..x..x.x.", "aa.aa.aa.aa.aa.a"],
    comp_tones: &[Tone::SuperSaw, Tone::Pluck, Tone::Stab],
    lead_tones: &[Tone::SuperSaw, Tone::SawLead, Tone::Pluck, Tone::Voice],
    pad: 0.7,
    lead: 0.5,
    swing: crate::style::STRAIGHT,
    ..HOUSE
};

const DISCO: Style = Style {
    name: "disco",
    bpm: (108.0, 132.0),
    feel: crate::style::Feel::Live,
    form: Form::Song,
    kits: &[KitKind::Acoustic],
    grooves: &["K:x... S:....x...", "K:x... C:....x... S:....x...", "K:x... S:....x..g....x.g."],
    tops: &["o:..x.", "h:x.x.", "h:xx.x o:..x.", "h:xoxo t:....x...", "h:xoXo", "o:..x. t:xoxo"],
    bass: &[
        "r.8.",
        "r...r.8.r..8r.8.",
        "r.rr..8.r.5.8.r.",
        "r.8.r.8.5.8.5.3.",
        "r..r..r.8.r.5.8.",
        "r...8...r...8.5.",
    ],
    comp: &[
        "xuxu",
        "..x...x.",
        "x..x..xux..x..xu",
        "..xu",
        "x_______________",
        "x.x...x.x.x...x.",
        "u.x.u.xx",
    ],
    bass_tones: &[Tone::Finger, Tone::Finger, Tone::SawBass],
    comp_tones: &[Tone::Guitar, Tone::Piano, Tone::EPiano, Tone::Guitar],
    lead_tones: &[Tone::Voice, Tone::Strings, Tone::Brass, Tone::Violin],
    pad: 0.5,
    lead: 0.7,
    push: 0.2,
    ..HOUSE
};

/// The rows.
pub(crate) const STYLES: &[Style] = &[
    Style { name: "house", weight: 16, ..HOUSE },
    Style {
        name: "deep house",
        bpm: (112.0, 124.0),
        pad: 0.7,
        kits: &[KitKind::Eight, KitKind::Soft],
        ..HOUSE
    },
    Style {
        name: "tech house",
        bpm: (122.0, 132.0),
        pad: 0.1,
        comp: &["x..............x", "..x...x.", "a..a..a."],
        ..HOUSE
    },
    Style {
        name: "afro house",
        bpm: (116.0, 125.0),
        tops: &[
            "c:x..x..x...x..x.. q:..x..x.xx..x..x. s:xoxo",
            "k:x..x..x...x.x... s:xoXo",
            "c:..xx..x. q:x...x..x h:..x.",
            "w:x.xx.xx.x.xx.x.x o:..x.",
        ],
        comp_tones: &[Tone::Marimba, Tone::Pluck, Tone::EPiano, Tone::Stab],
        ..HOUSE
    },
    Style { weight: 16, ..TECHNO },
    Style {
        name: "minimal",
        bpm: (118.0, 132.0),
        grooves: &["K:x... R:....x..%", "K:x...", "K:x... n:...x..x....x....", "K:x... k:......x...x....."],
        tops: &["h:..x.", "h:..x...x...x...xx", "s:x.xo", "n:..x.", "h:x.x."],
        comp: &["x...............", "......x.........", "a.....a..a......"],
        pad: 0.1,
        lead: 0.1,
        ..TECHNO
    },
    Style { name: "hard techno", bpm: (142.0, 168.0), kits: &[KitKind::Hard], ..TECHNO },
    Style {
        name: "hardcore",
        weight: 4,
        bpm: (160.0, 190.0),
        kits: &[KitKind::Hard],
        bass: &["..r.", ".r.r"],
        lead: 0.5,
        ..TECHNO
    },
    Style { weight: 12, ..TRANCE },
    Style {
        name: "psytrance",
        bpm: (136.0, 150.0),
        bass: &[".rrr", ".rrr", ".rr8", ".rrr.rrr.rrr.r5r"],
        comp: &["aaaa", "a..a..a.a.a..a..", "..a.", "a...aa.a"],
        bass_tones: &[Tone::SawBass, Tone::Acid],
        comp_tones: &[Tone::Acid, Tone::Pluck, Tone::Stab, Tone::Bell],
        ..TRANCE
    },
    Style {
        name: "big room",
        bpm: (124.0, 132.0),
        kits: &[KitKind::Hard, KitKind::Nine],
        bass: &["r...", "..r.", "r..r..r.r..r..r."],
        comp: &["x.x.x..x..x.x.x.", "x..x..x.", "x..x..x..x..x.x.", "a.a.a..a..a.a..."],
        ..TRANCE
    },
    Style {
        name: "eurodance",
        bpm: (130.0, 155.0),
        bass: &["..r.", "r.rr", "..rr", "r.8."],
        comp: &["x..x..x.x..x..x.", "..x.", "aaaa", "x.x.x..x.x.x.x.."],
        lead: 0.8,
        ..TRANCE
    },
    Style {
        name: "synthwave",
        bpm: (80.0, 118.0),
        grooves: &["K:x... S:....x...", "K:x....... S:....x.......x...", "K:x.....x.x....... S:....x..."],
        tops: &["h:x.x.", "h:xoxo", "h:xxxx", "o:..x.", "t:..x."],
        bass: &["rrrr", "r.r.", "rr8r", "r.rr", "r.8."],
        comp: &["aaaa", "a.a.", "x_______________", "x__x__x_________"],
        comp_tones: &[Tone::Pluck, Tone::Stab, Tone::Chip, Tone::SuperSaw],
        form: Form::Song,
        ..TRANCE
    },
    Style { weight: 12, ..DISCO },
    Style {
        name: "nu-disco",
        bpm: (104.0, 124.0),
        feel: crate::style::Feel::Machine,
        form: Form::Club,
        kits: &[KitKind::Nine, KitKind::Acoustic],
        ..DISCO
    },
    Style {
        name: "electro",
        bpm: (112.0, 134.0),
        grooves: &[
            "K:x.....x...x..... S:....x...",
            "K:x..x......x..... C:....x...",
            "K:x.....x.x..x.... S:....x...",
            "K:x.......x.x..x.. S:....x.......x..g",
        ],
        bass: &["r..r..r.r..r..8.", "rr.r.rr8r.r.5.8.", "r.8.", "..rr.r..r..r.8r."],
        tops: &["h:xxxx", "h:x.x.", "h:xoXo w:x..x..x...x..x..", "h:x.xx", "o:..x."],
        ..TECHNO
    },
    Style {
        name: "dance pop",
        weight: 14,
        bpm: (96.0, 130.0),
        form: Form::Song,
        comp: &[
            "x_______________",
            "x..x..x...x.....",
            "a.a.",
            "aaaa",
            "x..x..x..x..x.x.",
            "x...x..x..x.x...",
        ],
        lead_tones: &[Tone::Voice, Tone::Voice, Tone::SawLead, Tone::Pluck],
        lead: 0.9,
        push: 0.3,
        ..HOUSE
    },
];
