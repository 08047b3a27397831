//! The suite of steady tempi: nine scenarios, each at eight tempi from 50 to 240 BPM.
//!
//! The true tempo is what the pattern is written in: clicks or kicks that count the beat, or the bar that a
//! drummer reads. In some cells a listener may as well count half or double of it, because no sound tells one
//! from the other: half-time at 240 BPM is rock at 120.

use crate::canvas::Canvas;
use crate::groove::{self, Groove, drums};
use crate::noise::Pink;
use crate::signal::Signal;
use crate::tempo::TempoMap;
use crate::voice::Voice;

/// Tempi in BPM.
pub const TEMPI_BPM: [f64; 8] = [50.0, 70.0, 90.0, 110.0, 128.0, 150.0, 174.0, 240.0];
/// Length of each signal in seconds.
pub const SECONDS: f64 = 24.0;
/// The first beat lies here, so that no beat coincides with the start.
pub const START_S: f64 = 0.11;
/// Power of the drums over that of the noise.
const NOISE_BELOW_DB: f64 = 8.0;
/// Beats of groove and of breakdown that take turns.
const SPARSE_TURN: u32 = 16;

/// A kind of rhythm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scenario {
    /// Metronome.
    Clicks,
    /// Metronome that alternates between left and right, mixed down as an input is.
    StereoClicks,
    /// Kick on each beat.
    FourOnTheFloor,
    /// Late second eighths.
    Swing,
    /// Hats between the beats, louder than the kicks on them.
    OffBeatHats,
    /// Snare on 3.
    HalfTime,
    /// Drum and bass.
    Break,
    /// Sixteen beats of groove, sixteen of chords with a soft hat, and again.
    SparseBreakdown,
    /// Kick on each beat, in pink noise 8 dB below.
    NoiseFloor,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Scenario; 9] = [
        Scenario::Clicks,
        Scenario::StereoClicks,
        Scenario::FourOnTheFloor,
        Scenario::Swing,
        Scenario::OffBeatHats,
        Scenario::HalfTime,
        Scenario::Break,
        Scenario::SparseBreakdown,
        Scenario::NoiseFloor,
    ];

    /// Its name in tables and files.
    pub const fn name(self) -> &'static str {
        match self {
            Scenario::Clicks => "clicks",
            Scenario::StereoClicks => "stereo-clicks",
            Scenario::FourOnTheFloor => "four-on-the-floor",
            Scenario::Swing => "swing",
            Scenario::OffBeatHats => "off-beat-hats",
            Scenario::HalfTime => "half-time",
            Scenario::Break => "break",
            Scenario::SparseBreakdown => "sparse-breakdown",
            Scenario::NoiseFloor => "noise-floor",
        }
    }

    /// The signal at a tempo.
    pub fn signal(self, bpm: f64, rate_hz: u32) -> Signal {
        let map = TempoMap::steady(START_S, bpm, SECONDS);
        let mut canvas = Canvas::new(rate_hz, SECONDS);
        match self {
            Scenario::Clicks => all(&mut canvas, &map, &groove::CLICKS),
            Scenario::StereoClicks => return stereo_clicks(&self.title(bpm), &map, rate_hz),
            Scenario::FourOnTheFloor => all(&mut canvas, &map, &groove::FOUR_ON_THE_FLOOR),
            Scenario::Swing => all(&mut canvas, &map, &groove::SWING),
            Scenario::OffBeatHats => all(&mut canvas, &map, &groove::OFF_BEAT_HATS),
            Scenario::HalfTime => all(&mut canvas, &map, &groove::HALF_TIME),
            Scenario::Break => all(&mut canvas, &map, &groove::BREAK),
            Scenario::SparseBreakdown => sparse(&mut canvas, &map),
            Scenario::NoiseFloor => {
                all(&mut canvas, &map, &groove::FOUR_ON_THE_FLOOR);
                add_noise(&mut canvas);
            }
        }
        canvas.finish(self.title(bpm))
    }

    fn title(self, bpm: f64) -> String {
        format!("{}-{bpm:.0}", self.name())
    }
}

fn all(canvas: &mut Canvas, map: &TempoMap, groove: &Groove) {
    drums(canvas, map, 0..map.beats(), groove);
}

fn stereo_clicks(name: &str, map: &TempoMap, rate_hz: u32) -> Signal {
    let mut sides = [Canvas::new(rate_hz, SECONDS), Canvas::new(rate_hz, SECONDS)];
    for beat in 0..map.beats() {
        let at = map.at(f64::from(beat));
        let (side, voice) = if beat % 2 == 0 { (0, Voice::Click) } else { (1, Voice::HighClick) };
        sides[side].strike(voice, at, 1.0);
        sides[0].beat(at, 1);
    }
    let [left, right] = sides;
    crate::stereo::mixed(left.finish(name), &right.finish(name))
}

fn sparse(canvas: &mut Canvas, map: &TempoMap) {
    let turns = (0..map.beats()).step_by(SPARSE_TURN as usize);
    for (turn, beat) in turns.enumerate() {
        let range = beat..(beat + SPARSE_TURN).min(map.beats());
        let full = turn % 2 == 0;
        let groove = if full { &groove::FOUR_ON_THE_FLOOR } else { &groove::SPARSE };
        drums(canvas, map, range.clone(), groove);
        groove::chords(canvas, map, range, 4, if full { 0.05 } else { 0.15 });
    }
}

fn add_noise(canvas: &mut Canvas) {
    let level = canvas.rms() * 10.0_f64.powf(-NOISE_BELOW_DB / 20.0);
    let mut pink = Pink::new(5);
    canvas.fill(|_| level * pink.sample());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_sounds_on_its_beats_and_is_not_too_loud() {
        for (scenario, bpm) in Scenario::ALL.iter().flat_map(|s| TEMPI_BPM.map(|bpm| (*s, bpm))) {
            let signal = scenario.signal(bpm, 16_000);
            let peak = signal.samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()));
            assert!((0.3..0.71).contains(&peak), "{}: {peak}", signal.name);
            assert!(signal.beats.len() as f64 > SECONDS * bpm / 60.0 - 1.0, "{}", signal.name);
            for pair in signal.beats.windows(2) {
                assert!((pair[1].at_s - pair[0].at_s - 60.0 / bpm).abs() < 1e-9, "{}", signal.name);
            }
        }
    }
}
