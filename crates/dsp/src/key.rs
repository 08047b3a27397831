//! The key of the music so far: 24 hypotheses that gather evidence, and the one that leads.
//!
//! Each chroma profile is compared with what each key is known to sound like; the products add up over time. No
//! hypothesis falls further behind the leader than `BEHIND_MOST`, as in a test for a change (E. S. Page,
//! "Continuous inspection schemes", 1954): so a song is judged as a whole, chords and bridges that fit another
//! key better do not matter, and a new track takes the lead after the same span of its own evidence however
//! long the old one has played.

use std::ops::Range;

use crate::chroma::{CLASSES, Profile};
use crate::envelope::coefficient;

/// Keys: twelve major ones from C upwards, then the minor ones.
pub const KEYS: usize = 2 * CLASSES;

/// Profiles of C major and C minor. Their mean is used, each taken at zero mean and unit length: Krumhansl and
/// Kessler ("Tracing the dynamic changes in perceived tonal organization", 1982) asked listeners; Faraldo
/// et al. counted in dance music, all of it (EDMA, "Key estimation in electronic dance music", 2016) and cleaned
/// of what lies outside the scale (BGATE, "A multi-profile method for key estimation in EDM", 2017).
const PROFILES: [[[f32; CLASSES]; 2]; 3] = [
    [
        [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
        [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
    ],
    [
        [0.1652, 0.0475, 0.0829, 0.0669, 0.0999, 0.0927, 0.0529, 0.1316, 0.0522, 0.0744, 0.0694, 0.0643],
        [0.1724, 0.0534, 0.0761, 0.1004, 0.0562, 0.0853, 0.0498, 0.1345, 0.0746, 0.0500, 0.0919, 0.0555],
    ],
    [
        [1.00, 0.00, 0.42, 0.00, 0.53, 0.37, 0.00, 0.77, 0.00, 0.38, 0.21, 0.30],
        [1.00, 0.00, 0.36, 0.39, 0.00, 0.38, 0.00, 0.74, 0.27, 0.00, 0.42, 0.23],
    ],
];
/// Names of the keys.
const NAMES: [&str; KEYS] = [
    "C:maj", "Db:maj", "D:maj", "Eb:maj", "E:maj", "F:maj", "Gb:maj", "G:maj", "Ab:maj", "A:maj", "Bb:maj",
    "B:maj", "C:min", "Db:min", "D:min", "Eb:min", "E:min", "F:min", "Gb:min", "G:min", "Ab:min", "A:min",
    "Bb:min", "B:min",
];

/// Evidence that the last key may be behind the first: tonal seconds times likeness. Another key gains 0.2 per
/// second where it is far from the old one and 0.05 where it is its neighbour.
const BEHIND_MOST: f32 = 1.6;
/// Time constant in seconds with which old evidence fades: it is the track that counts, not the night.
const FORGET_S: f32 = 180.0;
/// Time constant in seconds of the picture of what was played just now.
const RECENT_S: f32 = 20.0;
/// A sound counts by the square of its tonalness against that of its surroundings, at most this much:
/// chords between the drums, not the drums.
const MOST_WEIGHT: f32 = 2.0;
/// Sound that is less tonal than this, on the average, is not worth more for being all there is.
const LEAST_TONALNESS: f32 = 0.12;
/// A new key is said once it has led for this many seconds without a break, by at least this much.
const LEADS_S: f32 = 2.5;
const LEADS_BY: f32 = 0.05;
/// Before anything is said there have to be this many seconds of tonal sound.
const FIRST_S: f32 = 5.0;
/// Sound has a key when it is more tonal than drums (0.07) and noise (0.04), on the average, when the recent
/// picture is neither even (length 0) nor that of a lone note (0.5), and when it is this much like a key.
const KEYED_TONALNESS: f32 = 0.085;
const KEYED_CONTRAST: Range<f32> = 0.04..0.33;
const KEYED_LIKENESS: f32 = 0.6;
/// Lead at which the confidence reaches 63 % of what the likeness allows.
const SURE_LEAD: f32 = 0.4;
/// Likeness of the recent picture to its key that counts for nothing and for everything.
const LIKENESS: (f32, f32) = (0.5, 0.9);

/// One of the 24 keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key(usize);

impl Key {
    /// Key by number: tonic in semitones above C, minor ones 12 higher.
    pub fn new(index: usize) -> Key {
        Key(index % KEYS)
    }

    /// Tonic and mode, e.g. `A:min`.
    pub fn name(self) -> &'static str {
        NAMES[self.0]
    }

    /// Tonic in semitones above C.
    pub fn tonic(self) -> usize {
        self.0 % CLASSES
    }

    /// Whether the mode is minor.
    pub fn is_minor(self) -> bool {
        self.0 >= CLASSES
    }
}

/// What is known of the key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The key.
    pub key: Key,
    /// 0..1: how far it leads and how well it fits what is played.
    pub confidence: f32,
}

/// Follows the key.
#[derive(Debug, Clone)]
pub struct Tracker {
    profiles: [[f32; CLASSES]; KEYS],
    evidence: [f32; KEYS],
    recent: [f32; CLASSES],
    tonalness: f32,
    heard_s: f32,
    tonal_s: f32,
    leader: usize,
    led_s: f32,
    said: Option<usize>,
}

