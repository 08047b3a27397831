//! What differs from the defaults, and live changes written back into `vjbus.toml`.

use std::path::Path;

use serde_json::{Map, Value};
use toml_edit::{DocumentMut, Item, Table};

use super::DEFAULTS;

/// One key whose value is not the default.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The key, e.g. `instances.audio.source`.
    pub key: String,
    /// Default; null when there is none.
    pub default: Value,
    /// Value in force.
    pub value: Value,
}

/// Leaves of `tree` that differ from the shipped defaults.
pub fn differences(tree: &Map<String, Value>) -> Vec<Difference> {
    let defaults: Value = toml::from_str::<Map<String, Value>>(DEFAULTS).map_or(Value::Null, Value::Object);
    let mut found = Vec::new();
    for (key, value) in tree {
        compare(key, defaults.get(key).unwrap_or(&Value::Null), value, &mut found);
    }
    found
}

fn compare(key: &str, default: &Value, value: &Value, found: &mut Vec<Difference>) {
    match value {
        Value::Object(fields) => {
            for (field, value) in fields {
                compare(&format!("{key}.{field}"), default.get(field).unwrap_or(&Value::Null), value, found);
            }
        }
        value if value == default => {}
        value => {
            found.push(Difference { key: key.to_owned(), default: default.clone(), value: value.clone() })
        }
    }
}

/// Writes live changes into the file, keeping its comments and order. `changes` are (table path, partial table).
///
/// # Errors
/// When the file cannot be read, is no TOML, or cannot be replaced.
pub fn save(path: &Path, changes: &[(Vec<String>, Value)]) -> anyhow::Result<()> {
    let text = if path.is_file() { std::fs::read_to_string(path)? } else { String::new() };
    let mut document: DocumentMut = text.parse()?;
    for (table, change) in changes {
        let target = table.iter().fold(document.as_table_mut(), |t, part| step_into(t, part));
        lay(target, change);
    }
    // Written beside and renamed, so that a full disk leaves the old file as it was.
    let new = path.with_extension("toml.new");
    std::fs::write(&new, document.to_string())?;
    std::fs::rename(&new, path)?;
    Ok(())
}

fn step_into<'a>(table: &'a mut Table, part: &str) -> &'a mut Table {
    let item = table.entry(part).or_insert_with(|| {
        let mut table = Table::new();
        table.set_implicit(true);
        Item::Table(table)
    });
    if !item.is_table() {
        *item = Item::Table(Table::new());
    }
    // Made a table just above, so the last arm is never taken.
    #[expect(clippy::unreachable, reason = "toml_edit offers no entry that yields a table")]
    match item {
        Item::Table(table) => table,
        _ => unreachable!("made a table just above"),
    }
}

fn lay(table: &mut Table, change: &Value) {
    for (key, value) in change.as_object().into_iter().flatten() {
        match value {
            Value::Object(_) => lay(step_into(table, key), value),
            value => match serde::Serialize::serialize(value, toml_edit::ser::ValueSerializer::new()) {
                Ok(value) => table[key] = Item::Value(value),
                Err(_) => drop(table.remove(key)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn comments_survive_and_changes_arrive() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("vjbus.toml");
        std::fs::write(&path, "# mine\n[targets.generic]\naddress = \"1.2.3.4:9000\" # stage\n").unwrap();
        save(&path, &[(vec!["targets".into(), "generic".into()], json!({"offset_ms": 12.5}))]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.contains("# mine") && text.contains("# stage") && text.contains("offset_ms = 12.5"),
            "{text}"
        );
    }

    #[test]
    fn only_what_differs_is_named() {
        let tree =
            toml::from_str::<Map<String, Value>>(&format!("{DEFAULTS}\n[targets.stage]\nenabled = true\n"))
                .unwrap();
        let keys: Vec<String> = differences(&tree).into_iter().map(|d| d.key).collect();
        assert_eq!(keys, ["targets.stage.enabled"]);
    }
}
