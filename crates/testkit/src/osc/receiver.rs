//! A socket of our own.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Result;
use rosc::{OscPacket, OscTime, OscType};

use crate::wait::{mono_ns, wait_for};

/// Largest datagram.
const MAX_BYTES: usize = 65_536;
/// Messages kept: some minutes of a busy target. More are counted as lost, and a test that cares asks.
const MAX_KEPT: usize = 1_000_000;
/// How long the thread may take to notice that it shall end.
const STOP_MS: u64 = 50;

/// One received message.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// When its datagram was read, on CLOCK_MONOTONIC in nanoseconds.
    pub at_mono_ns: i64,
    /// Size of that datagram in bytes.
    pub datagram_bytes: usize,
    /// Time tag of the bundle that it came in, if it did.
    pub bundle: Option<OscTime>,
    /// OSC address.
    pub address: String,
    /// Arguments.
    pub args: Vec<OscType>,
}

#[derive(Debug, Default)]
struct Inbox {
    messages: Vec<Received>,
    malformed: u64,
    lost: u64,
}

/// A bound socket and the thread that reads it.
#[derive(Debug)]
pub struct Receiver {
    port: u16,
    inbox: Arc<Mutex<Inbox>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Receiver {
    /// Binds a free port and listens.
    ///
    /// # Errors
    /// When no socket or thread can be had.
    pub fn start() -> Result<Receiver> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(Duration::from_millis(STOP_MS)))?;
        let port = socket.local_addr()?.port();
        let (inbox, stop) = (Arc::default(), Arc::default());
        let (into, stopped) = (Arc::clone(&inbox), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("osc-receiver".into())
            .spawn(move || receive(&socket, &into, &stopped))?;
        Ok(Receiver { port, inbox, stop, thread: Some(thread) })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// All messages so far, in the order of arrival.
    pub fn messages(&self) -> Vec<Received> {
        self.with(|inbox| inbox.messages.clone())
    }

    /// Messages to one address so far.
    pub fn to(&self, address: &str) -> Vec<Received> {
        self.with(|inbox| inbox.messages.iter().filter(|m| m.address == address).cloned().collect())
    }

    /// Takes the messages so far out.
    pub fn take(&self) -> Vec<Received> {
        self.with(|inbox| std::mem::take(&mut inbox.messages))
    }

    /// Datagrams that were no OSC.
    pub fn malformed(&self) -> u64 {
        self.with(|inbox| inbox.malformed)
    }

    /// Messages that came when the inbox was full.
    pub fn lost(&self) -> u64 {
        self.with(|inbox| inbox.lost)
    }

    /// Waits for the first message, of those so far and those to come, for which `matches` holds.
    ///
    /// # Errors
    /// When there is none by the deadline; the message names `what` and the addresses that did arrive.
    pub fn wait_for(
        &self,
        deadline: Duration,
        what: &str,
        matches: impl Fn(&Received) -> bool,
    ) -> Result<Received> {
        let found =
            wait_for(deadline, what, || self.with(|i| i.messages.iter().find(|m| matches(m)).cloned()));
        found.map_err(|error| error.context(format!("received: {}", self.summary())))
    }

    /// Waits until `count` messages to `address` are there, and returns them.
    ///
    /// # Errors
    /// As [`Receiver::wait_for`].
    pub fn wait_for_count(&self, deadline: Duration, address: &str, count: usize) -> Result<Vec<Received>> {
        let what = format!("{count} messages to {address}");
        let found = wait_for(deadline, &what, || Some(self.to(address)).filter(|found| found.len() >= count));
        found.map_err(|error| error.context(format!("received: {}", self.summary())))
    }

    fn summary(&self) -> String {
        let mut counts = std::collections::BTreeMap::<String, usize>::new();
        for message in self.messages() {
            *counts.entry(message.address).or_default() += 1;
        }
        if counts.is_empty() {
            return "nothing".to_owned();
        }
        counts.iter().map(|(address, n)| format!("{address} {n}x")).collect::<Vec<_>>().join(", ")
    }

    fn with<T>(&self, read: impl FnOnce(&mut Inbox) -> T) -> T {
        read(&mut self.inbox.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let panicked = thread.join().is_err();
            debug_assert!(!panicked, "the receiver's thread panicked");
        }
    }
}

fn receive(socket: &UdpSocket, inbox: &Mutex<Inbox>, stop: &AtomicBool) {
    let mut buffer = vec![0; MAX_BYTES];
    while !stop.load(Ordering::Relaxed) {
        // An error is a time-out, or an ICMP message of no concern to a receiver.
        let Ok(size) = socket.recv(&mut buffer) else { continue };
        let at_mono_ns = mono_ns();
        let mut inbox = inbox.lock().unwrap_or_else(PoisonError::into_inner);
        match rosc::decoder::decode_udp(&buffer[..size]) {
            Ok(([], packet)) => keep(&mut inbox, at_mono_ns, size, None, packet),
            _ => inbox.malformed += 1,
        }
    }
}

fn keep(
    inbox: &mut Inbox,
    at_mono_ns: i64,
    datagram_bytes: usize,
    bundle: Option<OscTime>,
    packet: OscPacket,
) {
    match packet {
        OscPacket::Message(_) if inbox.messages.len() >= MAX_KEPT => inbox.lost += 1,
        OscPacket::Message(m) => {
            inbox.messages.push(Received {
                at_mono_ns,
                datagram_bytes,
                bundle,
                address: m.addr,
                args: m.args,
            });
        }
        OscPacket::Bundle(b) => {
            for inner in b.content {
                keep(inbox, at_mono_ns, datagram_bytes, Some(b.timetag), inner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rosc::{OscBundle, OscMessage};

    use super::*;
    use crate::osc::send;

    const SOON: Duration = Duration::from_secs(10);

    #[test]
    fn messages_bundles_and_rubbish_are_told_apart() {
        let receiver = Receiver::start().unwrap();
        let before = mono_ns();
        send(receiver.port(), "/a", vec![OscType::Int(7)]).unwrap();
        let inner = OscPacket::Message(OscMessage { addr: "/b".into(), args: vec![OscType::Float(0.5)] });
        let timetag = OscTime { seconds: 9, fractional: 3 };
        let bundle =
            rosc::encoder::encode(&OscPacket::Bundle(OscBundle { timetag, content: vec![inner] })).unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(b"rubbish", ("127.0.0.1", receiver.port())).unwrap();
        socket.send_to(&bundle, ("127.0.0.1", receiver.port())).unwrap();

        let b = receiver.wait_for(SOON, "/b", |m| m.address == "/b").unwrap();
        assert_eq!(
            (b.bundle, b.args, b.datagram_bytes),
            (Some(timetag), vec![OscType::Float(0.5)], bundle.len())
        );
        let a = receiver.wait_for_count(SOON, "/a", 1).unwrap();
        assert_eq!((&a[0].args, a[0].bundle), (&vec![OscType::Int(7)], None));
        assert!((before..=mono_ns()).contains(&a[0].at_mono_ns));
        assert_eq!((receiver.malformed(), receiver.lost(), receiver.take().len()), (1, 0, 2));
        assert!(receiver.messages().is_empty());
    }

    #[test]
    fn what_did_not_come_is_named() {
        let receiver = Receiver::start().unwrap();
        let error = receiver.wait_for_count(Duration::from_millis(10), "/never", 1).unwrap_err();
        assert_eq!(format!("{error:#}"), "received: nothing: 1 messages to /never: not within 10ms");
    }
}
