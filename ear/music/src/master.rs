//! What happens to the whole: filters, room, saturation, compression, noise, level.

use std::f64::consts::PI;

use crate::{
    mix::{Stems, loudness},
    plan::Plan,
    random::Random,
    voice::saturate,
};

/// Samples between two settings of a moving filter.
const BLOCK: usize = 64;

/// A second-order low- and high-pass with a cutoff that may move.
#[derive(Debug, Clone, Copy, Default)]
struct Filter {
    low: f32,
    band: f32,
}

impl Filter {
    /// Filters a block in place.
    fn run(&mut self, samples: &mut [f32], hz: f64, rate: f64, high_pass: bool) {
        let g = (PI * (hz / rate).min(0.45)).tan() as f32;
        let damp = 1.414_f32;
        let norm = 1.0 / (1.0 + g * (g + damp));
        for sample in samples {
            let high = (*sample - self.low - (g + damp) * self.band) * norm;
            let middle = g * high + self.band;
            self.band = g * high + middle;
            let low = g * middle + self.low;
            self.low = g * middle + low;
            *sample = if high_pass { high } else { low };
        }
    }
}

/// The finished samples.
pub(crate) fn finish(plan: &Plan, mut stems: Stems, rate: f64, random: &mut Random) -> Vec<f32> {
    colour(&mut stems.drums, rate, 0.12, random);
    if random.chance(0.1) {
        room(&mut stems.drums, rate, random);
    }
    let mut out = stems.music;
    out.iter_mut().zip(&stems.drums).for_each(|(sum, x)| *sum += x);
    sweeps(plan, &mut out, rate);
    colour(&mut out, rate, 0.2, random);
    if random.chance(0.4) {
        room(&mut out, rate, random);
    }
    let gain = (0.12 / loudness(&out)) as f32;
    out.iter_mut().for_each(|x| *x *= gain);
    if random.chance(0.4) {
        let drive = random.log_between(1.0, 8.0) as f32;
        out.iter_mut().for_each(|x| *x = saturate(*x * drive));
    }
    if random.chance(0.5) {
        compress(&mut out, rate, random);
    }
    if random.chance(0.45) {
        hiss(&mut out, random);
    }
    if random.chance(0.06) {
        crackle(&mut out, rate, random);
    }
    if random.chance(0.05) {
        chatter(&mut out, rate, random);
    }
    level(&mut out, random);
    if random.chance(0.05) {
        let over = random.between(2.0, 10.0) * rate;
        out.iter_mut().take(over as usize).enumerate().for_each(|(i, x)| *x *= i as f32 / over as f32);
    }
    out
}

/// In some cases a low-pass or a high-pass.
fn colour(samples: &mut [f32], rate: f64, share: f64, random: &mut Random) {
    if random.chance(share) {
        let high_pass = random.chance(0.5);
        let hz = if high_pass { random.log_between(60.0, 500.0) } else { random.log_between(700.0, 9000.0) };
        Filter::default().run(samples, hz, rate, high_pass);
    }
}

/// The low-pass that opens or closes through a section.
fn sweeps(plan: &Plan, samples: &mut [f32], rate: f64) {
    let bar = f64::from(plan.style.beats);
    for section in plan.sections.iter().filter(|section| section.sweep.0 > 0.0) {
        let start = plan.beat_of(section);
        let (from, to) = (plan.time(start) * rate, plan.time(start + section.bars as f64 * bar) * rate);
        let first = from.max(0.0) as usize;
        let last = (to.max(0.0) as usize).min(samples.len());
        let mut filter = Filter::default();
        let Some(samples) = samples.get_mut(first..last) else { continue };
        for (block, samples) in samples.chunks_mut(BLOCK).enumerate() {
            let through = ((first + block * BLOCK) as f64 - from) / (to - from);
            let hz = section.sweep.0 * (section.sweep.1 / section.sweep.0).powf(through);
            filter.run(samples, hz, rate, false);
        }
    }
}

/// A few combs of 23 to 53 ms.
fn room(samples: &mut [f32], rate: f64, random: &mut Random) {
    let wet = random.between(0.05, 0.35) as f32;
    let again = random.between(0.4, 0.8) as f32;
    let mut lines: Vec<(Vec<f32>, usize, f32)> = [0.0233, 0.0317, 0.0411, 0.0527]
        .map(|s: f64| (vec![0.0; ((s * rate * random.between(0.8, 1.2)) as usize).max(1)], 0, 0.0))
        .to_vec();
    for sample in samples {
        let mut sum = 0.0;
        for (line, at, damp) in &mut lines {
            let late = line[*at];
            *damp += 0.5 * (late - *damp);
            line[*at] = *sample + again * *damp;
            *at = if *at + 1 == line.len() { 0 } else { *at + 1 };
            sum += late;
        }
        *sample += wet * sum;
    }
}

