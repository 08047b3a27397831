//! Typed publish, subscribe, state and request over NATS.
