//! What is sent when a message arrives: values at their rate, triggers at once, bursts drawn out.

use std::collections::BTreeMap;
use std::sync::Arc;

use rosc::{OscMessage, OscType};
use schemas::{Class, Scope, Topic};
use serde_json::Value;

use crate::follow::{Following, is_of_track};
use crate::mapping::{Feed, Fields, Heard, Mapping, Target};
use crate::send::{Destination, Limiter, Pacer, changed};

/// The mappings of one target that are fed by messages.
#[derive(Debug)]
pub(crate) struct Values {
    pub(crate) following: Following,
    pub(crate) target: Arc<Target>,
    pub(crate) destination: Arc<Destination>,
    sent: Vec<Sent>,
    // Only of topics that some mapping uses beside its own.
    heard: Heard,
    pacer: Pacer,
    count: u64,
}

/// The history of one mapping.
#[derive(Debug)]
struct Sent {
    limiter: Limiter,
    last: Option<Last>,
    key: Option<Vec<Option<Value>>>,
    // Refused by the limiter. Sent when nothing newer comes, so that the end of a burst is not lost.
    waiting: Option<Waiting>,
}

/// What a mapping said last; nothing at all when its list was empty.
#[derive(Debug)]
struct Last {
    messages: Vec<OscMessage>,
    // When the message of the bus was sent that made it, in Unix seconds.
    told_s: f64,
    // Counts up.
    order: u64,
}

#[derive(Debug)]
struct Waiting {
    last: Last,
    due_ns: i64,
}

/// A trigger for the beat thread, which alone keeps its order with its release.
#[derive(Debug)]
pub(crate) struct Trigger {
    /// Number of the mapping in its target.
    pub(crate) mapping: usize,
    pub(crate) args: Vec<OscType>,
}

/// Messages of one moment, each with the number of its mapping.
type Moment = Vec<(usize, Vec<OscMessage>)>;

impl Values {
    pub(crate) fn new(following: Following, target: Arc<Target>, destination: Arc<Destination>) -> Values {
        let sent =
            || Sent { limiter: Limiter::new(target.max_rate_hz), last: None, key: None, waiting: None };
        Values {
            sent: target.mappings.iter().map(|_| sent()).collect(),
            following,
            target,
            destination,
            heard: BTreeMap::new(),
            pacer: Pacer::default(),
            count: 0,
        }
    }

    /// Whether a message of `topic` says anything to it.
    pub(crate) fn uses(&self, topic: &Topic) -> bool {
        let is_it = |known: &Topic| known.name == topic.name;
        self.target.mappings.iter().any(|mapping| {
            (!mapping.feed.is_clock() && is_it(mapping.feed.topic())) || mapping.with().any(is_it)
        })
    }

    /// Sends what a message gives; returns the triggers in it.
    pub(crate) fn take(&mut self, feed: Feed, fields: &Fields, now_ns: i64) -> Vec<Trigger> {
        let (mut moment, mut triggers) = (Moment::new(), Vec::new());
        self.keep(feed.topic(), fields);
        let mappings = self.target.mappings.iter().zip(&mut self.sent).enumerate();
        for (number, (mapping, sent)) in mappings.filter(|(_, (mapping, _))| mapping.feed == feed) {
            let gathered = mapping.gather(fields, &self.heard);
            let own = gathered.as_ref().unwrap_or(fields);
            let said = mapping.say(own);
            self.destination.skipped(said.skipped);
            let nothing = said.messages.is_empty() && !mapping.is_burst();
            if nothing || sent.repeats(mapping.key(own)) {
                continue;
            }
            if mapping.release.is_some() {
                triggers.extend(said.messages.into_iter().map(|m| Trigger { mapping: number, args: m.args }));
                continue;
            }
            self.count += 1;
            let last = Last { messages: said.messages, told_s: fields.sent_s(), order: self.count };
            moment.extend(sent.admit(last, mapping, now_ns).map(|messages| (number, messages)));
        }
        self.send(moment, now_ns);
        triggers
    }

    /// When [`Values::send_waiting`] has something to do.
    pub(crate) fn waiting_due_ns(&self) -> Option<i64> {
        let waiting = self.sent.iter().filter_map(|sent| sent.waiting.as_ref().map(|waiting| waiting.due_ns));
        waiting.chain(self.pacer.due_ns()).min()
    }

