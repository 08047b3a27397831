//! Shape of a spectrum: centroid, roll-off, flatness, flux (Peeters, "A large set of audio features", 2004).

/// Mean square below which a spectrum counts as silence (-80 dBFS) and has no shape.
const SILENCE: f32 = 1e-8;
/// Share of the energy that lies below the roll-off.
const ROLLOFF_SHARE: f32 = 0.85;
/// Bands for the flatness span this range: below are too few bins, above is what encoders cut off.
const FLATNESS_HZ: std::ops::Range<f32> = 100.0..12_000.0;
/// Sum of magnitudes below which a change is not worth the name: flux fades out under it.
const FLUX_FLOOR: f32 = 1e-3;

/// What a spectrum looks like; all 0 in silence.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Shape {
    /// Centre of gravity of the magnitudes in Hz.
    pub centroid_hz: f32,
    /// Frequency in Hz below which 85 % of the energy lies.
    pub rolloff_hz: f32,
    /// Geometric over arithmetic mean of the power: 0 a tone, 1 white noise.
    pub flatness: f32,
}

impl Shape {
    /// The shape of `power`, whose bins are `bin_hz` apart.
    pub fn of(power: &[f32], bin_hz: f32) -> Shape {
        let total: f32 = power.iter().skip(1).sum();
        if total < SILENCE {
            return Shape::default();
        }
        Shape {
            centroid_hz: centroid(power, bin_hz),
            rolloff_hz: rolloff(power, bin_hz, total),
            flatness: flatness(power, bin_hz),
        }
    }
}

fn centroid(power: &[f32], bin_hz: f32) -> f32 {
    let (mut moment, mut sum) = (0.0, 0.0);
    for (k, p) in power.iter().enumerate().skip(1) {
        let magnitude = p.sqrt();
        moment += k as f32 * magnitude;
        sum += magnitude;
    }
    if sum > 0.0 { bin_hz * moment / sum } else { 0.0 }
}

fn rolloff(power: &[f32], bin_hz: f32, total: f32) -> f32 {
    let mut below = 0.0;
    let reached = power.iter().skip(1).position(|p| {
        below += p;
        below >= ROLLOFF_SHARE * total
    });
    // Rounding may keep the running sum short of the total by a hair: then it is the last bin.
    bin_hz * (reached.map_or(power.len().saturating_sub(1), |k| k + 1)) as f32
}

fn flatness(power: &[f32], bin_hz: f32) -> f32 {
    let first = ((FLATNESS_HZ.start / bin_hz).ceil() as usize).clamp(1, power.len());
    let last = ((FLATNESS_HZ.end / bin_hz) as usize).clamp(first, power.len());
    let bins = &power[first..last];
    let mean = bins.iter().sum::<f32>() / bins.len().max(1) as f32;
    if mean <= 0.0 {
        return 0.0;
    }
    // Bins are floored 100 dB under the mean, so that one empty bin does not decide alone.
    let floor = mean * 1e-10;
    let log_mean = bins.iter().map(|p| p.max(floor).ln()).sum::<f32>() / bins.len() as f32;
    (log_mean.exp() / mean).clamp(0.0, 1.0)
}

/// Half-wave rectified spectral flux: the share of the present magnitudes that is new.
#[derive(Debug, Clone)]
pub struct Flux {
    previous: Vec<f32>,
    interrupted: bool,
}

impl Flux {
    /// For spectra of `bins` bins; silence came before.
    pub fn new(bins: usize) -> Flux {
        Flux { previous: vec![0.0; bins], interrupted: false }
    }

    /// Flux 0..1 of this spectrum against the one before.
    pub fn update(&mut self, power: &[f32]) -> f32 {
        let (mut rise, mut sum) = (0.0, 0.0);
        for (previous, p) in self.previous.iter_mut().zip(power) {
            let magnitude = p.sqrt();
            rise += (magnitude - *previous).max(0.0);
            sum += magnitude;
            *previous = magnitude;
        }
        if std::mem::take(&mut self.interrupted) { 0.0 } else { (rise / sum.max(FLUX_FLOOR)).clamp(0.0, 1.0) }
    }

    /// The signal was interrupted: the next spectrum is not compared with the one before.
    pub fn interrupt(&mut self) {
        self.interrupted = true;
    }

    /// Silence came before.
    pub fn reset(&mut self) {
        self.previous.fill(0.0);
        self.interrupted = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shape_of_a_line_and_of_a_plain() {
        let mut line = vec![0.0; 513];
        line[20] = 0.1;
        let shape = Shape::of(&line, 46.875);
        assert!((shape.centroid_hz - 937.5).abs() < 1.0 && (shape.rolloff_hz - 937.5).abs() < 1.0);
        assert!(shape.flatness < 0.01);
        let plain = Shape::of(&[0.001; 513], 46.875);
        assert!((plain.centroid_hz - 12_023.0).abs() < 50.0 && (plain.rolloff_hz - 20_400.0).abs() < 100.0);
        assert!(plain.flatness > 0.99);
        assert_eq!(Shape::of(&[0.0; 513], 46.875), Shape::default());
    }

    #[test]
    fn flux_counts_what_is_new_and_not_what_goes() {
        let mut flux = Flux::new(64);
        assert!(flux.update(&[0.01; 64]) > 0.99);
        assert_eq!(flux.update(&[0.01; 64]), 0.0);
        assert_eq!(flux.update(&[0.0; 64]), 0.0);
        flux.interrupt();
        assert_eq!(flux.update(&[0.01; 64]), 0.0);
    }
}
