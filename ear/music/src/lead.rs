//! Melodies: phrases that come back, beginning before, on or after a downbeat.

use crate::{
    form::Section,
    layer::LEAD,
    plan::{Begin, Plan},
    random::Random,
    score::heard,
    sound::Tone,
    voice::Note,
};

/// A note of a phrase: beat, length in beats, degree of the scale.
type Step = (f64, f64, i32);

/// How a melody moves.
#[derive(Debug, Clone, Copy)]
struct Manner {
    /// Lengths to draw from, in steps of a beat.
    lengths: &'static [usize],
    /// Share of rests.
    rests: f64,
    /// Lands on chord tones on beats.
    chords: bool,
    /// Legato to staccato.
    gate: f64,
}

const BINARY: [Manner; 5] = [
    Manner { lengths: &[2, 2, 2, 3, 3, 4, 4, 6, 8], rests: 0.12, chords: true, gate: 0.97 },
    Manner { lengths: &[1, 1, 2, 2, 3, 3], rests: 0.2, chords: false, gate: 0.6 },
    Manner { lengths: &[8, 8, 12, 16, 4], rests: 0.1, chords: true, gate: 1.0 },
    Manner { lengths: &[1, 1, 1, 2], rests: 0.1, chords: true, gate: 0.8 },
    Manner { lengths: &[4, 4, 2, 2, 6, 2], rests: 0.05, chords: true, gate: 0.95 },
];
const TERNARY: [Manner; 3] = [
    Manner { lengths: &[2, 1, 3, 3, 1, 2, 6], rests: 0.1, chords: true, gate: 0.95 },
    Manner { lengths: &[1, 1, 1, 2, 1], rests: 0.1, chords: true, gate: 0.8 },
    Manner { lengths: &[3, 6, 3, 9], rests: 0.1, chords: true, gate: 1.0 },
];
const EIGHTHS: [Manner; 2] = [
    Manner { lengths: &[1, 1, 2, 2, 3, 4], rests: 0.15, chords: true, gate: 0.95 },
    Manner { lengths: &[1, 1, 1, 2, 1], rests: 0.1, chords: true, gate: 0.85 },
];

/// The melody of a song.
pub(crate) fn notes(plan: &Plan, tone: Tone, random: &mut Random) -> Vec<Note> {
    let manners: &[Manner] = match plan.style.steps {
        3 => &TERNARY,
        2 => &EIGHTHS,
        _ => &BINARY,
    };
    let manner = random.pick(manners, BINARY[0]);
    let bars = random.pick(&[1, 2, 2, 4], 2);
    let mut phrases = [phrase(plan, &manner, bars, random), phrase(plan, &manner, bars, random)];
    let improvised = random.chance(0.25);
    let centre = random.between(60.0, 79.0) as i32;
    // A voice comes in less exactly than an instrument.
    let jitter_s = if tone == Tone::Voice { random.between(0.005, 0.03) } else { plan.jitter_s };
    let pattern = random.pick(&[[0, 0, 0, 1], [0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 0, 0]], [0; 4]);
    let mut all = Vec::new();
    for section in heard(plan, LEAD) {
        for (index, from) in (0..section.bars).step_by(bars).enumerate() {
            if improvised {
                phrases[0] = phrase(plan, &manner, bars, random);
                phrases[1] = phrases[0].clone();
            }
            for step in &phrases[pattern[index % 4]] {
                if let Some(mut note) = sung(plan, section, from, step, &manner, centre) {
                    note.at_s += jitter_s * random.normal();
                    note.gain *= random.between(0.8, 1.1);
                    all.push(note);
                }
            }
        }
    }
    all
}

/// A phrase of so many bars.
fn phrase(plan: &Plan, manner: &Manner, bars: usize, random: &mut Random) -> Vec<Step> {
    let step = 1.0 / plan.style.steps as f64;
    let length = bars as f64 * f64::from(plan.style.beats);
    let starts = [0.0, 0.0, 0.0, -1.0, -2.0 * step, -step, step, 2.0 * step, 1.0];
    let mut beat = random.pick(&starts, 0.0);
    let end = length - random.pick(&[0.0, 1.0, 1.0, 2.0], 1.0);
    let mut degree = random.below(8) as i32;
    let mut all = Vec::new();
    while beat < end - 0.01 {
        let long = random.pick(manner.lengths, 2) as f64 * step;
        if !random.chance(manner.rests) {
            all.push((beat, long.min(end - beat), degree));
        }
        beat += long;
        degree = (degree + random.pick(&[-1, 1, -1, 1, 2, -2, 0, 0, 3, -3, 4], 0)).clamp(-4, 11);
    }
    all
}

/// The note of a step over the chord that sounds there.
fn sung(
    plan: &Plan,
    section: &Section,
    from: usize,
    step: &Step,
    manner: &Manner,
    centre: i32,
) -> Option<Note> {
    let bar = f64::from(plan.style.beats);
    let inside = from as f64 * bar + step.0;
    let start = plan.beat_of(section);
    let beat = start + inside;
    let opened = beat >= 0.0 && (plan.begin == Begin::Middle || beat >= plan.first_beat);
    let over = inside >= section.bars as f64 * bar - section.stop;
    if !opened || over || !plan.within(plan.time(beat)) {
        return None;
    }
    let root = plan.harmony.chord(section.part, inside.max(0.0));
    let on_beat = (step.0 - step.0.round()).abs() < 0.01;
    let degree = if manner.chords && on_beat { to_chord(step.2, root) } else { step.2 };
    Some(Note {
        at_s: plan.time(beat) + plan.lag_s[7],
        for_s: (plan.time(beat + step.1) - plan.time(beat)) * manner.gate,
        pitches: vec![plan.harmony.melody(degree, centre)],
        gain: 0.75,
        strum_s: 0.0,
    })
}

/// The nearest tone of a triad below or at a degree.
fn to_chord(degree: i32, root: i32) -> i32 {
    match (degree - root).rem_euclid(7) {
        1 | 3 | 5 => degree - 1,
        6 => degree + 1,
        _ => degree,
    }
}
