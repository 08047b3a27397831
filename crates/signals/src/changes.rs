//! Music that changes under way: a step or a glide of the tempo, another track, a breakdown without drums.

use crate::canvas::Canvas;
use crate::groove::{self, Groove, bass, chords, drums};
use crate::signal::Signal;
use crate::suite::START_S;
use crate::tempo::{Stretch, TempoMap};

/// Seconds of steady music before and after a change.
pub const STEADY_S: f64 = 20.0;
/// Level of one note of a chord under drums, and alone.
const CHORD_GAIN: f32 = 0.06;
const PAD_GAIN: f32 = 0.2;
/// Level of the bass under drums.
const BASS_GAIN: f32 = 0.3;

/// A signal and the instants between which it changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The whole of it.
    pub signal: Signal,
    /// Seconds at which the change begins.
    pub from_s: f64,
    /// Seconds at which all is steady again; the same instant for a step.
    pub to_s: f64,
}

/// The tempo changes at once, on a beat. House drums.
pub fn step(from_bpm: f64, to_bpm: f64, rate_hz: u32) -> Change {
    let stretches = vec![Stretch::steady(from_bpm, STEADY_S), Stretch::steady(to_bpm, STEADY_S)];
    tempo_change(&format!("step-{from_bpm:.0}-{to_bpm:.0}"), stretches, &groove::FOUR_ON_THE_FLOOR, rate_hz)
}

/// The pitch fader of a DJ: the tempo glides by `percent` during `beats`.
pub fn ramp(bpm: f64, percent: f64, beats: u32, groove: &Groove, rate_hz: u32) -> Change {
    let to_bpm = bpm * (1.0 + percent / 100.0);
    let glide = Stretch { beats, from_bpm: bpm, to_bpm };
    let stretches = vec![Stretch::steady(bpm, STEADY_S), glide, Stretch::steady(to_bpm, STEADY_S)];
    tempo_change(&format!("ramp-{bpm:.0}{percent:+.0}pc-in-{beats}"), stretches, groove, rate_hz)
}

fn tempo_change(name: &str, stretches: Vec<Stretch>, groove: &Groove, rate_hz: u32) -> Change {
    let before = stretches.first().map_or(0, |stretch| stretch.beats);
    let after = stretches.last().map_or(0, |stretch| stretch.beats);
    let map = TempoMap::new(START_S, stretches);
    let mut canvas = Canvas::new(rate_hz, map.end_s());
    drums(&mut canvas, &map, 0..map.beats(), groove);
    let to_s = map.at(f64::from(map.beats() - after));
    Change { signal: canvas.finish(name), from_s: map.at(f64::from(before)), to_s }
}

/// One track ends between two beats and another begins there, at its own tempo and phase, without a gap.
pub fn cut(from_bpm: f64, to_bpm: f64, rate_hz: u32) -> Change {
    // A third of a beat after the last one of the old track; the new one starts with its downbeat.
    let cut_s = START_S + (33.0 + 1.0 / 3.0) * 60.0 / from_bpm;
    let first = track(from_bpm, cut_s, START_S, &groove::FOUR_ON_THE_FLOOR, rate_hz);
    let second = track(to_bpm, STEADY_S, 0.0, &groove::BREAK, rate_hz);
    let mut signal = first.then(second);
    signal.name = format!("cut-{from_bpm:.0}-{to_bpm:.0}");
    Change { signal, from_s: cut_s, to_s: cut_s }
}

/// Drums, bass and chords at one tempo.
pub fn track(bpm: f64, seconds: f64, start_s: f64, groove: &Groove, rate_hz: u32) -> Signal {
    let map = TempoMap::steady(start_s, bpm, seconds);
    let mut canvas = Canvas::new(rate_hz, seconds);
    full(&mut canvas, &map, 0..map.beats(), groove);
    canvas.finish(format!("track-{bpm:.0}"))
}

/// Full music, then `without` beats of chords that change with each bar and nothing else, then full music
/// again where the count has gone on.
pub fn breakdown(bpm: f64, without: u32, rate_hz: u32) -> Change {
    let (before, after) = (48, 32);
    let map = TempoMap::steady(START_S, bpm, f64::from(before + without + after) * 60.0 / bpm - 0.01);
    let mut canvas = Canvas::new(rate_hz, map.end_s());
    full(&mut canvas, &map, 0..before, &groove::FOUR_ON_THE_FLOOR);
    drums(&mut canvas, &map, before..before + without, &groove::SILENT);
    chords(&mut canvas, &map, before..before + without, 4, PAD_GAIN);
    full(&mut canvas, &map, before + without..map.beats(), &groove::FOUR_ON_THE_FLOOR);
    let (from_s, to_s) = (map.at(f64::from(before)), map.at(f64::from(before + without)));
    Change { signal: canvas.finish(format!("breakdown-{bpm:.0}-{without}")), from_s, to_s }
}

fn full(canvas: &mut Canvas, map: &TempoMap, beats: std::ops::Range<u32>, groove: &Groove) {
    drums(canvas, map, beats.clone(), groove);
    bass(canvas, map, beats.clone(), groove.beats_per_bar, BASS_GAIN);
    chords(canvas, map, beats, groove.beats_per_bar, CHORD_GAIN);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_truth_changes_where_the_music_does() {
        let change = step(128.0, 140.0, 8000);
        for (at, bpm) in [(change.from_s - 0.1, 128.0), (change.from_s + 0.1, 140.0)] {
            assert!((change.signal.bpm_at(at).unwrap() - bpm).abs() < 1e-6, "{at}");
        }
        let glide = ramp(128.0, -8.0, 16, &groove::FOUR_ON_THE_FLOOR, 8000);
        assert!((glide.signal.bpm_at(glide.to_s + 0.1).unwrap() - 117.76).abs() < 1e-6);
        assert!((glide.to_s - glide.from_s - 16.0 * 60.0 / 122.8).abs() < 0.1);
        let cut = cut(126.0, 140.0, 8000);
        assert!(cut.signal.beats.iter().any(|beat| (beat.at_s - cut.from_s).abs() < 1e-3));
        let bridge = breakdown(120.0, 32, 8000);
        assert_eq!(bridge.signal.beats.len(), 112);
        assert!((bridge.to_s - bridge.from_s - 16.0).abs() < 1e-6);
    }
}
