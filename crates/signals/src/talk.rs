//! A talker: vowels that glide into one another, consonants, phrases that fall, pauses for breath.
//!
//! Every seed is another person in another room. Vowels are those of Peterson & Barney, “Control methods used in a
//! study of the vowels”, JASA 24, 1952; each is two to three resonances of a buzz (D. Klatt, “Software for a
//! cascade/parallel formant synthesizer”, JASA 67, 1980).

use std::f64::consts::TAU;

use crate::canvas::Canvas;
use crate::noise::Pink;
use crate::random::Random;

/// First three formants in Hz of [i ɪ ɛ æ ɑ ɔ u ʌ ɜ], spoken by men.
const VOWELS_HZ: [[f64; 3]; 9] = [
    [270.0, 2290.0, 3010.0],
    [390.0, 1990.0, 2550.0],
    [530.0, 1840.0, 2480.0],
    [660.0, 1720.0, 2410.0],
    [730.0, 1090.0, 2440.0],
    [570.0, 840.0, 2410.0],
    [300.0, 870.0, 2240.0],
    [640.0, 1190.0, 2390.0],
    [490.0, 1350.0, 1690.0],
];
/// Loudness of each formant against the first.
const FORMANT_GAINS: [f64; 3] = [1.0, 0.5, 0.25];
/// The mouth opens and closes, and moves to the next vowel, in so long.
const OPENING_S: f64 = 0.02;
const GLIDE_S: f64 = 0.07;

/// Fills `canvas` with `seconds` of the talk of this seed.
pub(crate) fn fill(canvas: &mut Canvas, seconds: f64, seed: u64, rate_hz: u32) {
    let mut random = Random::new(seed);
    let speaker = Speaker::new(&mut random);
    let sounds = speaker.talk(seconds, &mut random);
    let (mut mouth, mut room) = (Mouth::new(f64::from(rate_hz)), Pink::new(seed ^ 0x5bd1));
    let mut next = 0;
    canvas.fill(|t| {
        while sounds.get(next).is_some_and(|sound| t >= sound.end_s) {
            next += 1;
        }
        let spoken = sounds.get(next).filter(|sound| t >= sound.start_s);
        let said = spoken.map_or(0.0, |sound| mouth.next(t, sound, random.noise()));
        said + speaker.room * room.sample()
    });
}

/// Who talks, and where.
#[derive(Debug)]
struct Speaker {
    pitch_hz: f64,
    /// Octaves over which the pitch moves in a phrase.
    melody: f64,
    /// Syllables are so much quicker than usual.
    rate: f64,
    /// A shorter throat has higher formants.
    formants: f64,
    /// Share of syllables that begin with a hiss or a stop.
    consonants: f64,
    /// Gain of the noise of the room.
    room: f64,
}

/// A vowel or a consonant.
#[derive(Debug, Clone, Copy)]
struct Sound {
    start_s: f64,
    end_s: f64,
    gain: f64,
    voiced: bool,
    // at the start and at the end
    pitch_hz: [f64; 2],
    formants_hz: [[f64; 3]; 2],
}

impl Speaker {
    fn new(random: &mut Random) -> Speaker {
        let log = |random: &mut Random, low: f64, high: f64| low * (high / low).powf(random.unit());
        Speaker {
            pitch_hz: log(random, 80.0, 260.0),
            melody: random.between(0.1, 0.7),
            rate: log(random, 0.75, 1.4),
            formants: random.between(0.9, 1.25),
            consonants: random.between(0.4, 0.8),
            room: log(random, 1e-4, 2e-2),
        }
    }

    fn talk(&self, seconds: f64, random: &mut Random) -> Vec<Sound> {
        let mut sounds = Vec::new();
        let (mut at_s, mut vowel) = (0.2, self.vowel(random));
        while at_s < seconds {
            let syllables = random.between(4.0, 14.0) as u32;
            for syllable in 0..syllables {
                let through = f64::from(syllable) / f64::from(syllables);
                at_s = self.consonant(at_s, &mut sounds, random);
                at_s = self.syllable(at_s, through, &mut vowel, &mut sounds, random);
            }
            at_s += random.between(0.2, 1.0);
        }
        sounds
    }

    fn vowel(&self, random: &mut Random) -> [f64; 3] {
        let number = (random.unit() * VOWELS_HZ.len() as f64) as usize;
        VOWELS_HZ[number.min(VOWELS_HZ.len() - 1)].map(|hz| hz * self.formants)
    }

