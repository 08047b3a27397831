//! Sections: which layers play for how many bars.

use crate::{
    layer::{ALL, BASS, COMP, DRUMS, HATS, KICK, LEAD, PAD, PERC, RHYTHM, SNARE},
    random::Random,
    style::Form,
};

/// A few bars with the same layers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Section {
    /// Its first bar.
    pub(crate) bar: usize,
    /// How many.
    pub(crate) bars: usize,
    /// Which layers.
    pub(crate) on: u8,
    /// Verse or chorus: which groove, which chords.
    pub(crate) part: usize,
    /// The last bar has a drum fill.
    pub(crate) fill: bool,
    /// A crash on its first beat.
    pub(crate) crash: bool,
    /// A riser and a snare roll.
    pub(crate) build: bool,
    /// So many beats at its end are silent.
    pub(crate) stop: f64,
    /// The low-pass of all, at its begin and end, in Hz; 0 leaves it open.
    pub(crate) sweep: (f64, f64),
}

const PLAIN: Section = Section {
    bar: 0,
    bars: 8,
    on: ALL,
    part: 0,
    fill: false,
    crash: false,
    build: false,
    stop: 0.0,
    sweep: (0.0, 0.0),
};

/// Sections for at least so many bars, of a song that has these layers, and these in all of its parts.
pub(crate) fn sections(form: Form, layers: u8, sure: u8, bars: usize, random: &mut Random) -> Vec<Section> {
    let mut all: Vec<Section> = Vec::new();
    let (mut built, mut still) = (false, false);
    while all.last().is_none_or(|last| last.bar + last.bars < bars) {
        let bar = all.last().map_or(0, |last| last.bar + last.bars);
        let mut next = match form {
            Form::Plain => PLAIN,
            Form::Club => club(bar == 0, built, random),
            Form::Song | Form::Twelve => song(bar == 0, all.len(), random),
        };
        next.bar = bar;
        next.on = audible(next.on & layers, layers, sure, random);
        // Never twice in a row without anything that moves.
        let quiet = next.on & sure & RHYTHM == 0;
        if quiet && still {
            next.on = layers;
        }
        still = quiet;
        if form == Form::Twelve {
            next.bars = 12;
        } else if next.on & sure & RHYTHM == 0 {
            next.bars = next.bars.min(4);
        }
        built = next.build;
        all.push(next);
    }
    all
}

/// One layer more where a section would have nothing that moves.
fn audible(on: u8, layers: u8, sure: u8, random: &mut Random) -> u8 {
    // Held chords or a melody alone do occur, but are soon too little to hear a beat in.
    if on & sure & RHYTHM != 0 || (on & sure != 0 && random.chance(0.3)) {
        return on;
    }
    let more = random.pick(&[COMP, BASS, HATS, COMP], COMP) & sure;
    if more == 0 { layers } else { on | more }
}

fn club(first: bool, built: bool, random: &mut Random) -> Section {
    let bars = random.pick(&[4, 8, 8, 8, 16], 8);
    let base = Section { bars, part: random.below(2), fill: random.chance(0.4), ..PLAIN };
    if built {
        return Section { crash: random.chance(0.8), part: 1, ..base };
    }
    let sets = [
        ALL,
        ALL,
        ALL & !LEAD,
        ALL & !PAD & !LEAD,
        DRUMS,
        DRUMS | BASS,
        ALL & !KICK,
        ALL & !HATS & !PERC,
        KICK | HATS | COMP,
        BASS | HATS | SNARE | PERC,
        KICK | BASS,
        HATS | PERC | PAD,
    ];
    let intros = [DRUMS, KICK, KICK | HATS, HATS | PERC, PAD, PAD | LEAD, COMP, BASS, COMP | PAD, ALL, ALL];
    let breaks = [PAD | LEAD, COMP | PAD, COMP | LEAD | PAD, PAD | LEAD | HATS, COMP, LEAD | COMP | SNARE];
    let sweep = match random.below(8) {
        0 => (random.log_between(200.0, 900.0), 12_000.0),
        1 => (12_000.0, random.log_between(200.0, 900.0)),
        _ => (0.0, 0.0),
    };
    let crash = random.chance(0.4);
    match random.below(10) {
        _ if first && random.chance(0.6) => {
            Section { on: random.pick(&intros, ALL), bars: bars.min(8), sweep, ..base }
        }
        0 => Section { on: random.pick(&breaks, ALL), sweep, crash, ..base },
        1 => Section {
            on: random.pick(&[COMP | PAD, COMP | PAD | BASS | KICK, PAD | LEAD, DRUMS], COMP),
            bars: bars.min(8),
            build: true,
            stop: random.pick(&[0.0, 0.0, 0.0, 1.0, 2.0], 0.0),
            sweep: (0.0, 0.0),
            ..base
        },
        2 => Section { on: ALL, sweep, crash, ..base },
        _ => Section { on: random.pick(&sets, ALL), crash, ..base },
    }
}

fn song(first: bool, number: usize, random: &mut Random) -> Section {
    let bars = random.pick(&[4, 8, 8, 8, 16], 8);
    let fill = random.chance(0.6);
    let base = Section { bars, fill, crash: random.chance(0.5), part: number % 2, ..PLAIN };
    if first && random.chance(0.6) {
        let intros = [
            COMP,
            COMP | PAD,
            DRUMS,
            DRUMS | BASS,
            COMP | BASS,
            BASS,
            ALL & !LEAD,
            HATS | COMP,
            PAD,
            LEAD | COMP,
            HATS | PERC | BASS,
        ];
        return Section { on: random.pick(&intros, ALL), bars: bars.min(8), crash: false, ..base };
    }
    let stop = if random.chance(0.06) { random.pick(&[1.0, 2.0, 3.0], 1.0) } else { 0.0 };
    let on = match random.below(12) {
        0 => ALL & !DRUMS,
        1 => (ALL & !DRUMS) | HATS,
        2 => ALL & !COMP & !PAD,
        3 => ALL & !BASS,
        4 => DRUMS | BASS | LEAD,
        5 => ALL & !LEAD & !PAD,
        6 => ALL & !LEAD,
        7 => ALL & !SNARE,
        _ => ALL,
    };
    Section { on, stop, ..base }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_join_and_are_never_empty() {
        for form in [Form::Club, Form::Song, Form::Twelve, Form::Plain] {
            let all = sections(form, ALL, ALL, 100, &mut Random::new(5));
            assert!(all.iter().all(|section| section.on != 0 && section.bars >= 4));
            assert!(all.windows(2).all(|pair| pair[0].bar + pair[0].bars == pair[1].bar));
            assert!(all.last().is_some_and(|last| last.bar + last.bars >= 100));
        }
    }
}
