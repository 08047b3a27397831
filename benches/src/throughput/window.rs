//! Bus to bus as fast as it goes without loss: the publisher waits while too much is under way.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Result, anyhow};
use bus::{Bus, Inbox, Publisher};
use schemas::sys::Log;
use schemas::{Name, Payload as _};
use testkit::wait::{mono_ns, wait_until};

use super::{Carried, ROUND_MS};
use crate::transport::{connect, runtime};

/// Half of what the reader's queue of events holds, so that nothing is dropped for want of room.
pub(super) const UNDER_WAY_MAX: u64 = 256;
/// How long the publisher looks away while the window is full.
const PAUSE: Duration = Duration::from_micros(50);
/// How long stragglers may take.
const DRAIN: Duration = Duration::from_secs(1);

/// One round with messages of about `size` bytes.
pub(super) fn round(url: &str, size: usize) -> Result<Carried> {
    let pair = Pair::open(url, size)?;
    let begun_ns = mono_ns();
    let until_ns = begun_ns + ROUND_MS as i64 * 1_000_000;
    let mut sent = 0;
    while mono_ns() < until_ns {
        if sent - pair.read.count.load(Ordering::Acquire) >= UNDER_WAY_MAX {
            std::thread::sleep(PAUSE);
        } else {
            pair.send();
            sent += 1;
        }
    }
    // What is missing then is lost, and shown.
    let _complete = wait_until(DRAIN, "all arrived", || pair.read.count.load(Ordering::Acquire) == sent);
    let seconds = (pair.read.last_ns.load(Ordering::Acquire) - begun_ns) as f64 / 1e9;
    let received = pair.read.count.load(Ordering::Acquire);
    Ok(Carried { sent, received, seconds, bytes: pair.close()? })
}

/// A publisher, and a reader on a thread of its own.
pub(super) struct Pair {
    body: Log,
    publisher: Publisher<Log>,
    /// The connection that sends, for its counts.
    pub(super) sender: Bus,
    /// The connection that reads, for its counts.
    pub(super) reader: Bus,
    /// What the reader has seen.
    pub(super) read: Arc<Read>,
    thread: std::thread::JoinHandle<()>,
    // The sender's client library runs on it.
    _sending: tokio::runtime::Runtime,
}

/// What a reader has seen so far.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Messages that were decoded.
    pub(super) count: AtomicU64,
    last_ns: AtomicI64,
    bytes: AtomicU64,
    stop: AtomicBool,
}

impl Pair {
    /// Connects both sides; messages will have about `size` bytes, or as few as the header leaves.
    pub(super) fn open(url: &str, size: usize) -> Result<Pair> {
        let (sending, reading) = (runtime()?, runtime()?);
        let sender = sending.block_on(connect(url, "bench-send"))?;
        let publisher = sender.publisher::<Log>(&Name::main());
        let reader = reading.block_on(connect(url, "bench-read"))?;
        let inbox = reading.block_on(subscribe(&reader));
        let read = Arc::<Read>::default();
        let seen = Arc::clone(&read);
        let thread = std::thread::Builder::new()
            .name("bench-read".into())
            .spawn(move || reading.block_on(drain(&inbox, &seen)))?;
        Ok(Pair { body: body(size), publisher, sender, reader, read, thread, _sending: sending })
    }

    /// Publishes one message; false when it was dropped, and counted, before it left.
    pub(super) fn send(&self) -> bool {
        self.publisher.send(bus::time::now(), &self.body)
    }

    /// Ends both sides; gives the size of one message in bytes.
    pub(super) fn close(self) -> Result<usize> {
        self.read.stop.store(true, Ordering::Release);
        self.thread.join().map_err(|_| anyhow!("the reader panicked"))?;
        Ok(self.read.bytes.load(Ordering::Acquire) as usize)
    }
}

/// A message of the class that queues, padded so that all of it has `size` bytes.
fn body(size: usize) -> Log {
    /// Common header and field names of the message.
    const FRAME_BYTES: usize = 330;
    let message = "x".repeat(size.saturating_sub(FRAME_BYTES));
    Log { level: "warn".into(), target: "bench".into(), message, fields: Default::default() }
}

async fn subscribe(bus: &Bus) -> Inbox {
    let mut inbox = bus.inbox();
    inbox.subscribe(Log::TOPIC, Some(&Name::main())).await;
    bus.flush(DRAIN).await;
    inbox
}

async fn drain(inbox: &Inbox, read: &Read) {
    /// How often the reader looks whether it shall end.
    const LOOK: Duration = Duration::from_millis(50);
    while !read.stop.load(Ordering::Acquire) {
        let Ok(delivery) = tokio::time::timeout(LOOK, inbox.next()).await else { continue };
        if delivery.decode::<Log>().is_ok() {
            read.bytes.store(delivery.payload.len() as u64, Ordering::Relaxed);
            read.last_ns.store(mono_ns(), Ordering::Relaxed);
            read.count.fetch_add(1, Ordering::Release);
        }
    }
}
