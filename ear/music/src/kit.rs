//! A drum kit: one-shots, drawn and rendered once per song, peak 1.

use std::f64::consts::TAU;

use crate::{random::Random, style::KitKind};

/// Letters of the drums, as the patterns write them.
pub(crate) const LETTERS: &[u8] = b"KSCRBhorbpystLTcqwknGmM";

/// The sounds of a song.
#[derive(Debug, Clone)]
pub(crate) struct Kit {
    sounds: Vec<Vec<f32>>,
}

impl Kit {
    /// Draws a kit of this kind.
    pub(crate) fn new(kind: KitKind, rate: f64, random: &mut Random) -> Kit {
        let maker = Maker { kind, rate };
        Kit { sounds: LETTERS.iter().map(|letter| maker.sound(*letter, &mut random.fork())).collect() }
    }

    /// The samples of this drum; none for a letter that is not a drum.
    pub(crate) fn sound(&self, letter: u8) -> &[f32] {
        LETTERS.iter().position(|known| *known == letter).map_or(&[], |index| &self.sounds[index])
    }
}

/// What a drum is made of.
#[derive(Debug, Clone, Copy)]
struct Recipe {
    /// Tone in Hz, and how many times higher at the onset.
    hz: f64,
    bend: f64,
    /// Time constants of the bend, the tone and the noise, in s.
    bend_s: f64,
    tone_s: f64,
    noise_s: f64,
    /// Levels.
    tone: f64,
    noise: f64,
    click: f64,
    /// Edges of the noise, in Hz.
    low_hz: f64,
    high_hz: f64,
    /// Saturation; 0 for none.
    drive: f64,
    /// Inharmonic squares instead of the sine.
    metal: bool,
    /// Bursts before the noise, as hands have them.
    claps: usize,
}

const NOTHING: Recipe = Recipe {
    hz: 200.0,
    bend: 1.0,
    bend_s: 0.02,
    tone_s: 0.05,
    noise_s: 0.05,
    tone: 0.0,
    noise: 0.0,
    click: 0.0,
    low_hz: 20.0,
    high_hz: 20_000.0,
    drive: 0.0,
    metal: false,
    claps: 0,
};

/// Renders the drums of one kind of kit.
struct Maker {
    kind: KitKind,
    rate: f64,
}

impl Maker {
    fn sound(&self, letter: u8, random: &mut Random) -> Vec<f32> {
        let mut recipe = match letter {
            b'K' | b'G' => self.kick(random),
            b'S' | b'C' | b'R' | b'B' => self.snare(letter, random),
            b'h' | b'o' | b'r' | b'b' | b'p' | b'y' => self.cymbal(letter, random),
            b'm' | b'M' => click(letter, random),
            b'n' => Recipe { noise: 1.0, noise_s: random.log_between(0.01, 0.06), low_hz: 800.0, ..NOTHING },
            _ => hand(letter, random),
        };
        if letter == b'G' {
            recipe.tone_s = recipe.tone_s.max(0.15);
            recipe.hz *= 1.4;
        }
        if self.kind == KitKind::Chip {
            recipe.noise_s *= 0.5;
            recipe.tone_s *= 0.5;
        }
        self.render(&recipe, random)
    }

    fn kick(&self, random: &mut Random) -> Recipe {
        let base = Recipe { tone: 1.0, ..NOTHING };
        match self.kind {
            KitKind::Eight => Recipe {
                hz: random.between(42.0, 58.0),
                bend: random.between(1.5, 3.0),
                bend_s: random.between(0.01, 0.04),
                tone_s: random.log_between(0.12, 0.6),
                click: random.between(0.0, 0.3),
                ..base
            },
            KitKind::Nine | KitKind::Hard => Recipe {
                hz: random.between(46.0, 62.0),
                bend: random.between(3.0, 7.0),
                bend_s: random.between(0.012, 0.035),
                tone_s: random.log_between(0.06, 0.25),
                click: random.between(0.1, 0.8),
                drive: if self.kind == KitKind::Hard {
                    random.between(4.0, 15.0)
                } else {
                    random.between(0.0, 2.0)
                },
                ..base
            },
            KitKind::Metal => Recipe {
                hz: random.between(52.0, 72.0),
                bend: random.between(2.0, 4.0),
                bend_s: 0.01,
                tone_s: random.between(0.03, 0.07),
                click: random.between(0.6, 1.6),
                ..base
            },
            KitKind::Chip => Recipe {
                hz: 60.0,
                bend: random.between(4.0, 9.0),
                bend_s: 0.03,
                tone_s: 0.1,
                drive: 8.0,
                ..base
            },
            KitKind::Acoustic | KitKind::Soft => Recipe {
                hz: random.between(50.0, 85.0),
                bend: random.between(1.3, 2.2),
                bend_s: 0.02,
                tone_s: random.log_between(0.05, 0.16),
                noise: random.between(0.0, 0.35),
                noise_s: 0.02,
                high_hz: 1200.0,
                click: if self.kind == KitKind::Soft { 0.0 } else { random.between(0.0, 0.5) },
                ..base
            },
        }
    }

