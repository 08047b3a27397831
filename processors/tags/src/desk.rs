//! The desk before a model: what waits to be asked, one question at a time, and none while the server is left alone.
//!
//! Pure: it is told the time, and what came of a question. Two questions wait at most. The newest goes first and
//! pushes out the oldest: what plays now matters more than what played.

use std::collections::VecDeque;

use crate::breaker::Breaker;
use crate::cache::Key;
use crate::prompt::Turn;

/// Questions that wait.
const DEPTH: usize = 2;

/// A question that waits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Ask {
    /// what it is about
    pub(crate) key: Key,
    /// the conversation that asks it
    pub(crate) talk: Vec<Turn>,
}

/// The desk.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    waiting: VecDeque<Ask>,
    busy: Option<Key>,
    breaker: Breaker,
}

impl Desk {
    /// Whether this question waits or is being asked.
    pub(crate) fn has(&self, key: &Key) -> bool {
        self.busy.as_ref() == Some(key) || self.waiting.iter().any(|ask| ask.key == *key)
    }

    /// Puts a question; the one that it pushes out.
    pub(crate) fn put(&mut self, ask: Ask) -> Option<Key> {
        if self.has(&ask.key) {
            return None;
        }
        self.waiting.push_back(ask);
        if self.waiting.len() > DEPTH { self.waiting.pop_front().map(|oldest| oldest.key) } else { None }
    }

    /// The question to ask now, if any may be asked.
    pub(crate) fn take(&mut self, now_s: f64) -> Option<Ask> {
        if self.busy.is_some() || !self.breaker.may_ask(now_s) {
            return None;
        }
        let ask = self.waiting.pop_back()?;
        self.busy = Some(ask.key.clone());
        Some(ask)
    }

    /// A question was answered. One that was stopped may have been answered all the same: it frees nothing.
    pub(crate) fn answered(&mut self, key: &Key) {
        self.busy.take_if(|busy| busy == key);
        self.breaker.answered();
    }

    /// A question failed; `after_s` is what the server asks to wait.
    pub(crate) fn failed(&mut self, key: &Key, now_s: f64, after_s: Option<f64>) {
        if self.busy.take_if(|busy| busy == key).is_some() {
            self.breaker.failed(now_s, after_s);
        }
    }

    /// Drops what nobody wants any more. True when the question that is being asked is such: it must be stopped.
    pub(crate) fn keep(&mut self, wanted: impl Fn(&Key) -> bool) -> bool {
        self.waiting.retain(|ask| wanted(&ask.key));
        self.busy.take_if(|key| !wanted(key)).is_some()
    }

    /// The operator wants it tried now.
    pub(crate) fn try_now(&mut self) {
        self.breaker.try_now();
    }

    /// From when on the server may be asked, in seconds.
    pub(crate) fn opens_s(&self) -> f64 {
        self.breaker.opens_s()
    }

    /// What it looks like from outside: `closed`, or `open` while the server is left alone or on trial.
    pub(crate) fn breaker(&self) -> &'static str {
        if self.breaker.is_open() { "open" } else { "closed" }
    }

    /// How many questions wait.
    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Facts;

    fn key(n: usize) -> Key {
        Key::of("m", &Facts { title: Some(n.to_string()), ..Facts::default() }, None)
    }

    fn ask(n: usize) -> Ask {
        Ask { key: key(n), talk: Vec::new() }
    }

    #[test]
    fn two_wait_and_the_newest_wins() {
        let mut desk = Desk::default();
        assert_eq!([1, 2, 2].map(|n| desk.put(ask(n))), [None, None, None], "the same twice is one");
        assert_eq!(desk.put(ask(3)), Some(key(1)), "the oldest is pushed out");
        assert_eq!(desk.take(0.0), Some(ask(3)));
        assert_eq!(desk.take(0.0), None, "one at a time");
        desk.answered(&key(9));
        assert_eq!(desk.take(0.0), None, "another answer frees nothing");
        desk.answered(&key(3));
        assert_eq!(desk.take(0.0), Some(ask(2)));
        assert!(desk.has(&key(2)) && !desk.has(&key(3)));
    }

    #[test]
    fn what_nobody_wants_is_dropped_and_stopped() {
        let mut desk = Desk::default();
        [1, 2].into_iter().for_each(|n| drop(desk.put(ask(n))));
        assert_eq!(desk.take(0.0), Some(ask(2)));
        assert!(!desk.keep(|_| true));
        assert!(desk.keep(|wanted| *wanted == key(3)), "what is asked must be stopped");
        assert_eq!(desk.waiting(), 0);
        desk.put(ask(3));
        assert_eq!(desk.take(0.0), Some(ask(3)), "the desk is free at once");
    }

    #[test]
    fn a_server_that_fails_is_left_alone() {
        let mut desk = Desk::default();
        for n in 0..3 {
            desk.put(ask(n));
            assert!(desk.take(0.0).is_some());
            desk.failed(&key(n), 0.0, None);
        }
        desk.put(ask(4));
        assert_eq!((desk.take(1.0), desk.breaker()), (None, "open"));
        assert!(desk.take(desk.opens_s()).is_some(), "one trial");
        desk.answered(&key(4));
        assert_eq!(desk.breaker(), "closed");
    }

    #[test]
    fn the_operator_does_not_wait() {
        let mut desk = Desk::default();
        desk.put(ask(0));
        assert!(desk.take(0.0).is_some());
        desk.failed(&key(0), 0.0, Some(60.0));
        desk.put(ask(1));
        assert_eq!(desk.take(1.0), None);
        desk.try_now();
        assert!(desk.take(1.0).is_some());
    }
}
