//! How a component ends, by what the supervisor does about it.

/// The end of a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Exit {
    /// It was told to stop.
    #[error("stopped")]
    Done,
    /// What the user wrote cannot work. Never restarted.
    #[error("{0}")]
    Config(String),
    /// Something that it needs is not there. Restarted with back-off.
    #[error("{0}")]
    Absent(String),
    /// It broke. Restarted with back-off.
    #[error("{0}")]
    Internal(String),
    /// It wants to be started again.
    #[error("{0}")]
    Retry(String),
}

impl Exit {
    /// Exit code of the process, after BSD `sysexits.h`.
    pub const fn code(&self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Config(_) => 64,
            Exit::Absent(_) => 69,
            Exit::Internal(_) => 70,
            Exit::Retry(_) => 75,
        }
    }
}
