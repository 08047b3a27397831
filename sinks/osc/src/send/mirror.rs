//! Copies of what is sent, for who watches.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rosc::{OscMessage, OscType};
use schemas::Name;
use schemas::osc::Out;
use serde_json::Value;
use tokio::sync::mpsc;

// Two seconds of a busy target; a watcher that is slower than that misses some, counted.
const CAPACITY: usize = 2048;

/// One copy.
#[derive(Debug, Clone, PartialEq)]
pub struct Mirrored {
    /// The target it went to.
    pub target: Name,
    /// What went there.
    pub message: Out,
}

/// The writing end, shared by the component's loop and the beat thread.
#[derive(Debug)]
pub struct Mirror {
    watched: AtomicBool,
    missed: AtomicU64,
    sender: mpsc::Sender<Mirrored>,
}

impl Mirror {
    /// A mirror that nobody watches yet, and its reading end.
    pub fn new() -> (Mirror, mpsc::Receiver<Mirrored>) {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        (Mirror { watched: AtomicBool::new(false), missed: AtomicU64::new(0), sender }, receiver)
    }

    /// Turns copying on or off.
    pub fn set_watched(&self, watched: bool) {
        self.watched.store(watched, Ordering::Relaxed);
    }

    /// Copies that did not fit.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    pub(crate) fn copy(&self, target: &Name, messages: &[OscMessage]) {
        if !self.watched.load(Ordering::Relaxed) {
            return;
        }
        for message in messages {
            let args = message.args.iter().map(json).collect();
            let out = Out { address: message.addr.clone(), args };
            if self.sender.try_send(Mirrored { target: target.clone(), message: out }).is_err() {
                self.missed.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// An OSC argument as JSON.
pub(crate) fn json(arg: &OscType) -> Value {
    match arg {
        OscType::Int(number) => Value::from(*number),
        OscType::Float(number) => Value::from(*number),
        OscType::String(text) => Value::from(text.as_str()),
        other => Value::from(other.to_string()),
    }
}
