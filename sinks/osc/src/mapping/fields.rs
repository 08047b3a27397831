//! The fields of one message, read once for all mappings that it feeds.

use std::cell::OnceCell;

use beatclock::{Fire, Phase};
use serde_json::{Value, json};

/// The fields of one message.
#[derive(Debug)]
pub struct Fields {
    json: Value,
    // Made only when an expression wants it: plain fields need not pay for it.
    variables: OnceCell<minijinja::Value>,
}

impl Fields {
    /// The fields of a message that was read as JSON.
    pub fn new(json: Value) -> Fields {
        Fields { json, variables: OnceCell::new() }
    }

    /// The field at `path`; `None` when it is null or not there.
    pub(crate) fn get(&self, path: &[String]) -> Option<&Value> {
        let mut value = &self.json;
        for part in path {
            value = value.get(part)?;
        }
        (!value.is_null()).then_some(value)
    }

    /// All of them, for an expression.
    pub(crate) fn variables(&self) -> &minijinja::Value {
        self.variables.get_or_init(|| minijinja::value::Serde(&self.json).into())
    }
}

impl From<&Fire> for Fields {
    fn from(fire: &Fire) -> Fields {
        Fields::new(json!({
            "index": fire.index,
            "beat": fire.beat,
            "bar": fire.bar,
            "bpm": fire.bpm,
            "confidence": fire.confidence,
            "downbeat_confidence": fire.downbeat_confidence,
            "mode": fire.mode,
        }))
    }
}

impl From<&Phase> for Fields {
    fn from(phase: &Phase) -> Fields {
        Fields::new(json!({
            "phase": phase.phase,
            "index": phase.index,
            "beat": phase.beat,
            "bar": phase.bar,
            "bpm": phase.bpm,
            "mode": phase.mode,
        }))
    }
}
