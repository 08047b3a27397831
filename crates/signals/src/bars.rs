//! Music in which the first beat of the bar can be heard.

use crate::canvas::Canvas;
use crate::changes::track;
use crate::groove::{self, bass, chords, drums};
use crate::signal::Signal;
use crate::suite::START_S;
use crate::tempo::TempoMap;

/// A waltz: bass on 1, soft snare and chord on 2 and 3, another harmony in each bar.
pub fn waltz(bpm: f64, seconds: f64, rate_hz: u32) -> Signal {
    let map = TempoMap::steady(START_S, bpm, seconds);
    let mut canvas = Canvas::new(rate_hz, seconds);
    drums(&mut canvas, &map, 0..map.beats(), &groove::WALTZ);
    bass(&mut canvas, &map, 0..map.beats(), 3, 0.4);
    chords(&mut canvas, &map, 0..map.beats(), 3, 0.1);
    canvas.finish(format!("waltz-{bpm:.0}"))
}

/// Four beats to the bar: kick on 1, snare on 2 and 4, another harmony in each bar. It begins with an upbeat
/// of `upbeat` beats, so that the first beat that is heard need not be a downbeat.
pub fn four(bpm: f64, upbeat: u32, seconds: f64, rate_hz: u32) -> Signal {
    let bar_s = 240.0 / bpm;
    let skipped_s = (f64::from(4 - upbeat % 4) * 60.0 / bpm) % bar_s;
    let mut signal = track(bpm, seconds + skipped_s, START_S, &groove::BREAK, rate_hz);
    let frames = (skipped_s * f64::from(rate_hz)).round() as usize;
    signal.samples.drain(..frames.min(signal.samples.len()));
    let early_s = frames as f64 / f64::from(rate_hz);
    signal.beats.iter_mut().for_each(|beat| beat.at_s -= early_s);
    signal.beats.retain(|beat| beat.at_s >= 0.0);
    signal.name = format!("four-{bpm:.0}-upbeat-{upbeat}");
    signal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upbeat_comes_before_the_first_downbeat() {
        for upbeat in 0..4 {
            let signal = four(120.0, upbeat, 10.0, 8000);
            let downbeat = signal.beats.iter().position(|beat| beat.position == 1).unwrap();
            assert_eq!(downbeat, upbeat as usize);
            assert!((signal.beats[0].at_s - START_S).abs() < 1e-3, "{:?}", signal.beats[0]);
            assert!((signal.seconds() - 10.0).abs() < 1e-3);
        }
    }
}
