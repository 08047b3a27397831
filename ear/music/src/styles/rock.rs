//! Guitars and a drum set.

use crate::{
    sound::Tone,
    style::{BASE, Feel, Form, KitKind, Style, eighths},
};

const ROCK: Style = Style {
    name: "rock",
    weight: 18,
    bpm: (96.0, 152.0),
    feel: Feel::Live,
    form: Form::Song,
    kits: &[KitKind::Acoustic],
    grooves: &[
        "K:x.......x....... S:....x...",
        "K:x.......x.x..... S:....x...",
        "K:x.....x.x....... S:....x...",
        "K:x.x.....x.x..... S:....x...",
        "K:x..x..x.x....... S:....x...",
        "K:x.....x...x..... S:....x.......x...",
        "K:x...x... S:....x...",
        "K:x......xx.x..... S:....x..g.g..x..g",
    ],
    tops: &[
        "h:x.x.",
        "h:X.o.",
        "o:x.x.",
        "r:x.x.",
        "o:x...",
        "r:x... b:..x.",
        "y:x...",
        "h:x.x.x.x.x.x.x... o:..............x.",
    ],
    bass: &[
        "r.r.",
        "r.r.",
        "r_______r_______",
        "r_....r_r_..r_..",
        "r.r.r.r.r.r.5.8.",
        "r__r__r_r_______",
        "r_______________",
    ],
    comp: &[
        "x.x.",
        "m.m.",
        "x_______________",
        "x__x__x_________",
        "x_____x_x___x___",
        "x_..x_x_..x_x_..",
        "m.m.x_m.m.x_x___",
        "x_______x_______",
        "..x_..x_x_..x_..",
    ],
    bass_tones: &[Tone::Finger],
    comp_tones: &[Tone::Power, Tone::Power, Tone::Guitar, Tone::Organ],
    lead_tones: &[Tone::Voice, Tone::Voice, Tone::SawLead, Tone::Violin],
    pad: 0.15,
    lead: 0.75,
    push: 0.3,
    ..BASE
};

const METAL: Style = Style {
    name: "metal double bass",
    weight: 14,
    bpm: (100.0, 200.0),
    feel: Feel::Tight,
    kits: &[KitKind::Metal],
    grooves: &[
        "K:xxxx S:....x...",
        "K:x.xx S:....x...",
        "K:xx.xx.xxx.xx.xxx S:....x...",
        "K:x.x. S:....x...",
        "K:xxxxxxxx........ S:....x...",
        "K:x.xxx... S:....x...",
        "K:x.......x.x..... S:....x...",
        "K:xxxx S:........X.......",
    ],
    tops: &["o:x...", "y:x...", "r:x.x.", "b:x...", "o:x.x.", "h:x.x.", "y:x......."],
    bass: &["rrrr", "r.rr", "r.r.", "rrr.", "r.rrr.rrr.rrr.rr"],
    comp: &[
        "mmmm",
        "m.mm",
        "mm.mmm.mmmmmx___",
        "m.mmm.mmx___x___",
        "x_______________",
        "mmmmmmmmx___x___",
        "m.m.",
        "x__x__x__x__x___",
        "mmm.",
        "m.mmx_m.mmx_m.mm",
    ],
    comp_tones: &[Tone::Power],
    lead_tones: &[Tone::SawLead, Tone::Voice, Tone::Square],
    lead: 0.4,
    push: 0.1,
    ..ROCK
};

const PUNK: Style = Style {
    name: "punk",
    weight: 10,
    bpm: (155.0, 200.0),
    grooves: &[
        "K:x.......x....... S:....x...",
        "K:x.....x.x....... S:....x...",
        "K:x.......x.x..... S:....x...",
        "K:x.x.....x.x..... S:....x...",
    ],
    tops: &["h:x.x.", "o:x.x.", "o:x...", "y:x..."],
    bass: &["r.r.", "r.r.r.r.r.r.5.5."],
    comp: &["x.x.", "x_x_", "m.m.", "x_______x_______", "x_____x_____x___"],
    comp_tones: &[Tone::Power],
    ..ROCK
};

