//! A component as the registry sees it: the same functions for all, without its type.

use std::pin::Pin;

use serde::Serialize as _;
use serde_json::Value;

use crate::{Component, Exit, Launch, Spec, run};

type Running = Pin<Box<dyn Future<Output = Exit>>>;

/// One line of the registry.
#[derive(Clone, Copy)]
pub struct Entry {
    /// What is fixed about it.
    pub spec: Spec,
    /// Runs it to its end.
    pub run: fn(Launch) -> Running,
    /// Its default configuration.
    pub defaults: fn() -> Value,
    /// The mistakes of a configuration, found without starting anything. A field of the wrong type hides the others.
    pub mistakes: fn(&Value) -> Vec<Flaw>,
}

/// A mistake in a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct Flaw {
    /// The key, e.g. `channels[1]`.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Entry {
    /// The entry of `C`.
    pub const fn of<C: Component>() -> Entry {
        Entry {
            spec: C::SPEC,
            run: |launch| Box::pin(run::<C>(launch)),
            defaults: || C::Config::default().serialize(serde_json::value::Serializer).unwrap_or(Value::Null),
            mistakes: |config| match read::<C>(config) {
                Ok(config) => C::mistakes(&config).iter().map(|mistake| Flaw::parse(mistake)).collect(),
                Err(flaw) => vec![flaw],
            },
        }
    }
}

impl Flaw {
    fn parse(mistake: &str) -> Flaw {
        let (path, message) = mistake.split_once(": ").unwrap_or(("", mistake));
        Flaw { path: path.to_owned(), message: message.to_owned() }
    }
}

/// Reads a configuration, naming the key that is wrong.
pub(crate) fn read<C: Component>(config: &Value) -> Result<C::Config, Flaw> {
    serde_path_to_error::deserialize(config)
        .map_err(|error| Flaw { path: error.path().to_string(), message: error.inner().to_string() })
}
