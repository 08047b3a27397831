//! From a plan to events in time, and to the annotations of the same events.

use crate::annotations::{Annotations, Beat, Drum, Onset, Role, Section};
use crate::event::{Event, Instrument, Shape, Sound, Tone};
use crate::plan::{Chord, Part, Plan};
use crate::random::Random;

/// Sixteenths per beat.
pub(crate) const STEPS: u32 = 4;
/// Steps of a bar on which the lead plays: threes against the fours of the drums.
const MOTIF_STEPS: [u32; 6] = [0, 3, 6, 8, 11, 14];
/// Level of each repetition of the lead's echo, which come a dotted eighth apart.
const ECHO_GAIN: [f32; 3] = [1.0, 0.4, 0.18];
const ECHO_STEPS: f64 = 3.0;

/// A composed track.
#[derive(Debug)]
pub(crate) struct Score {
    /// In order of start.
    pub(crate) events: Vec<Event>,
    /// Starts of all kicks, in order.
    pub(crate) kicks: Vec<u64>,
    pub(crate) frames: u64,
    pub(crate) annotations: Annotations,
}

/// Writes a plan out.
pub(crate) fn compose(
    plan: &Plan,
    random: &mut Random,
    rate_hz: f64,
    hit_frames: impl Fn(crate::kit::Hit) -> u32,
) -> Score {
    let bars: u32 = plan.parts.iter().map(|part| part.bars).sum();
    let duration_s = f64::from(bars * plan.groove.beats_per_bar()) * plan.beat_s();
    let motif = std::array::from_fn(|_| random.pick(&[0, 1, 2, 3]));
    let frames = (duration_s * rate_hz).round() as u64;
    let mut writer = Writer {
        plan,
        rate_hz,
        frames,
        motif,
        hit_frames: &hit_frames,
        events: Vec::new(),
        onsets: Vec::new(),
    };
    writer.write_parts();
    let Writer { mut events, mut onsets, .. } = writer;
    events.sort_by_key(|event| event.start);
    onsets.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
    let annotations = Annotations {
        bpm: plan.bpm,
        beats_per_bar: plan.groove.beats_per_bar(),
        duration_s,
        beats: beats(plan, bars),
        sections: sections(plan),
        onsets,
    };
    let kicks = annotations.hits(Drum::Kick).map(|s| (s * rate_hz).round() as u64).collect();
    Score { events, kicks, frames, annotations }
}

fn beats(plan: &Plan, bars: u32) -> Vec<Beat> {
    let per_bar = plan.groove.beats_per_bar();
    (0..bars * per_bar)
        .map(|i| Beat { time_s: f64::from(i) * plan.beat_s(), position: i % per_bar + 1 })
        .collect()
}

fn sections(plan: &Plan) -> Vec<Section> {
    let bar_s = plan.beat_s() * f64::from(plan.groove.beats_per_bar());
    let mut letters: Vec<Role> = Vec::new();
    let mut bar = 0;
    plan.parts
        .iter()
        .map(|part| {
            let start = bar;
            bar += part.bars;
            let letter = letters.iter().position(|role| *role == part.role).unwrap_or_else(|| {
                letters.push(part.role);
                letters.len() - 1
            });
            Section {
                start_s: f64::from(start) * bar_s,
                end_s: f64::from(bar) * bar_s,
                label: char::from(b'A' + letter as u8),
                role: part.role,
            }
        })
        .collect()
}

/// One bar within its section.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bar {
    pub(crate) role: Role,
    /// Step of the track at which it begins.
    pub(crate) step: u32,
    /// Number within the section, from 0.
    pub(crate) number: u32,
    /// Bars of the section.
    pub(crate) of: u32,
    /// Steps of a bar.
    pub(crate) steps: u32,
}

impl Bar {
    /// How much of the section has passed, 0..1.
    pub(crate) fn progress(&self) -> f32 {
        self.number as f32 / self.of as f32
    }

    pub(crate) const fn is_last(&self) -> bool {
        self.number + 1 == self.of
    }
}

pub(crate) struct Writer<'a> {
    pub(crate) plan: &'a Plan,
    rate_hz: f64,
    frames: u64,
    /// Which note of the chord each step of the motif plays.
    motif: [usize; MOTIF_STEPS.len()],
    pub(crate) hit_frames: &'a dyn Fn(crate::kit::Hit) -> u32,
    pub(crate) events: Vec<Event>,
    pub(crate) onsets: Vec<Onset>,
}

