//! Every mistake of a configuration, each with where it stands and what would be right.

use std::fmt;

use component::Entry;
use schemas::Name;
use serde_json::{Map, Value};

use super::{FRAME_KEYS, Layers, TARGETS_FOR, own_keys};

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// File and line, environment variable or command-line option that said it.
    pub source: String,
    /// The key; empty when the whole file is meant.
    pub key: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl Mistake {
    /// Line of the file, 0 where it is no file.
    pub(super) fn line(&self) -> usize {
        self.source.rsplit(':').next().and_then(|line| line.parse().ok()).unwrap_or(0)
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "{}: {}", self.source, self.message),
            key => write!(f, "{}: {key}: {}", self.source, self.message),
        }
    }
}

/// All mistakes of sections, instances and targets.
pub(super) fn tree(tree: &Map<String, Value>, registry: &[Entry], layers: &Layers) -> Vec<Mistake> {
    const SECTIONS: [&str; 5] = ["state_dir", "broker", "supervision", "instances", "targets"];
    let mut mistakes = Vec::new();
    for key in tree.keys().filter(|key| !SECTIONS.contains(&key.as_str())) {
        mistakes.push(layers.mistake(key, &unknown(key, &SECTIONS)));
    }
    for (name, table) in tree.get("instances").and_then(Value::as_object).into_iter().flatten() {
        instance(name, table, tree, registry, layers, &mut mistakes);
    }
    mistakes
}

fn instance(
    name: &str,
    table: &Value,
    tree: &Map<String, Value>,
    registry: &[Entry],
    layers: &Layers,
    mistakes: &mut Vec<Mistake>,
) {
    let key = format!("instances.{name}");
    if let Err(error) = Name::new(name) {
        mistakes.push(layers.mistake(&key, &error.to_string()));
    }
    let Some(table) = table.as_object() else {
        return mistakes.push(layers.mistake(&key, &format!("write a table: [{key}]")));
    };
    let known: Vec<&str> = registry.iter().map(|entry| entry.spec.name).collect();
    let Some(component) = table.get("component").and_then(Value::as_str) else {
        return mistakes.push(
            layers.mistake(
                &key,
                &format!("say which component it is: component = one of {}", known.join(", ")),
            ),
        );
    };
    match registry.iter().find(|entry| entry.spec.name == component) {
        None => mistakes.push(layers.mistake(&format!("{key}.component"), &unknown(component, &known))),
        Some(entry) => fields(&key, table, tree, entry, layers, mistakes),
    }
}

// Each key is tried alone on top of the defaults, so that one mistake does not hide the next.
fn fields(
    key: &str,
    table: &Map<String, Value>,
    tree: &Map<String, Value>,
    entry: &Entry,
    layers: &Layers,
    mistakes: &mut Vec<Mistake>,
) {
    let before = mistakes.len();
    let mut config = own_keys(table);
    for (field, value) in &config {
        alone(
            &format!("{key}.{field}"),
            &format!("{key}."),
            entry,
            Map::from_iter([(field.clone(), value.clone())]),
            layers,
            mistakes,
        );
    }
    if entry.spec.name == TARGETS_FOR {
        super::share_targets(&mut config, tree, layers.folder());
        for (name, target) in tree.get("targets").and_then(Value::as_object).into_iter().flatten() {
            let one = Map::from_iter([(name.clone(), target.clone())]);
            let mut field = Map::from_iter([("targets".to_owned(), Value::Object(one))]);
            field.extend(config.get("targets_dir").cloned().map(|dir| ("targets_dir".to_owned(), dir)));
            alone(&format!("targets.{name}"), "", entry, field, layers, mistakes);
        }
    }
    if mistakes.len() == before {
        let flaws = (entry.mistakes)(&Value::Object(config));
        mistakes.extend(flaws.iter().map(|flaw| layers.mistake(&place(key, &flaw.path), &flaw.message)));
    }
}

/// Where a flaw stands: fields of the instance below its key, tables of targets where they are.
fn place(key: &str, path: &str) -> String {
    if path.starts_with("target") { path.to_owned() } else { format!("{key}.{path}") }
}

fn alone(
    key: &str,
    prefix: &str,
    entry: &Entry,
    field: Map<String, Value>,
    layers: &Layers,
    mistakes: &mut Vec<Mistake>,
) {
    let mut config = (entry.defaults)();
    let own: Vec<String> = field.keys().cloned().collect();
    component::merge(&mut config, &Value::Object(field));
    for flaw in (entry.mistakes)(&config) {
        match misspelt(&flaw.message) {
            Some((word, message)) if key.ends_with(&word) => mistakes.push(layers.mistake(key, &message)),
            Some((word, message)) => mistakes.push(layers.mistake(&format!("{key}.{word}"), &message)),
            // What the defaults need beside this field is not this field's mistake.
            None if !own.iter().any(|name| flaw.path.starts_with(name.as_str())) => {}
            None => mistakes.push(layers.mistake(&format!("{prefix}{}", flaw.path), &flaw.message)),
        }
    }
}

/// The word, and a better one, for serde's ``unknown field `a`, expected one of `b`, `c` ``.
fn misspelt(message: &str) -> Option<(String, String)> {
    let mut words = message.strip_prefix("unknown field ")?.split('`').skip(1).step_by(2);
    let word = words.next()?;
    let known: Vec<&str> = words.chain(FRAME_KEYS).collect();
    Some((word.to_owned(), unknown(word, &known)))
}

fn unknown(word: &str, known: &[&str]) -> String {
    match known.iter().min_by_key(|k| distance(word, k)).filter(|k| distance(word, k) <= 3) {
        Some(near) => format!("“{word}” is not known here; did you mean “{near}”?"),
        None => format!("“{word}” is not known here; there is {}", known.join(", ")),
    }
}

/// Edit distance of Levenshtein (1966).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, cb) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_offered() {
        assert_eq!(
            unknown("sorce", &["source", "path"]),
            "“sorce” is not known here; did you mean “source”?"
        );
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
