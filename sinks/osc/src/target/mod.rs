//! Targets: one receiver each, described by a file.

mod file;
mod find;
mod mistake;

pub use file::{ArgFile, ArgKind, DEFAULT_MAX_RATE_HZ, Evidence, Head, ReleaseFile, SendFile, TargetFile};
pub use find::{FindError, Found, SHIPPED, find, list};
pub use mistake::Mistake;
