//! A component as the registry sees it: the same functions for all, without its type.

use std::pin::Pin;

use serde::Serialize as _;
use serde_json::Value;

use crate::{Component, Exit, Launch, Spec, run};

type Running = Pin<Box<dyn Future<Output = Exit>>>;

/// One line of the registry.
pub struct Entry {
    /// What is fixed about it.
    pub spec: Spec,
    /// Runs it to its end.
    pub run: fn(Launch) -> Running,
    /// Its default configuration.
    pub defaults: fn() -> Value,
    /// Checks a configuration without starting anything.
    pub check: fn(&Value) -> Result<(), Flaw>,
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
            check: |config| read::<C>(config).map(drop),
        }
    }
}

/// Reads a configuration, naming the key that is wrong.
pub(crate) fn read<C: Component>(config: &Value) -> Result<C::Config, Flaw> {
    serde_path_to_error::deserialize(config)
        .map_err(|error| Flaw { path: error.path().to_string(), message: error.inner().to_string() })
}
