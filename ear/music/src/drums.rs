//! Writes the drum part.

use crate::{
    form::Section,
    invent, layer, pace,
    pattern::{at, lines, stroke},
    plan::{Begin, Plan},
    random::Random,
    style::{Feel, Form, Style},
};

/// A drum is hit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hit {
    /// In s.
    pub(crate) at_s: f64,
    /// Which drum.
    pub(crate) letter: u8,
    /// 0..1.
    pub(crate) gain: f64,
}

/// A drum and what it plays, over and over.
pub(crate) type Line = (u8, Vec<u8>);

/// Any of these may take the place of a style's own hats.
const ANY_TOP: [&str; 20] = [
    "h:x...",
    "h:x.x.",
    "h:..x.",
    "h:X.o.",
    "h:xxxx",
    "h:XoxoX",
    "o:..x.",
    "h:x.xx",
    "h:xx.x",
    "s:xoxo",
    "s:XoxoxoXo",
    "t:....x...",
    "h:xdxd",
    "h:x.x.xxx.",
    "r:x.x.",
    "r:x...",
    "h:..x...xx",
    "h:ooXo s:..x.",
    "h:dddd",
    "h:xxxxxxxxxxxxdddd",
];

/// All hits of a song.
pub(crate) fn hits(plan: &Plan, random: &mut Random) -> Vec<Hit> {
    let mut all = Vec::new();
    for section in &plan.sections {
        if !plan.within(plan.time(plan.beat_of(section))) && plan.time(plan.beat_of(section)) > 0.0 {
            break;
        }
        play(plan, section, &plan.grooves[section.part % 2], random, &mut all);
    }
    opening(plan, random, &mut all);
    all.retain(|hit| hit.at_s > -3.0 && hit.at_s < plan.length_s);
    all
}

/// What the drums play in the two parts of a song at so many beats a minute: the same in both, the same at
/// another pace, or something else.
pub(crate) fn grooves(style: &Style, bpm: f64, random: &mut Random) -> [Vec<Line>; 2] {
    let first = lines_of(style, random);
    let may_change = style.form != Form::Plain && style.steps == 4 && style.beats == 4;
    let second = match random.below(10) {
        0..4 => Some(first.clone()),
        4..6 if may_change => pace::changed(&first, bpm, random),
        _ => None,
    };
    let second = second.unwrap_or_else(|| lines_of(style, random));
    [first, second]
}

/// Groove and top of one part, with this song's own small changes.
fn lines_of(style: &Style, random: &mut Random) -> Vec<Line> {
    let mut top = random.pick(style.tops, "");
    if style.steps == 4 && !style.tops.is_empty() && style.form != Form::Plain && random.chance(0.25) {
        top = random.pick(&ANY_TOP, top);
    }
    let both = lines(random.pick(style.grooves, "")).chain(lines(top));
    let mut all: Vec<Line> = both.map(|(letter, pattern)| (letter, pattern.to_vec())).collect();
    if style.form != Form::Plain {
        // Four on the floor stays that: only a figure of at least a bar may be replaced.
        let broken = |line: &&mut Line| line.0 == b'K' && line.1.len() >= 4 * style.steps;
        if style.steps != 3
            && random.chance(0.25)
            && let Some(kick) = all.iter_mut().find(broken)
        {
            kick.1 = invent::kick(style, random);
        }
        all.iter_mut().for_each(|line| vary(line, style.steps, random));
    }
    all
}

/// Here and there a hit more or less, but never on a beat.
fn vary(line: &mut Line, steps: usize, random: &mut Random) {
    // At least a bar, so that a change does not come every beat.
    while line.1.len() < 4 * steps && random.chance(0.5) {
        line.1.extend_from_within(..);
    }
    for _ in 0..2 {
        let step = random.below(line.1.len());
        if !step.is_multiple_of(steps) && random.chance(0.25) {
            line.1[step] = if line.1[step] == b'.' { b'%' } else { b'?' };
        }
    }
}

