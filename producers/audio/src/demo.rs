//! The demo track as a programme.

use demo::Track;

use crate::play::{Programme, Read};

/// Rate at which the demo is rendered, in Hz.
pub(crate) const RATE_HZ: u32 = 48_000;
/// Frames rendered at once.
const PIECE_FRAMES: u64 = 1024;

/// The demo, rendered as it plays.
#[derive(Debug)]
pub(crate) struct DemoProgramme {
    track: Track,
    looped: bool,
    ended: bool,
}

impl DemoProgramme {
    /// Begins at a position.
    pub(crate) fn new(mut track: Track, looped: bool, from_s: f64) -> DemoProgramme {
        let from = (from_s * f64::from(track.rate_hz())).round() as u64;
        let ended = !looped && from >= track.frames();
        track.seek(from);
        DemoProgramme { track, looped, ended }
    }
}

impl Programme for DemoProgramme {
    fn rate_hz(&self) -> u32 {
        self.track.rate_hz()
    }

    fn read(&mut self, out: &mut Vec<f32>) -> Read {
        if self.ended {
            return Read::End;
        }
        let first = self.track.position();
        let frames = PIECE_FRAMES.min(self.track.frames() - first);
        self.ended = !self.looped && first + frames == self.track.frames();
        out.resize(frames as usize, 0.0);
        self.track.render(out);
        Read::Frames { first, bad: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_ends_or_loops() {
        for looped in [false, true] {
            let track = Track::new(demo::FIRST_LIGHT, 8_000).unwrap();
            let frames = track.frames();
            let mut programme = DemoProgramme::new(track, looped, 0.0);
            let mut heard = 0;
            let mut out = Vec::new();
            while heard < frames {
                assert_eq!(programme.read(&mut out), Read::Frames { first: heard, bad: 0 });
                heard += out.len() as u64;
            }
            assert_eq!(heard, frames);
            let after = programme.read(&mut out);
            assert_eq!(after, if looped { Read::Frames { first: 0, bad: 0 } } else { Read::End });
        }
    }
}