    fn snare(&self, letter: u8, random: &mut Random) -> Recipe {
        let base = Recipe {
            hz: random.between(150.0, 260.0),
            bend: random.between(1.1, 1.6),
            tone_s: random.log_between(0.03, 0.12),
            noise_s: random.log_between(0.05, 0.2),
            tone: random.between(0.15, 0.7),
            noise: random.between(0.5, 1.0),
            low_hz: random.log_between(200.0, 1200.0),
            high_hz: random.log_between(6000.0, 16_000.0),
            ..NOTHING
        };
        match letter {
            b'C' => {
                Recipe { tone: 0.0, claps: random.below(4), low_hz: random.between(600.0, 1300.0), ..base }
            }
            b'R' => Recipe {
                hz: random.between(400.0, 1700.0),
                tone_s: random.between(0.008, 0.03),
                tone: 1.0,
                noise: random.between(0.0, 0.3),
                noise_s: 0.01,
                click: 0.5,
                ..base
            },
            b'B' => Recipe {
                tone: 0.0,
                noise_s: random.between(0.06, 0.2),
                low_hz: 1500.0,
                high_hz: 7000.0,
                ..base
            },
            _ if self.kind == KitKind::Chip => Recipe { tone: 0.0, low_hz: 300.0, ..base },
            _ if self.kind == KitKind::Soft => Recipe { noise: 0.5, high_hz: 5000.0, ..base },
            _ => base,
        }
    }

    fn cymbal(&self, letter: u8, random: &mut Random) -> Recipe {
        let noisy = matches!(self.kind, KitKind::Chip) || random.chance(0.4);
        let (short, long) = match letter {
            b'h' | b'p' => (0.012, 0.06),
            b'o' => (0.08, 0.35),
            b'y' => (0.6, 1.6),
            _ => (0.2, 0.9),
        };
        let decay = random.log_between(short, long);
        let ride = matches!(letter, b'r' | b'b');
        Recipe {
            hz: random.between(300.0, 560.0) * if letter == b'b' { 1.5 } else { 1.0 },
            tone: if noisy { 0.0 } else { random.between(0.3, 1.0) },
            tone_s: decay,
            noise: random.between(0.4, 1.0),
            noise_s: decay * if ride { 0.7 } else { 1.0 },
            low_hz: random.log_between(if ride { 2500.0 } else { 4000.0 }, 9000.0),
            click: if ride { 0.5 } else { 0.0 },
            metal: true,
            ..NOTHING
        }
    }

    fn render(&self, recipe: &Recipe, random: &mut Random) -> Vec<f32> {
        let longest = recipe.tone_s.max(recipe.noise_s) * 6.0 + 0.03;
        let length = (longest.min(2.5) * self.rate) as usize;
        let mut out = vec![0.0_f32; length];
        self.tone(recipe, &mut out);
        self.noise(recipe, random, &mut out);
        let clicks = (0.0012 * self.rate) as usize;
        for (i, sample) in out.iter_mut().take(clicks).enumerate() {
            *sample += (recipe.click * (1.0 - i as f64 / clicks as f64)) as f32 * random.noise().signum();
        }
        if recipe.drive > 0.0 {
            out.iter_mut().for_each(|x| *x = (*x * (1.0 + recipe.drive as f32)).tanh());
        }
        let peak = out.iter().fold(1e-6_f32, |peak, x| peak.max(x.abs()));
        let fade = length.min(200);
        for (i, sample) in out.iter_mut().enumerate() {
            *sample *= (length - i).min(fade) as f32 / fade as f32 / peak;
        }
        out
    }

