//! Sound without a beat: silence, noise, speech, and events that come at random.

use std::f64::consts::TAU;

use crate::canvas::Canvas;
use crate::noise::Pink;
use crate::random::Random;
use crate::signal::Signal;
use crate::voice::Voice;

/// Digital silence.
pub fn silence(seconds: f64, rate_hz: u32) -> Signal {
    Canvas::new(rate_hz, seconds).finish("silence")
}

/// White noise.
pub fn white(seconds: f64, rate_hz: u32) -> Signal {
    let (mut canvas, mut random) = (Canvas::new(rate_hz, seconds), Random::new(11));
    canvas.fill(|_| random.noise());
    canvas.finish("white-noise")
}

/// Pink noise.
pub fn pink(seconds: f64, rate_hz: u32) -> Signal {
    let (mut canvas, mut noise) = (Canvas::new(rate_hz, seconds), Pink::new(12));
    canvas.fill(|_| noise.sample());
    canvas.finish("pink-noise")
}

/// Clicks whose distances are those of a Poisson process of `per_s` events, none closer than 60 ms.
pub fn random_clicks(per_s: f64, seconds: f64, seed: u64, rate_hz: u32) -> Signal {
    let (mut canvas, mut random) = (Canvas::new(rate_hz, seconds), Random::new(seed));
    let mut at = 0.1;
    while at < seconds {
        canvas.strike(Voice::Click, at, random.between(0.5, 1.0) as f32);
        at += 0.06 + random.exponential() * (1.0 / per_s - 0.06).max(0.0);
    }
    canvas.finish(format!("random-clicks-{seed}"))
}

/// Kicks, snares and hats at distances drawn evenly from 0.15 to 0.85 s.
pub fn random_drums(seconds: f64, seed: u64, rate_hz: u32) -> Signal {
    const VOICES: [Voice; 3] = [Voice::Kick, Voice::Snare, Voice::ClosedHat];
    let (mut canvas, mut random) = (Canvas::new(rate_hz, seconds), Random::new(seed));
    let mut at = 0.1;
    while at < seconds {
        let voice = VOICES[(random.unit() * VOICES.len() as f64) as usize];
        canvas.strike(voice, at, random.between(0.4, 1.0) as f32);
        at += random.between(0.15, 0.85);
    }
    canvas.finish(format!("random-drums-{seed}"))
}

/// Syllables of a talker: a buzz or a hiss through two formants, 80 to 350 ms long, in phrases with pauses
/// for breath. Syllables per second and pauses are those of ordinary talk (3-6 per s).
pub fn speech(seconds: f64, seed: u64, rate_hz: u32) -> Signal {
    let (mut canvas, mut random) = (Canvas::new(rate_hz, seconds), Random::new(seed));
    let syllables = talk(seconds, &mut random);
    let mut next = 0;
    let mut mouth = Mouth::new(f64::from(rate_hz));
    canvas.fill(|t| {
        while syllables.get(next).is_some_and(|syllable| t >= syllable.end_s) {
            next += 1;
        }
        let spoken = syllables.get(next).filter(|syllable| t >= syllable.start_s);
        spoken.map_or(0.0, |syllable| mouth.next(t, syllable, random.noise()))
    });
    canvas.finish(format!("speech-{seed}"))
}

#[derive(Debug)]
struct Syllable {
    start_s: f64,
    end_s: f64,
    gain: f64,
    voiced: bool,
    pitch_hz: f64,
    formants_hz: [f64; 2],
}

fn talk(seconds: f64, random: &mut Random) -> Vec<Syllable> {
    let mut syllables = Vec::new();
    let mut at = 0.2;
    while at < seconds {
        let phrase = random.between(4.0, 14.0) as usize;
        for _ in 0..phrase {
            let long = random.between(0.08, 0.35);
            let voiced = random.unit() < 0.75;
            let formants_hz = if voiced {
                [random.between(300.0, 800.0), random.between(900.0, 2300.0)]
            } else {
                [random.between(2000.0, 3500.0), random.between(4000.0, 6000.0)]
            };
            let (gain, pitch_hz) = (random.between(0.4, 1.0), random.between(95.0, 150.0));
            syllables.push(Syllable { start_s: at, end_s: at + long, gain, voiced, pitch_hz, formants_hz });
            at += long + random.between(0.0, 0.06);
        }
        at += random.between(0.25, 0.9);
    }
    syllables
}

/// A source and two resonances.
#[derive(Debug)]
struct Mouth {
    rate_hz: f64,
    turns: f64,
    formants: [[f64; 2]; 2],
}

impl Mouth {
    fn new(rate_hz: f64) -> Mouth {
        Mouth { rate_hz, turns: 0.0, formants: [[0.0; 2]; 2] }
    }

    fn next(&mut self, t: f64, syllable: &Syllable, noise: f64) -> f64 {
        let whole = syllable.end_s - syllable.start_s;
        let through = (t - syllable.start_s) / whole;
        // The pitch falls by a tenth during a syllable; the mouth opens and closes over 30 ms.
        self.turns = (self.turns + syllable.pitch_hz * (1.0 - 0.1 * through) / self.rate_hz).fract();
        let opened = (through.min(1.0 - through) * whole / 0.03).clamp(0.0, 1.0);
        let source = if syllable.voiced { 1.0 - 2.0 * self.turns } else { 0.6 * noise };
        let (rate_hz, mut sum) = (self.rate_hz, 0.0);
        for (state, hz) in self.formants.iter_mut().zip(syllable.formants_hz) {
            sum += resonance(state, source, hz.min(0.4 * rate_hz), rate_hz);
        }
        syllable.gain * opened * sum
    }
}

/// A two-pole resonator 120 Hz wide: D. Klatt, “Software for a cascade/parallel formant synthesizer”, JASA
/// 67, 1980.
fn resonance(state: &mut [f64; 2], x: f64, hz: f64, rate_hz: f64) -> f64 {
    let radius = (-TAU / 2.0 * 120.0 / rate_hz).exp();
    let (b, c) = (2.0 * radius * (TAU * hz / rate_hz).cos(), -radius * radius);
    let y = (1.0 - b - c) * x + b * state[0] + c * state[1];
    *state = [y, state[0]];
    y
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loud_share(signal: &Signal) -> f64 {
        let frames: Vec<f32> = signal
            .samples
            .chunks(400)
            .map(|c| c.iter().fold(0.0, |peak: f32, s| peak.max(s.abs())))
            .collect();
        frames.iter().filter(|peak| **peak > 0.02).count() as f64 / frames.len() as f64
    }

    #[test]
    fn nothing_of_it_has_beats_and_all_of_it_is_repeatable() {
        let all = || {
            [
                silence(5.0, 8000),
                white(5.0, 8000),
                pink(5.0, 8000),
                speech(5.0, 1, 8000),
                random_clicks(3.0, 5.0, 1, 8000),
                random_drums(5.0, 1, 8000),
            ]
        };
        assert_eq!(all(), all());
        assert!(all().iter().all(|signal| signal.beats.is_empty() && signal.samples.len() == 40_000));
    }

    #[test]
    fn a_talker_pauses_and_noise_does_not() {
        let talk = loud_share(&speech(40.0, 1, 8000));
        assert!((0.5..0.95).contains(&talk), "{talk}");
        assert!(loud_share(&white(5.0, 8000)) > 0.99);
        assert!(loud_share(&random_clicks(3.0, 20.0, 2, 8000)) < 0.3);
    }
}
