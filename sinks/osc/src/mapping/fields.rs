//! The fields of one message, read once for all mappings that it feeds.

use std::cell::OnceCell;

use beatclock::{Fire, Phase};
use serde_json::{Map, Value, json};

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

    /// Only the fields at `paths`; those that are not there are left out.
    pub(crate) fn select(&self, paths: &[Vec<String>]) -> Map<String, Value> {
        let mut selected = Map::new();
        for path in paths {
            let found = path.iter().try_fold(&self.json, |value, part| value.get(part));
            if let Some(value) = found {
                insert(&mut selected, path, value.clone());
            }
        }
        selected
    }

    /// When the message was sent, in Unix seconds; 0 when it does not say.
    pub(crate) fn sent_s(&self) -> f64 {
        self.json.get("sent").and_then(Value::as_f64).unwrap_or(0.0)
    }

    /// A copy, to be kept as the last of its subject.
    pub(crate) fn copy(&self) -> Fields {
        Fields::new(self.json.clone())
    }

    /// All of them, for an expression.
    pub(crate) fn variables(&self) -> &minijinja::Value {
        self.variables.get_or_init(|| minijinja::value::Serde(&self.json).into())
    }
}

/// Puts `value` at `path`, with whatever objects are wanted on the way.
pub(crate) fn insert(map: &mut Map<String, Value>, path: &[String], value: Value) {
    match path {
        [] => {}
        [name] => drop(map.insert(name.clone(), value)),
        [first, rest @ ..] => {
            let inner = map.entry(first.clone()).or_insert_with(|| json!({}));
            if let Value::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
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
