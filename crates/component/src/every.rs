//! A timer that outlives the turns of the loop.

use std::time::Duration;

use tokio::time::{Interval, MissedTickBehavior};

/// Ticks at once and then every `period`, however often [`Component::wait`](crate::Component::wait) is dropped and called
/// anew in between. Ticks that were missed are not made up for.
///
/// # Panics
/// When `period` is zero.
pub fn every(period: Duration) -> Interval {
    let mut ticks = tokio::time::interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
