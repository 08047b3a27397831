//! One receiver's socket. Sending never waits, and whatever goes wrong is this receiver's alone.

use std::io;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rosc::OscMessage;
use schemas::Name;
use serde::Serialize;

use super::mirror::Mirror;
use super::packet::pack;
use super::resolve::resolve;

// Trouble that has not come back for this long is over.
const TROUBLE_LASTS_NS: i64 = 3_000_000_000;

/// A receiver.
#[derive(Debug)]
pub struct Destination {
    name: Name,
    address: String,
    bundle: bool,
    mirror: Arc<Mirror>,
    // Set once: by then it is connected.
    socket: OnceLock<UdpSocket>,
    counters: Counters,
    trouble: Mutex<Option<Trouble>>,
}

#[derive(Debug, Default)]
struct Counters {
    sent: AtomicU64,
    refused: AtomicU64,
    full: AtomicU64,
    failed: AtomicU64,
    unresolved: AtomicU64,
    too_large: AtomicU64,
    crowded: AtomicU64,
    skipped: AtomicU64,
}

/// What became of a receiver's messages, in datagrams unless said otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Handed to the network.
    pub sent: u64,
    /// Sent to a machine that said that nobody listens there.
    pub refused: u64,
    /// Dropped because the socket's buffer was full.
    pub full: u64,
    /// Dropped for any other reason of the network.
    pub failed: u64,
    /// Dropped because the host's address was not known yet.
    pub unresolved: u64,
    /// Messages too large for a datagram.
    pub too_large: u64,
    /// Messages dropped because too many waited for their turn.
    pub crowded: u64,
    /// Messages without a value, because a field was null.
    pub skipped: u64,
}

impl Counts {
    /// Everything that did not reach the network. What a machine refused did: that is the receiver's absence, not a loss of ours.
    pub fn dropped(&self) -> u64 {
        self.full + self.failed + self.unresolved + self.too_large + self.crowded
    }
}

#[derive(Debug)]
struct Trouble {
    reason: String,
    since_ns: i64,
}

impl Destination {
    /// A receiver at `address` (`host:port`), which is looked up in the background.
    pub fn new(name: Name, address: &str, bundle: bool, mirror: Arc<Mirror>) -> Arc<Destination> {
        let destination = Arc::new(Destination {
            name,
            address: address.to_owned(),
            bundle,
            mirror,
            socket: OnceLock::new(),
            counters: Counters::default(),
            trouble: Mutex::new(None),
        });
        resolve(&destination);
        destination
    }

    /// Sends messages of one moment. Never waits.
    pub fn send(&self, messages: &[OscMessage]) {
        let packed = pack(messages, self.bundle);
        add(&self.counters.too_large, packed.refused);
        if packed.refused > 0 {
            self.note(format!("a message for {} was larger than a datagram", self.name));
        }
        let Some(socket) = self.socket.get() else {
            return add(&self.counters.unresolved, packed.datagrams.len() as u64);
        };
        for datagram in &packed.datagrams {
            self.send_one(socket, datagram);
        }
        self.mirror.copy(&self.name, messages);
    }

    /// Counts messages that had nothing to say.
    pub(crate) fn skipped(&self, count: u64) {
        add(&self.counters.skipped, count);
    }

    /// Counts messages that found no place in a queue.
    pub(crate) fn crowded(&self, count: u64) {
        if count > 0 {
            add(&self.counters.crowded, count);
            self.note(format!(
                "more waits for {} than can be sent in a second: see its target file",
                self.name
            ));
        }
    }

    /// Name of the target.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Where it is.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether its address is known.
    pub fn is_resolved(&self) -> bool {
        self.socket.get().is_some()
    }

    /// What is wrong with it now, if anything.
    pub fn trouble(&self, now_ns: i64) -> Option<String> {
        let trouble = self.lock_trouble();
        let lasting =
            |trouble: &&Trouble| !self.is_resolved() || now_ns - trouble.since_ns < TROUBLE_LASTS_NS;
        trouble.as_ref().filter(lasting).map(|trouble| trouble.reason.clone())
    }

