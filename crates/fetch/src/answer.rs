//! An answer that was read whole.

use serde::de::DeserializeOwned;

use crate::Error;

/// The body of a successful answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Whom we asked.
    pub host: String,
    /// HTTP status, 200 to 299.
    pub status: u16,
    /// What it said.
    pub body: Vec<u8>,
}

impl Answer {
    /// The answer as a document of type `T`.
    ///
    /// # Errors
    /// [`Error::Nonsense`] when it is none; the message names where, and never quotes the body.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        serde_json::from_slice(&self.body).map_err(|error| self.nonsense(&error))
    }

    /// The answer as text.
    ///
    /// # Errors
    /// [`Error::Nonsense`] when it is not UTF-8.
    pub fn text(self) -> Result<String, Error> {
        let host = self.host;
        String::from_utf8(self.body)
            .map_err(|_binary| Error::Nonsense { host, what: "something that is no text".into() })
    }

    fn nonsense(&self, error: &serde_json::Error) -> Error {
        let (line, column) = (error.line(), error.column());
        let what = match error.classify() {
            serde_json::error::Category::Eof => "a document that ends too early".to_owned(),
            serde_json::error::Category::Data => {
                format!("another document than expected (line {line}, column {column})")
            }
            _ => format!("something that is no JSON (line {line}, column {column})"),
        };
        Error::Nonsense { host: self.host.clone(), what }
    }
}
