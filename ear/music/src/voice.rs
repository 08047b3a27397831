//! Sounds one note or chord.

use std::f32::consts::TAU;

use crate::{
    random::Random,
    sound::Patch,
    tables::{Shape, look, table},
};

/// Samples between two looks at envelope, filter and vibrato: 0.7 ms at 44.1 kHz.
const BLOCK: usize = 32;

/// A note or a chord to be played.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    /// Onset, in s.
    pub(crate) at_s: f64,
    /// Length until the release begins, in s.
    pub(crate) for_s: f64,
    /// MIDI pitches.
    pub(crate) pitches: Vec<f64>,
    /// 0..1.
    pub(crate) gain: f64,
    /// Between two pitches of a strum, in s.
    pub(crate) strum_s: f64,
}

/// Renders it into `out`, which is cleared first.
pub(crate) fn play(patch: &Patch, note: &Note, rate: f64, random: &mut Random, out: &mut Vec<f32>) {
    out.clear();
    let hold = (note.for_s.clamp(0.01, 12.0) * rate) as usize;
    let tail = (f64::from(patch.release_s) * 4.0 * rate) as usize;
    // A decaying sound is over long before the end of a long note.
    let heard =
        if patch.sustain < 0.01 { (f64::from(patch.decay_s) * 6.0 * rate) as usize } else { usize::MAX };
    out.resize((hold + tail).min(heard).max(BLOCK), 0.0);
    for (index, pitch) in note.pitches.iter().enumerate() {
        let from = ((note.strum_s * index as f64 * rate) as usize).min(out.len() - 1);
        let cycles = 440.0 * 2_f64.powf((pitch - 69.0) / 12.0) / rate;
        match patch.string {
            Some(loss) => string(loss, cycles, random, &mut out[from..]),
            None if patch.fm.is_some() => modulated(patch, cycles, rate, &mut out[from..]),
            None => waves(patch, cycles, rate, random, &mut out[from..]),
        }
    }
    shape(patch, note, hold, rate as f32, random, out);
}

/// Oscillators side by side.
fn waves(patch: &Patch, cycles: f64, rate: f64, random: &mut Random, out: &mut [f32]) {
    let speed = patch.vibrato.1 * BLOCK as f32 / rate as f32 * TAU;
    for wave in &patch.waves {
        let own = cycles * wave.1;
        if own > 0.45 {
            continue;
        }
        let wave_table = table(wave.0, own * (1.0 + f64::from(patch.vibrato.0)));
        let step = own * 4_294_967_296.0;
        let mut phase = random.bits() as u32;
        for (block, samples) in out.chunks_mut(BLOCK).enumerate() {
            // Vibrato comes in over the first half second.
            let depth = patch.vibrato.0 * (block as f32 * BLOCK as f32 / rate as f32 * 2.0).min(1.0);
            let mut bend = if depth > 0.0 { f64::from(depth * (block as f32 * speed).sin()) } else { 0.0 };
            if patch.scoop > 0.0 {
                bend -= f64::from(patch.scoop * (-(block as f32) * BLOCK as f32 / rate as f32 * 18.0).exp());
            }
            let step = (step * (1.0 + bend)) as u32;
            for sample in samples {
                *sample += wave.2 * look(wave_table, phase);
                phase = phase.wrapping_add(step);
            }
        }
    }
}

/// One sine whose phase another moves.
fn modulated(patch: &Patch, cycles: f64, rate: f64, out: &mut [f32]) {
    let Some((ratio, index, decay_s)) = patch.fm else { return };
    let sine = table(Shape::Sine, 0.1);
    let step = (cycles * 4_294_967_296.0) as u32;
    let other = (cycles * ratio * 4_294_967_296.0) as u32;
    // Radians to 2³² a period.
    let mut depth = index / TAU * 4_294_967_296.0;
    let fall = (-(BLOCK as f32) / (decay_s * rate as f32)).exp();
    let (mut phase, mut moving) = (0_u32, 0_u32);
    for samples in out.chunks_mut(BLOCK) {
        for sample in samples {
            let by = (look(sine, moving) * depth) as i64 as u32;
            *sample += look(sine, phase.wrapping_add(by));
            phase = phase.wrapping_add(step);
            moving = moving.wrapping_add(other);
        }
        depth *= fall;
    }
}

