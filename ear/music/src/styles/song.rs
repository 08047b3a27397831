//! Pop, funk, country, reggae: songs with drums.

use crate::{
    sound::Tone,
    style::{BASE, Feel, Form, KitKind, Style, eighths, sixteenths},
};

const POP: Style = Style {
    name: "pop",
    weight: 16,
    bpm: (78.0, 128.0),
    feel: Feel::Tight,
    form: Form::Song,
    kits: &[KitKind::Acoustic, KitKind::Nine, KitKind::Eight, KitKind::Soft],
    grooves: &[
        "K:x.......x....... S:....x...",
        "K:x.....x.x....... S:....x...",
        "K:x..x..x.x....... C:....x...",
        "K:x.......x.x..... S:....x.......x...",
        "K:x.....x...x..... C:....x...",
        "K:x..x......x..... S:....x.......x...",
        "K:x... C:....x...",
    ],
    tops: &["h:x.x.", "h:xoxo", "s:xoxo", "t:..x.", "h:x...", "h:xxxx", "s:x.xo h:..x."],
    bass: &[
        "r_______r_______",
        "r_....r_r_......",
        "r.r.",
        "r..r..r.r.......",
        "r_______________",
        "r_____5_8___5___",
    ],
    comp: &[
        "x_______________",
        "x...x...",
        "x..x..x...x.....",
        "a.a.",
        "b.a.a.a.",
        "x.x.x.x.",
        "x_..x_u_..u_x_u_",
        "x_____x_________",
    ],
    bass_tones: &[Tone::Finger, Tone::Sub, Tone::SawBass, Tone::Upright],
    comp_tones: &[Tone::Piano, Tone::Guitar, Tone::EPiano, Tone::Nylon, Tone::Pluck],
    lead_tones: &[Tone::Voice, Tone::Voice, Tone::Flute, Tone::Violin, Tone::SawLead],
    pad: 0.5,
    lead: 0.9,
    push: 0.25,
    ..BASE
};

const FUNK: Style = Style {
    name: "funk",
    weight: 12,
    bpm: (88.0, 124.0),
    feel: Feel::Live,
    swing: sixteenths(0.5, 0.6),
    kits: &[KitKind::Acoustic],
    grooves: &[
        "K:x.x.......x..... S:....x..g.g..x..g",
        "K:x..x..x...x..... S:....x..g.g..x...",
        "K:x.....x..x.x.... S:....x..g....x.g.",
        "K:x.x....x..x...x. S:....x..g.g.gx..g",
        "K:x..x......x..x.. S:....x.......x...",
        "K:x.....xx..x..... S:....x..g.g..x..o",
    ],
    tops: &["h:xxxx", "h:x.x.", "h:xoxo", "h:xxx. o:...x............", "h:XoXo t:....x..."],
    bass: &[
        "r..r..8...r.5...",
        "r.....r.8..r.5..",
        "r...r..8..r.r.8.",
        "r.8..r....r..5.8",
        "R......rr..8.r..",
    ],
    comp: &[
        "..x...x.",
        "u.uxu.uxu.uxu.ux",
        "..xu..x...xu..x.",
        "x..x..x.........",
        "...x..x....x..x.",
        "..x.....",
        "x.xx.xx.x.xx.xx.",
    ],
    comp_tones: &[Tone::Guitar, Tone::EPiano, Tone::Organ, Tone::Brass],
    lead_tones: &[Tone::Voice, Tone::Brass, Tone::SawLead],
    pad: 0.2,
    ..POP
};