    fn tone(&self, recipe: &Recipe, out: &mut [f32]) {
        if recipe.tone <= 0.0 {
            return;
        }
        let (mut phase, mut past, mut before) = (0.0_f64, 0.0, 0.0);
        let mut bend = recipe.bend - 1.0;
        let bend_fall = (-1.0 / (recipe.bend_s * self.rate)).exp();
        let mut level = recipe.tone;
        let fall = (-1.0 / (recipe.tone_s * self.rate)).exp();
        for sample in out {
            phase += recipe.hz * (1.0 + bend) / self.rate;
            let x = if recipe.metal {
                // Six squares that no one harmonic series holds, and their differences: the bass is cut off.
                let sum: f64 = [1.0, 1.342, 1.231, 1.656, 1.953, 2.713]
                    .iter()
                    .map(|ratio| if (phase * ratio * 4.0).fract() < 0.5 { 1.0 } else { -1.0 })
                    .sum();
                let high = sum - 2.0 * past + before;
                (before, past) = (past, sum);
                high / 8.0
            } else {
                (TAU * phase).sin()
            };
            *sample += (x * level) as f32;
            bend *= bend_fall;
            level *= fall;
        }
    }

    fn noise(&self, recipe: &Recipe, random: &mut Random, out: &mut [f32]) {
        if recipe.noise <= 0.0 {
            return;
        }
        let pole = |hz: f64| (1.0 - (-TAU * hz / self.rate).exp()) as f32;
        let (up, down) =
            (pole(recipe.high_hz.min(0.4 * self.rate)), pole(recipe.low_hz.min(0.35 * self.rate)));
        let (mut smooth, mut slow, mut slower) = (0.0_f32, 0.0_f32, 0.0_f32);
        let fall = (-1.0 / (recipe.noise_s * self.rate)).exp();
        // Hands do not meet at once: bursts 10 ms apart.
        let gap = (0.010 * self.rate) as usize;
        let mut level = recipe.noise;
        for (i, sample) in out.iter_mut().enumerate() {
            if i % gap.max(1) == 0 && i / gap.max(1) <= recipe.claps {
                level = recipe.noise;
            }
            smooth += up * (random.noise() - smooth);
            slow += down * (smooth - slow);
            slower += down * (smooth - slow - slower);
            *sample += (smooth - slow - slower) * level as f32;
            level *= if i / gap.max(1) < recipe.claps { fall.powi(6) } else { fall };
        }
    }
}

fn click(letter: u8, random: &mut Random) -> Recipe {
    let high = if letter == b'M' { random.between(1.3, 2.0) } else { 1.0 };
    Recipe {
        hz: random.log_between(500.0, 2200.0) * high,
        tone: random.between(0.2, 1.0),
        tone_s: random.log_between(0.005, 0.04),
        noise: random.pick(&[0.0, 0.0, 0.6], 0.0),
        noise_s: 0.01,
        click: random.between(0.0, 0.6),
        ..NOTHING
    }
}

/// Shaker, tambourine, toms, congas, cowbell, claves.
fn hand(letter: u8, random: &mut Random) -> Recipe {
    let drum = |low: f64, high: f64, random: &mut Random| Recipe {
        hz: random.between(low, high),
        bend: random.between(1.05, 1.5),
        tone: 1.0,
        tone_s: random.log_between(0.06, 0.25),
        noise: random.between(0.0, 0.3),
        noise_s: 0.01,
        ..NOTHING
    };
    match letter {
        b's' => Recipe {
            noise: 1.0,
            noise_s: random.log_between(0.015, 0.06),
            low_hz: random.log_between(3000.0, 7000.0),
            ..NOTHING
        },
        b't' => Recipe {
            hz: 900.0,
            tone: 0.7,
            noise: 0.7,
            tone_s: random.log_between(0.03, 0.15),
            noise_s: random.log_between(0.03, 0.15),
            low_hz: 6000.0,
            metal: true,
            ..NOTHING
        },
        b'L' => drum(70.0, 120.0, random),
        b'T' => drum(120.0, 210.0, random),
        b'c' => drum(160.0, 230.0, random),
        b'q' => drum(240.0, 380.0, random),
        b'w' => Recipe {
            hz: random.between(500.0, 620.0),
            tone_s: random.between(0.03, 0.15),
            ..drum(500.0, 620.0, random)
        },
        _ => Recipe { tone_s: random.between(0.01, 0.03), ..drum(900.0, 2500.0, random) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_drum_sounds() {
        for kind in [KitKind::Eight, KitKind::Acoustic, KitKind::Chip, KitKind::Metal] {
            let kit = Kit::new(kind, 44_100.0, &mut Random::new(9));
            for letter in LETTERS {
                let peak = kit.sound(*letter).iter().fold(0.0_f32, |peak, x| peak.max(x.abs()));
                assert!((0.9..=1.001).contains(&peak), "{kind:?} {} {peak}", char::from(*letter));
            }
        }
    }
}
