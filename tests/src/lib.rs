//! Whole pipelines against a real nats-server.
