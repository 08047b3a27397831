//! Bursts, drawn out: a receiver's socket holds some hundred datagrams and drops the rest.

use std::collections::VecDeque;

use rosc::OscMessage;

// A window's worth of lines of text is some 8 kB: a twentieth of the smallest default receive buffer.
const MAX_PER_WINDOW: usize = 100;
const WINDOW_NS: i64 = 10_000_000;
// Ten times the longest song; it takes four fifths of a second to send.
const MAX_WAITING: usize = 8192;

/// Messages that wait for their turn. They keep their order.
#[derive(Debug, Default)]
pub(crate) struct Pacer {
    // Each with the number of its mapping.
    waiting: VecDeque<(usize, OscMessage)>,
    window_ns: i64,
    sent_in_window: usize,
}

impl Pacer {
    /// Forgets what still waits of one mapping: something newer has come.
    pub(crate) fn cancel(&mut self, mapping: usize) {
        self.waiting.retain(|(of, _)| *of != mapping);
    }

    /// Forgets everything that waits.
    pub(crate) fn clear(&mut self) {
        self.waiting.clear();
    }

    /// Lets messages of a mapping wait; says how many found no place.
    pub(crate) fn push(&mut self, mapping: usize, messages: Vec<OscMessage>) -> u64 {
        let places = MAX_WAITING - self.waiting.len();
        let crowded = messages.len().saturating_sub(places);
        self.waiting.extend(messages.into_iter().take(places).map(|message| (mapping, message)));
        crowded as u64
    }

    /// When [`Pacer::take`] has something to give.
    pub(crate) fn due_ns(&self) -> Option<i64> {
        let full = self.sent_in_window >= MAX_PER_WINDOW;
        let due_ns = if full { self.window_ns + WINDOW_NS } else { self.window_ns };
        (!self.waiting.is_empty()).then_some(due_ns)
    }

    /// What may go now.
    pub(crate) fn take(&mut self, now_ns: i64) -> Vec<OscMessage> {
        if now_ns >= self.window_ns + WINDOW_NS {
            (self.window_ns, self.sent_in_window) = (now_ns, 0);
        }
        let count = (MAX_PER_WINDOW - self.sent_in_window).min(self.waiting.len());
        self.sent_in_window += count;
        self.waiting.drain(..count).map(|(_, message)| message).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: i64 = 1_000_000;

    fn messages(address: &str, count: usize) -> Vec<OscMessage> {
        (0..count).map(|n| OscMessage { addr: address.to_owned(), args: vec![(n as i32).into()] }).collect()
    }

    #[test]
    fn never_more_than_a_window_holds_and_in_order() {
        let mut pacer = Pacer::default();
        assert_eq!((pacer.due_ns(), pacer.take(1000 * MS)), (None, Vec::new()));
        pacer.push(0, messages("/line", 250));
        let mut got = pacer.take(1003 * MS);
        assert_eq!((got.len(), pacer.due_ns()), (100, Some(1010 * MS)));
        assert_eq!(pacer.take(1009 * MS), []);
        got.extend(pacer.take(1010 * MS));
        got.extend(pacer.take(1020 * MS));
        assert_eq!((got, pacer.due_ns()), (messages("/line", 250), None));
    }

    #[test]
    fn the_newest_burst_cancels_the_rest_of_the_older_one_and_nothing_else() {
        let mut pacer = Pacer::default();
        pacer.push(0, messages("/line", 150));
        pacer.push(1, messages("/mood", 3));
        pacer.take(1000 * MS);
        pacer.cancel(0);
        pacer.push(0, messages("/line", 2));
        let next = pacer.take(1010 * MS);
        assert_eq!(next, [messages("/mood", 3), messages("/line", 2)].concat());
    }

    #[test]
    fn what_finds_no_place_is_counted() {
        let mut pacer = Pacer::default();
        assert_eq!(pacer.push(0, messages("/line", MAX_WAITING - 1)), 0);
        assert_eq!(pacer.push(0, messages("/line", 3)), 2);
        pacer.clear();
        assert_eq!(pacer.due_ns(), None);
    }
}
