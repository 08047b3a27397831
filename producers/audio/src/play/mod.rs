//! Plays a programme (file or demo) in real time: blocks of 256 frames, each at its instant.

pub(crate) mod pace;
pub(crate) mod resume;
pub(crate) mod varispeed;

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use component::time::mono_ns;
use dsp::block::BLOCK_FRAMES;

use crate::report::{Block, Closed, Outlet};
use pace::Pacer;
use resume::Bookmark;
use varispeed::Varispeed;

/// Longest sleep before the player looks whether it should end.
const NAP: Duration = Duration::from_millis(100);

/// Something that can be played.
pub(crate) trait Programme: Send {
    /// Its sample rate in Hz.
    fn rate_hz(&self) -> u32;
    /// Appends the next frames to `out`.
    fn read(&mut self, out: &mut Vec<f32>) -> Read;
}

/// What a programme had.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Read {
    /// Frames, the first of which is number `first` of the track; `bad` pieces before it could not be decoded.
    Frames { first: u64, bad: u64 },
    /// Nothing yet.
    Later,
    /// Nothing any more.
    End,
    /// It broke.
    Failed(String),
}

/// Why playing ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The component wants something else.
    Closed,
    /// The programme broke.
    Failed(String),
}

impl From<Closed> for Ended {
    fn from(_closed: Closed) -> Ended {
        Ended::Closed
    }
}

/// Plays until it is told to stop or the programme breaks. After the end of a programme that does not
/// loop, silence goes on: the input is alive. `index` counts on over a repair.
pub(crate) fn play(
    mut programme: Box<dyn Programme>,
    speed: f64,
    index: &mut u64,
    bookmark: &mut Bookmark,
    outlet: &Outlet,
) -> Ended {
    let rate_hz = programme.rate_hz();
    let mut varispeed = Varispeed::new(speed, rate_hz);
    let mut pacer = Pacer::new(rate_hz, *index, mono_ns());
    let mut samples = vec![0.0; BLOCK_FRAMES];
    loop {
        let bad = match fill(&mut varispeed, programme.as_mut(), outlet) {
            Ok(bad) => bad,
            Err(ended) => return ended,
        };
        outlet.counts.decode_errors.fetch_add(bad, Ordering::Relaxed);
        let place = varispeed.block(&mut samples);
        let due = pacer.block(*index, BLOCK_FRAMES as u64, mono_ns());
        outlet.counts.stalls.fetch_add(u64::from(due.stalled), Ordering::Relaxed);
        if sleep_until(due.release_ns, outlet).is_err() {
            return Ended::Closed;
        }
        if let Some(place) = place {
            bookmark.pass(place.position_s, mono_ns());
        }
        let block = Block { index: *index, at_mono_ns: due.at_ns, rate_hz, samples: samples.clone(), place };
        *index += BLOCK_FRAMES as u64;
        if outlet.block(block).is_err() {
            return Ended::Closed;
        }
    }
}

/// Reads until one block can be made; returns how many pieces were bad.
fn fill(varispeed: &mut Varispeed, programme: &mut dyn Programme, outlet: &Outlet) -> Result<u64, Ended> {
    let mut all_bad = 0;
    let mut frames = Vec::new();
    while varispeed.wants(BLOCK_FRAMES) {
        if outlet.is_closed() {
            return Err(Ended::Closed);
        }
        frames.clear();
        match programme.read(&mut frames) {
            Read::Frames { first, bad } => {
                varispeed.push(first, &frames);
                all_bad += bad;
            }
            Read::Later => {}
            Read::End => varispeed.end(),
            Read::Failed(reason) => return Err(Ended::Failed(reason)),
        }
    }
    Ok(all_bad)
}

/// Sleeps until an instant on CLOCK_MONOTONIC, in naps.
pub(crate) fn sleep_until(instant_ns: i64, outlet: &Outlet) -> Result<(), Closed> {
    loop {
        if outlet.is_closed() {
            return Err(Closed);
        }
        // Read anew after every nap, so that no error adds up.
        let left_ns = instant_ns - mono_ns();
        if left_ns <= 0 {
            return Ok(());
        }
        thread::sleep(Duration::from_nanos(left_ns as u64).min(NAP));
    }
}
