//! What happens on the sound card's own thread: copy, note the time, wake. Nothing else: no allocation,
//! no lock, no log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::Thread;

use component::time::mono_ns;
use cpal::{FromSample, SizedSample};
use rtrb::{Consumer, Producer, RingBuffer};

/// Sound that may wait for the worker: 1 s.
const WAITING_S: usize = 1;
/// Callbacks that may wait for the worker, at the smallest blocks that drivers give.
const ARRIVALS_MAX: usize = 4096;

/// One callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// When it came, on CLOCK_MONOTONIC.
    pub(crate) mono_ns: i64,
    /// Frames that it brought.
    pub(crate) frames: usize,
    /// Frames before these that there was no room for.
    pub(crate) lost_frames: u64,
    /// How long the driver says that they were on their way before the callback, in ns.
    pub(crate) reported_ns: i64,
}

/// The callback's end.
#[derive(Debug)]
pub(crate) struct Tap {
    channels: usize,
    samples: Producer<f32>,
    arrivals: Producer<Arrival>,
    overrun: Arc<AtomicU64>,
    lost_frames: u64,
    worker: Thread,
}

/// The worker's end.
#[derive(Debug)]
pub(crate) struct Heard {
    channels: usize,
    samples: Consumer<f32>,
    arrivals: Consumer<Arrival>,
    interleaved: Vec<f32>,
}

/// A ring for a device, whose callback wakes `worker`; overruns are counted in frames.
pub(crate) fn ring(channels: usize, rate_hz: u32, overrun: Arc<AtomicU64>, worker: Thread) -> (Tap, Heard) {
    let capacity = channels * rate_hz as usize * WAITING_S;
    let (samples, heard) = RingBuffer::new(capacity);
    let (arrivals, arrived) = RingBuffer::new(ARRIVALS_MAX);
    let tap = Tap { channels, samples, arrivals, overrun, lost_frames: 0, worker };
    (tap, Heard { channels, samples: heard, arrivals: arrived, interleaved: Vec::with_capacity(capacity) })
}

impl Tap {
    /// The callback itself. A block for which there is no room is left out whole.
    pub(crate) fn deliver<T: SizedSample>(&mut self, data: &[T], reported_ns: i64)
    where
        f32: FromSample<T>,
    {
        self.deliver_at(data, reported_ns, mono_ns());
    }

    /// [`Tap::deliver`] at an instant that is known.
    pub(crate) fn deliver_at<T: SizedSample>(&mut self, data: &[T], reported_ns: i64, now_ns: i64)
    where
        f32: FromSample<T>,
    {
        let frames = data.len() / self.channels;
        let whole = &data[..frames * self.channels];
        let room =
            if self.arrivals.is_full() { None } else { self.samples.write_chunk_uninit(whole.len()).ok() };
        let Some(chunk) = room else {
            self.lost_frames += frames as u64;
            self.overrun.fetch_add(frames as u64, Ordering::Relaxed);
            return;
        };
        chunk.fill_from_iter(whole.iter().map(|sample| f32::from_sample_(*sample)));
        let lost_frames = std::mem::take(&mut self.lost_frames);
        // There is room: this is the only writer, and it was not full above.
        let _pushed = self.arrivals.push(Arrival { mono_ns: now_ns, frames, lost_frames, reported_ns });
        self.worker.unpark();
    }
}

impl Heard {
    /// The next callback, if there was one; its samples are then in [`Heard::interleaved`].
    pub(crate) fn next(&mut self) -> Option<Arrival> {
        let arrival = self.arrivals.pop().ok()?;
        self.interleaved.clear();
        let chunk = self.samples.read_chunk(arrival.frames * self.channels).ok()?;
        self.interleaved.extend(chunk);
        Some(arrival)
    }

    /// Samples of the last callback.
    pub(crate) fn interleaved(&self) -> &[f32] {
        &self.interleaved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(channels: usize, rate_hz: u32) -> (Tap, Heard, Arc<AtomicU64>) {
        let overrun = Arc::new(AtomicU64::new(0));
        let (tap, heard) = ring(channels, rate_hz, overrun.clone(), std::thread::current());
        (tap, heard, overrun)
    }

    #[test]
    fn every_sample_format_becomes_the_same_float() {
        let (mut tap, mut heard, _) = pair(1, 48_000);
        tap.deliver(&[0.5f32, -1.0], 0);
        tap.deliver(&[16_384i16, i16::MIN], 0);
        tap.deliver(&[1i32 << 30, i32::MIN], 0);
        tap.deliver(&[49_152u16, 0], 0);
        tap.deliver(&[192u8, 0], 0);
        for _ in 0..5 {
            heard.next().unwrap();
            assert_eq!(heard.interleaved(), [0.5, -1.0]);
        }
        assert_eq!(heard.next(), None);
    }

    #[test]
    fn blocks_of_any_size_keep_their_time() {
        let (mut tap, mut heard, _) = pair(2, 48_000);
        for (i, size) in [2usize, 340, 1024, 6].into_iter().enumerate() {
            tap.deliver_at(&vec![i as f32; size], 7, i as i64 * 1000);
        }
        for (i, frames) in [1usize, 170, 512, 3].into_iter().enumerate() {
            let arrival = heard.next().unwrap();
            assert_eq!(arrival, Arrival { mono_ns: i as i64 * 1000, frames, lost_frames: 0, reported_ns: 7 });
            assert!(heard.interleaved().iter().all(|s| *s == i as f32));
            assert_eq!(heard.interleaved().len(), frames * 2);
        }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_told_with_what_comes_after() {
        let (mut tap, mut heard, overrun) = pair(1, 1000);
        tap.deliver(&[0.0f32; 900], 0);
        tap.deliver(&[0.0f32; 200], 0);
        tap.deliver(&[0.0f32; 150], 0);
        assert_eq!(overrun.load(Ordering::Relaxed), 350);
        assert_eq!(heard.next().unwrap().lost_frames, 0);
        tap.deliver(&[0.0f32; 200], 0);
        assert_eq!(heard.next().unwrap().lost_frames, 350);
    }
}
