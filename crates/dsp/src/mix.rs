//! Interleaved channels to mono: a pair of channels, and how to make one of them.
//!
//! **Anti-phase.** A cable or a plug-in that inverts one side makes left and right cancel in a mean. The
//! correlation of the pair is followed slowly; when it stays clearly negative the right side is turned
//! over, gliding through zero gain so that nothing clicks. Wide but healthy stereo (correlation near 0)
//! is never touched: turning over starts below -0.6 and ends above -0.2.

use crate::envelope::coefficient;

/// How the pair becomes one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Half of left plus half of right, guarded against anti-phase.
    Mean,
    /// The first channel of the pair.
    Left,
    /// The second channel of the pair.
    Right,
    /// The stronger of the two, held until the other is 3 dB stronger.
    Loudest,
}

/// A channel that the device does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("channel {channel} asked of a device with {channels}: choose channels between 1 and {channels}")]
pub struct NoSuchChannel {
    /// The channel asked for, counted from 1.
    pub channel: usize,
    /// Channels of the device.
    pub channels: usize,
}

/// Memory in seconds of energies and correlation.
const MEMORY_S: f32 = 0.3;
/// Time constant in seconds of a change of gain.
const GLIDE_S: f32 = 0.05;
/// Correlation below which the right side is turned over, and above which it is turned back.
const TURN_BELOW: f32 = -0.6;
const BACK_ABOVE: f32 = -0.2;
/// Energy ratio at which [`Mode::Loudest`] changes sides: 3 dB.
const LOUDER: f32 = 2.0;
/// Mean square under which a pair says nothing about phase or loudness (-80 dBFS).
const SILENCE: f32 = 1e-8;

/// Mixes one pair of an interleaved stream.
#[derive(Debug, Clone)]
pub struct Mixer {
    channels: usize,
    pair: [usize; 2],
    mode: Mode,
    follow: f32,
    glide: f32,
    /// Slow means of left², right² and left·right.
    energy: [f32; 2],
    product: f32,
    /// Frames with sound that the means still need before they say anything.
    warm_up: u32,
    /// Gains of left and right, and where they glide to.
    gain: [f32; 2],
    target: [f32; 2],
}

impl Mixer {
    /// A mixer for a device of `channels` channels at `rate_hz`. `pair` counts from 1, as the labels on an
    /// interface do; without one, the first two, or the only one.
    ///
    /// # Errors
    /// When the device has no such channel.
    pub fn new(
        channels: usize,
        pair: Option<[usize; 2]>,
        mode: Mode,
        rate_hz: u32,
    ) -> Result<Mixer, NoSuchChannel> {
        let pair = pair.unwrap_or([1, channels.min(2)]);
        if let Some(channel) = pair.into_iter().find(|c| *c == 0 || *c > channels) {
            return Err(NoSuchChannel { channel, channels });
        }
        let target = match mode {
            Mode::Mean => [0.5, 0.5],
            Mode::Left | Mode::Loudest => [1.0, 0.0],
            Mode::Right => [0.0, 1.0],
        };
        let dt_s = 1.0 / rate_hz.max(1) as f32;
        Ok(Mixer {
            channels,
            pair: pair.map(|c| c - 1),
            mode,
            follow: coefficient(dt_s, MEMORY_S),
            glide: coefficient(dt_s, GLIDE_S),
            energy: [0.0; 2],
            product: 0.0,
            warm_up: (MEMORY_S * rate_hz as f32) as u32,
            gain: target,
            target,
        })
    }

    /// Appends one mono sample per whole frame of `interleaved` to `out`; allocates only when `out` must grow.
    pub fn mix(&mut self, interleaved: &[f32], out: &mut Vec<f32>) {
        for frame in interleaved.chunks_exact(self.channels) {
            let side = |c: usize| frame.get(c).copied().filter(|s| s.is_finite()).unwrap_or(0.0);
            let sample = self.next(side(self.pair[0]), side(self.pair[1]));
            out.push(sample);
        }
    }

    /// Whether one side is turned over because the pair is in anti-phase.
    pub fn turned_over(&self) -> bool {
        self.target[1] < 0.0
    }

    fn next(&mut self, left: f32, right: f32) -> f32 {
        if matches!(self.mode, Mode::Mean | Mode::Loudest) {
            self.listen(left, right);
            for (gain, target) in self.gain.iter_mut().zip(self.target) {
                *gain += self.glide * (target - *gain);
            }
        }
        self.gain[0] * left + self.gain[1] * right
    }

