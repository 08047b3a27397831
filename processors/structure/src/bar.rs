//! One bar in numbers: what it sounds like, how it moves, what it plays.

use crate::frames::{FLUXES, Frames, MELS, PITCHES, decibel};

/// Places in a bar at which its rhythm is looked at: sixteenths of a 4/4 bar.
const PLACES: usize = 16;
/// Numbers in a rhythm.
pub(crate) const RHYTHM: usize = FLUXES * PLACES;
/// Fewer frames say nothing.
const FEWEST_FRAMES: usize = 8;

/// A bar that was heard.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bar {
    /// Its first beat, in seconds of the stream.
    pub(crate) start_s: f64,
    /// The first beat of the next.
    pub(crate) end_s: f64,
    /// Timbre: mean level of each mel band in dB, less their mean.
    pub(crate) shape: [f32; MELS],
    /// Mean level in dB.
    pub(crate) level_db: f32,
    /// Mean chroma.
    pub(crate) chroma: [f32; PITCHES],
    /// Rhythm: mean flux in dB at each place of the bar, band by band.
    pub(crate) rhythm: [f32; RHYTHM],
    /// Mean of the rhythm.
    pub(crate) density: f32,
}

impl Bar {
    /// The bar between two instants; `None` when it was not heard.
    pub(crate) fn heard(frames: &Frames, start_s: f64, end_s: f64) -> Option<Bar> {
        let mut bar = Bar {
            start_s,
            end_s,
            shape: [0.0; MELS],
            level_db: 0.0,
            chroma: [0.0; PITCHES],
            rhythm: [0.0; RHYTHM],
            density: 0.0,
        };
        let (mut count, mut power, mut counts) = (0usize, 0.0, [0u16; PLACES]);
        for frame in frames.between(start_s, end_s) {
            let place = ((frame.at_s - start_s) / (end_s - start_s) * PLACES as f64) as usize;
            let place = place.min(PLACES - 1);
            add(&mut bar.shape, &frame.mel_db);
            add(&mut bar.chroma, &frame.chroma);
            (0..FLUXES).for_each(|band| bar.rhythm[band * PLACES + place] += frame.flux[band]);
            (count, power) = (count + 1, power + frame.power);
            counts[place] += 1;
        }
        if count < FEWEST_FRAMES {
            return None;
        }
        let share = 1.0 / count as f32;
        bar.chroma.iter_mut().for_each(|x| *x *= share);
        bar.shape.iter_mut().for_each(|x| *x *= share);
        let middle = bar.shape.iter().sum::<f32>() / MELS as f32;
        bar.shape.iter_mut().for_each(|x| *x -= middle);
        bar.level_db = decibel(power * share);
        for (i, flux) in bar.rhythm.iter_mut().enumerate() {
            *flux /= f32::from(counts[i % PLACES].max(1));
        }
        bar.density = bar.rhythm.iter().sum::<f32>() / RHYTHM as f32;
        Some(bar)
    }
}

/// Root of the mean squared difference.
pub(crate) fn distance(a: &[f32], b: &[f32]) -> f32 {
    let sum: f32 = a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum();
    (sum / a.len().max(1) as f32).sqrt()
}

fn add(sum: &mut [f32], more: &[f32]) {
    sum.iter_mut().zip(more).for_each(|(sum, x)| *sum += x);
}
