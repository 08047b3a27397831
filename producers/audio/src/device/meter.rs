//! Levels of every channel of a device, so that a user sees on which one the music is.

use std::ops::ControlFlow;
use std::thread;
use std::time::Duration;

use component::time::mono_ns;

use super::open::{Capture, DeviceError, StreamEnd};
use crate::config::Mixing;

/// Time between two readings.
const EVERY_NS: i64 = 50_000_000;
const NAP: Duration = Duration::from_millis(20);

/// Level of one channel since the last reading.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Level {
    /// Root mean square, 0..1 of full scale.
    pub rms: f32,
    /// Largest magnitude, 0..1 of full scale.
    pub peak: f32,
}

/// Reads the levels of a device (the default one without a name) some 20 times per second, until
/// `on_levels` breaks or the device is lost. Blocks the calling thread.
///
/// # Errors
/// When the device cannot be opened.
pub fn meter(
    device: Option<&str>,
    mut on_levels: impl FnMut(&[Level]) -> ControlFlow<()>,
) -> Result<(), DeviceError> {
    let all = Mixing { pair: None, mode: dsp::mix::Mode::Mean };
    let mut capture = Capture::open(device, &all)?;
    let mut reading = Reading::new(capture.channels);
    let mut due_ns = mono_ns() + EVERY_NS;
    while capture.end() == StreamEnd::GoesOn {
        while capture.next().is_some() {
            reading.take(capture.samples.interleaved());
        }
        if mono_ns() >= due_ns {
            due_ns += EVERY_NS;
            if on_levels(&reading.levels()).is_break() {
                break;
            }
        }
        thread::park_timeout(NAP);
    }
    Ok(())
}

/// Sums of one reading.
#[derive(Debug)]
struct Reading {
    frames: usize,
    energy: Vec<f64>,
    peak: Vec<f32>,
}

impl Reading {
    fn new(channels: usize) -> Reading {
        Reading { frames: 0, energy: vec![0.0; channels], peak: vec![0.0; channels] }
    }

    fn take(&mut self, interleaved: &[f32]) {
        for frame in interleaved.chunks_exact(self.energy.len()) {
            self.frames += 1;
            for ((energy, peak), sample) in self.energy.iter_mut().zip(&mut self.peak).zip(frame) {
                *energy += f64::from(sample * sample);
                *peak = peak.max(sample.abs());
            }
        }
    }

    fn levels(&mut self) -> Vec<Level> {
        let frames = std::mem::take(&mut self.frames).max(1) as f64;
        let channels = self.energy.iter_mut().zip(&mut self.peak);
        channels
            .map(|(energy, peak)| Level {
                rms: (std::mem::take(energy) / frames).sqrt() as f32,
                peak: std::mem::take(peak),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_channel_has_its_own_level() {
        let mut reading = Reading::new(3);
        reading.take(&[0.5, 0.0, -1.0].repeat(100));
        reading.take(&[-0.5, 0.0, 0.0].repeat(100));
        let levels = reading.levels();
        assert_eq!(levels[0], Level { rms: 0.5, peak: 0.5 });
        assert_eq!(levels[1], Level::default());
        assert!((levels[2].rms - 0.5f32.sqrt()).abs() < 1e-6 && levels[2].peak == 1.0);
        assert_eq!(reading.levels(), [Level::default(); 3], "a reading starts anew");
    }
}