    /// What became of its messages so far.
    pub fn counts(&self) -> Counts {
        let Counters { sent, refused, full, failed, unresolved, too_large, crowded, skipped } =
            &self.counters;
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            sent: read(sent),
            refused: read(refused),
            full: read(full),
            failed: read(failed),
            unresolved: read(unresolved),
            too_large: read(too_large),
            crowded: read(crowded),
            skipped: read(skipped),
        }
    }

    pub(crate) fn set_socket(&self, socket: UdpSocket) {
        // Only the one look-up of this destination calls this, and once.
        if self.socket.set(socket).is_ok() {
            *self.lock_trouble() = None;
        }
    }

    pub(crate) fn set_unresolved(&self, error: &io::Error) {
        self.note(format!("{} ({}) is not known: {error}; trying again", self.name, self.address));
    }

    fn send_one(&self, socket: &UdpSocket, datagram: &[u8]) {
        let mut outcome = socket.send(datagram);
        if outcome.as_ref().is_err_and(is_refusal) {
            // The refusal answers an earlier datagram, and this one has not been sent at all.
            add(&self.counters.refused, 1);
            self.note(format!("nobody listens at {} ({})", self.address, self.name));
            outcome = socket.send(datagram);
        }
        match outcome {
            Ok(_) => add(&self.counters.sent, 1),
            Err(error) if is_refusal(&error) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                add(&self.counters.full, 1);
                self.note(format!("the network cannot keep up with {} ({})", self.name, self.address));
            }
            Err(error) => {
                add(&self.counters.failed, 1);
                self.note(format!("{} ({}) cannot be reached: {error}", self.name, self.address));
            }
        }
    }

    fn note(&self, reason: String) {
        *self.lock_trouble() = Some(Trouble { reason, since_ns: beatclock::mono_ns() });
    }

    // A panic while it was held leaves a whole text or none.
    fn lock_trouble(&self) -> MutexGuard<'_, Option<Trouble>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_refusal(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ConnectionRefused
}

fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use rosc::{OscPacket, OscType, decoder};

    use super::*;

    fn destination(address: &str) -> Arc<Destination> {
        Destination::new(Name::main(), address, false, Arc::new(Mirror::new().0))
    }

    fn message() -> [OscMessage; 1] {
        [OscMessage { addr: "/vj/beat".to_owned(), args: vec![OscType::Int(3)] }]
    }

    #[test]
    fn what_is_sent_arrives() {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let to = destination(&receiver.local_addr().unwrap().to_string());
        to.send(&message());
        let mut buffer = [0; 2000];
        let length = receiver.recv(&mut buffer).unwrap();
        let (_, packet) = decoder::decode_udp(&buffer[..length]).unwrap();
        assert_eq!(packet, OscPacket::Message(message()[0].clone()));
        assert_eq!(to.counts(), Counts { sent: 1, ..Counts::default() });
    }

    #[test]
    fn nobody_listening_is_noticed_and_passes_when_somebody_does() {
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let to = destination(&port.to_string());
        let deadline = Instant::now() + Duration::from_secs(10);
        while to.trouble(beatclock::mono_ns()).is_none() {
            assert!(Instant::now() < deadline, "the refusal was never noticed");
            to.send(&message());
        }
        assert!(to.counts().refused > 0);
        let receiver = UdpSocket::bind(port).unwrap();
        receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        to.send(&message());
        assert!(receiver.recv(&mut [0; 100]).is_ok(), "the first datagram after the refusals is not lost");
        assert_eq!(to.trouble(beatclock::mono_ns() + TROUBLE_LASTS_NS), None);
    }

    #[test]
    fn an_unknown_host_costs_no_time_and_is_counted() {
        let before = Instant::now();
        let to = destination("no-such-host.invalid:9000");
        to.send(&message());
        assert!(before.elapsed() < Duration::from_secs(2));
        assert_eq!(to.counts().unresolved, 1);
        let deadline = Instant::now() + Duration::from_secs(30);
        while to.trouble(beatclock::mono_ns()).is_none() {
            assert!(Instant::now() < deadline, "the unknown host was never reported");
            std::thread::yield_now();
        }
        assert!(to.trouble(0).unwrap().contains("no-such-host.invalid"));
    }

    #[test]
    fn too_large_is_counted() {
        let to = destination("127.0.0.1:9");
        to.send(&[OscMessage { addr: "/t".to_owned(), args: vec![OscType::String("x".repeat(2000))] }]);
        assert_eq!(to.counts(), Counts { too_large: 1, ..Counts::default() });
    }
}
