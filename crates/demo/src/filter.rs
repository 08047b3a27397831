//! A small filter for noise.

/// State-variable filter by topology-preserving transform: Zavalishin, “The Art of VA Filter Design”, 2012, §4.
#[derive(Debug, Clone)]
pub(crate) struct Svf {
    g: f32,
    damping: f32,
    s1: f32,
    s2: f32,
}

impl Svf {
    /// `cutoff_hz` is kept below 0.45 of `rate_hz`; `q` above 0.5 rings.
    pub(crate) fn new(cutoff_hz: f64, q: f64, rate_hz: f64) -> Svf {
        let cutoff_hz = cutoff_hz.min(0.45 * rate_hz);
        let g = (std::f64::consts::PI * cutoff_hz / rate_hz).tan();
        Svf { g: g as f32, damping: (1.0 / q) as f32, s1: 0.0, s2: 0.0 }
    }

    /// High-pass and band-pass (unit gain at its centre) of one sample.
    pub(crate) fn step(&mut self, x: f32) -> (f32, f32) {
        let high =
            (x - (self.damping + self.g) * self.s1 - self.s2) / (1.0 + self.g * (self.damping + self.g));
        let band = self.g * high + self.s1;
        let low = self.g * band + self.s2;
        self.s1 = self.g * high + band;
        self.s2 = self.g * band + low;
        (high, band * self.damping)
    }
}
