//! Programs that measure latency and throughput and print figures.