/// The rows.
pub(crate) const STYLES: &[Style] = &[
    ROCK,
    Style {
        name: "rock ballad",
        bpm: (58.0, 82.0),
        weight: 10,
        bass: &["r_______........", "r_____r_r_______", "r_____..r_....5_", "r_______________"],
        comp: &["aaaa", "a.a.", "x_______________", "b.a.a.a.", "x.x.", "x___x___"],
        comp_tones: &[Tone::Guitar, Tone::Piano, Tone::Power, Tone::Organ],
        pad: 0.5,
        ..ROCK
    },
    Style {
        name: "pop rock",
        bpm: (84.0, 140.0),
        weight: 14,
        comp: &[
            "x.x.",
            "x_..x_u_..u_x_u_",
            "x...x.xu..xux.xu",
            "a.a.",
            "x_______________",
            "x__x__x_",
            "x.x.x.xu",
        ],
        comp_tones: &[Tone::Guitar, Tone::Piano, Tone::Power, Tone::Organ],
        lead: 0.9,
        pad: 0.4,
        ..ROCK
    },
    Style {
        name: "indie",
        bpm: (104.0, 170.0),
        grooves: &[
            "K:x...x... S:....x...",
            "K:x... S:....x...",
            "K:x.....x.x....... S:....x...",
            "K:x..x..x...x..... L:x..x..x...x.x... S:....x...",
        ],
        tops: &["h:x.x.", "o:..x.", "h:xxxx", "h:xxx.", "t:x.x.", "h:x... t:....x..."],
        comp: &["a.a.", "aaaa", "xuxu", "x.x.", "x.xux.xu", "a.aa"],
        comp_tones: &[Tone::Guitar, Tone::Guitar, Tone::Chip, Tone::Stab],
        ..ROCK
    },
    PUNK,
    Style {
        name: "garage rock",
        bpm: (120.0, 180.0),
        grooves: &["K:x... S:x...", "K:x.......x.x..... S:....x...", "K:x.......x....... S:....x.x.....x..."],
        ..PUNK
    },
    METAL,
    Style {
        name: "metal half-time",
        weight: 8,
        bpm: (110.0, 175.0),
        grooves: &[
            "K:x.....x......... S:........X.......",
            "K:x..x..x.....x... S:........X.......",
            "K:xx....xx..x..... S:........X.......",
            "K:x..x..x..x..x... S:........X.......",
            "K:x............... S:........X.......",
        ],
        tops: &["y:x...", "o:x...", "o:x......."],
        ..METAL
    },
    Style {
        name: "metal blast",
        weight: 4,
        bpm: (100.0, 135.0),
        grooves: &["K:xxxx S:.x.x", "K:x.x. S:.x.x", "K:xxxx S:x.x.", "K:x.x. S:x.x."],
        tops: &["r:x.x.", "o:x.x.", "y:x...", "r:xxxx"],
        comp: &["xxxx", "x_x_", "x_______x_______", "xxxx"],
        ..METAL
    },
    Style {
        name: "metal in three",
        weight: 4,
        beats: 4,
        steps: 3,
        bpm: (90.0, 150.0),
        grooves: &["K:xxx S:...X..", "K:x.x S:...X..", "K:x.x..x S:...X..", "K:xxx...xxx... S:......X....."],
        tops: &["y:x..", "r:x.x", "o:x.."],
        bass: &["rrr", "r.r", "r.."],
        comp: &["mmm", "m.m", "x__x__x_mmmm", "x__"],
        ..METAL
    },
    Style {
        name: "grunge",
        bpm: (92.0, 130.0),
        weight: 6,
        comp: &["x__x__x_..x_x_x_", "x_x_..x_x_..x_x_", "x_______x___x___", "m.m.x_m.x___x___"],
        comp_tones: &[Tone::Power],
        ..ROCK
    },
    Style {
        name: "stoner shuffle",
        weight: 5,
        bpm: (96.0, 150.0),
        swing: eighths(0.6, 0.667),
        tops: &["h:x.x.", "r:x.x.", "o:x..."],
        grooves: &["K:x.......x....... S:....x...", "K:x.....x.x....... S:....x...", "K:x...x... S:....x..."],
        bass: &["r.r.", "r.r.5.8.", "r___"],
        comp: &["x.x.", "m.m.", "x___", "m.m.x_x."],
        ..ROCK
    },
    Style {
        name: "prog in five",
        weight: 3,
        beats: 5,
        bpm: (90.0, 180.0),
        grooves: &[
            "K:x.....x.....x....... S:....x.......x.......",
            "K:x.........x......... S:....x...........x...",
        ],
        tops: &["h:x.x.", "r:x.x.", "h:x..."],
        bass: &["r_..r_..r_..r___r___", "r.r.", "r_____r_____r___r___"],
        comp: &["x_____x_____x___x___", "a.a.", "x___________x_______", "m.m."],
        ..ROCK
    },
    Style {
        name: "prog in seven",
        weight: 3,
        beats: 7,
        bpm: (110.0, 190.0),
        grooves: &[
            "K:x.......x.......x........... S:....x.......x.......x.......",
            "K:x...............x........... S:........x...............x...",
        ],
        tops: &["h:x.x.", "r:x.x.", "h:x..."],
        bass: &["r.r.", "r___r___r___r___r___r___r___", "r_______r_______r___r___r___"],
        comp: &["a.a.", "x_______x_______x___________", "x___x___x___x___x___x___x_x_"],
        ..ROCK
    },
    Style {
        name: "game rock",
        bpm: (120.0, 185.0),
        weight: 10,
        feel: Feel::Machine,
        comp_tones: &[Tone::Power, Tone::Guitar, Tone::Organ, Tone::Brass],
        lead_tones: &[Tone::Square, Tone::SawLead, Tone::Brass, Tone::Flute],
        lead: 1.0,
        ..ROCK
    },
];
