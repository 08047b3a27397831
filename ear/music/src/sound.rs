//! Instruments: what a tone is made of, drawn anew for each song.

use crate::{random::Random, tables::Shape};

/// A family of instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[rustfmt::skip]
pub(crate) enum Tone {
    // basses
    Sub, SawBass, SquareBass, FmBass, Finger, Upright, Reese, Acid, Tuba,
    // chords
    Piano, EPiano, Organ, Stab, Guitar, Nylon, Power, Muted, Accordion, Harpsichord, Chip, Marimba, Harp,
    // held
    Pad, Strings, Choir, SuperSaw,
    // melodies
    SawLead, Voice, Bell, Flute, Brass, Square, Pluck, Pizzicato, Violin,
}

/// One oscillator: its wave, its frequency as a multiple of the note's, its level.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wave(pub(crate) Shape, pub(crate) f64, pub(crate) f32);

/// All that a voice needs to sound.
#[derive(Debug, Clone)]
pub(crate) struct Patch {
    /// At most three.
    pub(crate) waves: Vec<Wave>,
    /// Instead of the oscillators a string, with this loss.
    pub(crate) string: Option<f32>,
    /// The first oscillator's phase is moved by another: ratio, radians, decay in s.
    pub(crate) fm: Option<(f64, f32, f32)>,
    /// Seconds to full level.
    pub(crate) attack_s: f32,
    /// Seconds for the decay to `sustain`, as a time constant.
    pub(crate) decay_s: f32,
    /// Level that is held.
    pub(crate) sustain: f32,
    /// Time constant after the end.
    pub(crate) release_s: f32,
    /// Low-pass, in Hz.
    pub(crate) cutoff_hz: f32,
    /// So many octaves further open at the onset.
    pub(crate) open: f32,
    /// Time constant of the closing, in s.
    pub(crate) close_s: f32,
    /// 0 none to 1.
    pub(crate) resonance: f32,
    /// Depth as a share of the frequency, and rate in Hz.
    pub(crate) vibrato: (f32, f32),
    /// A note begins so far below its pitch, as a share of the frequency.
    pub(crate) scoop: f32,
    /// Gain into the saturation; 0 for none.
    pub(crate) drive: f32,
    /// Share of noise: breath, bow, hammer.
    pub(crate) breath: f32,
}

/// Draws one of a family.
pub(crate) fn patch(tone: Tone, random: &mut Random) -> Patch {
    match tone {
        Tone::Sub | Tone::SawBass | Tone::SquareBass | Tone::FmBass | Tone::Reese | Tone::Acid => {
            low(tone, random)
        }
        Tone::Pad | Tone::Strings | Tone::Choir | Tone::SuperSaw => held(tone, random),
        Tone::Power | Tone::Muted => distorted(tone, random),
        Tone::Finger | Tone::Upright | Tone::Guitar | Tone::Nylon | Tone::Harp | Tone::Pizzicato => {
            string(tone, random)
        }
        Tone::Piano | Tone::EPiano | Tone::Harpsichord | Tone::Marimba | Tone::Bell | Tone::Pluck => {
            struck(tone, random)
        }
        Tone::Organ
        | Tone::Accordion
        | Tone::Tuba
        | Tone::Brass
        | Tone::Flute
        | Tone::Violin
        | Tone::Voice => blown(tone, random),
        Tone::Stab | Tone::Chip | Tone::SawLead | Tone::Square => synth(tone, random),
    }
}

/// What the families begin from.
fn base(random: &mut Random) -> Patch {
    Patch {
        waves: vec![Wave(Shape::Saw, 1.0, 1.0)],
        string: None,
        fm: None,
        attack_s: 0.003,
        decay_s: 0.3,
        sustain: 0.7,
        release_s: 0.03,
        cutoff_hz: random.log_between(900.0, 6000.0) as f32,
        open: 0.0,
        close_s: 0.15,
        resonance: random.between(0.0, 0.4) as f32,
        vibrato: (0.0, 5.0),
        scoop: 0.0,
        drive: 0.0,
        breath: 0.0,
    }
}

