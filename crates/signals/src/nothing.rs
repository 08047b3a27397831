//! Sound without a beat: silence, noise, speech, and events that come at random.

use crate::canvas::Canvas;
use crate::noise::Pink;
use crate::random::Random;
use crate::signal::Signal;
use crate::talk;
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

/// A talker, another one for each seed: vowels, consonants, phrases with pauses for breath.
pub fn speech(seconds: f64, seed: u64, rate_hz: u32) -> Signal {
    let mut canvas = Canvas::new(rate_hz, seconds);
    talk::fill(&mut canvas, seconds, seed, rate_hz);
    canvas.finish(format!("speech-{seed}"))
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
