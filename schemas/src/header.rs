//! The fields that every message carries.

use serde::{Deserialize, Serialize};

/// Version of the header that this build writes.
pub const VERSION: u32 = 1;

/// Common fields, first in every payload.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// Version of the common fields.
    pub v: u32,
    /// Count per instance and subject, from 0, without gaps: a reader counts a gap as drops.
    pub seq: u64,
    /// Who wrote it.
    pub origin: Origin,
    /// Boot identifier of the writer's machine: monotonic stamps mean nothing in another boot.
    pub boot: String,
    /// The instant of the thing itself (capture of the first sample, the beat), in Unix seconds.
    pub at: f64,
    /// The same instant on the writer's CLOCK_MONOTONIC, in nanoseconds.
    pub at_mono_ns: i64,
    /// When it was handed to the broker, in Unix seconds.
    pub sent: f64,
    /// State only: seconds after `sent` for which it may be believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_s: Option<f64>,
}

impl Header {
    /// The instant that this message speaks of.
    pub const fn stamp(&self) -> Stamp {
        Stamp { at: self.at, at_mono_ns: self.at_mono_ns }
    }

    /// Whether `other` of the same subject is older than this: a later start of the writer wins, then the later message.
    pub const fn supersedes(&self, other: &Header) -> bool {
        self.origin.generation > other.origin.generation
            || (self.origin.generation == other.origin.generation && self.seq > other.seq)
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// Host name of the machine.
    pub host: String,
    /// Name of the instance.
    pub instance: String,
    /// Unix milliseconds at the start of the process: a later one replaces an earlier one.
    pub generation: u64,
}

/// One instant on both clocks of a machine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stamp {
    /// Unix seconds.
    pub at: f64,
    /// CLOCK_MONOTONIC in nanoseconds.
    pub at_mono_ns: i64,
}

impl Stamp {
    /// The instant `seconds` later (or earlier, when negative).
    pub fn plus_s(self, seconds: f64) -> Stamp {
        Stamp { at: self.at + seconds, at_mono_ns: self.at_mono_ns + (seconds * 1e9).round() as i64 }
    }
}
