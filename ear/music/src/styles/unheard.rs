//! Styles that no training hears: they are drawn by name alone, and say when a training is good enough.

use crate::{
    sound::Tone,
    style::{BASE, Feel, Form, KitKind, STRAIGHT, Style, eighths, sixteenths},
};

/// Drums and guitars.
const BAND: Style = Style {
    name: "motorik",
    weight: 0,
    bpm: (132.0, 168.0),
    steps: 2,
    feel: Feel::Live,
    form: Form::Song,
    kits: &[KitKind::Acoustic],
    grooves: &["K:xx.xxx.x S:..x.", "K:xx.. S:..x."],
    tops: &["h:xx", "r:xx"],
    bass: &["rr", "rrrr5555"],
    comp: &["xx", "x_x_xxx_"],
    bass_tones: &[Tone::Finger],
    comp_tones: &[Tone::Guitar, Tone::Organ, Tone::Power],
    lead_tones: &[Tone::Voice, Tone::SawLead, Tone::Flute],
    ..BASE
};

/// Machines.
const FLOOR: Style = Style {
    name: "italo",
    weight: 0,
    bpm: (108.0, 132.0),
    grooves: &["K:x... C:....x...", "K:x... S:....x..."],
    tops: &["h:x.x.", "h:..x.", "o:..x. h:x.x."],
    bass: &["r.8.r.8.", "r.r.8.8.", "..rr..88"],
    comp: &["x__x__x_", "a.a.aaa."],
    ..BASE
};

/// Without drums.
const ALONE: Style = Style {
    name: "étude",
    weight: 0,
    bpm: (66.0, 126.0),
    feel: Feel::Loose,
    form: Form::Song,
    kits: &[KitKind::Soft],
    bass: &["r_______", "r___5___"],
    comp: &["aaaa", "a.aa"],
    bass_tones: &[Tone::Piano],
    comp_tones: &[Tone::Piano, Tone::Harp, Tone::Nylon],
    lead_tones: &[Tone::Violin, Tone::Flute, Tone::Piano],
    pad: 0.1,
    lead: 0.6,
    ..BASE
};

