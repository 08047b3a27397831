//! Typed publish, subscribe, state and request over NATS. The only crate that names `async_nats`.
//!
//! The client library queues publishes while it is disconnected and sends them stale afterwards, and
//! drops the *newest* message of a full subscription. For a show both are wrong: late is worse than
//! lost. So this crate
//! - publishes without ever waiting, and drops and counts streams and events while the link is down
//!   ([`Publisher`]);
//! - drains each subscription in a task of its own into a queue that keeps what its class wants kept
//!   ([`Inbox`]);
//! - keeps the last value of every state that it writes, has it acknowledged, and writes it again after
//!   a reconnect ([`state`]);
//! - finds losses by gaps in `seq`, refuses what arrives stale, and turns refusals of the broker into
//!   typed errors instead of time-outs ([`Bus::request`]).

mod connect;
mod inbox;
mod platform;
mod publish;
mod queues;
mod request;
mod service;
pub mod state;
pub mod time;

pub use connect::{Bus, ConnectError, Counts, Credentials, Link, Settings};
pub use inbox::Inbox;
pub use publish::Publisher;
pub use queues::Delivery;
pub use request::RequestError;
pub use service::{Command, ServeError, Service, ServiceInfo};
