//! The drum kit: every sound rendered once, when the track is made.

use crate::filter::Svf;
use crate::random::Random;

/// What differs between kits.
#[derive(Debug, Clone, Copy)]
pub(crate) struct KitPlan {
    /// Lowest frequency of the kick.
    pub(crate) kick_hz: f64,
    /// Decay of the kick to 1/e in seconds.
    pub(crate) kick_decay_s: f64,
    /// Lower mode of the snare's skin.
    pub(crate) snare_hz: f64,
    /// 0 a snare, 1 a clap.
    pub(crate) clap: f32,
    /// Lower edge of the hi-hats.
    pub(crate) hat_hz: f64,
}

/// A one-shot sound of the kit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hit {
    Kick,
    Snare,
    ClosedHat,
    OpenHat,
    Crash,
}

/// The rendered sounds, full scale ±1.
#[derive(Debug)]
pub(crate) struct Kit {
    kick: Vec<f32>,
    snare: Vec<f32>,
    closed: Vec<f32>,
    open: Vec<f32>,
    crash: Vec<f32>,
}

impl Kit {
    pub(crate) fn new(plan: &KitPlan, random: &mut Random, rate_hz: f64) -> Kit {
        Kit {
            kick: kick(plan, random, rate_hz),
            snare: snare(plan, random, rate_hz),
            closed: cymbal(plan.hat_hz, 0.018, 0.09, random, rate_hz),
            open: cymbal(plan.hat_hz * 0.9, 0.09, 0.35, random, rate_hz),
            crash: cymbal(plan.hat_hz * 0.45, 0.5, 2.0, random, rate_hz),
        }
    }

    pub(crate) fn sound(&self, hit: Hit) -> &[f32] {
        match hit {
            Hit::Kick => &self.kick,
            Hit::Snare => &self.snare,
            Hit::ClosedHat => &self.closed,
            Hit::OpenHat => &self.open,
            Hit::Crash => &self.crash,
        }
    }
}

/// Renders `seconds` of `sound(time in s)`, faded out at the end and scaled to a peak of 1.
fn render(seconds: f64, rate_hz: f64, mut sound: impl FnMut(f64) -> f64) -> Vec<f32> {
    let frames = (seconds * rate_hz) as usize;
    let fade = |i: usize| (4.0 * (frames - i) as f64 / frames as f64).min(1.0);
    let samples: Vec<f64> = (0..frames).map(|i| sound(i as f64 / rate_hz) * fade(i)).collect();
    let peak = samples.iter().fold(1e-9, |peak: f64, s| peak.max(s.abs()));
    samples.iter().map(|s| (s / peak) as f32).collect()
}

/// A sine whose pitch falls from five times to its base within some 20 ms, and a short tick on top.
fn kick(plan: &KitPlan, random: &mut Random, rate_hz: f64) -> Vec<f32> {
    const FALL_S: f64 = 0.018;
    let (base, above) = (plan.kick_hz, plan.kick_hz * 4.0);
    let mut tick = Svf::new(2500.0, 0.7, rate_hz);
    render(plan.kick_decay_s * 3.0, rate_hz, |t| {
        // Phase is the integral of base + above·exp(-t/FALL).
        let turns = base * t + above * FALL_S * (1.0 - (-t / FALL_S).exp());
        let body = (turns * std::f64::consts::TAU).sin() * (-t / plan.kick_decay_s).exp();
        body + f64::from(tick.step(random.noise()).0) * 0.25 * (-t / 0.003).exp()
    })
}

/// Two modes of the skin and a band of noise; a clap is four bursts of noise 9 ms apart.
fn snare(plan: &KitPlan, random: &mut Random, rate_hz: f64) -> Vec<f32> {
    let mut wires = Svf::new(2600.0, 0.6, rate_hz);
    let mut hands = Svf::new(1200.0, 1.4, rate_hz);
    let clap = f64::from(plan.clap);
    render(0.28, rate_hz, |t| {
        let noise = random.noise();
        let mode = |hz: f64, decay_s: f64| (hz * t * std::f64::consts::TAU).sin() * (-t / decay_s).exp();
        let skin = mode(plan.snare_hz, 0.05) + 0.6 * mode(plan.snare_hz * 1.78, 0.035);
        let rattle = f64::from(wires.step(noise).1) * 1.6 * (-t / 0.07).exp();
        let burst = if t < 0.027 { (-(t % 0.009) / 0.004).exp() } else { (-(t - 0.027) / 0.05).exp() };
        let claps = f64::from(hands.step(noise).1) * 2.2 * burst;
        (1.0 - clap) * (0.7 * skin + rattle) + clap * (claps + 0.3 * skin)
    })
}

/// Noise above an edge, in two exponential stages.
fn cymbal(edge_hz: f64, decay_s: f64, seconds: f64, random: &mut Random, rate_hz: f64) -> Vec<f32> {
    let mut first = Svf::new(edge_hz, 0.8, rate_hz);
    let mut second = Svf::new(edge_hz, 0.7, rate_hz);
    render(seconds, rate_hz, |t| {
        let bright = second.step(first.step(random.noise()).0).0;
        f64::from(bright) * (0.6 * (-t / decay_s).exp() + 0.4 * (-t / (0.3 * decay_s)).exp())
    })
}