/// The rows.
pub(crate) const STYLES: &[Style] = &[
    BAND,
    Style {
        name: "surf",
        bpm: (148.0, 184.0),
        grooves: &["K:x... S:..xx...x", "K:x..x S:..xx...x"],
        tops: &["r:xx", "h:xx"],
        bass: &["r.r.", "r.5.8.5."],
        comp: &["..xx..xx", "x.xx"],
        ..BAND
    },
    Style {
        name: "new wave",
        bpm: (128.0, 166.0),
        kits: &[KitKind::Nine, KitKind::Acoustic],
        grooves: &["K:x.x. S:..x.", "K:x...x.x. S:..x."],
        bass: &["rr", "r8r8"],
        comp: &["x_______", "..x..x.."],
        comp_tones: &[Tone::Strings, Tone::SawLead, Tone::Guitar],
        ..BAND
    },
    Style {
        name: "power ballad",
        bpm: (58.0, 78.0),
        steps: 4,
        grooves: &["K:x......xx....... S:....x...", "K:x.....x. S:....x..."],
        tops: &["h:x.x.", "r:x.x."],
        bass: &["r_______", "r_____r_"],
        comp: &["x_______", "a.a.a.a."],
        comp_tones: &[Tone::Power, Tone::Piano],
        pad: 0.6,
        lead: 0.9,
        ..BAND
    },
    Style {
        name: "speed metal",
        bpm: (176.0, 214.0),
        kits: &[KitKind::Metal],
        grooves: &["K:xx S:..x.", "K:x.xx S:..x.", "K:x. S:.x"],
        tops: &["h:x.", "r:xx"],
        bass: &["rr", "r.rr"],
        comp: &["mmmm", "x.mm", "xmmm"],
        comp_tones: &[Tone::Power],
        ..BAND
    },
    Style {
        name: "highlife",
        bpm: (104.0, 132.0),
        steps: 4,
        grooves: &["K:x...x... R:..x..x..", "K:x..x..x. S:....x..x"],
        tops: &["h:x.xx", "w:x.x.xx.x.x.xx.x."],
        bass: &["r..5..8.", "r.r5..5."],
        comp: &["a.aa.aa.", "aaa.aaa."],
        comp_tones: &[Tone::Guitar, Tone::Brass],
        ..BAND
    },
    Style {
        name: "bachata",
        bpm: (112.0, 140.0),
        grooves: &["K:x.....x. k:xx", "K:x....... c:......x."],
        tops: &["s:xx", "q:x.x.x.xx"],
        bass: &["r_..r_5_", "r___5_r_"],
        comp: &["aa", "a.aaa.aa"],
        comp_tones: &[Tone::Guitar, Tone::Nylon],
        ..BAND
    },
    Style {
        name: "soca",
        bpm: (112.0, 162.0),
        steps: 4,
        feel: Feel::Machine,
        grooves: &["K:x... S:...x..x.", "K:x... S:...x..x....x.xx."],
        tops: &["h:..x.", "s:x.xx"],
        bass: &["r...r.5.", "r..r..r."],
        comp: &["..x...x.", "..xx..x."],
        comp_tones: &[Tone::Brass, Tone::Stab, Tone::Marimba],
        ..BAND
    },
    Style {
        name: "shout",
        bpm: (168.0, 216.0),
        grooves: &["K:x. C:.x", "K:x... S:.x"],
        tops: &["t:xx", "h:x."],
        bass: &["w.", "r.5."],
        comp: &[".x", "..x..x.."],
        comp_tones: &[Tone::Organ, Tone::Piano],
        ..BAND
    },
    Style {
        name: "western swing",
        bpm: (116.0, 196.0),
        swing: eighths(0.55, 0.66),
        grooves: &["K:x... B:..x.", "B:xoxo"],
        tops: &["h:..x.", "r:x.xx"],
        bass: &["r.5.", "w."],
        comp: &["x.", ".x"],
        bass_tones: &[Tone::Upright],
        comp_tones: &[Tone::Guitar, Tone::Nylon],
        lead_tones: &[Tone::Violin, Tone::Voice],
        ..BAND
    },
    FLOOR,
    Style {
        name: "schlager",
        bpm: (118.0, 138.0),
        grooves: &["K:x... S:....x...", "K:x.....x. S:....x..."],
        bass: &["r...5...", "r.r.5.5."],
        comp: &["..x.", "x___x___"],
        comp_tones: &[Tone::Accordion, Tone::Stab, Tone::EPiano],
        form: Form::Song,
        lead: 0.9,
        ..FLOOR
    },
    Style {
        name: "baile funk",
        bpm: (124.0, 136.0),
        grooves: &["K:x..x..x. C:......x...x.x...", "K:x.....x.........", "G:x..x..xx..x.x..."],
        tops: &["", "q:..x..x..", "t:x.x."],
        bass: &["", "r.......r..r...."],
        comp: &["", "x..x..x....x.x.."],
        ..FLOOR
    },
    Style {
        name: "broken beat",
        bpm: (112.0, 128.0),
        swing: sixteenths(0.5, 0.6),
        grooves: &["K:x..x....x..x.x.. S:....x..x..x.....", "K:x.....x..x.....x S:....x.......x..x"],
        tops: &["h:x.xxx.x.", "s:xoxo"],
        bass: &["r..8..r.", "..r..r.5"],
        comp: &["x..x....", "...x..x."],
        comp_tones: &[Tone::EPiano, Tone::Pad],
        ..FLOOR
    },
    Style {
        name: "footwork",
        bpm: (152.0, 164.0),
        grooves: &["K:x..x..x...x..x.. C:........x.......", "K:x..x..x. S:........x......."],
        tops: &["h:..x.", "h:x.xx..x."],
        bass: &["r..r..r.", "r_______"],
        comp: &["x.......", "a.a.aa.a"],
        ..FLOOR
    },
    Style {
        name: "downtempo",
        bpm: (78.0, 102.0),
        swing: sixteenths(0.5, 0.62),
        kits: &[KitKind::Eight, KitKind::Acoustic],
        grooves: &["K:x.....x...x..... S:....x...", "K:x.......x.x..... R:....x..x"],
        tops: &["h:x.x.", "s:xoxo"],
        bass: &["r_____r_..5_____", "r..r...."],
        comp: &["x_______________", "..x...x."],
        comp_tones: &[Tone::EPiano, Tone::Pad, Tone::Guitar],
        pad: 0.6,
        ..FLOOR
    },
    ALONE,
    Style {
        name: "stride",
        bpm: (112.0, 190.0),
        steps: 2,
        bass: &["r.5.", "r..."],
        comp: &["..x.", ".xxx"],
        comp_tones: &[Tone::Piano],
        lead: 0.9,
        ..ALONE
    },
    Style {
        name: "bluegrass",
        bpm: (104.0, 164.0),
        steps: 4,
        swing: STRAIGHT,
        feel: Feel::Live,
        bass: &["r...5..."],
        comp: &["..x.", "aaaa", "..xx"],
        bass_tones: &[Tone::Upright],
        comp_tones: &[Tone::Pluck, Tone::Guitar],
        lead_tones: &[Tone::Violin, Tone::Pluck],
        ..ALONE
    },
    Style {
        name: "minuet",
        bpm: (104.0, 144.0),
        beats: 3,
        steps: 2,
        bass: &["r_____", "r___5_"],
        comp: &["a.a.a.", "..x.x.", "aaaaaa"],
        comp_tones: &[Tone::Harpsichord, Tone::Piano, Tone::Strings],
        lead: 0.9,
        ..ALONE
    },
    Style {
        name: "ländler",
        bpm: (96.0, 160.0),
        beats: 3,
        steps: 2,
        feel: Feel::Live,
        bass: &["r....."],
        comp: &["..x.x."],
        bass_tones: &[Tone::Tuba, Tone::Upright],
        comp_tones: &[Tone::Accordion, Tone::Guitar, Tone::Brass],
        lead_tones: &[Tone::Brass, Tone::Accordion, Tone::Flute],
        lead: 0.9,
        ..ALONE
    },
];
