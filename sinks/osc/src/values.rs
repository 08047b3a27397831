//! What is sent when a message arrives: values at their rate, triggers at once.

use std::sync::Arc;

use rosc::{OscMessage, OscType};
use schemas::Name;

use crate::mapping::{Feed, Fields, Target};
use crate::send::{Destination, Limiter, changed};

/// The mappings of one target that are fed by messages.
#[derive(Debug)]
pub(crate) struct Values {
    pub(crate) source: Name,
    pub(crate) target: Arc<Target>,
    pub(crate) destination: Arc<Destination>,
    sent: Vec<Sent>,
}

/// The history of one mapping.
#[derive(Debug)]
struct Sent {
    limiter: Limiter,
    last: Option<Vec<OscType>>,
    // Refused by the limiter. Sent when nothing newer comes, so that the end of a burst is not lost.
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    args: Vec<OscType>,
    due_ns: i64,
}

/// A trigger for the beat thread, which alone keeps its order with its release.
#[derive(Debug)]
pub(crate) struct Trigger {
    /// Number of the mapping in its target.
    pub(crate) mapping: usize,
    pub(crate) args: Vec<OscType>,
}

impl Values {
    pub(crate) fn new(source: Name, target: Arc<Target>, destination: Arc<Destination>) -> Values {
        let sent = || Sent { limiter: Limiter::new(target.max_rate_hz), last: None, waiting: None };
        Values { sent: target.mappings.iter().map(|_| sent()).collect(), source, target, destination }
    }

    /// Sends what a message gives; returns the triggers in it.
    pub(crate) fn take(&mut self, feed: Feed, fields: &Fields, now_ns: i64) -> Vec<Trigger> {
        let (mut messages, mut triggers) = (Vec::new(), Vec::new());
        let mappings = self.target.mappings.iter().zip(&mut self.sent).enumerate();
        for (number, (mapping, sent)) in mappings.filter(|(_, (mapping, _))| mapping.feed == feed) {
            if !mapping.applies(fields) {
                continue;
            }
            let Ok(args) = mapping.arguments(fields) else {
                self.destination.skipped();
                continue;
            };
            if mapping.release.is_some() {
                triggers.push(Trigger { mapping: number, args });
            } else if sent.admit(&args, mapping.deadband, feed.is_continuous(), now_ns) {
                messages.push(OscMessage { addr: mapping.address.clone(), args });
            }
        }
        self.send(&messages);
        triggers
    }

    /// When [`Values::send_waiting`] has something to do.
    pub(crate) fn waiting_due_ns(&self) -> Option<i64> {
        self.sent.iter().filter_map(|sent| sent.waiting.as_ref().map(|waiting| waiting.due_ns)).min()
    }

    /// Sends values that were refused and that nothing newer has replaced.
    pub(crate) fn send_waiting(&mut self, now_ns: i64) {
        let mut messages = Vec::new();
        for (mapping, sent) in self.target.mappings.iter().zip(&mut self.sent) {
            if let Some(waiting) = sent.waiting.take_if(|waiting| waiting.due_ns <= now_ns) {
                sent.last = Some(waiting.args.clone());
                messages.push(OscMessage { addr: mapping.address.clone(), args: waiting.args });
            }
        }
        self.send(&messages);
    }

    /// Sends the last value of everything again, for a receiver that came late.
    pub(crate) fn resync(&mut self) {
        let sent = self.target.mappings.iter().zip(&self.sent);
        let again = sent.filter_map(|(mapping, sent)| {
            Some(OscMessage { addr: mapping.address.clone(), args: sent.last.clone()? })
        });
        self.send(&again.collect::<Vec<_>>());
    }

    fn send(&self, messages: &[OscMessage]) {
        if !messages.is_empty() {
            self.destination.send(messages);
        }
    }
}

impl Sent {
    /// Whether a value goes out now; remembered either way.
    fn admit(&mut self, args: &[OscType], deadband: Option<f64>, continuous: bool, now_ns: i64) -> bool {
        let same = |last: &Vec<OscType>| deadband.is_some_and(|deadband| !changed(last, args, deadband));
        if self.last.as_ref().is_some_and(same) {
            // Whatever was refused in between is no longer true.
            self.waiting = None;
            return false;
        }
        if continuous && !self.limiter.admit(now_ns) {
            self.waiting = Some(Waiting { args: args.to_vec(), due_ns: self.limiter.trailing_ns(now_ns) });
            return false;
        }
        self.waiting = None;
        self.last = Some(args.to_vec());
        true
    }
}

#[cfg(test)]
mod tests;
