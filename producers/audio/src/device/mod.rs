//! A capture device: opened, heard, lost and found again, on a thread of its own.

pub(crate) mod callback;
pub(crate) mod list;
pub(crate) mod meter;
pub(crate) mod open;
pub(crate) mod stamp;
#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use component::{Backoff, time::mono_ns};
use dsp::block::{BLOCK_FRAMES, Reblocker};

use crate::config::Mixing;
use crate::play::sleep_until;
use crate::report::{Block, Closed, Outlet, Report, chain};
use crate::source::frames_in;
use callback::{Arrival, Heard};
use open::{Capture, StreamEnd};
use stamp::CaptureClock;

/// A device that gives nothing for this long is lost.
const MUTE_NS: i64 = 1_000_000_000;
/// The first samples may take longer: sound servers need up to 2 s to connect.
const FIRST_NS: i64 = 6_000_000_000;
/// The callback wakes this thread; this is how long it sleeps when it does not.
const NAP: Duration = Duration::from_millis(50);

/// Which device, and what is made of it.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    /// Name or part of a name; `None` is the system's default.
    pub(crate) device: Option<String>,
    pub(crate) mixing: Mixing,
    /// Written once the device has been heard: from then on the demo never plays here.
    pub(crate) marker: PathBuf,
}

/// Captures until the component wants something else.
pub(crate) fn capture(wanted: &Wanted, outlet: &Outlet) -> Result<(), Closed> {
    let mut session = Session {
        wanted,
        outlet,
        reblocker: Reblocker::new(BLOCK_FRAMES),
        backoff: Backoff::default(),
        heard_ns: None,
    };
    loop {
        match Capture::open(wanted.device.as_deref(), &wanted.mixing) {
            Ok(mut stream) => {
                let reason = session.listen(&mut stream);
                close(stream);
                outlet.say(Report::Lost { reason: reason? })?;
            }
            Err(error) => outlet.say(Report::Lost { reason: chain(&error) })?,
        }
        sleep_until(mono_ns() + session.backoff.pause().as_nanos() as i64, outlet)?;
    }
}

/// What outlives the loss of a device.
struct Session<'a> {
    wanted: &'a Wanted,
    outlet: &'a Outlet,
    reblocker: Reblocker,
    backoff: Backoff,
    /// When samples last came.
    heard_ns: Option<i64>,
}

impl Session<'_> {
    /// Listens to an open device until it is lost; says why.
    fn listen(&mut self, stream: &mut Capture) -> Result<String, Closed> {
        let (rate_hz, channels, outlet) = (stream.rate_hz, stream.channels, self.outlet);
        let mut mixer = match self.wanted.mixing.mixer(channels, rate_hz) {
            Ok(mixer) => mixer,
            Err(error) => return Ok(format!("“{}”: {error}", stream.name)),
        };
        outlet.say(Report::Opened { device: stream.name.clone(), rate_hz, channels: channels as u32 })?;
        let mut clock = None;
        let mut deadline_ns = mono_ns() + FIRST_NS;
        loop {
            if outlet.is_closed() {
                return Err(Closed);
            }
            while let Some(arrival) = stream.next() {
                let clock = clock.get_or_insert_with(|| self.begin(rate_hz, &arrival));
                let mut line =
                    Line { rate_hz, reblocker: &mut self.reblocker, clock, outlet, mono: Vec::new() };
                line.take(&arrival, &stream.samples, &mut mixer)?;
                self.heard_ns = Some(arrival.mono_ns);
                deadline_ns = mono_ns() + MUTE_NS;
            }
            outlet.counts.frames_overrun.fetch_add(stream.take_overrun(), Ordering::Relaxed);
            outlet.counts.xruns.fetch_add(stream.take_xruns(), Ordering::Relaxed);
            if let StreamEnd::Over(reason) = stream.end() {
                return Ok(reason);
            }
            if mono_ns() > deadline_ns {
                return Ok(mute(&stream.name, clock.is_some()));
            }
            thread::park_timeout(NAP);
        }
    }

    /// The first samples of a device: a new clock. The sample count goes on, with a jump as long as nothing came.
    fn begin(&mut self, rate_hz: u32, first: &Arrival) -> CaptureClock {
        if let Some(heard_ns) = self.heard_ns {
            self.reblocker.gap(frames_in(first.mono_ns - heard_ns, rate_hz));
        }
        self.backoff.succeeded();
        mark_used(self.wanted);
        CaptureClock::new(rate_hz, self.reblocker.position(), first)
    }
}

/// Closes a stream where it may hang: drivers of a device that is gone do.
fn close(stream: Capture) {
    // Without a thread the closure is dropped, and the stream with it, here.
    let _closing = thread::Builder::new().name("close device".into()).spawn(move || drop(stream));
}

fn mute(name: &str, heard: bool) -> String {
    let what = if heard { "gives no samples any more" } else { "is open but gives no samples" };
    format!("“{name}” {what}: check its cable and whether another program holds it")
}

/// From interleaved arrivals to stamped blocks.
struct Line<'a> {
    rate_hz: u32,
    reblocker: &'a mut Reblocker,
    clock: &'a mut CaptureClock,
    outlet: &'a Outlet,
    mono: Vec<f32>,
}

impl Line<'_> {
    fn take(&mut self, arrival: &Arrival, heard: &Heard, mixer: &mut dsp::mix::Mixer) -> Result<(), Closed> {
        if arrival.lost_frames > 0 {
            self.reblocker.gap(arrival.lost_frames);
        }
        self.mono.clear();
        mixer.mix(heard.interleaved(), &mut self.mono);
        let next = self.reblocker.position() + self.mono.len() as u64;
        if self.clock.arrived(next, arrival) {
            self.outlet.counts.clock_restarts.fetch_add(1, Ordering::Relaxed);
        }
        let earlier_ns = self.outlet.latency_ns.load(Ordering::Relaxed);
        let (clock, outlet, rate_hz) = (&self.clock, self.outlet, self.rate_hz);
        let settled = clock.is_settled(arrival);
        let mut closed = Ok(());
        self.reblocker.push(&self.mono, |index, samples| {
            // What a device had gathered before it was asked has no time that could be told.
            if !settled {
                return;
            }
            let at_mono_ns = clock.instant_ns(index) - earlier_ns;
            let block = Block { index, at_mono_ns, rate_hz, samples: samples.to_vec(), place: None };
            closed = closed.and(outlet.block(block));
        });
        closed
    }
}

fn mark_used(wanted: &Wanted) {
    let written = wanted.marker.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| {
        std::fs::write(
            &wanted.marker,
            "A capture device was used here: the demo does not start by itself any more.\n",
        )
    });
    if let Err(error) = written {
        tracing::warn!(file = %wanted.marker.display(), %error, "could not note that a device was used");
    }
}
