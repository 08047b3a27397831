//! Private nats-server, compliance suite, audio fixtures.
