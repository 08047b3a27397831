//! Samples in steps of 10 ms, so that what is heard does not depend on the size of blocks.

/// Steps per second.
pub const STEPS_PER_S: u32 = 100;
/// Root mean square below which nothing sounds: -70 dBFS, under the noise of a line input that is muted.
const SILENT_RMS: f32 = 3.2e-4;
/// Sound after so long a silence is another piece.
pub const PIECE_END_S: f64 = 3.0;
/// Samples beyond this are cut: 18 dB over full scale is no music.
const LOUDEST: f32 = 8.0;

/// Cuts a stream into steps.
#[derive(Debug, Default)]
pub struct Steps {
    whole: usize,
    step: Vec<f32>,
}

impl Steps {
    /// For samples of this rate.
    pub fn new(rate_hz: u32) -> Steps {
        let whole = (rate_hz / STEPS_PER_S).max(1) as usize;
        Steps { whole, step: Vec::with_capacity(whole) }
    }

    /// Takes samples off the front of `samples`: a whole step, or `None` when they do not suffice for one.
    /// A sample that is no number would stay in filters for ever: it is 0 here.
    pub fn next(&mut self, samples: &mut &[f32]) -> Option<&[f32]> {
        if self.step.len() == self.whole {
            self.step.clear();
        }
        let (now, later) = samples.split_at(samples.len().min(self.whole - self.step.len()));
        self.step.extend(now.iter().map(|sample| sane(*sample)));
        *samples = later;
        (self.whole > 0 && self.step.len() == self.whole).then_some(&self.step)
    }

    /// Forgets the step that has begun.
    pub fn clear(&mut self) {
        self.step.clear();
    }
}

/// Whether nothing sounds in these samples.
pub fn is_silent(samples: &[f32]) -> bool {
    let energy: f32 = samples.iter().map(|sample| sample * sample).sum();
    energy <= SILENT_RMS * SILENT_RMS * samples.len() as f32
}

fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_whole_in_order_and_sane_whatever_the_blocks() {
        let signal: Vec<f32> = (0..500).map(|n| if n == 7 { f32::NAN } else { n as f32 / 10.0 }).collect();
        for size in [1, 3, 80, 500] {
            let (mut steps, mut heard) = (Steps::new(8000), Vec::new());
            for mut block in signal.chunks(size) {
                while let Some(step) = steps.next(&mut block) {
                    assert_eq!(step.len(), 80);
                    heard.extend_from_slice(step);
                }
            }
            let expected: Vec<f32> = signal[..480].iter().map(|sample| sane(*sample)).collect();
            assert_eq!(heard, expected, "{size}");
        }
    }

    #[test]
    fn silence_is_what_lies_below_a_muted_input() {
        assert!(is_silent(&[1e-4; 80]) && !is_silent(&[1e-3; 80]) && is_silent(&[]));
    }
}
