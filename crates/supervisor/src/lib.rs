//! Keeps the show alive: starts every component as a process of its own, watches it, brings it back.
//!
//! In: a [`Plan`] (which instances, how each is started, what each may read and write). Out: processes,
//! their logs, a broker with its keys and permissions, the status document. [`policy`] decides and does
//! nothing; everything else does and decides nothing.
//!
//! What it deliberately does not do: it knows no component and reads no configuration file; it does not
//! take its children with it when it dies. They play on, and the next one adopts them.

pub mod binary;
pub mod broker;
mod child;
mod commands;
pub mod config;
mod files;
pub mod logs;
mod members;
mod offline;
mod overlay;
pub mod plan;
mod platform;
pub mod policy;
pub mod process;
pub mod record;
mod state_dir;
pub mod status;
mod supervisor;
mod up;
mod voice;

pub use config::SupervisionConfig;
pub use files::FileError;
pub use offline::{down_offline, signal_supervisor};
pub use plan::{BrokerPlan, Instance, Plan};
pub use process::{Identity, Launch};
pub use state_dir::StateDir;
pub use status::{Status, status_offline};
pub use supervisor::{ApplyError, Handle, Supervisor};
pub use up::UpError;
pub use voice::SUPERVISOR;
