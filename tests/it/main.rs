//! The tests that belong to no single crate, in one binary: the invariants of the source, and whole
//! pipelines against a real nats-server.

#[cfg(test)]
mod tidy;
