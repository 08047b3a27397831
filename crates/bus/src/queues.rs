//! What waits for a slow reader, by class: pure, so that each rule can be tested without a broker.

use std::collections::{HashMap, VecDeque};

use bytes::Bytes;
use schemas::{Class, Header, Message, Payload, Subject, Topic, wire};

/// Samples older than this, measured against the newest block, are dropped.
pub(crate) const SAMPLES_WINDOW_NS: i64 = 250_000_000;
/// Events that may wait. At 50 onsets a second this is ten seconds of a stuck reader.
pub(crate) const EVENTS_MAX: usize = 512;
/// State messages that may wait: distinct subjects, so in practice never reached.
pub(crate) const STATES_MAX: usize = 4096;

/// One message on its way to a handler.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// Its subject.
    pub subject: Subject,
    /// Its common fields.
    pub header: Header,
    /// The whole payload, header included.
    pub payload: Bytes,
    /// Messages of this subject that were lost just before this one.
    pub lost: u64,
    /// When it arrived in this process, CLOCK_MONOTONIC ns.
    pub arrived_mono_ns: i64,
}

impl Delivery {
    /// Reads it as `T`.
    ///
    /// # Errors
    /// When the payload does not fit the type.
    pub fn decode<T: Payload>(&self) -> Result<Message<T>, schemas::DecodeError> {
        Ok(Message { header: self.header.clone(), body: wire::decode_body(&self.payload)? })
    }
}

/// The queues of one reader.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    states: VecDeque<Delivery>,
    events: VecDeque<Delivery>,
    samples: VecDeque<Delivery>,
    streams: VecDeque<Delivery>,
    seen: HashMap<(String, String), (u64, u64)>,
    newest_state: HashMap<String, Header>,
}

/// What became of a message that was put in.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Put {
    /// Gap before it, by sequence number.
    pub(crate) lost: u64,
    /// Older messages that had to go for it, or itself.
    pub(crate) overrun: u64,
}

impl Queues {
    /// Takes a message in by the rule of its class.
    pub(crate) fn put(&mut self, mut delivery: Delivery) -> Put {
        if delivery.subject.topic().class == Class::State && !self.is_news(&delivery) {
            return Put::default();
        }
        delivery.lost = self.gap(&delivery);
        let lost = delivery.lost;
        let overrun = match delivery.subject.topic().class {
            Class::State => push_bounded(&mut self.states, delivery, STATES_MAX),
            Class::Event => push_bounded(&mut self.events, delivery, EVENTS_MAX),
            Class::Samples => push_window(&mut self.samples, delivery),
            Class::Stream => push_newest(&mut self.streams, delivery),
        };
        Put { lost, overrun }
    }

    /// The next message for the handler: state first, then what must not be missed, then what is only newest.
    pub(crate) fn take(&mut self) -> Option<Delivery> {
        [&mut self.states, &mut self.events, &mut self.samples, &mut self.streams]
            .into_iter()
            .find_map(VecDeque::pop_front)
    }

    /// What comes next of this topic follows nothing: messages before it were not asked for, so none is lost.
    pub(crate) fn start_anew(&mut self, topic: &Topic) {
        let of_topic = |subject: &str| Subject::parse(subject).is_some_and(|s| s.topic().name == topic.name);
        self.seen.retain(|(subject, _), _| !of_topic(subject));
    }

    fn is_news(&mut self, delivery: &Delivery) -> bool {
        let key = delivery.subject.to_string();
        let news = self.newest_state.get(&key).is_none_or(|known| delivery.header.supersedes(known));
        if news {
            self.newest_state.insert(key, delivery.header.clone());
        }
        news
    }

    fn gap(&mut self, delivery: &Delivery) -> u64 {
        let Header { origin, seq, .. } = &delivery.header;
        let key = (delivery.subject.to_string(), origin.instance.clone());
        let last = self.seen.insert(key, (origin.generation, *seq));
        match last {
            // State is fetched by its last value: numbers between two reads are not losses.
            _ if delivery.subject.topic().class == Class::State => 0,
            Some((generation, last)) if generation == origin.generation => seq.saturating_sub(last + 1),
            _ => 0,
        }
    }
}

fn push_bounded(queue: &mut VecDeque<Delivery>, delivery: Delivery, max: usize) -> u64 {
    queue.push_back(delivery);
    u64::from(queue.len() > max && queue.pop_front().is_some())
}

