//! Prints what the analysis costs: seconds of one core per second of audio.
//!
//! `cargo run --release --example cost -p vjbus-features`
#![expect(clippy::print_stdout, reason = "a program that prints figures")]

use std::time::Instant;

use features::core::{Analyzer, Output};

/// Seconds of audio per figure.
const SECONDS: u32 = 60;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for rate in [8_000, 44_100, 48_000, 96_000, 192_000] {
        let mut analyzer = Analyzer::new(rate)?;
        let mut output = Output::default();
        let mut seed = 1u32;
        let mut samples = vec![0.0f32; 256];
        let mut frames = 0;
        let mut spent = std::time::Duration::ZERO;
        for _ in 0..SECONDS * rate / 256 {
            samples.fill_with(|| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed as f32 / u32::MAX as f32 - 0.5
            });
            let start = Instant::now();
            analyzer.process(&samples, &mut output);
            spent += start.elapsed();
            frames += output.frames().len();
        }
        let share = spent.as_secs_f64() / f64::from(SECONDS);
        println!("{rate:>6} Hz: {share:.5} s of one core per second of audio ({frames} frames)");
    }
    Ok(())
}
