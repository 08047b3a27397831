//! Reading D-Bus values of whatever type a player chose to send.

use zbus::Variant;

/// Text, also where a path or a variant in a variant was sent.
pub(crate) fn text<'a>(value: &'a Variant<'_>) -> Option<&'a str> {
    match value {
        Variant::Str(text) => Some(text.as_str()),
        Variant::ObjectPath(path) => Some(path.as_str()),
        // D-Bus nests variants at most 64 deep.
        Variant::Variant(inner) => text(inner),
        _ => None,
    }
}

/// The texts of a list; one text is a list of one.
pub(crate) fn texts<'a>(value: &'a Variant<'_>) -> Vec<&'a str> {
    match value {
        Variant::Array(list) => list.inner().iter().filter_map(text).collect(),
        Variant::Variant(inner) => texts(inner),
        single => text(single).into_iter().collect(),
    }
}

/// A finite number of any width; players disagree about the type of lengths.
pub(crate) fn number(value: &Variant<'_>) -> Option<f64> {
    let number = match value {
        Variant::U8(n) => f64::from(*n),
        Variant::I16(n) => f64::from(*n),
        Variant::U16(n) => f64::from(*n),
        Variant::I32(n) => f64::from(*n),
        Variant::U32(n) => f64::from(*n),
        Variant::I64(n) => *n as f64,
        Variant::U64(n) => *n as f64,
        Variant::F64(n) => *n,
        Variant::Variant(inner) => return number(inner),
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// The entry `key` of a dictionary.
pub(crate) fn entry<'a>(value: &'a Variant<'_>, key: &str) -> Option<&'a Variant<'a>> {
    match value {
        Variant::Dict(entries) => {
            entries.iter().find(|(name, _)| text(name) == Some(key)).map(|(_, value)| value)
        }
        Variant::Variant(inner) => entry(inner, key),
        _ => None,
    }
}