impl Default for Tracker {
    fn default() -> Tracker {
        Tracker::new()
    }
}

impl Tracker {
    /// Knows nothing.
    pub fn new() -> Tracker {
        Tracker {
            profiles: profiles(),
            evidence: [0.0; KEYS],
            recent: [1.0 / CLASSES as f32; CLASSES],
            tonalness: 0.0,
            heard_s: 0.0,
            tonal_s: 0.0,
            leader: 0,
            led_s: 0.0,
            said: None,
        }
    }

    /// `profile` sounded for `dt_s` seconds.
    pub fn update(&mut self, profile: &Profile, dt_s: f32) {
        // A plain mean at first, a fading one later.
        let memory_s = RECENT_S.min(self.heard_s);
        self.heard_s += dt_s;
        self.tonalness += coefficient(dt_s, memory_s) * (profile.tonalness - self.tonalness);
        let relative = profile.tonalness / self.tonalness.max(LEAST_TONALNESS);
        let weight = (relative * relative).min(MOST_WEIGHT);
        let way = coefficient(weight * dt_s, memory_s);
        for (recent, class) in self.recent.iter_mut().zip(&profile.classes) {
            *recent += way * (class - *recent);
        }
        if self.has_key() {
            self.tonal_s += weight * dt_s;
            self.gather(&profile.classes, weight * dt_s);
            self.elect(dt_s);
        }
    }

    /// The key that is worth saying; `None` before there is evidence.
    pub fn estimate(&self) -> Option<Estimate> {
        let said = self.said?;
        Some(Estimate { key: Key(said), confidence: self.confidence(said) })
    }

    /// Whether what was played just now has a key at all.
    pub fn has_key(&self) -> bool {
        let best = (0..KEYS).map(|key| self.likeness(key)).fold(0.0, f32::max);
        self.tonalness > KEYED_TONALNESS
            && KEYED_CONTRAST.contains(&contrast(&self.recent))
            && best > KEYED_LIKENESS
    }

    /// Forgets everything.
    pub fn reset(&mut self) {
        *self = Tracker::new();
    }

    fn gather(&mut self, classes: &[f32; CLASSES], dt_s: f32) {
        let keep = 1.0 - coefficient(dt_s, FORGET_S);
        for (evidence, profile) in self.evidence.iter_mut().zip(&self.profiles) {
            *evidence = keep * *evidence + dt_s * dot(profile, classes);
        }
        let most = self.evidence.iter().fold(f32::MIN, |most, e| most.max(*e));
        // Only differences count: the leader is 0, all others are below.
        self.evidence.iter_mut().for_each(|e| *e = (*e - most).max(-BEHIND_MOST));
    }

    fn elect(&mut self, dt_s: f32) {
        let leader = (0..KEYS).max_by(|a, b| self.evidence[*a].total_cmp(&self.evidence[*b])).unwrap_or(0);
        self.led_s = if leader == self.leader { self.led_s + dt_s } else { 0.0 };
        self.leader = leader;
        let clear = self.said.is_none_or(|said| -self.evidence[said] > LEADS_BY);
        if self.tonal_s >= FIRST_S && self.led_s >= LEADS_S && clear {
            self.said = Some(leader);
        }
    }

    fn confidence(&self, key: usize) -> f32 {
        let other = (0..KEYS).filter(|k| *k != key).map(|k| self.evidence[k]).fold(-BEHIND_MOST, f32::max);
        let lead = (self.evidence[key] - other).max(0.0);
        let fits = (self.likeness(key) - LIKENESS.0) / (LIKENESS.1 - LIKENESS.0);
        (1.0 - (-lead / SURE_LEAD).exp()) * fits.clamp(0.0, 1.0)
    }

    /// Correlation of the recent picture with a key, -1..1.
    fn likeness(&self, key: usize) -> f32 {
        let contrast = contrast(&self.recent);
        if contrast > 0.0 { dot(&self.profiles[key], &self.recent) / contrast } else { 0.0 }
    }
}

/// All keys' profiles, each at zero mean and unit length.
fn profiles() -> [[f32; CLASSES]; KEYS] {
    let modes: [[f32; CLASSES]; 2] = std::array::from_fn(|mode| {
        let units = PROFILES.each_ref().map(|profile| unit(&profile[mode]));
        unit(&std::array::from_fn(|class| units.iter().map(|profile| profile[class]).sum()))
    });
    std::array::from_fn(|key| {
        let (mode, tonic) = (key / CLASSES, key % CLASSES);
        std::array::from_fn(|class| modes[mode][(class + CLASSES - tonic) % CLASSES])
    })
}

fn unit(profile: &[f32; CLASSES]) -> [f32; CLASSES] {
    let mean = mean(profile);
    let length = contrast(profile);
    profile.map(|p| (p - mean) / length)
}

/// Length of what departs from the mean.
fn contrast(classes: &[f32; CLASSES]) -> f32 {
    let mean = mean(classes);
    classes.iter().map(|c| (c - mean) * (c - mean)).sum::<f32>().sqrt()
}

fn mean(classes: &[f32; CLASSES]) -> f32 {
    classes.iter().sum::<f32>() / CLASSES as f32
}

fn dot(a: &[f32; CLASSES], b: &[f32; CLASSES]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests;
