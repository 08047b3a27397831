//! The simplest agenda: one clock and what to do at each beat.

use crate::clock::{BeatClock, Heard};
use crate::fire::Fire;
use crate::thread::Agenda;

/// Calls `on_fire` at the instant of every beat of the grids that it is sent.
pub struct Beats<F> {
    clock: BeatClock,
    on_fire: F,
}

impl<F: FnMut(Fire)> Beats<F> {
    /// A clock without a grid yet.
    pub fn new(clock: BeatClock, on_fire: F) -> Beats<F> {
        Beats { clock, on_fire }
    }
}

impl<F: FnMut(Fire) + Send + 'static> Agenda for Beats<F> {
    type Message = Heard;

    fn take(&mut self, heard: Heard, now_ns: i64) {
        self.clock.follow(&heard, now_ns);
    }

    fn due_ns(&mut self, now_ns: i64) -> Option<i64> {
        self.clock.next(now_ns).map(|fire| fire.at_ns)
    }

    fn run(&mut self, now_ns: i64) {
        if let Some(fire) = self.clock.take(now_ns) {
            (self.on_fire)(fire);
        }
    }
}