    /// Sends values that were refused and that nothing newer has replaced, and the next part of a burst.
    pub(crate) fn send_waiting(&mut self, now_ns: i64) {
        let mut moment = Moment::new();
        for (number, sent) in self.sent.iter_mut().enumerate() {
            if let Some(waiting) = sent.waiting.take_if(|waiting| waiting.due_ns <= now_ns) {
                moment.push((number, waiting.last.messages.clone()));
                sent.last = Some(waiting.last);
            }
        }
        self.send(moment, now_ns);
        self.send_paced(now_ns);
    }

    /// Sends the last value of everything again, for a receiver that came late, in the order in which it was
    /// said: two mappings may speak to one address.
    pub(crate) fn resync(&mut self, now_ns: i64) {
        let spoken = self.sent.iter().enumerate();
        let mut spoken: Vec<_> = spoken.filter_map(|(n, sent)| Some((n, sent.last.as_ref()?))).collect();
        spoken.sort_by_key(|(_, last)| last.order);
        let again = spoken.into_iter().map(|(number, last)| (number, last.messages.clone())).collect();
        self.pacer.clear();
        self.send(again, now_ns);
    }

    /// Another track plays since `told_s` (Unix seconds): what was said of the one before is no longer true.
    pub(crate) fn forget_track(&mut self, told_s: f64) {
        self.heard.retain(|topic, fields| fields.sent_s() >= told_s || !is_of_track(topic));
        for (number, (mapping, sent)) in self.target.mappings.iter().zip(&mut self.sent).enumerate() {
            let old = sent.last.as_ref().is_some_and(|last| last.told_s < told_s);
            if old && is_of_track(mapping.feed.topic().name) {
                (sent.last, sent.key, sent.waiting) = (None, None, None);
                self.pacer.cancel(number);
            }
        }
    }

    fn keep(&mut self, topic: &'static Topic, fields: &Fields) {
        let used = |mapping: &Mapping| mapping.with().any(|with| with.name == topic.name);
        if self.target.mappings.iter().any(used) {
            self.heard.insert(topic.name, fields.copy());
        }
    }

    // What is said of a track waits for its turn, so that a line never comes before its document.
    fn send(&mut self, moment: Moment, now_ns: i64) {
        let (mut at_once, mut crowded) = (Vec::new(), 0);
        for (number, messages) in moment {
            let Some(mapping) = self.target.mappings.get(number) else { continue };
            if !is_paced(mapping) {
                at_once.extend(messages);
                continue;
            }
            if mapping.feed.topic().class != Class::Event {
                self.pacer.cancel(number);
            }
            crowded += self.pacer.push(number, messages);
        }
        self.destination.crowded(crowded);
        if !at_once.is_empty() {
            self.destination.send(&at_once);
        }
        self.send_paced(now_ns);
    }

    fn send_paced(&mut self, now_ns: i64) {
        let messages = self.pacer.take(now_ns);
        if !messages.is_empty() {
            self.destination.send(&messages);
        }
    }
}

fn is_paced(mapping: &Mapping) -> bool {
    mapping.is_burst() || is_told_in_order(mapping.feed.topic())
}

// Rare by nature, and each says something new: never left out, but drawn out.
fn is_told_in_order(topic: &Topic) -> bool {
    topic.scope == Scope::Player && topic.class != Class::Stream
}

impl Sent {
    /// Whether the fields that a mapping watches are still the same; remembered.
    fn repeats(&mut self, key: Option<Vec<Option<Value>>>) -> bool {
        let same = key.is_some() && self.key == key;
        self.key = key;
        same
    }

    /// What of it goes out now; remembered either way.
    fn admit(&mut self, last: Last, mapping: &Mapping, now_ns: i64) -> Option<Vec<OscMessage>> {
        let same = |before: &Last| {
            mapping.deadband.is_some_and(|deadband| !differs(&before.messages, &last.messages, deadband))
        };
        if self.last.as_ref().is_some_and(same) {
            // Whatever was refused in between is no longer true.
            self.waiting = None;
            return None;
        }
        let limited = mapping.feed.is_continuous() && !is_told_in_order(mapping.feed.topic());
        if limited && !self.limiter.admit(now_ns) {
            self.waiting = Some(Waiting { last, due_ns: self.limiter.trailing_ns(now_ns) });
            return None;
        }
        self.waiting = None;
        Some(self.last.insert(last).messages.clone())
    }
}

fn differs(before: &[OscMessage], after: &[OscMessage], deadband: f64) -> bool {
    let differs = |(before, after): (&OscMessage, &OscMessage)| {
        before.addr != after.addr || changed(&before.args, &after.args, deadband)
    };
    before.len() != after.len() || before.iter().zip(after).any(differs)
}

#[cfg(test)]
mod tests;