    fn listen(&mut self, left: f32, right: f32) {
        self.energy[0] += self.follow * (left * left - self.energy[0]);
        self.energy[1] += self.follow * (right * right - self.energy[1]);
        self.product += self.follow * (left * right - self.product);
        let [l, r] = self.energy;
        if l + r < SILENCE {
            return;
        }
        if self.warm_up > 0 {
            self.warm_up -= 1;
            return;
        }
        match self.mode {
            Mode::Loudest if l > LOUDER * r => self.target = [1.0, 0.0],
            Mode::Loudest if r > LOUDER * l => self.target = [0.0, 1.0],
            // Squares compared instead of a root per sample: correlation = product / sqrt(l * r).
            Mode::Mean if self.product < 0.0 && squared(self.product) > squared(TURN_BELOW) * l * r => {
                self.target[1] = -0.5;
            }
            Mode::Mean if self.product > 0.0 || squared(self.product) < squared(BACK_ABOVE) * l * r => {
                self.target[1] = 0.5;
            }
            _ => {}
        }
    }
}

const fn squared(x: f32) -> f32 {
    x * x
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const RATE_HZ: u32 = 48_000;

    fn tone(i: usize, hz: f32) -> f32 {
        0.5 * (std::f32::consts::TAU * hz * i as f32 / RATE_HZ as f32).sin()
    }

    fn mixed(mixer: &mut Mixer, seconds: f32, frame: impl Fn(usize) -> [f32; 2]) -> Vec<f32> {
        let frames: Vec<f32> = (0..(seconds * RATE_HZ as f32) as usize).flat_map(frame).collect();
        let mut out = Vec::new();
        mixer.mix(&frames, &mut out);
        out
    }

    fn rms(samples: &[f32]) -> f32 {
        (samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32).sqrt()
    }

    #[test]
    fn anti_phase_does_not_vanish_and_does_not_click() {
        let mut mixer = Mixer::new(2, None, Mode::Mean, RATE_HZ).unwrap();
        let out = mixed(&mut mixer, 1.0, |i| [tone(i, 440.0), -tone(i, 440.0)]);
        assert!(rms(&out[24_000..]) > 0.3, "{}", rms(&out[24_000..]));
        assert!(mixer.turned_over());
        let steepest = out.windows(2).map(|w| (w[1] - w[0]).abs()).fold(0.0, f32::max);
        assert!(steepest < 0.031, "no step beyond the tone's own slope: {steepest}");
        let back = mixed(&mut mixer, 2.0, |i| [tone(i, 440.0), tone(i, 440.0)]);
        assert!(!mixer.turned_over() && rms(&back[72_000..]) > 0.34);
    }

    #[test]
    fn wide_stereo_is_left_alone() {
        let mut mixer = Mixer::new(2, None, Mode::Mean, RATE_HZ).unwrap();
        let mut ever = false;
        for _ in 0..20 {
            mixed(&mut mixer, 0.2, |i| {
                [tone(i, 440.0) + tone(i, 110.0), tone(i, 660.0) - tone(i, 110.0) * 0.8]
            });
            ever |= mixer.turned_over();
        }
        assert!(!ever);
    }

    #[test]
    fn a_pair_of_a_big_desk_and_its_modes() {
        let frame: Vec<f32> = (0..32).map(|c| c as f32 / 100.0).collect();
        for (mode, expected) in [(Mode::Left, 0.30), (Mode::Right, 0.31), (Mode::Mean, 0.305)] {
            let mut out = Vec::new();
            Mixer::new(32, Some([31, 32]), mode, RATE_HZ).unwrap().mix(&frame, &mut out);
            assert!((out[0] - expected).abs() < 1e-3 && out.len() == 1);
        }
        let refused = Mixer::new(2, Some([1, 3]), Mode::Mean, RATE_HZ).unwrap_err();
        assert_eq!(refused, NoSuchChannel { channel: 3, channels: 2 });
        assert!(Mixer::new(0, None, Mode::Mean, RATE_HZ).is_err());
    }

    #[test]
    fn the_loudest_side_is_taken() {
        let mut mixer = Mixer::new(2, None, Mode::Loudest, RATE_HZ).unwrap();
        let out = mixed(&mut mixer, 1.0, |i| [0.1 * tone(i, 300.0), tone(i, 440.0)]);
        assert!((rms(&out[24_000..]) - 0.3535).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn one_finite_sample_per_frame(channels in 1usize..40, frames in 0usize..50, garbage in any::<u32>(), mode in 0..4) {
            let mode = [Mode::Mean, Mode::Left, Mode::Right, Mode::Loudest][mode as usize];
            let samples = vec![f32::from_bits(garbage).clamp(-10.0, 10.0); channels * frames];
            let mut out = Vec::new();
            Mixer::new(channels, None, mode, RATE_HZ).unwrap().mix(&samples, &mut out);
            prop_assert_eq!(out.len(), frames);
            prop_assert!(out.iter().all(|s| s.is_finite()));
        }
    }
}
