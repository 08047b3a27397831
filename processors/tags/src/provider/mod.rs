//! The protocols in which servers of models are asked. Pure: what is sent, and what an answer says.

mod ollama;
mod openai;
mod secret;

use serde_json::Value;

use crate::answer::BadAnswer;
use crate::config::Service;
use crate::prompt::Turn;

pub(crate) use secret::Secret;

/// One protocol. A further one is a file beside these and an arm in [`of`].
pub(crate) trait Provider: Send + Sync + std::fmt::Debug {
    /// Path below the base URL to which a question is posted.
    fn path(&self) -> &'static str;

    /// The question as a JSON document; the answer must have the shape of `schema`.
    fn question(&self, model: &str, talk: &[Turn], schema: &Value) -> Value;

    /// The text of an answer.
    ///
    /// # Errors
    /// As [`Unsaid`] says.
    fn text(&self, answer: &Value) -> Result<String, Unsaid>;

    /// What to do when the server knows no such model or path.
    fn when_missing(&self, model: &str) -> String;

    /// What to do when the server is away.
    fn when_away(&self) -> &'static str;
}

/// An answer without a text to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unsaid {
    /// The model declines, in its own words.
    Declined(String),
    /// The model can be told what is wrong.
    Bad(BadAnswer),
    /// It is no answer of this protocol.
    Foreign,
}

/// The protocol of a service; `None` where no model is asked.
pub(crate) fn of(service: Service) -> Option<&'static dyn Provider> {
    match service {
        Service::Rules => None,
        Service::Ollama => Some(&ollama::Ollama),
        Service::Openai => Some(&openai::OpenAi),
    }
}

#[cfg(test)]
mod tests;
