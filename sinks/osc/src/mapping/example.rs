//! Example messages of every topic, to try mappings with before the show.

use schemas::{Field, Kind};
use serde_json::{Map, Value, json};

use super::feed::Feed;

/// Enough rounds that every word of every choice and every sample number comes up.
pub(crate) const ROUNDS: usize = 9;

/// Example number `round` of a message; `paths` names the entries that its maps must have.
pub(crate) fn message(feed: Feed, round: usize, paths: &[String]) -> Value {
    let mut message = record(feed.topic().fields, round);
    for path in paths {
        if let Some((map, name)) = path.split_once('.')
            && let Some(Kind::Map(kind)) = feed.topic().field(map).map(Kind::required)
            && let Some(map) = message.get_mut(map).and_then(Value::as_object_mut)
        {
            map.insert(name.to_owned(), value(name, kind, round));
        }
    }
    message
}

/// The first example with every field null that may be.
#[cfg(test)]
pub(crate) fn message_of_nulls(feed: Feed, paths: &[String]) -> Value {
    let mut message = message(feed, 0, paths);
    for field in feed.topic().fields {
        if let (Kind::Optional(_), Some(slot)) = (&field.kind, message.get_mut(field.name)) {
            *slot = Value::Null;
        }
    }
    message
}

fn record(fields: &[Field], round: usize) -> Value {
    let entries = fields.iter().map(|field| (field.name.to_owned(), value(field.name, &field.kind, round)));
    Value::Object(Map::from_iter(entries))
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
        Kind::Struct(fields) => record(fields, round),
        Kind::Map(_) => json!({}),
        Kind::Optional(inner) => value(name, inner, round),
    }
}
