//! What happens to one part before it joins the others: echo, ducking, wobble, consonants.

use crate::{drums::Hit, mix::add, plan::Plan, random::Random, voice::Note};

/// Repeats, a dotted eighth, a quarter or less apart.
pub(crate) fn echo(bus: &mut [f32], bpm: f64, rate: f64, random: &mut Random) {
    let beats = random.pick(&[0.75, 0.75, 0.5, 1.0, 1.0 / 3.0], 0.75);
    let back = (beats * 60.0 / bpm * rate) as usize;
    let (again, wet) = (random.between(0.15, 0.55) as f32, random.between(0.15, 0.6) as f32);
    if back == 0 || back >= bus.len() {
        return;
    }
    let mut line = vec![0.0_f32; back];
    let mut at = 0;
    for sample in bus {
        let late = line[at];
        line[at] = *sample + again * late;
        *sample += wet * late;
        at = if at + 1 == back { 0 } else { at + 1 };
    }
}

/// Everything but the drums gives way to the kick.
pub(crate) fn duck(music: &mut [f32], hits: &[Hit], rate: f64, random: &mut Random) {
    let depth = random.between(0.2, 0.95) as f32;
    let recover = (random.log_between(0.08, 0.4) * rate) as usize;
    let shape: Vec<f32> =
        (0..recover).map(|i| 1.0 - depth * (1.0 - i as f32 / recover as f32).powi(2)).collect();
    let kicks: Vec<i64> = hits
        .iter()
        .filter(|hit| hit.letter == b'K' && hit.gain > 0.4)
        .map(|hit| (hit.at_s * rate) as i64)
        .collect();
    let mut sorted = kicks;
    sorted.sort_unstable();
    for (index, kick) in sorted.iter().enumerate() {
        let next = sorted.get(index + 1).copied().unwrap_or(i64::MAX);
        for (i, gain) in shape.iter().enumerate() {
            let at = kick + i as i64;
            if at >= next {
                break;
            }
            if let Some(sample) = usize::try_from(at).ok().and_then(|at| music.get_mut(at)) {
                *sample *= gain;
            }
        }
    }
}

/// The loudness goes up and down so many times a beat, as gated pads and wobbling basses do.
pub(crate) fn wobble(bus: &mut [f32], plan: &Plan, rate: f64, random: &mut Random) {
    let rates = random.pick(
        &[[4.0, 4.0, 4.0, 4.0], [2.0, 2.0, 4.0, 2.0], [3.0, 3.0, 2.0, 4.0], [1.0, 2.0, 3.0, 6.0]],
        [4.0; 4],
    );
    let (depth, shape) = (random.between(0.4, 1.0), random.log_between(0.5, 3.0));
    let mut beat = plan.first_beat.floor().max(0.0);
    loop {
        let from = (plan.time(beat) * rate).max(0.0) as usize;
        let to = ((plan.time(beat + 1.0) * rate).max(0.0) as usize).min(bus.len());
        let Some(samples) = bus.get_mut(from..to) else { return };
        let per_beat = rates[(beat as usize / 2) % 4];
        let length = samples.len().max(1) as f64;
        for (i, block) in samples.chunks_mut(32).enumerate() {
            let through = (i as f64 * 32.0 / length * per_beat).fract();
            let gain = (1.0 - depth * through.powf(shape)) as f32;
            block.iter_mut().for_each(|sample| *sample *= gain);
        }
        beat += 1.0;
    }
}

/// Noise before notes: s, f, t, as a voice has them, and not on the beat.
pub(crate) fn consonants(bus: &mut [f32], notes: &[Note], rate: f64, random: &mut Random) {
    let share = random.between(0.2, 0.7);
    for note in notes {
        if !random.chance(share) {
            continue;
        }
        let length = (random.log_between(0.02, 0.14) * rate) as usize;
        let (gain, mut past) = (random.between(0.1, 0.6) as f32, 0.0_f32);
        let sound: Vec<f32> = (0..length)
            .map(|i| {
                let white = random.noise();
                let high = white - past;
                past = white;
                let through = i as f32 / length as f32;
                gain * high * 4.0 * through * (1.0 - through)
            })
            .collect();
        add(bus, &sound, note.at_s * rate - 0.8 * length as f64, note.gain);
    }
}
