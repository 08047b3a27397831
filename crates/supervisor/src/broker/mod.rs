//! The broker: found, configured, started as a child like any other, and who may do what on it.

pub mod conf;
pub mod find;
pub mod keys;
pub(crate) mod managed;
pub mod permissions;
pub mod probe;

pub use conf::ConfError;
pub use find::FindError;
pub use keys::{KeyError, Role};
pub use managed::BrokerError;
pub use probe::StartError;
