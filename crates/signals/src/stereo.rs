//! Two channels to one, as an input does it.

use dsp::mix::{Mixer, Mode};

use crate::signal::Signal;

/// Left and right through the mixer of the audio producer; name and beats are those of `left`.
pub fn mixed(mut left: Signal, right: &Signal) -> Signal {
    let pairs: Vec<f32> = left.samples.iter().zip(&right.samples).flat_map(|(l, r)| [*l, *r]).collect();
    left.samples.clear();
    // A pair of two channels is always there.
    if let Ok(mut mixer) = Mixer::new(2, None, Mode::Mean, left.rate_hz) {
        mixer.mix(&pairs, &mut left.samples);
    }
    left
}
