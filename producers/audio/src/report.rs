//! What a source's thread tells the component.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use tokio::sync::mpsc;

/// Blocks that may wait for the component: some 0.7 s at 48 kHz. What comes later is dropped and counted.
const WAITING_MAX: usize = 128;

/// One message of a source.
#[derive(Debug)]
pub(crate) enum Report {
    /// It is open and sound is expected.
    Opened { device: String, rate_hz: u32, channels: u32 },
    /// No sound comes any more, and why. It goes on trying.
    Lost { reason: String },
    /// Sound.
    Block(Block),
    /// What is playing.
    Track(Box<schemas::playback::Track>),
    /// A device has appeared on a machine that had none.
    DeviceFound,
}

/// One block of mono sound.
#[derive(Debug)]
pub(crate) struct Block {
    /// Number of its first sample.
    pub(crate) index: u64,
    /// When that sample was captured, on CLOCK_MONOTONIC.
    pub(crate) at_mono_ns: i64,
    pub(crate) rate_hz: u32,
    pub(crate) samples: Vec<f32>,
    /// Where its first sample lies in the track, if there is one.
    pub(crate) place: Option<Place>,
}

/// A place in a track.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Place {
    pub(crate) position_s: f64,
    /// Seconds of track per second; 0 when it has ended.
    pub(crate) rate: f64,
    /// It does not follow from what came before.
    pub(crate) jumped: bool,
}

/// Things that went wrong, by name, since the start of the source.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Blocks that the component had no room for.
    pub(crate) blocks_dropped: AtomicU64,
    /// Frames that the ring behind the callback had no room for.
    pub(crate) frames_overrun: AtomicU64,
    /// Gaps that the device itself reported.
    pub(crate) xruns: AtomicU64,
    /// Breaks after which the capture clock was found again.
    pub(crate) clock_restarts: AtomicU64,
    /// Stalls after which the stamps of a file skipped forward.
    pub(crate) stalls: AtomicU64,
    /// Pieces of a file that could not be decoded and were left out.
    pub(crate) decode_errors: AtomicU64,
}

impl Counts {
    pub(crate) fn named(&self) -> [(&'static str, &AtomicU64); 6] {
        [
            ("blocks_dropped", &self.blocks_dropped),
            ("frames_overrun", &self.frames_overrun),
            ("xruns", &self.xruns),
            ("clock_restarts", &self.clock_restarts),
            ("stalls", &self.stalls),
            ("decode_errors", &self.decode_errors),
        ]
    }
}

/// The component has turned to something else: the thread should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Closed;

/// The thread's end of the queue.
#[derive(Debug, Clone)]
pub(crate) struct Outlet {
    reports: mpsc::Sender<Report>,
    pub(crate) counts: Arc<Counts>,
    /// Live correction of stamps of a device, in ns.
    pub(crate) latency_ns: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
}

/// The component's end of the queue. Dropping it ends the threads.
#[derive(Debug)]
pub(crate) struct Inlet {
    pub(crate) reports: mpsc::Receiver<Report>,
    pub(crate) counts: Arc<Counts>,
    pub(crate) latency_ns: Arc<AtomicI64>,
    stop: Arc<AtomicBool>,
}

/// A new queue.
pub(crate) fn queue(latency_ns: i64) -> (Outlet, Inlet) {
    let (sender, reports) = mpsc::channel(WAITING_MAX);
    let (counts, stop) = (Arc::new(Counts::default()), Arc::new(AtomicBool::new(false)));
    let latency_ns = Arc::new(AtomicI64::new(latency_ns));
    let outlet = Outlet {
        reports: sender,
        counts: counts.clone(),
        latency_ns: latency_ns.clone(),
        stop: stop.clone(),
    };
    (outlet, Inlet { reports, counts, latency_ns, stop })
}

impl Outlet {
    /// Hands over a block if there is room.
    pub(crate) fn block(&self, block: Block) -> Result<(), Closed> {
        match self.reports.try_send(Report::Block(block)) {
            Ok(()) => Ok(()),
            Err(mpsc::error::TrySendError::Full(_)) => {
                self.counts.blocks_dropped.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Closed),
        }
    }

    /// Hands over anything else, waiting for room. Only from threads of the component's own.
    pub(crate) fn say(&self, report: Report) -> Result<(), Closed> {
        self.reports.blocking_send(report).map_err(|_closed| Closed)
    }

    /// Whether the component has turned to something else.
    pub(crate) fn is_closed(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.reports.is_closed()
    }
}

/// An error with all its causes, each once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl Drop for Inlet {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