/// A plucked string: noise round a lossy loop (Karplus and Strong, 1983).
fn string(loss: f32, cycles: f64, random: &mut Random, out: &mut [f32]) {
    let length = ((1.0 / cycles) as usize).clamp(2, 4096);
    let mut line: Vec<f32> = (0..length).map(|_| random.noise()).collect();
    let (mut at, mut last) = (0, 0.0);
    for sample in out {
        let now = line[at];
        *sample += now;
        line[at] = loss * 0.5 * (now + last);
        last = now;
        at = if at + 1 == length { 0 } else { at + 1 };
    }
}

/// A cheap saturation: follows tanh to 3 % and stays within ±1.
#[inline]
pub(crate) fn saturate(x: f32) -> f32 {
    let x = x.clamp(-3.0, 3.0);
    x * (27.0 + x * x) / (27.0 + 9.0 * x * x)
}

/// Filter, saturation and envelope over the whole.
fn shape(patch: &Patch, note: &Note, hold: usize, rate: f32, random: &mut Random, out: &mut [f32]) {
    let scale = 1.0 / (note.pitches.len().max(1) as f32).sqrt();
    // An accent is brighter as well as louder.
    let bright = 0.6 + 0.6 * note.gain as f32;
    let (mut low, mut band, mut level) = (0.0_f32, 0.0_f32, 0.0_f32);
    let damp = 2.0 - 1.9 * patch.resonance;
    let mut hiss = 0.0_f32;
    for (block, samples) in out.chunks_mut(BLOCK).enumerate() {
        let at = (block * BLOCK) as f32 / rate;
        let open = patch.open * (-at / patch.close_s).exp();
        let hz = (patch.cutoff_hz * bright * open.exp2()).clamp(60.0, 0.3 * rate);
        let g = (std::f32::consts::PI * hz / rate).tan();
        let norm = 1.0 / (1.0 + g * (g + damp));
        let next = envelope(patch, at + BLOCK as f32 / rate, hold as f32 / rate) * note.gain as f32;
        let slope = (next - level) / BLOCK as f32;
        for sample in samples {
            if patch.breath > 0.0 {
                hiss = 0.6 * hiss + 0.4 * random.noise();
            }
            // A state-variable low-pass in its trapezoidal form, stable at any resonance and sweep.
            let x = *sample * scale + patch.breath * hiss;
            let high = (x - low - (g + damp) * band) * norm;
            let middle = g * high + band;
            band = g * high + middle;
            let y = g * middle + low;
            low = g * middle + y;
            level += slope;
            let y = if patch.drive > 0.0 { saturate(y * (1.0 + patch.drive)) } else { y };
            *sample = y * level;
        }
    }
}

/// The level so many seconds after the onset.
fn envelope(patch: &Patch, at: f32, hold: f32) -> f32 {
    let shape = |at: f32| {
        if at < patch.attack_s {
            at / patch.attack_s
        } else {
            patch.sustain + (1.0 - patch.sustain) * (-(at - patch.attack_s) / patch.decay_s).exp()
        }
    };
    if at < hold { shape(at) } else { shape(hold) * (-(at - hold) / patch.release_s).exp() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{Tone, patch};

    #[test]
    fn every_family_sounds_and_ends() {
        let tones = [
            Tone::Sub,
            Tone::Acid,
            Tone::Piano,
            Tone::Guitar,
            Tone::Muted,
            Tone::Bell,
            Tone::Voice,
            Tone::Chip,
        ];
        for tone in tones {
            let mut random = Random::new(3);
            let patch = patch(tone, &mut random);
            let note = Note { at_s: 0.0, for_s: 0.3, pitches: vec![57.0, 61.0], gain: 0.8, strum_s: 0.0 };
            let mut out = Vec::new();
            play(&patch, &note, 44_100.0, &mut random, &mut out);
            let peak = out.iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
            assert!((0.02..4.0).contains(&peak), "{tone:?} {peak}");
            assert!(out.iter().all(|x| x.is_finite()) && out[out.len() - 1].abs() < 0.03 * peak, "{tone:?}");
        }
    }
}
