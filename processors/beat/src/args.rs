//! Arguments of commands: as typed (`["12.5", "deck-a"]`), as an object (`{"ms": 12.5}`), or bare.

use schemas::Name;
use schemas::command::Refusal;
use serde_json::Value;

/// The number that a command needs, called `key` when arguments have names.
///
/// # Errors
/// When it is missing, or no finite number.
pub(crate) fn number(args: &Value, key: &str) -> Result<f64, Refusal> {
    let value = match args {
        Value::Array(list) => list.first(),
        Value::Object(map) => map.get(key),
        Value::Null => None,
        bare => Some(bare),
    };
    let read = value.and_then(|value| match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    });
    read.filter(|number: &f64| number.is_finite())
        .ok_or_else(|| Refusal::usage(format!("give {key} as a number, e.g. 10 or -7.5")))
}

/// The source that a command names, if it names one; `place` of it in a list of arguments.
///
/// # Errors
/// When it is no name.
pub(crate) fn source(args: &Value, place: usize) -> Result<Option<Name>, Refusal> {
    let value = match args {
        Value::Array(list) => list.get(place),
        Value::Object(map) => map.get("source"),
        Value::String(_) if place == 0 => Some(args),
        _ => None,
    };
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            Name::new(text.as_str()).map(Some).map_err(|error| Refusal::usage(error.to_string()))
        }
        Some(_) => Err(Refusal::usage("give the source as a word, e.g. main")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_come_in_every_shape() {
        for args in [json!(["12.5"]), json!([12.5, "main"]), json!({"ms": 12.5}), json!(12.5), json!("12.5")]
        {
            assert_eq!(number(&args, "ms").ok(), Some(12.5), "{args}");
        }
        for args in [json!(null), json!([]), json!(["much"]), json!({"s": 1}), json!("NaN")] {
            assert!(number(&args, "ms").is_err(), "{args}");
        }
    }

    #[test]
    fn sources_are_optional() {
        assert_eq!(source(&json!(null), 0), Ok(None));
        assert_eq!(source(&json!(["1", "deck-a"]), 1), Ok(Name::new("deck-a").ok()));
        assert_eq!(source(&json!({"source": "main"}), 0), Ok(Name::new("main").ok()));
        assert!(source(&json!(["Deck A"]), 0).is_err());
    }
}
