//! What a seed decides: tempo, metre, key, chords, arrangement and kit.

use crate::annotations::Role;
use crate::kit::KitPlan;
use crate::random::Random;
use crate::{ARTIST, FIRST_LIGHT};

/// Shortest track in seconds.
const SHORTEST_S: f64 = 120.0;

/// The plan of a track.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) title: String,
    pub(crate) bpm: f64,
    pub(crate) groove: Groove,
    /// MIDI number of the tonic in the bass.
    pub(crate) tonic: u8,
    /// One chord per bar, in semitones above the tonic.
    pub(crate) chords: [Chord; 4],
    /// Delay of every second sixteenth, as a fraction of one.
    pub(crate) swing: f64,
    pub(crate) kit: KitPlan,
    pub(crate) parts: Vec<Part>,
}

/// A section before it is placed in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Part {
    pub(crate) role: Role,
    pub(crate) bars: u32,
}

/// Root and third above the tonic, in semitones; fifth and octave follow from the root.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Chord {
    pub(crate) root: i8,
    pub(crate) third: i8,
}

/// How the drums go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Groove {
    /// Kick on every beat, clap on 2 and 4.
    FourOnTheFloor,
    /// Syncopated kick, snare on 2 and 4.
    Breakbeat,
    /// Three beats per bar, kick on the first.
    Waltz,
}

impl Groove {
    pub(crate) const fn beats_per_bar(self) -> u32 {
        match self {
            Groove::Waltz => 3,
            Groove::FourOnTheFloor | Groove::Breakbeat => 4,
        }
    }
}

const fn minor(root: i8) -> Chord {
    Chord { root, third: root + 3 }
}

const fn major(root: i8) -> Chord {
    Chord { root, third: root + 4 }
}

/// Four-chord turns in natural minor.
const TURNS: [[Chord; 4]; 4] = [
    [minor(0), major(-4), major(3), major(-2)],
    [minor(0), major(3), minor(-5), major(-4)],
    [minor(0), minor(5), major(-4), major(-2)],
    [minor(0), major(-2), major(-4), minor(-5)],
];

impl Plan {
    pub(crate) fn new(seed: u64) -> Plan {
        if seed == FIRST_LIGHT { Plan::first_light() } else { Plan::random(seed) }
    }

    fn first_light() -> Plan {
        use Role::{Break, Buildup, Drop, Intro, Outro, Verse};
        let parts = [
            (Intro, 8),
            (Verse, 8),
            (Buildup, 4),
            (Drop, 16),
            (Break, 8),
            (Buildup, 8),
            (Drop, 16),
            (Outro, 8),
        ];
        Plan {
            title: "First Light".to_owned(),
            bpm: 126.0,
            groove: Groove::FourOnTheFloor,
            tonic: 33,
            chords: TURNS[0],
            swing: 0.0,
            kit: KitPlan { kick_hz: 48.0, kick_decay_s: 0.12, snare_hz: 185.0, clap: 0.6, hat_hz: 7500.0 },
            parts: parts.map(|(role, bars)| Part { role, bars }).to_vec(),
        }
    }

    fn random(seed: u64) -> Plan {
        let mut random = Random::new(seed);
        let groove = random.pick(&[
            Groove::FourOnTheFloor,
            Groove::FourOnTheFloor,
            Groove::FourOnTheFloor,
            Groove::Breakbeat,
            Groove::Breakbeat,
            Groove::Waltz,
        ]);
        let bpm = (random.between(84.0, 152.0) * 2.0).round() / 2.0;
        let kit = KitPlan {
            kick_hz: random.between(42.0, 58.0),
            kick_decay_s: random.between(0.08, 0.16),
            snare_hz: random.between(160.0, 240.0),
            clap: random.unit() as f32,
            hat_hz: random.between(6000.0, 9000.0),
        };
        Plan {
            title: format!("Study {seed}, by {ARTIST}"),
            bpm,
            groove,
            tonic: random.pick(&[29, 31, 33, 34, 36, 38]),
            chords: random.pick(&TURNS),
            swing: random.pick(&[0.0, 0.0, 0.12, 0.24]),
            kit,
            parts: arrange(&mut random, bpm / f64::from(groove.beats_per_bar()) / 60.0),
        }
    }

    /// Seconds per beat.
    pub(crate) fn beat_s(&self) -> f64 {
        60.0 / self.bpm
    }
}

/// Rounds of verse, build-up, drop and break between an intro and an outro, until it is long enough.
fn arrange(random: &mut Random, bars_per_s: f64) -> Vec<Part> {
    let wanted = (SHORTEST_S * bars_per_s).ceil() as u32;
    let mut parts = vec![Part { role: Role::Intro, bars: random.pick(&[4, 8]) }];
    while parts.iter().map(|part| part.bars).sum::<u32>() < wanted.saturating_sub(4) || parts.len() < 5 {
        if parts.len() == 1 || random.unit() < 0.6 {
            parts.push(Part { role: Role::Verse, bars: random.pick(&[8, 16]) });
        }
        parts.push(Part { role: Role::Buildup, bars: random.pick(&[4, 8]) });
        parts.push(Part { role: Role::Drop, bars: random.pick(&[8, 16]) });
        parts.push(Part { role: Role::Break, bars: random.pick(&[4, 8]) });
    }
    parts.push(Part { role: Role::Outro, bars: random.pick(&[4, 8]) });
    parts
}
