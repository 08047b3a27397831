//! Commands: who is asked, and what comes back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::subject::Name;

/// First token of every command subject.
pub const ROOT: &str = "vjctl";

/// Verbs that every component answers.
pub const COMMON_VERBS: &[&str] = &["get_state", "get_config", "set_config", "restart", "stop", "watch"];

/// `vjctl.<instance>.<verb>`
pub fn subject(instance: &Name, verb: &str) -> String {
    format!("{ROOT}.{instance}.{verb}")
}

/// Every verb of one instance.
pub fn all_of(instance: &Name) -> String {
    format!("{ROOT}.{instance}.>")
}

/// Answer to a command: `{"ok":true, …}` or `{"ok":false,"error":{"kind","message"}}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// Whether it was done.
    pub ok: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Refusal>,
    /// What the verb gives back.
    #[serde(flatten)]
    pub fields: Map<String, Value>,
}

/// Why a command was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// A word for programs: `usage`, `unknown_verb`, `config`, `not_permitted`, `absent`, `internal`.
    pub kind: String,
    /// A sentence for people: what is wrong and what would be right.
    pub message: String,
}

impl Refusal {
    /// The command's arguments are wrong.
    pub fn usage(message: impl Into<String>) -> Refusal {
        Refusal { kind: "usage".into(), message: message.into() }
    }

    /// The wanted configuration is wrong.
    pub fn config(message: impl Into<String>) -> Refusal {
        Refusal { kind: "config".into(), message: message.into() }
    }
}

impl From<Result<Map<String, Value>, Refusal>> for Reply {
    fn from(result: Result<Map<String, Value>, Refusal>) -> Reply {
        match result {
            Ok(fields) => Reply { ok: true, error: None, fields },
            Err(refusal) => Reply { ok: false, error: Some(refusal), fields: Map::new() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_have_the_shape_of_the_contract() {
        let ok = Reply::from(Ok(Map::from_iter([("bpm".to_owned(), 128.into())])));
        assert_eq!(serde_json::to_string(&ok).unwrap(), r#"{"ok":true,"bpm":128}"#);
        let refused = Reply::from(Err(Refusal::usage("say which")));
        assert_eq!(
            serde_json::to_string(&refused).unwrap(),
            r#"{"ok":false,"error":{"kind":"usage","message":"say which"}}"#
        );
    }
}
