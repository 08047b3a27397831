//! A receiver of datagrams whose arrival the kernel stamps.
//!
//! The stamp is taken when the datagram reaches the socket, so how soon this program's own thread
//! gets to run has no part in the figure.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Result;

use crate::platform;

/// Largest datagram that is looked at, in bytes: above every one that vjbus sends.
const MAX_BYTES: usize = 2_048;
/// How long the thread may take to notice that it shall end.
const STOP_MS: u64 = 50;

/// One datagram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// When it reached the socket, CLOCK_MONOTONIC in nanoseconds.
    pub(crate) at_ns: i64,
    /// What it says.
    pub(crate) bytes: Vec<u8>,
}

/// A bound socket of 127.0.0.1 and the thread that reads it; both end when this is dropped.
#[derive(Debug)]
pub(crate) struct Arrivals {
    port: u16,
    kept: Arc<Mutex<Vec<Arrival>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Arrivals {
    /// Binds a free port and listens.
    pub(crate) fn listen() -> Result<Arrivals> {
        let socket = UdpSocket::bind("127.0.0.1:0")?;
        socket.set_read_timeout(Some(Duration::from_millis(STOP_MS)))?;
        platform::stamp_arrivals(&socket)?;
        let port = socket.local_addr()?.port();
        let (kept, stop) = (Arc::default(), Arc::default());
        let (into, stopped) = (Arc::clone(&kept), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("arrivals".into())
            .spawn(move || read(&socket, &into, &stopped))?;
        Ok(Arrivals { port, kept, stop, thread: Some(thread) })
    }

    /// Its port on 127.0.0.1.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Takes out what has arrived so far.
    pub(crate) fn take(&self) -> Vec<Arrival> {
        std::mem::take(&mut *self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Arrivals {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let panicked = thread.join().is_err();
            debug_assert!(!panicked, "the receiving thread panicked");
        }
    }
}

fn read(socket: &UdpSocket, into: &Mutex<Vec<Arrival>>, stop: &AtomicBool) {
    let mut buffer = [0; MAX_BYTES];
    while !stop.load(Ordering::Relaxed) {
        // An error is a time-out, or an ICMP message of no concern to a receiver.
        let Ok((length, at_ns)) = platform::receive(socket, &mut buffer) else { continue };
        let bytes = buffer[..length].to_vec();
        into.lock().unwrap_or_else(PoisonError::into_inner).push(Arrival { at_ns, bytes });
    }
}
