//! Sound files for tests: 32-bit float WAV, exact to the last bit.

use std::f32::consts::TAU;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

/// Format tag of IEEE float samples (RFC 2361, WAVE_FORMAT_IEEE_FLOAT).
const IEEE_FLOAT: u16 = 3;

/// Writes interleaved samples, full scale ±1, as a WAV file of `rate` Hz.
///
/// # Errors
/// When the samples are no whole frames, do not fit the format, or the file cannot be written.
pub fn write(path: &Path, rate: u32, channels: u16, samples: &[f32]) -> Result<()> {
    ensure!(channels > 0 && samples.len().is_multiple_of(channels.into()), "samples are no whole frames");
    let data_bytes = u32::try_from(samples.len() * 4).context("more samples than a WAV file holds")?;
    let mut file = header(rate, channels, data_bytes);
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    fs::write(path, file).with_context(|| format!("{} cannot be written", path.display()))
}

/// A sine of `hz` at `amplitude`, the same on every channel, interleaved.
pub fn sine(rate: u32, channels: u16, hz: f32, amplitude: f32, seconds: f32) -> Vec<f32> {
    let frames = (rate as f32 * seconds) as usize;
    // The phase is wrapped in f64: in f32 the pitch would wander after some minutes.
    let phase = |n: usize| (n as f64 * f64::from(hz) / f64::from(rate)).fract() as f32 * TAU;
    (0..frames).flat_map(|n| vec![amplitude * phase(n).sin(); channels.into()]).collect()
}

/// Clicks of 5 ms at an exact tempo, the first at 0 s; mono.
pub fn clicks(rate: u32, bpm: f64, seconds: f64) -> Vec<f32> {
    let mut samples = vec![0.0; (f64::from(rate) * seconds) as usize];
    let click = sine(rate, 1, 1_000.0, 0.9, 0.005);
    let mut beat = 0u32;
    loop {
        let at = (f64::from(beat) * 60.0 / bpm * f64::from(rate)).round() as usize;
        let Some(place) = samples.get_mut(at..) else { return samples };
        for (to, from) in place.iter_mut().zip(&click) {
            *to = *from;
        }
        beat += 1;
    }
}

fn header(rate: u32, channels: u16, data_bytes: u32) -> Vec<u8> {
    let frame_bytes = channels * 4;
    let mut header = Vec::with_capacity(58 + data_bytes as usize);
    header.extend(b"RIFF");
    header.extend((50 + data_bytes).to_le_bytes());
    header.extend(b"WAVEfmt ");
    header.extend(18u32.to_le_bytes());
    header.extend(IEEE_FLOAT.to_le_bytes());
    header.extend(channels.to_le_bytes());
    header.extend(rate.to_le_bytes());
    header.extend((rate * u32::from(frame_bytes)).to_le_bytes());
    header.extend(frame_bytes.to_le_bytes());
    header.extend(32u16.to_le_bytes());
    header.extend(0u16.to_le_bytes());
    // Formats other than integer PCM carry the number of frames.
    header.extend(b"fact");
    header.extend(4u32.to_le_bytes());
    header.extend((data_bytes / u32::from(frame_bytes)).to_le_bytes());
    header.extend(b"data");
    header.extend(data_bytes.to_le_bytes());
    header
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sine_has_its_level_and_the_file_its_length() {
        let samples = sine(48_000, 2, 440.0, 0.5, 0.5);
        let power: f32 = samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32;
        assert!((power.sqrt() - 0.5 / 2f32.sqrt()).abs() < 1e-3, "{}", power.sqrt());
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sine.wav");
        write(&path, 48_000, 2, &samples).unwrap();
        assert_eq!(fs::read(&path).unwrap().len(), 58 + 48_000 * 4);
        assert!(write(&path, 48_000, 2, &samples[1..]).is_err(), "half a frame is refused");
    }

    #[test]
    fn clicks_begin_where_the_tempo_says() {
        let samples = clicks(48_000, 120.0, 2.0);
        let quiet = |from: usize, to: usize| samples[from..to].iter().all(|s| *s == 0.0);
        for beat in 0..4 {
            let at = beat * 24_000;
            assert!(!quiet(at, at + 240) && quiet(at + 240, at + 24_000), "beat {beat}");
        }
    }
}