const REGGAE: Style = Style {
    name: "reggae one drop",
    weight: 12,
    bpm: (62.0, 92.0),
    feel: Feel::Live,
    swing: sixteenths(0.5, 0.64),
    kits: &[KitKind::Acoustic],
    grooves: &[
        "K:....x... R:....x...",
        "K:....x... S:....x...",
        "K:....x... R:....x..%....x.x.",
        "K:x... R:....x...",
        "K:x...x... R:....x...",
    ],
    tops: &["h:x.x.", "h:xoxo", "h:..x.", "h:x.xx", "h:..x. s:xoxo"],
    bass: &[
        "r..r5.8.r.......",
        "..r.5.r...r.5.8.",
        "r_..r_5_..3_5_..",
        "........r.r.5.8.",
        "r.r.r...5..5r...",
        "r_..5_..8_..5_..",
    ],
    comp: &["..x.", "..x.", "..xu", "..x...xu", "..x..xu."],
    bass_tones: &[Tone::Sub, Tone::Finger],
    comp_tones: &[Tone::Guitar, Tone::Organ, Tone::Piano],
    pad: 0.15,
    lead: 0.7,
    push: 0.0,
    ..POP
};

const COUNTRY: Style = Style {
    name: "country train beat",
    weight: 10,
    bpm: (88.0, 132.0),
    feel: Feel::Live,
    kits: &[KitKind::Acoustic, KitKind::Soft],
    grooves: &[
        "K:x... S:ooXo",
        "K:x... B:ooXo",
        "K:x.......x....... S:....x...",
        "K:x... B:..x.",
        "K:x...x... S:gogXgogX",
    ],
    tops: &["h:x.x.", "", "h:..x.", "t:..x.", "s:xoxo"],
    bass: &["r...5...", "r...5...", "r...5...r.5.3.5.", "r_______5_______", "r..."],
    comp: &["b.x.5.x.", "b.xu5.xu", "x.xux.xu", "..x.", "a.a.", "b.aaa.aa"],
    bass_tones: &[Tone::Upright, Tone::Finger],
    comp_tones: &[Tone::Guitar, Tone::Nylon, Tone::Piano],
    lead_tones: &[Tone::Voice, Tone::Violin, Tone::Guitar],
    pad: 0.1,
    ..POP
};

