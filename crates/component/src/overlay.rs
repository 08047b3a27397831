//! Live changes: a partial configuration laid over the written one.

use serde_json::Value;

/// Lays `patch` over `base`: objects are merged, `null` removes, everything else replaces (RFC 7386).
pub fn merge(base: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *base = patch.clone();
        return;
    };
    if !base.is_object() {
        *base = Value::Object(serde_json::Map::new());
    }
    let Value::Object(base) = base else { return };
    for (key, value) in patch {
        if value.is_null() {
            base.remove(key);
        } else {
            merge(base.entry(key).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn objects_merge_and_null_removes() {
        let mut base = json!({"a": {"b": 1, "c": 2}, "d": [1, 2]});
        merge(&mut base, &json!({"a": {"b": null, "e": 3}, "d": [9]}));
        assert_eq!(base, json!({"a": {"c": 2, "e": 3}, "d": [9]}));
    }
}
