//! Example messages of every topic, to try mappings with before the show.

use schemas::{Field, Kind};
use serde_json::{Map, Value, json};

#[cfg(test)]
use super::feed::Feed;
use super::fields::insert;
use super::names::{Element, Names, With};

/// Enough rounds that every word of every choice and every sample number comes up.
pub(crate) const ROUNDS: usize = 9;

/// Example number `round` of a message with all that belongs to it; `paths` names the entries that its
/// maps must have.
pub(crate) fn message(names: &Names, round: usize, paths: &[String]) -> Value {
    let mut message = record(names.feed.topic().fields, round);
    for With { alias, topic } in &names.with {
        message.insert(alias.clone(), Value::Object(record(topic.fields, round)));
    }
    if let Some(element) = names.element {
        message.insert("item".to_owned(), item(element, round));
        message.insert("place".to_owned(), value("place", &Kind::Int, round));
        message.insert("number".to_owned(), value("number", &Kind::Int, round));
    }
    for path in paths {
        if let Some((map, name)) = path.rsplit_once('.')
            && let Some(Kind::Map(kind)) = names.field(map).map(Kind::required)
        {
            let path: Vec<_> = map.split('.').chain([name]).map(str::to_owned).collect();
            insert(&mut message, &path, value(name, kind, round));
        }
    }
    Value::Object(message)
}

fn item(element: Element, round: usize) -> Value {
    match element {
        Element::Of(kind) => value("", kind, round),
        Element::Entry(kind) => json!({"name": "example", "value": value("", kind, round)}),
    }
}

/// The first example with every field null that may be.
#[cfg(test)]
pub(crate) fn message_of_nulls(feed: Feed, paths: &[String]) -> Value {
    let mut message = message(&Names::from(feed), 0, paths);
    for field in feed.topic().fields {
        if let (Kind::Optional(_), Some(slot)) = (&field.kind, message.get_mut(field.name)) {
            *slot = Value::Null;
        }
    }
    message
}

fn record(fields: &[Field], round: usize) -> Map<String, Value> {
    let entries = fields.iter().map(|field| (field.name.to_owned(), value(field.name, &field.kind, round)));
    Map::from_iter(entries)
}

// Numbers are above zero, so that dividing by a field is not taken for a mistake.
fn value(name: &str, kind: &Kind, round: usize) -> Value {
    match kind {
        Kind::Bool => json!(round.is_multiple_of(2)),
        Kind::Int => json!([1, 2, 7, 120][round % 4]),
        Kind::Float if name == "bpm" => json!([128.0, 60.0, 174.5][round % 3]),
        Kind::Float => json!([0.75, 0.25, 1.0, 440.0][round % 4]),
        Kind::Text | Kind::Any => json!(["Example", "", "Zwölf 12"][round % 3]),
        Kind::Choice(words) => json!(words[round % words.len()]),
        Kind::List(item) => {
            // As many bars as the spectrum has.
            let count = if matches!(item.required(), Kind::Float) { 32 } else { 2 };
            json!(vec![value("", item, round); count])
        }
        Kind::Struct(fields) => Value::Object(record(fields, round)),
        Kind::Map(_) => json!({}),
        Kind::Optional(inner) => value(name, inner, round),
    }
}
