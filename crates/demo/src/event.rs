//! One sound at one time. What it contributes to a sample depends on nothing but that sample's index.

use crate::kit::{Hit, Kit};
use crate::tables::{NoiseBands, Table};

/// Frames over which a sound that the end of the track cuts short is faded.
const CUT_FADE_FRAMES: f32 = 64.0;

/// A sound that starts at a frame and lasts for some.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// First frame.
    pub(crate) start: u64,
    /// Length.
    pub(crate) frames: u32,
    /// Peak of the sound, full scale 1.
    pub(crate) gain: f32,
    pub(crate) sound: Sound,
}

/// What sounds.
#[derive(Debug, Clone)]
pub(crate) enum Sound {
    Hit(Hit),
    Tone(Tone),
    /// Noise that rises in pitch and level.
    Riser,
}

/// Instruments that play notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Instrument {
    Bass,
    Pad,
    Lead,
}

/// A note.
#[derive(Debug, Clone)]
pub(crate) struct Tone {
    pub(crate) instrument: Instrument,
    /// Phase of the first frame; 2³² is one turn.
    pub(crate) phase: u32,
    /// Phase per frame.
    pub(crate) step: u32,
    /// Brightness at the start and at the end, 0..1.
    pub(crate) bright: (f32, f32),
    pub(crate) attack_frames: f32,
    pub(crate) shape: Shape,
}

/// The envelope after the attack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Shape {
    /// Falls from the start, as a plucked string does.
    Pluck,
    /// Stays, then is released over so many frames.
    Hold(f32),
}

/// The sounds that events choose from.
#[derive(Debug)]
pub(crate) struct Sounds {
    pub(crate) kit: Kit,
    pub(crate) bass: Table,
    pub(crate) pad: Table,
    pub(crate) lead: Table,
    pub(crate) noise: NoiseBands,
}

impl Event {
    /// First frame after it.
    pub(crate) fn end(&self) -> u64 {
        self.start + u64::from(self.frames)
    }

    /// Whether the kick makes it duck.
    pub(crate) fn ducks(&self) -> bool {
        matches!(self.sound, Sound::Tone(_))
    }

    /// Adds its frames `from`.. to `out`.
    pub(crate) fn add(&self, sounds: &Sounds, from: u32, out: &mut [f32]) {
        let frames = out.iter_mut().zip(from..self.frames);
        match &self.sound {
            Sound::Hit(hit) => {
                let samples = sounds.kit.sound(*hit);
                frames.for_each(|(out, k)| {
                    let cut = ((self.frames - k) as f32 / CUT_FADE_FRAMES).min(1.0);
                    *out += self.gain * cut * samples[k as usize];
                });
            }
            Sound::Riser => {
                let scale = 1.0 / self.frames as f32;
                frames.for_each(|(out, k)| {
                    let x = k as f32 * scale;
                    let cut = ((self.frames - k) as f32 / CUT_FADE_FRAMES).min(1.0);
                    *out += self.gain * cut * x * x * sounds.noise.at(k, x);
                });
            }
            Sound::Tone(tone) => {
                let table = sounds.table(tone.instrument);
                frames.for_each(|(out, k)| *out += self.gain * tone.at(table, k, self.frames));
            }
        }
    }
}

impl Tone {
    #[inline]
    fn at(&self, table: &Table, k: u32, frames: u32) -> f32 {
        let left = (frames - k) as f32;
        let gone = 1.0 - left / frames as f32;
        let attack = (k as f32 / self.attack_frames).min(1.0);
        let (envelope, travel) = match self.shape {
            Shape::Pluck => {
                let rest = 1.0 - gone;
                (rest * rest * rest, 1.0 - rest * rest)
            }
            Shape::Hold(release) => ((left / release).min(1.0), gone),
        };
        let bright = self.bright.0 + (self.bright.1 - self.bright.0) * travel;
        attack * envelope * table.at(self.phase.wrapping_add(self.step.wrapping_mul(k)), bright)
    }
}

impl Sounds {
    fn table(&self, instrument: Instrument) -> &Table {
        match instrument {
            Instrument::Bass => &self.bass,
            Instrument::Pad => &self.pad,
            Instrument::Lead => &self.lead,
        }
    }
}
