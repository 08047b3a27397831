//! Figures that no table holds: made up for one song, by where in the bar a step falls.

use crate::{random::Random, style::Style};

/// How likely something begins on this step: the beat of the bar, other beats, halves, the rest.
fn weight(style: &Style, step: usize, syncopated: bool) -> f64 {
    let bar = style.beats as usize * style.steps;
    let (on, off, fine) = if syncopated { (0.4, 0.6, 0.35) } else { (0.65, 0.35, 0.08) };
    match step % bar {
        0 => 0.95,
        inside if inside.is_multiple_of(style.steps) => on,
        inside if style.steps == 3 || (2 * inside).is_multiple_of(style.steps) => off,
        _ => fine,
    }
}

/// A figure for a bass, chords or an arpeggio, of the kind that the given one is.
pub(crate) fn figure(style: &Style, like: &str, random: &mut Random) -> Vec<u8> {
    let bar = style.beats as usize * style.steps;
    let steps = bar * random.pick(&[1, 1, 2], 1);
    let syncopated = random.chance(0.35);
    let held = if like.contains('_') { 0.85 } else { random.pick(&[0.0, 0.3, 0.8], 0.3) };
    let sounds: Vec<u8> = like.bytes().filter(|c| !b"_.".contains(c)).collect();
    let mut all = vec![b'.'; steps];
    for step in 0..steps {
        if random.chance(weight(style, step, syncopated)) {
            // What stands on the first step of the table's figure stands there here too.
            let first = sounds.first().copied().unwrap_or(b'x');
            all[step] = if step % bar == 0 { first } else { random.pick(&sounds, first) };
        } else if step > 0 && all[step - 1] != b'.' && random.chance(held) {
            all[step] = b'_';
        }
    }
    all
}

/// A bass drum that leaves the backbeats alone.
pub(crate) fn kick(style: &Style, random: &mut Random) -> Vec<u8> {
    let bar = style.beats as usize * style.steps;
    let steps = bar * random.pick(&[1, 1, 2], 1);
    let thin = random.between(0.3, 0.9);
    (0..steps)
        .map(|step| {
            let backbeat = (step / style.steps) % 2 == 1 && step.is_multiple_of(style.steps);
            let share = weight(style, step, true) * if step % bar == 0 { 1.0 } else { thin };
            if !backbeat && random.chance(share) { b'x' } else { b'.' }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::styles;

    #[test]
    fn inventions_fill_whole_bars() {
        for (seed, style) in styles::all().enumerate() {
            let random = &mut Random::new(seed as u64);
            let bar = style.beats as usize * style.steps;
            for pattern in [figure(style, "b_a.", random), kick(style, random)] {
                assert!(pattern.len().is_multiple_of(bar), "{}", style.name);
            }
        }
    }
}
