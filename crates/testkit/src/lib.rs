//! What the tests of vjbus stand on.
//!
//! | module | gives |
//! |---|---|
//! | [`nats`] | a private nats-server on a free port, that can be killed and brought back |
//! | [`sound`] | a virtual sound card that can be unplugged |
//! | [`osc`] | receivers of OSC: liblo's `oscdump`, python-osc, and one of our own |
//! | [`desktop`] | a D-Bus session of the test's own, and mpv on it |
//! | [`web`] | a web server that answers well, slowly, cut off, or with rubbish |
//! | [`process`] | child processes that end with their test |
//! | [`leaks`] | finds and ends processes that a test left behind |
//! | [`wait`] | conditions with a deadline, instead of sleeps |
//! | [`wav`], [`tool`] | sound fixtures; programs that must be installed |
//!
//! A missing program is a failure that names the command which installs it, never a skipped test.
//! Nothing here knows the bus or a component, so every crate may use it in its tests. Unix only;
//! [`leaks`] reads `/proc`, and so finds processes on Linux alone.

pub mod desktop;
mod follow;
pub mod leaks;
pub mod nats;
pub mod osc;
pub mod process;
pub mod python;
pub mod sound;
pub mod tool;
pub mod wait;
pub mod wav;
pub mod web;

pub use process::{Program, Spawned};
pub use wait::{wait_for, wait_until};