fn push_window(queue: &mut VecDeque<Delivery>, delivery: Delivery) -> u64 {
    let (subject, newest) = (delivery.subject.clone(), delivery.header.at_mono_ns);
    queue.push_back(delivery);
    let before = queue.len();
    queue.retain(|d| d.subject != subject || newest - d.header.at_mono_ns <= SAMPLES_WINDOW_NS);
    (before - queue.len()) as u64
}

// Replacing an unread stream value is what the class promises, so it is not counted as a loss.
fn push_newest(queue: &mut VecDeque<Delivery>, delivery: Delivery) -> u64 {
    match queue.iter_mut().find(|d| d.subject == delivery.subject) {
        Some(waiting) => *waiting = delivery,
        None => queue.push_back(delivery),
    }
    0
}

#[cfg(test)]
mod tests {
    use schemas::{Name, Origin, Topic};

    use super::*;

    fn message(topic: &'static Topic, generation: u64, seq: u64, at_ms: i64) -> Delivery {
        let origin = Origin { host: "h".into(), instance: "i".into(), generation };
        let at_mono_ns = at_ms * 1_000_000;
        let header =
            Header { v: 1, seq, origin, boot: "b".into(), at: 0.0, at_mono_ns, sent: 0.0, valid_s: None };
        Delivery {
            subject: Subject::new(topic, &Name::main()),
            header,
            payload: Bytes::new(),
            lost: 0,
            arrived_mono_ns: 0,
        }
    }

    fn seqs(queues: &mut Queues) -> Vec<u64> {
        std::iter::from_fn(|| queues.take()).map(|d| d.header.seq).collect()
    }

    #[test]
    fn samples_keep_a_quarter_second_and_tell_the_gap() {
        let mut queues = Queues::default();
        let overrun: u64 = (0..100)
            .map(|n| queues.put(message(schemas::audio::Block::TOPIC, 1, n, n as i64 * 5)).overrun)
            .sum();
        assert_eq!(overrun, 49);
        assert_eq!(seqs(&mut queues), (49..100).collect::<Vec<_>>());
    }

    #[test]
    fn streams_keep_the_newest() {
        let mut queues = Queues::default();
        for n in 0..9 {
            assert_eq!(queues.put(message(schemas::audio::Features::TOPIC, 1, n, 0)), Put::default());
        }
        assert_eq!(seqs(&mut queues), [8]);
    }

    #[test]
    fn events_are_bounded_and_counted() {
        let mut queues = Queues::default();
        let overrun: u64 = (0..EVENTS_MAX as u64 + 7)
            .map(|n| queues.put(message(schemas::beat::Tick::TOPIC, 1, n, 0)).overrun)
            .sum();
        assert_eq!(overrun, 7);
        assert_eq!(seqs(&mut queues)[0], 7);
    }

    #[test]
    fn gaps_are_counted_within_a_generation_only() {
        let mut queues = Queues::default();
        let tick = schemas::beat::Tick::TOPIC;
        assert_eq!(queues.put(message(tick, 1, 5, 0)).lost, 0);
        assert_eq!(queues.put(message(tick, 1, 9, 0)).lost, 3);
        assert_eq!(queues.put(message(tick, 2, 40, 0)).lost, 0);
    }

    #[test]
    fn what_was_not_asked_for_is_not_lost() {
        let mut queues = Queues::default();
        let (features, tick) = (schemas::audio::Features::TOPIC, schemas::beat::Tick::TOPIC);
        for topic in [features, tick] {
            queues.put(message(topic, 1, 5, 0));
        }
        queues.start_anew(features);
        assert_eq!(queues.put(message(features, 1, 90, 0)).lost, 0);
        assert_eq!(queues.put(message(features, 1, 92, 0)).lost, 1);
        assert_eq!(queues.put(message(tick, 1, 9, 0)).lost, 3);
    }

    #[test]
    fn an_older_state_never_replaces_a_newer_one() {
        let mut queues = Queues::default();
        let grid = schemas::beat::Grid::TOPIC;
        for (generation, seq) in [(2, 4), (2, 4), (2, 3), (1, 99), (2, 5), (3, 0)] {
            queues.put(message(grid, generation, seq, 0));
        }
        assert_eq!(seqs(&mut queues), [4, 5, 0]);
    }
}
