//! Waveforms, band-limited: one table for each number of partials.

use std::{f64::consts::TAU, sync::OnceLock};

/// Samples of a period; one more follows, so that interpolation needs no wrap.
const SIZE: usize = 1024;
/// Most partials of each table of a shape.
const PARTIALS: [usize; 13] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96];
const SHAPES: usize = 12;

/// Shapes of a wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One partial.
    Sine,
    /// Odd ones, soft.
    Triangle,
    /// All.
    Saw,
    /// Odd ones.
    Square,
    /// A quarter on.
    Pulse,
    /// An eighth on.
    Thin,
    /// Drawbars 8′ 4′ 2⅔′.
    Organ,
    /// Drawbars, bright.
    Bright,
    /// An open vowel.
    Ah,
    /// A closed vowel.
    Oh,
    /// A struck string.
    String,
    /// A blown reed.
    Reed,
}

/// The amplitude of partial `n`, from 1.
fn amplitude(shape: usize, n: usize) -> f64 {
    let f = n as f64;
    let odd = if n % 2 == 1 { 1.0 } else { 0.0 };
    let hump = |centre: f64, width: f64| (-((f - centre) / width).powi(2)).exp();
    match shape {
        0 => {
            if n == 1 {
                1.0
            } else {
                0.0
            }
        }
        1 => odd * if n % 4 == 1 { 1.0 } else { -1.0 } / (f * f),
        2 => 1.0 / f,
        3 => odd / f,
        4 => (f * TAU / 8.0).sin() / f,
        5 => (f * TAU / 16.0).sin() / f,
        6 => [0.0, 1.0, 0.7, 0.5, 0.2].get(n).copied().unwrap_or(0.0),
        7 => [0.0, 0.8, 0.6, 0.4, 0.5, 0.0, 0.4, 0.0, 0.4].get(n).copied().unwrap_or(0.0),
        8 => 0.3 / f + 0.8 * hump(4.0, 1.8) + 0.25 * hump(12.0, 3.0),
        9 => 0.8 / (f * f) + 0.6 * hump(2.2, 1.0) + 0.1 * hump(9.0, 2.0),
        10 => (f * TAU / 14.0).sin().abs() / f.powf(1.3),
        _ => (0.4 + 0.6 * odd) / f.powf(1.1) * (1.0 + hump(5.0, 2.0)),
    }
}

fn build() -> Vec<Vec<f32>> {
    let sines: Vec<f64> = (0..SIZE).map(|i| (TAU * i as f64 / SIZE as f64).sin()).collect();
    let mut all = Vec::with_capacity(SHAPES * PARTIALS.len());
    for shape in 0..SHAPES {
        let mut sum = vec![0.0_f64; SIZE];
        let mut done = 0;
        for partials in PARTIALS {
            for n in done + 1..=partials {
                let amplitude = amplitude(shape, n);
                for (i, out) in sum.iter_mut().enumerate() {
                    *out += amplitude * sines[(n * i) % SIZE];
                }
            }
            done = partials;
            let peak = sum.iter().fold(1e-9_f64, |peak, x| peak.max(x.abs()));
            let mut table: Vec<f32> = sum.iter().map(|x| (x / peak) as f32).collect();
            table.push(table[0]);
            all.push(table);
        }
    }
    all
}

/// The table of this shape for a fundamental of so many cycles a sample: nothing folds back.
pub(crate) fn table(shape: Shape, cycles: f64) -> &'static [f32] {
    static TABLES: OnceLock<Vec<Vec<f32>>> = OnceLock::new();
    let fits = PARTIALS.iter().rposition(|n| *n as f64 * cycles < 0.45).unwrap_or(0);
    &TABLES.get_or_init(build)[shape as usize * PARTIALS.len() + fits]
}

/// The value at a phase of 2³² a period.
#[inline]
pub(crate) fn look(table: &[f32], phase: u32) -> f32 {
    let index = (phase >> 22) as usize;
    let part = (phase & 0x003f_ffff) as f32 * (1.0 / 4_194_304.0);
    match table.get(index..index + 2) {
        Some(&[from, to]) => from + (to - from) * part,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_whole_and_bounded() {
        for shape in [Shape::Sine, Shape::Saw, Shape::Reed] {
            let wave = table(shape, 0.001);
            assert_eq!(wave.len(), SIZE + 1);
            assert!(wave.iter().all(|x| x.abs() <= 1.0));
        }
        assert!((look(table(Shape::Sine, 0.01), 1 << 30) - 1.0).abs() < 1e-4);
    }
}
