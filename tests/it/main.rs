//! The tests that belong to no single crate, in one binary: the invariants of the source, and whole
//! pipelines against a real nats-server.

#[cfg(test)]
mod bus;
#[cfg(test)]
mod commands;
#[cfg(test)]
mod compliance;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod newcomer;
#[cfg(test)]
mod permissions;
#[cfg(test)]
mod pipeline;
#[cfg(test)]
mod playback;
#[cfg(test)]
mod supervision;
#[cfg(test)]
mod support;
#[cfg(test)]
mod tidy;
