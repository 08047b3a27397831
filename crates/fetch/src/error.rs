//! What can come of asking, by what the caller does next.

use std::time::Duration;

/// No usable answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Ask again later: the server is away, slow, or says that it is busy.
    #[error("{host} {what}")]
    Later {
        /// Whom we asked.
        host: String,
        /// What happened, as the rest of a sentence.
        what: String,
        /// How long the server asks to wait (`Retry-After`, RFC 9110 section 10.2.3).
        after: Option<Duration>,
    },
    /// The server knows no such thing: 404 or 410.
    #[error("{host} has no such thing")]
    Missing {
        /// Whom we asked.
        host: String,
    },
    /// The server refuses the question, and will again.
    #[error("{host} refused with status {status}{}", said.as_ref().map(|said| format!(": {said}")).unwrap_or_default())]
    Refused {
        /// Whom we asked.
        host: String,
        /// HTTP status.
        status: u16,
        /// The first words of the answer, without control characters.
        said: Option<String>,
        /// The whole answer, for services that say in it what is wrong.
        body: Vec<u8>,
    },
    /// The answer is not what was asked for: too large, or no such document.
    #[error("{host} answered with {what}")]
    Nonsense {
        /// Whom we asked.
        host: String,
        /// What is wrong with it.
        what: String,
    },
}

impl Error {
    /// Whether the same question may have an answer later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Error::Later { .. })
    }
}
