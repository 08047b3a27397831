//! The clock that follows a beat grid and fires every beat once, on time.
//!
//! A beat that arrives late is wrong, so no sink fires a beat when a message about it arrives. It
//! follows the **grid** (tempo, phase and metre, see [`schemas::beat::Grid`]) and works out the
//! instants itself: a broker that jitters, a machine that is busy for a moment or a processor that
//! restarts does not reach the audience.
//!
//! Two parts, each usable alone:
//!
//! * [`BeatClock`] is pure. It is told grids and asked what comes next; time is an argument.
//! * [`DeadlineThread`] runs an [`Agenda`] (for instance [`Beats`]) on a thread of its own with
//!   absolute deadlines.
//!
//! All instants are nanoseconds on CLOCK_MONOTONIC of this machine.

mod beats;
mod clock;
mod fire;
mod line;
mod platform;
mod thread;

pub use beats::Beats;
pub use clock::{BeatClock, HOLD_MAX_S, Heard, MAX_BPM, MIN_BPM, MIN_SPACING_BEATS, SLEW_MAX_MS};
pub use fire::{Fire, Phase};
pub use line::SLEW_BEATS;
pub use platform::mono_ns;
pub use thread::{Agenda, DeadlineThread, Full, INBOX_CAPACITY};
