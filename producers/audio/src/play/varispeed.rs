//! Playing faster or slower, as a turntable does: the pitch follows.

use std::collections::VecDeque;

use crate::report::Place;

/// Frames around a point that its interpolation needs: one before, two after.
const BEFORE: u64 = 1;
const AFTER: u64 = 2;

/// Reads a programme at a speed of its own.
///
/// Cubic interpolation by Catmull and Rom (“A class of local interpolating splines”, 1974), exact at
/// speed 1. What lies above half the new rate is not filtered out before: at speeds above 1 the highest
/// treble folds over.
#[derive(Debug)]
pub(crate) struct Varispeed {
    speed: f64,
    rate_hz: u32,
    /// Frames of the programme, in the order in which they came; the first has number `start`.
    frames: VecDeque<f32>,
    start: u64,
    /// Where the next frame out is read: whole and fraction.
    whole: u64,
    fraction: f64,
    /// Where frames of the programme lie in the track: (number in order of coming, number in the track).
    marks: VecDeque<(u64, u64)>,
    jumped: bool,
    /// Number after the last frame of a programme that has ended.
    ended: Option<u64>,
}

impl Varispeed {
    pub(crate) fn new(speed: f64, rate_hz: u32) -> Varispeed {
        Varispeed {
            speed,
            rate_hz,
            frames: VecDeque::new(),
            start: 0,
            whole: 0,
            fraction: 0.0,
            marks: VecDeque::new(),
            jumped: false,
            ended: None,
        }
    }

    /// Whether more of the programme is needed for `frames` frames out.
    pub(crate) fn wants(&self, frames: usize) -> bool {
        let last = self.whole + (self.fraction + frames as f64 * self.speed).ceil() as u64 + AFTER;
        self.ended.is_none() && last >= self.arrived()
    }

    /// Takes frames of the programme, the first of which is number `first` of the track.
    pub(crate) fn push(&mut self, first: u64, frames: &[f32]) {
        let at = self.arrived();
        let follows = self.marks.back().is_some_and(|(came, track)| track + (at - came) == first);
        if !follows && !frames.is_empty() {
            self.marks.push_back((at, first));
        }
        self.frames.extend(frames);
    }

    /// There is no more: silence follows.
    pub(crate) fn end(&mut self) {
        self.ended = Some(self.arrived());
    }

    /// Fills `out`; says where its first frame lies, unless nothing has come at all.
    pub(crate) fn block(&mut self, out: &mut [f32]) -> Option<Place> {
        let place = self.place();
        for out in out {
            let [a, b, c, d] = [0, 1, 2, 3].map(|k| self.frame(self.whole + k));
            *out = interpolate([a, b, c, d], self.fraction as f32);
            self.fraction += self.speed;
            self.whole += self.fraction as u64;
            self.fraction = self.fraction.fract();
        }
        self.forget();
        place
    }

    fn place(&mut self) -> Option<Place> {
        while self.marks.get(1).is_some_and(|(came, _)| *came <= self.whole) {
            self.marks.pop_front();
            self.jumped = true;
        }
        let (came, track) = *self.marks.front()?;
        let ended = self.ended.is_some_and(|end| self.whole >= end);
        let here = self.ended.map_or(self.whole, |end| self.whole.min(end)) - came;
        let fraction = if ended { 0.0 } else { self.fraction };
        Some(Place {
            position_s: ((track + here) as f64 + fraction) / f64::from(self.rate_hz),
            rate: if ended { 0.0 } else { self.speed },
            jumped: std::mem::take(&mut self.jumped),
        })
    }

    /// Frame `number - BEFORE`: the point that is read lies between the second and third of four.
    fn frame(&self, number: u64) -> f32 {
        let index = number.checked_sub(self.start + BEFORE);
        index.and_then(|index| self.frames.get(index as usize)).copied().unwrap_or(0.0)
    }

    fn arrived(&self) -> u64 {
        self.start + self.frames.len() as u64
    }

    fn forget(&mut self) {
        let gone = self.whole.saturating_sub(BEFORE).saturating_sub(self.start).min(self.frames.len() as u64);
        self.frames.drain(..gone as usize);
        self.start += gone;
    }
}

fn interpolate([a, b, c, d]: [f32; 4], x: f32) -> f32 {
    b + 0.5 * x * (c - a + x * (2.0 * a - 5.0 * b + 4.0 * c - d + x * (3.0 * (b - c) + d - a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn played(speed: f64, programme: &[f32], blocks: usize) -> (Vec<f32>, Vec<Place>) {
        let mut varispeed = Varispeed::new(speed, 1000);
        let (mut out, mut places) = (Vec::new(), Vec::new());
        let mut pieces = programme.chunks(77).enumerate();
        for _ in 0..blocks {
            while varispeed.wants(64) {
                match pieces.next() {
                    Some((i, piece)) => varispeed.push(i as u64 * 77, piece),
                    None => varispeed.end(),
                }
            }
            let mut block = [0.0; 64];
            places.extend(varispeed.block(&mut block));
            out.extend_from_slice(&block);
        }
        (out, places)
    }

    #[test]
    fn at_speed_one_every_frame_comes_out_as_it_went_in() {
        let programme: Vec<f32> = (0..640).map(|i| (i as f32 * 0.7).sin()).collect();
        let (out, places) = played(1.0, &programme, 12);
        assert_eq!(&out[..640], &programme[..]);
        assert!(out[640..].iter().all(|s| *s == 0.0));
        assert_eq!(places[3].position_s, 0.192);
        assert_eq!((places[11].position_s, places[11].rate), (0.64, 0.0));
    }

    #[test]
    fn a_tone_changes_its_pitch_with_the_speed() {
        let tone = |hz: f32, i: usize| (i as f32 / 1000.0 * hz * std::f32::consts::TAU).sin();
        let programme: Vec<f32> = (0..4000).map(|i| tone(20.0, i)).collect();
        for speed in [0.5, 0.973, 1.5, 2.0] {
            let (out, places) = played(speed, &programme, 15);
            let worst = out
                .iter()
                .enumerate()
                .skip(2)
                .map(|(i, s)| (s - tone(20.0 * speed as f32, i)).abs())
                .fold(0.0, f32::max);
            assert!(worst < 0.01, "speed {speed}: {worst}");
            assert!((places[14].position_s - 14.0 * 0.064 * speed).abs() < 1e-9);
            assert_eq!(places[14].rate, speed);
        }
    }

    #[test]
    fn a_jump_is_told_once() {
        let mut varispeed = Varispeed::new(1.0, 1000);
        varispeed.push(0, &[0.1; 100]);
        varispeed.push(0, &[0.2; 200]);
        let mut block = [0.0; 64];
        let places: Vec<_> =
            (0..4).filter_map(|_| varispeed.block(&mut block)).map(|p| (p.position_s, p.jumped)).collect();
        assert_eq!(places, [(0.0, false), (0.064, false), (0.028, true), (0.092, false)]);
    }
}
