//! What the heartbeat says.

use std::collections::BTreeMap;
use std::time::Duration;

use schemas::sys::{Heartbeat, State};

use crate::Spec;

/// The running picture of one component.
#[derive(Debug)]
pub(crate) struct Health {
    pub(crate) state: State,
    pub(crate) reason: String,
    /// State and reason to go back to when busy work is done.
    before_busy: Option<(State, String)>,
    busy_s: Option<f64>,
    pub(crate) progress: u64,
    pub(crate) worst_lag_ns: i64,
    pub(crate) dropped: u64,
    pub(crate) counters: BTreeMap<String, u64>,
    pub(crate) last_error: Option<String>,
    started_unix_s: f64,
    started_mono_ns: i64,
}

impl Health {
    pub(crate) fn new() -> Health {
        let now = bus::time::now();
        Health {
            state: State::Starting,
            reason: String::new(),
            before_busy: None,
            busy_s: None,
            progress: 0,
            worst_lag_ns: 0,
            dropped: 0,
            counters: BTreeMap::new(),
            last_error: None,
            started_unix_s: now.at,
            started_mono_ns: now.at_mono_ns,
        }
    }

    pub(crate) fn set(&mut self, state: State, reason: &str) {
        self.state = state;
        reason.clone_into(&mut self.reason);
    }

    pub(crate) fn enter_busy(&mut self, reason: &str, at_most: Duration) {
        if self.before_busy.is_none() {
            self.before_busy = Some((self.state, std::mem::take(&mut self.reason)));
        }
        self.set(State::Busy, reason);
        self.busy_s = Some(at_most.as_secs_f64());
    }

    /// One round of the loop is done: whatever kept it busy is over.
    pub(crate) fn round(&mut self) {
        self.progress += 1;
        if let Some((state, reason)) = self.before_busy.take() {
            self.busy_s = None;
            // A handler that reported something meanwhile knows better than what was before.
            if self.state == State::Busy {
                (self.state, self.reason) = (state, reason);
            }
        }
    }

    pub(crate) fn heartbeat(
        &mut self,
        spec: &Spec,
        dropped: u64,
        overlay: Option<serde_json::Value>,
    ) -> Heartbeat {
        Heartbeat {
            component: spec.name.to_owned(),
            pid: std::process::id(),
            started: self.started_unix_s,
            state: self.state,
            reason: self.reason.clone(),
            progress: self.progress,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            uptime_s: (bus::time::mono_ns() - self.started_mono_ns) as f64 / 1e9,
            lag_ms: std::mem::take(&mut self.worst_lag_ns) as f64 / 1e6,
            dropped: dropped + self.dropped,
            last_error: self.last_error.clone(),
            busy_s: self.busy_s,
            counters: self.counters.clone(),
            overlay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn busy_ends_with_the_round_and_gives_back_what_was() {
        let mut health = Health::new();
        health.set(State::Degraded, "no device");
        health.enter_busy("decoding", Duration::from_secs(9));
        assert_eq!((health.state, health.busy_s), (State::Busy, Some(9.0)));
        health.round();
        assert_eq!(
            (health.state, health.reason.as_str(), health.busy_s),
            (State::Degraded, "no device", None)
        );
    }

    #[test]
    fn what_a_handler_reports_while_busy_stays() {
        let mut health = Health::new();
        health.enter_busy("opening", Duration::from_secs(1));
        health.set(State::Ready, "");
        health.round();
        assert_eq!(health.state, State::Ready);
    }
}
