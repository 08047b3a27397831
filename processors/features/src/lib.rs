//! Levels, bands, spectrum and envelopes of each source.
