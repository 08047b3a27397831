//! Writes bass, chords, held chords: who plays what.

use crate::{
    form::Section,
    invent,
    layer::{self, BASS, COMP, LEAD, PAD},
    lead,
    pattern::{at, held},
    plan::{Begin, Plan},
    random::Random,
    sound::{Patch, Tone, patch},
    style::{Form, Style},
    voice::Note,
};

const ANY_BASS: [Tone; 7] =
    [Tone::Sub, Tone::SawBass, Tone::SquareBass, Tone::FmBass, Tone::Finger, Tone::Upright, Tone::Reese];
const ANY_COMP: [Tone; 12] = [
    Tone::Piano,
    Tone::EPiano,
    Tone::Organ,
    Tone::Stab,
    Tone::Guitar,
    Tone::Nylon,
    Tone::Harpsichord,
    Tone::Marimba,
    Tone::Harp,
    Tone::Pluck,
    Tone::Brass,
    Tone::Strings,
];
const ANY_LEAD: [Tone; 9] = [
    Tone::Voice,
    Tone::Voice,
    Tone::SawLead,
    Tone::Bell,
    Tone::Flute,
    Tone::Brass,
    Tone::Violin,
    Tone::Choir,
    Tone::Square,
];

/// An instrument and its notes.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// The layer it belongs to.
    pub(crate) layer: u8,
    /// It has consonants.
    pub(crate) sibilant: bool,
    /// What kind of instrument plays it.
    pub(crate) tone: Tone,
    /// Its sound.
    pub(crate) patch: Patch,
    /// What it plays.
    pub(crate) notes: Vec<Note>,
}

/// All parts of a song but the drums.
pub(crate) fn parts(plan: &Plan, random: &mut Random) -> Vec<Part> {
    let style = &plan.style;
    let mut all = Vec::new();
    if !style.bass.is_empty() {
        let tone = tone(style.bass_tones, &ANY_BASS, random);
        let figures = figures(style, style.bass, random);
        let notes = Figure::new(plan, BASS, tone, figures, random).notes(random);
        all.push(Part { layer: BASS, sibilant: false, tone, patch: patch(tone, random), notes });
    }
    if !style.comp.is_empty() {
        for _ in 0..if random.chance(0.3) { 2 } else { 1 } {
            comp(plan, random, &mut all);
        }
    }
    if plan.layers & PAD != 0 {
        let tone = random.pick(
            &[Tone::Pad, Tone::Strings, Tone::Pad, Tone::Choir, Tone::SuperSaw, Tone::Organ],
            Tone::Pad,
        );
        all.push(Part {
            layer: PAD,
            sibilant: false,
            tone,
            patch: patch(tone, random),
            notes: pads(plan, random),
        });
    }
    if plan.layers & LEAD != 0 {
        let tone = tone(style.lead_tones, &ANY_LEAD, random);
        all.push(Part {
            layer: LEAD,
            sibilant: tone == Tone::Voice && random.chance(0.6),
            tone,
            patch: patch(tone, random),
            notes: lead::notes(plan, tone, random),
        });
    }
    all
}

fn comp(plan: &Plan, random: &mut Random, all: &mut Vec<Part>) {
    let tone = tone(plan.style.comp_tones, &ANY_COMP, random);
    let mut figure = Figure::new(plan, COMP, tone, figures(&plan.style, plan.style.comp, random), random);
    let notes = figure.notes(random);
    if tone == Tone::Power {
        figure.muted = true;
        let notes = figure.notes(random);
        let tone = Tone::Muted;
        all.push(Part { layer: COMP, sibilant: false, tone, patch: patch(tone, random), notes });
    }
    all.push(Part { layer: COMP, sibilant: false, tone, patch: patch(tone, random), notes });
}

/// One figure for each of the two parts, often the same; in a fifth of cases one that no table holds.
fn figures(style: &Style, from: &'static [&'static str], random: &mut Random) -> [Vec<u8>; 2] {
    let mut draw = || {
        let text = random.pick(from, "");
        if style.form != Form::Plain && random.chance(0.2) {
            invent::figure(style, text, random)
        } else {
            text.as_bytes().to_vec()
        }
    };
    let (first, second) = (draw(), draw());
    if random.chance(0.5) { [first.clone(), first] } else { [first, second] }
}

/// One of the sounds of a style, or now and then any other.
fn tone(from: &[Tone], any: &[Tone], random: &mut Random) -> Tone {
    let from = if random.chance(0.12) { any } else { from };
    random.pick(from, Tone::Piano)
}