/// Loud is turned down, slowly enough to be heard.
fn compress(samples: &mut [f32], rate: f64, random: &mut Random) {
    let attack = 1.0 - (-1.0 / (random.log_between(0.002, 0.04) * rate)).exp() as f32;
    let release = 1.0 - (-1.0 / (random.log_between(0.05, 0.5) * rate)).exp() as f32;
    let threshold = random.between(0.05, 0.25) as f32;
    let ratio = random.between(0.3, 0.9) as f32;
    let (mut envelope, mut gain) = (0.0_f32, 1.0_f32);
    for block in samples.chunks_mut(16) {
        for sample in block.iter_mut() {
            let x = sample.abs();
            envelope += (x - envelope) * if x > envelope { attack } else { release };
            *sample *= gain;
        }
        gain = if envelope > threshold { (threshold / envelope).powf(ratio) } else { 1.0 };
    }
}

/// White or pink noise under all, 6 to 60 dB below.
fn hiss(samples: &mut [f32], random: &mut Random) {
    let level = (loudness(samples) * random.db(-60.0, -6.0)) as f32;
    let pink = random.chance(0.6);
    let (mut a, mut b, mut c) = (0.0_f32, 0.0_f32, 0.0_f32);
    for sample in samples {
        let white = random.noise();
        if pink {
            // Three poles an octave and a half apart come near 3 dB an octave.
            a = 0.99765 * a + white * 0.099;
            b = 0.963 * b + white * 0.2965;
            c = 0.57 * c + white * 1.0527;
            *sample += level * 0.6 * (a + b + c + white * 0.1848);
        } else {
            *sample += level * 1.7 * white;
        }
    }
}

/// Clicks of a record, some a second.
fn crackle(samples: &mut [f32], rate: f64, random: &mut Random) {
    let level = 0.12 * random.db(-18.0, 6.0) as f32;
    let between = rate / random.log_between(2.0, 30.0);
    let mut at = 0;
    loop {
        at += (random.between(0.0, 2.0) * between) as usize + 1;
        let Some(samples) = samples.get_mut(at..) else { return };
        let peak = level * random.noise();
        for (i, sample) in samples.iter_mut().take(12).enumerate() {
            *sample += peak * 0.6_f32.powi(i as i32) * if i % 2 == 0 { 1.0 } else { -1.0 };
        }
    }
}

/// Noise whose loudness goes as speech does, some 4 syllables a second.
fn chatter(samples: &mut [f32], rate: f64, random: &mut Random) {
    let level = (loudness(samples) * random.db(-24.0, -6.0)) as f32;
    let (mut loud, mut wanted, mut left) = (0.0_f32, 0.0_f32, 0_usize);
    let mut filter = Filter::default();
    for block in samples.chunks_mut(BLOCK) {
        if left < BLOCK {
            left = (random.between(0.06, 0.4) * rate) as usize;
            wanted = if random.chance(0.3) { 0.0 } else { random.unit() as f32 };
        }
        left -= BLOCK.min(left);
        let mut noise: Vec<f32> = (0..block.len()).map(|_| random.noise()).collect();
        filter.run(&mut noise, 1200.0, rate, false);
        for (sample, noise) in block.iter_mut().zip(noise) {
            loud += 0.001 * (wanted - loud);
            *sample += level * 4.0 * loud * noise;
        }
    }
}

/// The level of the whole: -30 to 0 dBFS at the peak; in some songs the peaks are cut off.
fn level(samples: &mut [f32], random: &mut Random) {
    let peak = samples.iter().fold(1e-6_f32, |peak, x| peak.max(x.abs()));
    let over = if random.chance(0.12) { random.db(1.0, 9.0) } else { 1.0 };
    let full = if random.chance(0.6) { random.db(-8.0, 0.0) } else { random.db(-30.0, 0.0) };
    let gain = over as f32 / peak;
    samples.iter_mut().for_each(|x| *x = (*x * gain).clamp(-1.0, 1.0) * full as f32);
}
