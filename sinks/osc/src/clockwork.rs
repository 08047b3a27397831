//! What happens at its instant: beats, phase, and the second half of triggers.
//!
//! Everything here belongs to the beat thread. The component's loop only sends it news, so that
//! nothing the loop does can make a beat late.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use beatclock::{Agenda, BeatClock, Heard};
use rosc::{OscMessage, OscType};
use schemas::Name;

use crate::mapping::{Feed, Fields, Mapping, Target};
use crate::send::{Destination, changed};
use crate::values::Trigger;

/// News for the beat thread.
#[derive(Debug)]
pub(crate) enum News {
    /// These are the targets from now on.
    Hands(Vec<Hand>),
    /// A grid message of a source.
    Grid(Name, Heard),
    /// A target's beats move, by milliseconds.
    Offset(Name, f64),
    /// A trigger of a target, to be sent at once and released later.
    Trigger(Name, Trigger),
    /// Send the last value of everything again.
    Resync,
}

/// The mappings of one target that are fed by the clock, and its triggers.
#[derive(Debug)]
pub(crate) struct Hand {
    source: Name,
    target: Arc<Target>,
    destination: Arc<Destination>,
    clock: BeatClock,
    last: BTreeMap<usize, Vec<OscType>>,
    releases: BTreeMap<usize, i64>,
    phase: Option<PhaseTimer>,
}

#[derive(Debug)]
struct PhaseTimer {
    interval_ns: i64,
    next_ns: i64,
}

/// How well time was kept, for `get_state`.
#[derive(Debug, Default)]
pub(crate) struct Punctuality {
    pub(crate) beats: AtomicU64,
    pub(crate) passed_over: AtomicU64,
    pub(crate) worst_late_us: AtomicI64,
}

/// The agenda of the beat thread.
#[derive(Debug)]
pub(crate) struct Clockwork {
    hands: Vec<Hand>,
    grids: HashMap<Name, Heard>,
    punctuality: Arc<Punctuality>,
}

impl Clockwork {
    pub(crate) fn new(punctuality: Arc<Punctuality>) -> Clockwork {
        Clockwork { hands: Vec::new(), grids: HashMap::new(), punctuality }
    }

    fn hand(&mut self, name: &Name) -> Option<&mut Hand> {
        self.hands.iter_mut().find(|hand| hand.destination.name() == name)
    }

    // New targets take over the clock of the old one of the same name and source, so that a change of
    // configuration neither repeats nor loses a beat; and no trigger stays on.
    fn replace(&mut self, mut hands: Vec<Hand>, now_ns: i64) {
        for mut old in std::mem::take(&mut self.hands) {
            old.release_all();
            let same = |hand: &&mut Hand| {
                hand.destination.name() == old.destination.name() && hand.source == old.source
            };
            if let Some(hand) = hands.iter_mut().find(same) {
                let offset_ms = hand.clock.offset_ms();
                hand.clock = old.clock.clone();
                hand.clock.set_offset_ms(offset_ms);
            }
        }
        for hand in &mut hands {
            if let Some(heard) = self.grids.get(&hand.source).filter(|_| hand.clock.phase(now_ns).is_none()) {
                hand.clock.follow(heard, now_ns);
            }
        }
        self.hands = hands;
    }
}

impl Agenda for Clockwork {
    type Message = News;

    fn take(&mut self, news: News, now_ns: i64) {
        match news {
            News::Hands(hands) => self.replace(hands, now_ns),
            News::Grid(source, heard) => {
                for hand in self.hands.iter_mut().filter(|hand| hand.source == source) {
                    hand.clock.follow(&heard, now_ns);
                }
                self.grids.insert(source, heard);
            }
            News::Offset(target, offset_ms) => {
                self.hand(&target).into_iter().for_each(|hand| hand.clock.set_offset_ms(offset_ms));
            }
            News::Trigger(target, trigger) => {
                self.hand(&target)
                    .into_iter()
                    .for_each(|hand| hand.pull(trigger.mapping, trigger.args.clone(), now_ns));
            }
            News::Resync => self.hands.iter().for_each(Hand::resync),
        }
    }

    fn due_ns(&mut self, now_ns: i64) -> Option<i64> {
        self.hands.iter_mut().filter_map(|hand| hand.due_ns(now_ns)).min()
    }

    fn run(&mut self, now_ns: i64) {
        for hand in &mut self.hands {
            hand.release(now_ns);
            hand.beat(now_ns, &self.punctuality);
            hand.tell_phase(now_ns);
        }
    }
}

impl Hand {
    pub(crate) fn new(
        source: Name,
        target: Arc<Target>,
        destination: Arc<Destination>,
        clock: BeatClock,
    ) -> Hand {
        let phase = target.mappings.iter().any(|mapping| mapping.feed == Feed::Phase);
        let interval_ns = (1e9 / target.max_rate_hz) as i64;
        Hand {
            phase: phase.then_some(PhaseTimer { interval_ns, next_ns: 0 }),
            source,
            target,
            destination,
            clock,
            last: BTreeMap::new(),
            releases: BTreeMap::new(),
        }
    }