/// The rows.
pub(crate) const STYLES: &[Style] = &[
    POP,
    Style {
        name: "synth pop",
        bpm: (100.0, 140.0),
        feel: Feel::Machine,
        kits: &[KitKind::Nine, KitKind::Eight],
        comp_tones: &[Tone::Pluck, Tone::Stab, Tone::Chip],
        ..POP
    },
    Style {
        name: "soul ballad",
        bpm: (56.0, 84.0),
        feel: Feel::Live,
        kits: &[KitKind::Soft, KitKind::Acoustic],
        pad: 0.8,
        comp_tones: &[Tone::EPiano, Tone::Piano, Tone::Organ],
        ..POP
    },
    Style {
        name: "motown",
        bpm: (104.0, 140.0),
        feel: Feel::Live,
        swing: eighths(0.5, 0.56),
        kits: &[KitKind::Acoustic],
        grooves: &[
            "K:x.....x.x....... S:x...",
            "K:x.......x....... S:....x...",
            "K:x..x..x.x..x..x. S:....x...",
        ],
        tops: &["t:x.x.", "t:..x. h:x...", "h:x.x. t:....x..."],
        bass: &["r..r..5.r..r5.8.", "r...r.r.8.5.3.r.", "r.r...r.5.....8."],
        lead_tones: &[Tone::Voice, Tone::Brass],
        ..POP
    },
    FUNK,
    Style { name: "fusion", bpm: (92.0, 140.0), weight: 6, lead: 1.0, ..FUNK },
    REGGAE,
    Style {
        name: "dub",
        weight: 6,
        bpm: (60.0, 80.0),
        comp: &["..x.", "..x.............", "......x.....x..."],
        form: Form::Club,
        ..REGGAE
    },
    Style {
        name: "ska",
        weight: 7,
        bpm: (112.0, 168.0),
        swing: eighths(0.5, 0.6),
        grooves: &["K:x.......x....... S:....x...", "K:....x... S:....x...", "K:x... S:....x..."],
        tops: &["h:x.x.", "h:..x.", "r:x.x."],
        bass: &["w...", "r...5...8...5...", "r.r.5.5.8.8.5.5."],
        ..REGGAE
    },
    Style {
        name: "reggaeton",
        weight: 10,
        bpm: (86.0, 102.0),
        feel: Feel::Machine,
        swing: crate::style::STRAIGHT,
        kits: &[KitKind::Eight, KitKind::Nine],
        grooves: &["K:x... S:...x..x.", "K:x... C:...x..x.", "K:x...x... S:...x..x....x..x."],
        tops: &["h:x.x.", "", "h:xxxx", "s:xoxo", "h:..x."],
        bass: &["r..r..r.", "r___r___", "r..r..r.r..r..8.", "r_______........"],
        comp: &["x..x..x.", "a.a.", "a..a..a.", "x_______________"],
        comp_tones: &[Tone::Pluck, Tone::Stab, Tone::Marimba, Tone::Nylon],
        pad: 0.4,
        ..REGGAE
    },
    Style {
        name: "dancehall",
        weight: 6,
        bpm: (88.0, 108.0),
        feel: Feel::Machine,
        swing: crate::style::STRAIGHT,
        kits: &[KitKind::Eight, KitKind::Nine],
        grooves: &[
            "K:x..x..x......... S:...x..x.",
            "K:x..x..x.x..x..x. R:......x.......x.",
            "K:x.....x...x..... C:...x..x.",
        ],
        bass: &["r..r..r.........", "r..r..r.r..r..r.", "r_____..r_..5_.."],
        ..REGGAE
    },
    COUNTRY,
    Style {
        name: "polka",
        weight: 5,
        bpm: (100.0, 132.0),
        beats: 2,
        grooves: &["K:x... S:..x.", "K:x... h:..x.", "K:x...x... S:..x...xx"],
        bass: &["r...5..."],
        comp: &["..x.", "..x...xx"],
        comp_tones: &[Tone::Accordion, Tone::Piano],
        lead_tones: &[Tone::Accordion, Tone::Brass, Tone::Violin],
        bass_tones: &[Tone::Tuba, Tone::Upright],
        ..COUNTRY
    },
    Style {
        name: "march",
        weight: 5,
        bpm: (96.0, 130.0),
        beats: 2,
        grooves: &["K:x... S:x.xxx.x.", "K:x... S:..x...xd", "K:x...x... S:x.x.x.xxx.x.dddd"],
        tops: &["", "y:x......."],
        bass: &["r...5..."],
        comp: &["..x.", "x___x___"],
        comp_tones: &[Tone::Brass, Tone::Strings],
        lead_tones: &[Tone::Brass, Tone::Flute, Tone::Square],
        bass_tones: &[Tone::Tuba],
        ..COUNTRY
    },
    Style {
        name: "folk",
        weight: 6,
        grooves: &["K:x...", "K:x... C:....x...", "t:....x..."],
        tops: &["", "s:xoxo", "t:..x."],
        ..COUNTRY
    },
    Style {
        name: "claps and voice",
        weight: 5,
        kits: &[KitKind::Soft, KitKind::Nine],
        grooves: &["C:....x...", "C:....x...  K:x.......", "C:x...", "R:....x... C:....x..."],
        tops: &[""],
        bass: &[],
        comp: &[],
        pad: 0.1,
        lead: 1.0,
        lead_tones: &[Tone::Voice],
        ..POP
    },
    Style {
        name: "hats and bass",
        weight: 6,
        grooves: &[""],
        tops: &["h:x.x.", "h:xoxo", "h:..x.", "h:....x...", "s:xoxo", "r:x.x."],
        comp: &[],
        pad: 0.0,
        lead: 0.2,
        ..FUNK
    },
    Style { name: "bass and drums", weight: 6, comp: &[], pad: 0.0, lead: 0.0, ..POP },
    Style {
        name: "drum solo",
        weight: 6,
        bass: &[],
        comp: &[],
        pad: 0.0,
        lead: 0.0,
        tops: &["h:x.x.", "h:xoxo", "L:x..x..x. T:....x..x", "r:x.xx", "T:..x..x.x L:x...x...", "w:x..x..x."],
        ..FUNK
    },
];