/// A detuned copy: a ratio of some cents.
fn cents(random: &mut Random, most: f64) -> f64 {
    2_f64.powf(random.between(2.0, most) / 1200.0)
}

fn low(tone: Tone, random: &mut Random) -> Patch {
    let mut patch = base(random);
    patch.cutoff_hz = random.log_between(150.0, 1200.0) as f32;
    patch.open = random.between(0.0, 3.0) as f32;
    patch.close_s = random.log_between(0.04, 0.4) as f32;
    patch.sustain = random.between(0.3, 1.0) as f32;
    patch.drive = if random.chance(0.3) { random.between(1.0, 4.0) as f32 } else { 0.0 };
    match tone {
        Tone::Sub => {
            patch.waves =
                vec![Wave(if random.chance(0.7) { Shape::Sine } else { Shape::Triangle }, 1.0, 1.0)];
            patch.sustain = 1.0;
            patch.attack_s = random.between(0.004, 0.03) as f32;
        }
        Tone::SquareBass => patch.waves = vec![Wave(Shape::Square, 1.0, 1.0), Wave(Shape::Sine, 0.5, 0.4)],
        Tone::FmBass => {
            patch.waves = vec![Wave(Shape::Sine, 1.0, 1.0)];
            let ratio = random.pick(&[1.0, 2.0, 3.0, 1.5], 1.0);
            patch.fm = Some((ratio, random.between(0.8, 4.0) as f32, random.log_between(0.05, 0.5) as f32));
            patch.cutoff_hz = 6000.0;
        }
        Tone::Reese => {
            let by = cents(random, 30.0);
            patch.waves = vec![Wave(Shape::Saw, 1.0, 1.0), Wave(Shape::Saw, by, 1.0)];
            patch.sustain = 1.0;
        }
        Tone::Acid => {
            patch.resonance = random.between(0.6, 0.92) as f32;
            patch.open = random.between(2.0, 4.5) as f32;
            patch.drive = random.between(0.0, 5.0) as f32;
        }
        _ => {}
    }
    patch
}

fn held(tone: Tone, random: &mut Random) -> Patch {
    let mut patch = base(random);
    let by = cents(random, 18.0);
    let shape = match tone {
        Tone::Choir => random.pick(&[Shape::Ah, Shape::Oh], Shape::Ah),
        Tone::Pad => {
            random.pick(&[Shape::Saw, Shape::Triangle, Shape::Pulse, Shape::Oh, Shape::Square], Shape::Saw)
        }
        _ => Shape::Saw,
    };
    patch.waves = vec![Wave(shape, 1.0, 1.0), Wave(shape, by, 0.9), Wave(shape, 1.0 / by, 0.9)];
    patch.attack_s = random.log_between(0.05, 0.7) as f32;
    patch.release_s = random.log_between(0.1, 0.7) as f32;
    patch.sustain = 1.0;
    patch.cutoff_hz = random.log_between(400.0, 5000.0) as f32;
    match tone {
        Tone::SuperSaw => {
            patch.attack_s = 0.005;
            patch.cutoff_hz = random.log_between(2500.0, 10_000.0) as f32;
        }
        Tone::Strings => {
            patch.attack_s = random.log_between(0.04, 0.3) as f32;
            patch.vibrato = (0.003, random.between(4.5, 6.5) as f32);
        }
        Tone::Choir => patch.vibrato = (0.006, random.between(4.0, 6.0) as f32),
        _ => {}
    }
    patch
}

