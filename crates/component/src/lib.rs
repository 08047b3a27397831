//! The component contract: what a producer, processor or sink is, and everything around it that is the
//! same for all of them.
//!
//! A component is a type that implements [`Component`]: a [`Spec`] (name, kind, what it reads and writes,
//! its commands), a `Config`, a constructor that checks its outside world, and handlers. It never writes
//! a loop. [`run`] owns the loop and with it subscription, decoding, back-pressure, commands, heartbeat,
//! live configuration, logging and the end, so that no component can get them wrong.
//!
//! The heartbeat is sent from the very loop that calls the handlers: a component whose handler hangs is
//! silent, and the supervisor sees it. Blocking work belongs on a thread of the component's own; short
//! unavoidable blocking is announced by [`Context::busy`].

mod backoff;
mod context;
mod contract;
mod control;
mod entry;
mod every;
mod exit;
pub mod foreign;
mod health;
pub mod kept;
mod launch;
mod lock;
mod logging;
mod overlay;
pub mod private;
mod runner;
mod spec;

pub use backoff::Backoff;
pub use bus::{Delivery, Publisher, time};
pub use context::{Context, chain};
pub use contract::Component;
pub use control::RELOAD;
pub use entry::{Entry, Flaw};
pub use every::every;
pub use exit::Exit;
pub use launch::Launch;
pub use lock::{Held, LockError};
pub use logging::{divert as divert_logs, init as init_logging};
pub use overlay::merge;
pub use runner::run;
pub use spec::{Kind, Spec, Verb};
