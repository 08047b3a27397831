//! A mistake in a target file.

use std::fmt;
use std::ops::Range;

/// Where it is, what is wrong and what would be right.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    /// Line of the file, from 1.
    pub line: usize,
    /// Key, e.g. `send[2].args[0].expr`; empty where the file is no TOML at all.
    pub key: String,
    /// A sentence.
    pub message: String,
}

impl Mistake {
    /// A mistake at `span` of `text`.
    pub(crate) fn at(
        text: &str,
        span: &Range<usize>,
        key: impl Into<String>,
        message: impl Into<String>,
    ) -> Mistake {
        let before = text.get(..span.start.min(text.len())).unwrap_or(text);
        Mistake { line: before.matches('\n').count() + 1, key: key.into(), message: message.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "line {}: {}", self.line, self.message),
            key => write!(f, "line {}: {key}: {}", self.line, self.message),
        }
    }
}