    fn due_ns(&self, now_ns: i64) -> Option<i64> {
        let release = self.releases.values().copied().min();
        let beat = self.clock.next(now_ns).map(|fire| fire.at_ns);
        let running = self.clock.phase(now_ns).is_some();
        let phase = self.phase.as_ref().filter(|_| running).map(|timer| timer.next_ns);
        [release, beat, phase].into_iter().flatten().min()
    }

    fn beat(&mut self, now_ns: i64, punctuality: &Punctuality) {
        let before = self.clock.passed_over();
        let Some(fire) = self.clock.take(now_ns) else { return };
        self.tell(Feed::Beat, &Fields::from(&fire), now_ns);
        // After sending: the count is of what the receiver sees.
        let late_us = (beatclock::mono_ns() - fire.at_ns) / 1000;
        punctuality.beats.fetch_add(1, Ordering::Relaxed);
        punctuality.passed_over.fetch_add(self.clock.passed_over() - before, Ordering::Relaxed);
        punctuality.worst_late_us.fetch_max(late_us, Ordering::Relaxed);
    }

    fn tell_phase(&mut self, now_ns: i64) {
        let Some(timer) = self.phase.as_mut().filter(|timer| timer.next_ns <= now_ns) else { return };
        timer.next_ns = timer.next_ns.max(now_ns - timer.interval_ns) + timer.interval_ns;
        if let Some(phase) = self.clock.phase(now_ns) {
            self.tell(Feed::Phase, &Fields::from(&phase), now_ns);
        }
    }

    fn tell(&mut self, feed: Feed, fields: &Fields, now_ns: i64) {
        let target = Arc::clone(&self.target);
        let mut messages = Vec::new();
        for (number, mapping) in target.mappings.iter().enumerate() {
            if mapping.feed != feed || !mapping.applies(fields) {
                continue;
            }
            match mapping.arguments(fields) {
                Err(_) => self.destination.skipped(1),
                Ok(args) if mapping.release.is_some() => messages.extend(self.trigger(number, args, now_ns)),
                Ok(args) if self.is_news(number, mapping, &args) => messages.push(message(mapping, args)),
                Ok(_) => {}
            }
        }
        self.send(&messages);
    }

    fn is_news(&mut self, number: usize, mapping: &Mapping, args: &[OscType]) -> bool {
        let last = self.last.get(&number).zip(mapping.deadband);
        let news = last.is_none_or(|(last, deadband)| changed(last, args, deadband));
        if news {
            self.last.insert(number, args.to_vec());
        }
        news
    }

    fn pull(&mut self, number: usize, args: Vec<OscType>, now_ns: i64) {
        let messages = self.trigger(number, args, now_ns);
        self.send(&messages);
    }

    // A trigger that comes before its last release is released first: the receiver sees every edge.
    fn trigger(&mut self, number: usize, args: Vec<OscType>, now_ns: i64) -> Vec<OscMessage> {
        let Some((mapping, release)) = released(&self.target, number) else { return Vec::new() };
        let early = self.releases.insert(number, now_ns + release.after_ns);
        let off = early.map(|_| message(mapping, release.args.clone()));
        off.into_iter().chain([message(mapping, args)]).collect()
    }

    fn release(&mut self, now_ns: i64) {
        while let Some((&number, _)) = self.releases.iter().find(|(_, due_ns)| **due_ns <= now_ns) {
            self.releases.remove(&number);
            self.send(off(&self.target, number).as_slice());
        }
    }

    fn release_all(&mut self) {
        for number in std::mem::take(&mut self.releases).into_keys() {
            self.send(off(&self.target, number).as_slice());
        }
    }

    // The last value of everything; triggers say that they are off.
    fn resync(&self) {
        let values = self
            .last
            .iter()
            .filter_map(|(number, args)| Some(message(self.target.mappings.get(*number)?, args.clone())));
        let on = |number: &usize| self.releases.contains_key(number);
        let offs = (0..self.target.mappings.len())
            .filter(|number| !on(number))
            .flat_map(|number| off(&self.target, number));
        self.send(&values.chain(offs).collect::<Vec<_>>());
    }

    fn send(&self, messages: &[OscMessage]) {
        if !messages.is_empty() {
            self.destination.send(messages);
        }
    }
}

impl Drop for Hand {
    // The end of the sink leaves no trigger on.
    fn drop(&mut self) {
        self.release_all();
    }
}

fn released(target: &Target, number: usize) -> Option<(&Mapping, &crate::mapping::Release)> {
    let mapping = target.mappings.get(number)?;
    Some((mapping, mapping.release.as_ref()?))
}

fn off(target: &Target, number: usize) -> Option<OscMessage> {
    released(target, number).map(|(mapping, release)| message(mapping, release.args.clone()))
}

fn message(mapping: &Mapping, args: Vec<OscType>) -> OscMessage {
    OscMessage { addr: mapping.address.clone(), args }
}

#[cfg(test)]
mod tests;
