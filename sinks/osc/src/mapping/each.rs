//! One message for each element of a list, or for each value of a map.

use serde_json::{Value, json};

use super::expression::Expression;
use super::fields::Fields;

// A song has some hundred lines; whatever is longer is no song, and would keep the show waiting.
const MAX_ELEMENTS: usize = 1000;

/// What a mapping with `each` goes through.
#[derive(Debug)]
pub(crate) struct Each {
    /// Path of the list or map.
    pub(crate) path: Vec<String>,
    /// Elements for which this is not true are passed over, and not numbered.
    pub(crate) keep: Option<Expression>,
}

impl Each {
    /// What each element can be asked for: itself as `item`, its `place` in the list, its `number`
    /// among those that are kept, both from 0, and of the message only the fields at `uses`.
    pub(crate) fn elements(&self, fields: &Fields, uses: &[Vec<String>]) -> Vec<Fields> {
        let mut elements = Vec::new();
        let common = fields.select(uses);
        for (place, item) in self.items(fields).into_iter().enumerate() {
            let mut element = common.clone();
            element.insert("item".to_owned(), item);
            element.insert("place".to_owned(), json!(place));
            element.insert("number".to_owned(), json!(elements.len()));
            let element = Fields::new(Value::Object(element));
            if self.keep.as_ref().is_none_or(|keep| keep.is_true(&element)) {
                elements.push(element);
            }
        }
        elements
    }

    // A list in its own order, a map with its largest values first.
    fn items(&self, fields: &Fields) -> Vec<Value> {
        let mut items = match fields.get(&self.path) {
            Some(Value::Array(items)) => items[..items.len().min(MAX_ELEMENTS)].to_vec(),
            Some(Value::Object(map)) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_by(|a, b| number(b.1).total_cmp(&number(a.1)));
                entries.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
            }
            _ => Vec::new(),
        };
        items.truncate(MAX_ELEMENTS);
        items
    }
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NEG_INFINITY)
}