fn play(plan: &Plan, section: &Section, lines: &[Line], random: &mut Random, all: &mut Vec<Hit>) {
    let style = &plan.style;
    let bar = f64::from(style.beats);
    let start = plan.beat_of(section);
    let length = section.bars as f64 * bar;
    let filled = if section.fill { random.pick(&[bar, bar / 2.0, 1.0], bar) } else { 0.0 };
    let silent = length - section.stop;
    let filling = length - if section.on & layer::SNARE != 0 { filled } else { 0.0 };
    let wild = if style.feel == Feel::Machine { 0.03 } else { 0.12 };
    for (letter, pattern) in lines {
        let layer = layer::of_drum(*letter);
        if section.on & layer == 0 {
            continue;
        }
        for step in 0..section.bars * style.beats as usize * style.steps {
            let beat = step as f64 / style.steps as f64;
            if beat >= silent || (beat >= filling && layer != layer::KICK) {
                break;
            }
            let Some(stroke) = stroke(at(pattern, step), random) else { continue };
            for hit in 0..stroke.hits {
                let inside = f64::from(hit) / f64::from(stroke.hits) / style.steps as f64;
                let at_s = plan.played(start + beat + inside, layer, random);
                all.push(Hit { at_s, letter: *letter, gain: stroke.gain * (1.0 + wild * random.normal()) });
            }
        }
    }
    if filling < length {
        fill(plan, start + filling, start + length.min(silent), random, all);
    }
    if section.build {
        roll(plan, start, start + silent, random, all);
    }
    if section.crash && section.on & layer::DRUMS != 0 {
        all.push(Hit { at_s: plan.played(start, layer::HATS, random), letter: b'y', gain: 0.8 });
    }
}

/// Snare and toms, denser towards the end.
fn fill(plan: &Plan, from: f64, to: f64, random: &mut Random, all: &mut Vec<Hit>) {
    let step = 1.0 / plan.style.steps as f64;
    let density = random.between(0.4, 1.0);
    let drums = random.pick(&[*b"SSTL", *b"SSSS", *b"STTL", *b"CSSC", *b"SSTT"], *b"SSSS");
    let mut beat = from;
    while beat < to - 1e-6 {
        let through = (beat - from) / (to - from);
        if random.chance(density * (0.6 + 0.4 * through)) {
            let letter = drums[((through * 4.0) as usize).min(3)];
            let at_s = plan.played(beat, layer::SNARE, random);
            all.push(Hit { at_s, letter, gain: random.between(0.4, 0.9) });
        }
        beat += step;
    }
}

/// A snare roll that doubles: eighths, sixteenths, thirty-seconds.
fn roll(plan: &Plan, from: f64, to: f64, random: &mut Random, all: &mut Vec<Hit>) {
    let letter = random.pick(b"SCSn", b'S');
    let mut beat = from;
    while beat < to - 1e-6 {
        let through = (beat - from) / (to - from);
        let at_s = plan.time(beat);
        all.push(Hit { at_s, letter, gain: 0.25 + 0.65 * through });
        beat += match through {
            ..0.25 => 1.0,
            ..0.5 => 0.5,
            ..0.8 => 0.25,
            _ => 0.125,
        };
    }
}

/// Sticks, or a fill into the first bar.
fn opening(plan: &Plan, random: &mut Random, all: &mut Vec<Hit>) {
    let bar = f64::from(plan.style.beats);
    match plan.begin {
        Begin::CountIn => {
            let letter = random.pick(b"khkR", b'k');
            for beat in 0..plan.style.beats {
                let at_s = plan.played(f64::from(beat), layer::PERC, random);
                all.push(Hit { at_s, letter, gain: 0.7 });
            }
        }
        Begin::PickUp(beats) if !plan.style.grooves.is_empty() && plan.style.form != Form::Plain => {
            fill(plan, bar - beats, bar, random, all);
        }
        _ => {}
    }
}