/// Sections of which something is heard.
pub(crate) fn heard(plan: &Plan, layer: u8) -> impl Iterator<Item = &Section> {
    let bar = f64::from(plan.style.beats);
    plan.sections.iter().filter(move |section| {
        let from = plan.beat_of(section);
        section.on & layer != 0
            && plan.time(from) < plan.length_s
            && plan.time(from + section.bars as f64 * bar) > -2.0
    })
}

/// A figure that is repeated over the chords.
struct Figure<'a> {
    plan: &'a Plan,
    layer: u8,
    figures: [Vec<u8>; 2],
    /// Only what is palm-muted, or only what is not.
    muted: bool,
    fifths: bool,
    gate: f64,
    strum_s: f64,
    order: usize,
    wild: f64,
    walk: i32,
    /// All rings until the chord changes.
    pedal: bool,
    /// How much softer what is not on the first beat of a bar is.
    accent: f64,
}

impl<'a> Figure<'a> {
    fn new(plan: &'a Plan, layer: u8, tone: Tone, figures: [Vec<u8>; 2], random: &mut Random) -> Figure<'a> {
        let strummed = matches!(tone, Tone::Guitar | Tone::Nylon | Tone::Harp | Tone::Harpsichord);
        Figure {
            plan,
            layer,
            figures,
            muted: false,
            fifths: tone == Tone::Power,
            gate: random.between(0.5, 1.0),
            strum_s: if strummed { random.between(0.003, 0.018) } else { 0.0 },
            order: random.below(5),
            wild: if plan.jitter_s > 0.002 { 0.12 } else { 0.03 },
            walk: 0,
            pedal: matches!(tone, Tone::Piano | Tone::EPiano | Tone::Harp)
                && layer == COMP
                && random.chance(0.5),
            accent: random.between(-0.05, 0.4).max(0.0),
        }
    }

    fn notes(&mut self, random: &mut Random) -> Vec<Note> {
        let plan = self.plan;
        let steps = plan.style.steps;
        let mut all = Vec::new();
        for section in heard(plan, self.layer) {
            let pattern = self.figures[section.part % 2].clone();
            let length = section.bars as f64 * f64::from(plan.style.beats);
            let mut count = 0;
            for step in 0..section.bars * plan.style.beats as usize * steps {
                let beat = step as f64 / steps as f64;
                if beat >= length - section.stop {
                    break;
                }
                let character = at(&pattern, step);
                count =
                    if step % (plan.style.beats as usize * steps) == 0 && self.order < 4 { 0 } else { count };
                let Some((pitches, gain)) = self.sound(character, section, beat, &mut count, random) else {
                    continue;
                };
                if !plan.within(plan.time(plan.beat_of(section) + beat)) {
                    continue;
                }
                let mut long = held(&pattern, step) as f64 / steps as f64;
                if self.pedal {
                    let chord = plan.harmony.beats_per_chord;
                    long = long.max(chord - beat.rem_euclid(chord));
                }
                all.push(self.note(plan.beat_of(section) + beat, long, pitches, gain, random));
            }
        }
        self.opening(random, &mut all);
        all
    }

    fn note(&self, beat: f64, long: f64, mut pitches: Vec<f64>, gain: f64, random: &mut Random) -> Note {
        // Up-strokes go the other way.
        if self.strum_s > 0.0 && (beat * 2.0).round() as i64 % 2 == 1 {
            pitches.reverse();
        }
        let inside = beat.rem_euclid(f64::from(self.plan.style.beats));
        let fall = if inside < 0.01 {
            0.0
        } else if (inside - inside.round()).abs() < 0.01 {
            0.6
        } else {
            1.0
        };
        let gain = gain * (1.0 - self.accent * fall);
        Note {
            at_s: self.plan.played(beat, self.layer, random),
            for_s: (self.plan.time(beat + long) - self.plan.time(beat))
                * if long > 0.3 { self.gate.max(0.8) } else { self.gate },
            pitches,
            gain: (gain * (1.0 + self.wild * random.normal())).clamp(0.05, 1.0),
            strum_s: self.strum_s,
        }
    }

    /// Pitches and loudness of a character of the figure.
    fn sound(
        &mut self,
        character: u8,
        section: &Section,
        beat: f64,
        count: &mut usize,
        random: &mut Random,
    ) -> Option<(Vec<f64>, f64)> {
        let harmony = &self.plan.harmony;
        let root = harmony.chord(section.part, beat + if self.plan.push { 0.5 } else { 0.0 });
        let octave = if self.layer == BASS { 0.0 } else { 12.0 };
        let low = |above: i32| vec![harmony.bass(root, above) + octave];
        if (character == b'm') != self.muted {
            // A sound that is not distorted has no muted twin: it plays those notes itself.
            return (character == b'm' && !self.fifths && random.chance(0.9)).then(|| (low(0), 0.6));
        }
        Some(match character {
            b'r' | b'b' => (low(0), 0.8),
            b'R' => (low(0), 1.0),
            b'3' => (low(2), 0.7),
            b'5' => (low(4), 0.75),
            b'8' => (low(7), 0.75),
            b'm' => (harmony.fifths(root).into_iter().take(2).map(|pitch| pitch - 5.0).collect(), 0.8),
            b'w' => (self.walk(section, root, beat, random), 0.8),
            b'?' if random.chance(0.5) => return None,
            b'?' if self.layer == BASS => (low(0), 0.6),
            b'x' | b'X' | b'u' | b'?' => {
                let gain = [0.75, 1.0, 0.5][b"xXu".iter().position(|known| *known == character).unwrap_or(0)];
                (if self.fifths { harmony.fifths(root) } else { harmony.voicing(root) }, gain)
            }
            b'a' => (vec![self.arpeggio(root, count, random)], 0.7),
            _ => return None,
        })
    }

    /// A bass that goes on a beat: to the root on a new chord, by a step into the next, else where it likes.
    fn walk(&mut self, section: &Section, root: i32, beat: f64, random: &mut Random) -> Vec<f64> {
        let harmony = &self.plan.harmony;
        let next = harmony.chord(section.part, beat + 1.0);
        let into = beat.rem_euclid(harmony.beats_per_chord);
        if into < 0.01 {
            self.walk = 0;
        } else if next != root {
            let by = random.pick(&[-1.0, 1.0, -2.0], -1.0);
            return vec![harmony.bass(next, 0) + by];
        } else {
            self.walk = random.pick(&[0, 2, 4, 7, self.walk + 1, self.walk - 1], 2).clamp(-3, 8);
        }
        vec![harmony.bass(root, self.walk)]
    }

    fn arpeggio(&self, root: i32, count: &mut usize, random: &mut Random) -> f64 {
        let mut tones = self.plan.harmony.voicing(root);
        let above: Vec<f64> = tones.iter().map(|tone| tone + 12.0).collect();
        tones.extend(above);
        let n = tones.len();
        let i = *count;
        *count += 1;
        let index = match self.order {
            0 => i % n,
            1 => n - 1 - i % n,
            2 => (i % (2 * n - 2)).min(2 * n - 2 - i % (2 * n - 2)),
            3 => [0, 2, 1, 2, 3, 2, 1, 2][i % 8] % n,
            _ => random.below(n),
        };
        tones[index]
    }

    /// Runs into the first bar where the song has a pick-up.
    fn opening(&self, random: &mut Random, all: &mut Vec<Note>) {
        let Begin::PickUp(beats) = self.plan.begin else { return };
        if self.layer != layer::COMP || !self.plan.style.grooves.is_empty() {
            return;
        }
        let bar = f64::from(self.plan.style.beats);
        let (mut beat, mut degree) = (bar - beats, -3);
        while beat < bar - 0.01 {
            let pitch = self.plan.harmony.melody(degree, 67);
            all.push(self.note(beat, 0.5, vec![pitch], 0.7, random));
            beat += 0.5;
            degree += 1;
        }
    }
}

/// Chords held as long as they last.
fn pads(plan: &Plan, random: &mut Random) -> Vec<Note> {
    let mut all = Vec::new();
    let harmony = &plan.harmony;
    let early = if plan.push { 0.5 } else { 0.0 };
    for section in heard(plan, PAD) {
        let length = section.bars as f64 * f64::from(plan.style.beats) - section.stop;
        let start = plan.beat_of(section);
        let mut beat = 0.0;
        while beat < length - 0.01 {
            let long = harmony.beats_per_chord.min(length - beat);
            let onset = start + beat - if beat > 0.0 { early } else { 0.0 };
            let root = harmony.chord(section.part, beat);
            if plan.within(plan.time(onset)) {
                all.push(Note {
                    at_s: plan.played(onset, PAD, random),
                    for_s: plan.time(start + beat + long) - plan.time(onset),
                    pitches: harmony.voicing(root),
                    gain: 0.7,
                    strum_s: 0.0,
                });
            }
            beat += long;
        }
    }
    all
}