fn distorted(tone: Tone, random: &mut Random) -> Patch {
    let mut patch = base(random);
    let by = cents(random, 9.0);
    patch.waves = vec![Wave(Shape::Saw, 1.0, 1.0), Wave(Shape::Saw, by, 0.7)];
    patch.drive = random.log_between(3.0, 25.0) as f32;
    patch.cutoff_hz = random.log_between(1200.0, 4500.0) as f32;
    patch.decay_s = 2.5;
    patch.sustain = 0.5;
    if tone == Tone::Muted {
        patch.decay_s = random.between(0.04, 0.12) as f32;
        patch.sustain = 0.05;
        patch.cutoff_hz = random.log_between(500.0, 1800.0) as f32;
        patch.open = 1.0;
        patch.close_s = 0.03;
    }
    patch
}

fn string(tone: Tone, random: &mut Random) -> Patch {
    let mut patch = base(random);
    let (low, high) = match tone {
        Tone::Finger | Tone::Guitar => (0.990, 0.998),
        Tone::Pizzicato => (0.94, 0.975),
        _ => (0.985, 0.996),
    };
    patch.string = Some(random.between(low, high) as f32);
    patch.sustain = 1.0;
    patch.attack_s = 0.001;
    patch.release_s = if tone == Tone::Harp { 0.5 } else { random.between(0.03, 0.15) as f32 };
    patch.cutoff_hz = match tone {
        Tone::Finger => random.log_between(400.0, 2500.0),
        Tone::Upright => random.log_between(250.0, 900.0),
        Tone::Guitar => random.log_between(2000.0, 9000.0),
        _ => random.log_between(1200.0, 5000.0),
    } as f32;
    patch.drive =
        if tone == Tone::Guitar && random.chance(0.25) { random.between(1.0, 5.0) as f32 } else { 0.0 };
    patch
}

fn struck(tone: Tone, random: &mut Random) -> Patch {
    let mut patch = base(random);
    patch.sustain = 0.0;
    patch.attack_s = random.between(0.001, 0.006) as f32;
    patch.release_s = random.log_between(0.06, 0.5) as f32;
    patch.waves = vec![Wave(Shape::Sine, 1.0, 1.0)];
    let index = random.between(0.5, 3.0) as f32;
    match tone {
        Tone::EPiano => {
            patch.fm = Some((random.pick(&[1.0, 2.0, 14.0], 1.0), index.min(1.4), 0.4));
            patch.decay_s = random.between(0.6, 1.6) as f32;
        }
        Tone::Bell => {
            patch.fm =
                Some((random.pick(&[3.5, 1.4, 2.76, 4.2], 3.5), index, random.between(0.3, 1.2) as f32));
            patch.decay_s = random.between(0.4, 1.5) as f32;
            patch.cutoff_hz = 9000.0;
        }
        Tone::Marimba => {
            patch.waves = vec![Wave(Shape::Sine, 1.0, 1.0), Wave(Shape::Sine, 3.9, 0.3)];
            patch.decay_s = random.between(0.1, 0.4) as f32;
        }
        Tone::Pluck => {
            patch.waves =
                vec![Wave(random.pick(&[Shape::Saw, Shape::Pulse, Shape::Square], Shape::Saw), 1.0, 1.0)];
            patch.decay_s = random.log_between(0.08, 0.5) as f32;
            patch.cutoff_hz = random.log_between(300.0, 1500.0) as f32;
            patch.open = random.between(1.0, 4.0) as f32;
            patch.close_s = random.log_between(0.04, 0.25) as f32;
        }
        Tone::Harpsichord => {
            patch.waves = vec![Wave(Shape::Thin, 1.0, 1.0), Wave(Shape::Thin, 2.0, 0.5)];
            patch.decay_s = 0.6;
            patch.cutoff_hz = 8000.0;
        }
        _ => {
            let by = cents(random, 4.0);
            patch.waves = vec![Wave(Shape::String, 1.0, 1.0), Wave(Shape::String, by, 0.8)];
            patch.decay_s = random.log_between(0.6, 2.2) as f32;
            patch.cutoff_hz = random.log_between(700.0, 3000.0) as f32;
            patch.open = random.between(0.5, 2.0) as f32;
            patch.close_s = random.log_between(0.1, 0.6) as f32;
            patch.breath = random.between(0.0, 0.15) as f32;
        }
    }
    patch
}

