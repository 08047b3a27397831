//! The component on a real broker, and the service that all tests ask.

mod live;
pub(crate) mod service;