    // Nothing, a hiss, or a stop: a gap and a short burst.
    fn consonant(&self, at_s: f64, sounds: &mut Vec<Sound>, random: &mut Random) -> f64 {
        if random.unit() >= self.consonants {
            return at_s;
        }
        let hiss = random.unit() < 0.5;
        let (gap, long) =
            if hiss { (0.0, (0.04, 0.13)) } else { (random.between(0.02, 0.07), (0.008, 0.025)) };
        let start_s = at_s + gap / self.rate;
        let end_s = start_s + random.between(long.0, long.1) / self.rate;
        let low_hz = random.between(1200.0, 4500.0);
        let formants = [low_hz, low_hz * 1.4, low_hz * 1.9];
        let gain = random.between(0.15, 0.7);
        let (pitch_hz, formants_hz) = ([0.0; 2], [formants; 2]);
        sounds.push(Sound { start_s, end_s, gain, voiced: false, pitch_hz, formants_hz });
        end_s
    }

    // The pitch falls from phrase begin to end, with an accent here and there.
    fn syllable(
        &self,
        start_s: f64,
        through: f64,
        vowel: &mut [f64; 3],
        sounds: &mut Vec<Sound>,
        random: &mut Random,
    ) -> f64 {
        let end_s = start_s + random.between(0.06, 0.28) / self.rate;
        let target = self.vowel(random);
        let pitch = |random: &mut Random| {
            let octaves = self.melody * (0.5 - through + random.between(-0.3, 0.3));
            self.pitch_hz * octaves.exp2()
        };
        let pitch_hz = [pitch(random), pitch(random)];
        let formants_hz = [std::mem::replace(vowel, target), target];
        let gain = random.between(0.4, 1.0);
        sounds.push(Sound { start_s, end_s, gain, voiced: true, pitch_hz, formants_hz });
        end_s + random.between(0.0, 0.05)
    }
}

/// A source and three resonances.
#[derive(Debug)]
struct Mouth {
    rate_hz: f64,
    turns: f64,
    formants: [[f64; 2]; 3],
}

impl Mouth {
    fn new(rate_hz: f64) -> Mouth {
        Mouth { rate_hz, turns: 0.0, formants: [[0.0; 2]; 3] }
    }

    fn next(&mut self, t: f64, sound: &Sound, noise: f64) -> f64 {
        let long_s = sound.end_s - sound.start_s;
        let into_s = t - sound.start_s;
        let pitch_hz = mix(sound.pitch_hz, into_s / long_s);
        self.turns = (self.turns + pitch_hz / self.rate_hz).fract();
        let opened = (into_s.min(long_s - into_s) / OPENING_S).clamp(0.0, 1.0);
        let source = if sound.voiced { 1.0 - 2.0 * self.turns + 0.05 * noise } else { 0.6 * noise };
        let moved = (into_s / GLIDE_S).min(1.0);
        let (rate_hz, mut sum) = (self.rate_hz, 0.0);
        for (number, state) in self.formants.iter_mut().enumerate() {
            let hz = mix(sound.formants_hz.map(|formants| formants[number]), moved);
            sum += FORMANT_GAINS[number] * resonance(state, source, hz.min(0.4 * rate_hz), rate_hz);
        }
        sound.gain * opened * sum
    }
}

fn mix(ends: [f64; 2], part: f64) -> f64 {
    ends[0] + (ends[1] - ends[0]) * part
}

/// A two-pole resonator 120 Hz wide, as Klatt has it.
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

    #[test]
    fn talkers_differ_and_sounds_follow_one_another() {
        let talk = |seed: u64| {
            let mut random = Random::new(seed);
            let speaker = Speaker::new(&mut random);
            (speaker.pitch_hz, speaker.talk(20.0, &mut random))
        };
        let (pitch_hz, sounds) = talk(1);
        assert!((talk(2).0 - pitch_hz).abs() > 1.0);
        assert!(sounds.windows(2).all(|pair| pair[1].start_s >= pair[0].end_s - 1e-9));
        let per_s = sounds.iter().filter(|sound| sound.voiced).count() as f64 / 20.0;
        assert!((2.0..7.0).contains(&per_s), "{per_s} syllables a second");
    }
}