impl Writer<'_> {
    fn write_parts(&mut self) {
        let steps = self.plan.groove.beats_per_bar() * STEPS;
        let mut step = 0;
        for Part { role, bars } in self.plan.parts.iter().copied() {
            for number in 0..bars {
                let bar = Bar { role, step, number, of: bars, steps };
                self.write_bar(&bar);
                step += steps;
            }
        }
    }

    fn write_bar(&mut self, bar: &Bar) {
        self.drums(bar);
        if bar.role == Role::Buildup && bar.number == 0 {
            self.add(f64::from(bar.step), f64::from(bar.steps * bar.of), 0.38, Sound::Riser);
        }
        let chord = self.plan.chords[bar.number as usize % 4];
        self.pad(bar, chord);
        self.bass(bar, chord);
        self.lead(bar, chord);
    }

    /// Seconds from the start of the track to a step; every second step is late by the swing.
    pub(crate) fn step_s(&self, step: f64) -> f64 {
        let late = if step.fract() == 0.0 && step as u64 % 2 == 1 { self.plan.swing } else { 0.0 };
        (step + late) * self.plan.beat_s() / f64::from(STEPS)
    }

    /// Adds an event of `steps` length at `step`; the end of the track cuts it.
    pub(crate) fn add(&mut self, step: f64, steps: f64, gain: f32, sound: Sound) {
        let frames = (steps * self.plan.beat_s() / f64::from(STEPS) * self.rate_hz) as u32;
        self.add_frames(step, frames, gain, sound);
    }

    pub(crate) fn add_frames(&mut self, step: f64, frames: u32, gain: f32, sound: Sound) {
        let start = (self.step_s(step) * self.rate_hz).round() as u64;
        let frames = u64::from(frames).min(self.frames.saturating_sub(start)) as u32;
        if frames > 0 && gain > 0.0 {
            self.events.push(Event { start, frames, gain, sound });
        }
    }

    fn pad(&mut self, bar: &Bar, chord: Chord) {
        let (gain, bright) = match bar.role {
            Role::Intro => (0.035, 0.05 + 0.2 * bar.progress()),
            Role::Verse => (0.035, 0.25),
            Role::Buildup => (0.045, 0.3 + 0.6 * bar.progress()),
            Role::Drop => (0.06, 0.7),
            Role::Break => (0.045, 0.35),
            Role::Outro => (0.035 * (1.0 - bar.progress()), 0.1),
        };
        for (voice, interval) in notes(chord).into_iter().enumerate() {
            for detune in [0.9975, 1.0025] {
                let mut tone = self.tone(Instrument::Pad, 24 + interval, detune, (bright, bright));
                tone.attack_frames = (0.04 * self.rate_hz) as f32;
                tone.shape = Shape::Hold((0.12 * self.rate_hz) as f32);
                // Voices that start at different phases do not add up to a click.
                tone.phase =
                    (voice as u32).wrapping_mul(0x3777_7777) ^ if detune > 1.0 { 0x5000_0000 } else { 0 };
                self.add(f64::from(bar.step), f64::from(bar.steps), gain, Sound::Tone(tone));
            }
        }
    }

    fn bass(&mut self, bar: &Bar, chord: Chord) {
        let gain = match bar.role {
            Role::Verse => 0.2,
            Role::Drop => 0.3,
            Role::Outro => 0.2 * (1.0 - bar.progress()),
            Role::Intro | Role::Buildup | Role::Break => return,
        };
        let bright = if bar.role == Role::Drop { 0.8 } else { 0.35 };
        for step in 0..bar.steps {
            // Off the beat, where the kick leaves room; the drop fills the sixteenths between.
            let (level, octave) = match (step % 4, bar.role) {
                (2, _) => (1.0, 12),
                (1 | 3, Role::Drop) => (0.7, 0),
                _ => continue,
            };
            let tone = self.tone(Instrument::Bass, chord.root + octave, 1.0, (bright, 0.0));
            self.add(f64::from(bar.step + step), 1.8, gain * level, Sound::Tone(tone));
        }
    }

    fn lead(&mut self, bar: &Bar, chord: Chord) {
        let (gain, bright) = match bar.role {
            Role::Drop => (0.16, 0.9),
            Role::Break => (0.07, 0.3),
            Role::Verse => (0.06, 0.2),
            Role::Buildup => (0.05 + 0.08 * bar.progress(), 0.2 + 0.6 * bar.progress()),
            Role::Intro | Role::Outro => return,
        };
        // The second half of a drop answers an octave higher.
        let octave = if bar.role == Role::Drop && bar.number * 2 >= bar.of { 12 } else { 0 };
        for (step, note) in MOTIF_STEPS.into_iter().zip(self.motif).filter(|(step, _)| *step < bar.steps) {
            for (echo, level) in ECHO_GAIN.into_iter().enumerate() {
                let tone = self.tone(Instrument::Lead, 36 + octave + notes(chord)[note], 1.0, (bright, 0.0));
                let at = f64::from(bar.step + step) + ECHO_STEPS * echo as f64;
                self.add(at, 3.5, gain * level, Sound::Tone(tone));
            }
        }
    }

    /// A plucked note, `semitones` above the tonic.
    fn tone(&self, instrument: Instrument, semitones: i8, detune: f64, bright: (f32, f32)) -> Tone {
        let hz = note_hz(f64::from(self.plan.tonic) + f64::from(semitones)) * detune;
        Tone {
            instrument,
            phase: 0,
            step: (hz / self.rate_hz * 4_294_967_296.0) as u32,
            bright,
            attack_frames: (0.004 * self.rate_hz) as f32,
            shape: Shape::Pluck,
        }
    }
}

/// Frequency of a MIDI note number in equal temperament, A4 = 69 = 440 Hz.
fn note_hz(midi: f64) -> f64 {
    440.0 * ((midi - 69.0) / 12.0).exp2()
}

/// Root, third, fifth and octave in semitones above the tonic.
fn notes(chord: Chord) -> [i8; 4] {
    [chord.root, chord.third, chord.root + 7, chord.root + 12]
}
