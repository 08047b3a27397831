//! The track as a listener has it: samples from any position on, in blocks of any size.

use crate::annotations::Annotations;
use crate::compose::{Score, compose};
use crate::event::{Event, Sounds};
use crate::kit::{Hit, Kit};
use crate::plan::Plan;
use crate::random::Random;
use crate::tables::{NoiseBands, Table};

/// Sample rates in Hz that a track can be rendered at.
const RATES_HZ: std::ops::RangeInclusive<u32> = 8_000..=192_000;
/// Frames rendered at once, so that the scratch buffers stay in the cache.
const CHUNK_FRAMES: usize = 256;
/// What remains of bass, pad and lead under a kick, and how long they take to come back.
const DUCK_FLOOR: f32 = 0.35;
const DUCK_ATTACK_S: f64 = 0.004;
const DUCK_BEATS: f64 = 0.75;
/// Highest magnitude that can come out: -1.4 dBFS.
const CEILING: f32 = 0.85;

/// A sample rate that a track cannot be rendered at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("sample rate {0} Hz is outside 8000-192000 Hz")]
pub struct RateError(pub u32);

/// A synthesised track, playing in a loop.
#[derive(Debug)]
pub struct Track {
    title: String,
    rate_hz: u32,
    score: Score,
    sounds: Sounds,
    duck: Duck,
    position: u64,
    /// First event that has not started.
    next: usize,
    /// Events that sound, in order of start.
    active: Vec<usize>,
}

impl Track {
    /// Makes the track of `seed` at `rate_hz`, positioned at its start.
    ///
    /// # Errors
    /// When the rate is outside 8,000..192,000 Hz.
    pub fn new(seed: u64, rate_hz: u32) -> Result<Track, RateError> {
        if !RATES_HZ.contains(&rate_hz) {
            return Err(RateError(rate_hz));
        }
        let (plan, mut random, rate) = (Plan::new(seed), Random::new(seed), f64::from(rate_hz));
        let sounds = Sounds {
            kit: Kit::new(&plan.kit, &mut random, rate),
            bass: Table::new(20, 1.0, 240.0, rate),
            pad: Table::new(10, 1.3, 900.0, rate),
            lead: Table::new(8, 1.1, 2200.0, rate),
            noise: NoiseBands::new(&mut random, rate),
        };
        let hit_frames = |hit: Hit| sounds.kit.sound(hit).len() as u32;
        let score = compose(&plan, &mut random, rate, hit_frames);
        let duck = Duck::new(plan.beat_s(), rate);
        Ok(Track {
            title: plan.title,
            rate_hz,
            score,
            sounds,
            duck,
            position: 0,
            next: 0,
            active: Vec::new(),
        })
    }

    /// Fills `out` with the next samples, mono, full scale ±1; after the end it begins again.
    pub fn render(&mut self, out: &mut [f32]) {
        let mut rest = out;
        while !rest.is_empty() {
            let left = (self.score.frames - self.position).min(CHUNK_FRAMES as u64) as usize;
            let (chunk, later) = rest.split_at_mut(left.min(rest.len()));
            self.render_chunk(chunk);
            rest = later;
            if self.position == self.score.frames {
                self.seek(0);
            }
        }
    }

    /// Goes to a frame; beyond the end it wraps around.
    pub fn seek(&mut self, frame: u64) {
        self.position = frame % self.score.frames;
        self.next = self.score.events.partition_point(|event| event.start <= self.position);
        let sounding = |index: &usize| self.score.events[*index].end() > self.position;
        self.active = (0..self.next).filter(sounding).collect();
    }

    /// The frame that [`Track::render`] gives next.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Length of one pass in frames.
    pub fn frames(&self) -> u64 {
        self.score.frames
    }

    /// Sample rate in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Title of the track; its artist is [`crate::ARTIST`].
    pub fn title(&self) -> &str {
        &self.title
    }

    /// What is true about one pass.
    pub fn annotations(&self) -> &Annotations {
        &self.score.annotations
    }

    // `out` is at most CHUNK_FRAMES long and does not cross the end of the track.
    fn render_chunk(&mut self, out: &mut [f32]) {
        let (from, to) = (self.position, self.position + out.len() as u64);
        while self.score.events.get(self.next).is_some_and(|event| event.start < to) {
            self.active.push(self.next);
            self.next += 1;
        }
        let (mut dry, mut ducked) = ([0.0; CHUNK_FRAMES], [0.0; CHUNK_FRAMES]);
        for event in self.active.iter().map(|index| &self.score.events[*index]) {
            let bus = if event.ducks() { &mut ducked } else { &mut dry };
            add(event, &self.sounds, from, &mut bus[..out.len()]);
        }
        let mut kick = self.score.kicks.partition_point(|kick| *kick <= from);
        for (i, out) in out.iter_mut().enumerate() {
            let frame = from + i as u64;
            kick += usize::from(self.score.kicks.get(kick) == Some(&frame));
            // The one before counts too: a kick during a return must not lift the level with a jump.
            let since = |back: usize| kick.checked_sub(back).map(|last| frame - self.score.kicks[last]);
            let gain = self.duck.gain(since(1)).min(self.duck.gain(since(2)));
            // Loud moments are bent, not cut: tanh keeps every sample below the ceiling.
            *out = CEILING * (dry[i] + ducked[i] * gain).tanh();
        }
        self.position = to;
        let events = &self.score.events;
        self.active.retain(|index| events[*index].end() > to);
    }
}

/// Adds the part of `event` that lies in the frames `from`.. of `bus`.
fn add(event: &Event, sounds: &Sounds, from: u64, bus: &mut [f32]) {
    let late = event.start.saturating_sub(from).min(bus.len() as u64) as usize;
    event.add(sounds, from.saturating_sub(event.start) as u32, &mut bus[late..]);
}

/// Side-chain: the kick pushes everything tonal down, and it comes back before the next beat.
#[derive(Debug)]
struct Duck {
    attack_frames: f32,
    frames: f32,
}

impl Duck {
    fn new(beat_s: f64, rate_hz: f64) -> Duck {
        Duck {
            attack_frames: (DUCK_ATTACK_S * rate_hz) as f32,
            frames: (DUCK_BEATS * beat_s * rate_hz) as f32,
        }
    }

    /// Gain so many frames after the last kick.
    #[inline]
    fn gain(&self, since: Option<u64>) -> f32 {
        let Some(since) = since.map(|frames| frames as f32).filter(|frames| *frames < self.frames) else {
            return 1.0;
        };
        let rest = 1.0 - since / self.frames;
        let depth = (1.0 - DUCK_FLOOR) * (since / self.attack_frames).min(1.0);
        1.0 - depth * rest * rest
    }
}
