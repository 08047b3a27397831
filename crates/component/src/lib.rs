//! The component contract: configuration, logging, progress, heartbeat, control, shutdown.