fn blown(tone: Tone, random: &mut Random) -> Patch {
    let mut patch = base(random);
    let rate = random.between(4.5, 6.8) as f32;
    patch.attack_s = random.log_between(0.015, 0.09) as f32;
    patch.sustain = random.between(0.8, 1.0) as f32;
    patch.release_s = random.log_between(0.03, 0.15) as f32;
    patch.cutoff_hz = random.log_between(1500.0, 7000.0) as f32;
    patch.resonance = 0.1;
    let shape = match tone {
        Tone::Organ => random.pick(&[Shape::Organ, Shape::Bright], Shape::Organ),
        Tone::Accordion => Shape::Reed,
        Tone::Flute => Shape::Triangle,
        Tone::Voice => random.pick(&[Shape::Ah, Shape::Oh, Shape::Ah, Shape::Saw], Shape::Ah),
        _ => Shape::Saw,
    };
    patch.waves = vec![Wave(shape, 1.0, 1.0)];
    match tone {
        Tone::Organ => {
            patch.attack_s = 0.004;
            patch.vibrato = (random.pick(&[0.0, 0.002, 0.004], 0.0), rate);
            patch.drive = random.pick(&[0.0, 0.0, 2.0], 0.0);
        }
        Tone::Accordion => patch.waves.push(Wave(shape, cents(random, 20.0), 0.9)),
        Tone::Flute => {
            patch.breath = 0.06;
            patch.vibrato = (0.005, rate);
        }
        Tone::Voice => {
            patch.vibrato = (random.between(0.004, 0.016) as f32, rate);
            patch.scoop = random.between(0.0, 0.09) as f32;
            patch.breath = random.between(0.0, 0.05) as f32;
        }
        Tone::Violin => {
            patch.scoop = random.pick(&[0.0, 0.0, 0.03, 0.06], 0.0);
            patch.vibrato = (random.between(0.003, 0.009) as f32, rate);
        }
        _ => {
            patch.open = 1.0;
            patch.cutoff_hz = random.log_between(600.0, 2500.0) as f32;
        }
    }
    patch
}

fn synth(tone: Tone, random: &mut Random) -> Patch {
    let mut patch = base(random);
    let shapes = [Shape::Saw, Shape::Square, Shape::Pulse, Shape::Thin];
    let shape = if tone == Tone::SawLead { Shape::Saw } else { random.pick(&shapes, Shape::Saw) };
    let by = cents(random, 16.0);
    patch.waves = vec![Wave(shape, 1.0, 1.0), Wave(shape, by, 0.8)];
    match tone {
        Tone::Chip => {
            patch.waves.truncate(1);
            patch.waves[0].0 =
                random.pick(&[Shape::Square, Shape::Pulse, Shape::Thin, Shape::Triangle], Shape::Pulse);
            patch.cutoff_hz = 12_000.0;
            patch.attack_s = 0.001;
            patch.release_s = 0.005;
            patch.sustain = random.pick(&[0.0, 0.5, 1.0], 1.0);
            patch.decay_s = random.log_between(0.05, 0.4) as f32;
        }
        Tone::Stab => {
            patch.sustain = random.pick(&[0.0, 0.0, 0.4, 0.8], 0.0);
            patch.decay_s = random.log_between(0.08, 0.5) as f32;
            patch.open = random.between(0.0, 3.0) as f32;
            patch.close_s = random.log_between(0.05, 0.3) as f32;
        }
        _ => {
            patch.attack_s = random.log_between(0.002, 0.03) as f32;
            patch.vibrato = (random.between(0.0, 0.006) as f32, random.between(4.0, 7.0) as f32);
            patch.open = random.between(0.0, 2.0) as f32;
        }
    }
    patch
}
