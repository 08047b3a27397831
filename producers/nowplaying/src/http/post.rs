//! A posted body: JSON or a form of the same names.

use component::foreign;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use schemas::playback::{Provenance, Track};
use serde_json::{Map, Value};

use crate::encoding;
use crate::query;
use crate::text::{Song, clean};
use crate::told::{Told, track};

/// Range of durations and positions, in seconds.
const TIMES_S: RangeInclusive<f64> = 0.0..=86_400.0;
/// Range of rates; negative while a record is turned back.
const RATES: RangeInclusive<f64> = -10.0..=10.0;
/// Most identifiers of a track, and their longest kind and value in characters.
const IDS: usize = 16;
const ID_KIND_CHARS: usize = 32;
const ID_CHARS: usize = 1_000;
/// Longest name of a service, in characters.
const SERVICE_CHARS: usize = 40;
/// Names of unknown fields that are told back.
const IGNORED: usize = 8;
/// Where a track comes from when it is not said.
const HTTP: &str = "http";
/// Whatever comes from there in any way is called so: its terms forbid some uses.
const SPOTIFY: &str = "spotify";
/// Clause III.14 of Spotify's Developer Policy, in a word.
const SPOTIFY_TERMS: &str = "Spotify Developer Terms: not for AI models";

const FIELDS: [&str; 10] =
    ["artist", "title", "album", "duration_s", "position_s", "rate", "playing", "audible", "ids", "service"];

/// A body that cannot be used; the message says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Wrong {
    #[error("the body broke off: send it whole, and as long as Content-Length says")]
    BrokenOff,
    #[error("the body is larger than {0} bytes: send the names of one track")]
    TooLarge(usize),
    #[error("“{0}” is not understood: send application/json or application/x-www-form-urlencoded")]
    Type(String),
    #[error("the body is no JSON ({0}): send e.g. {{\"artist\": \"…\", \"title\": \"…\"}}")]
    NotJson(String),
    #[error("the body is no object: send e.g. {{\"artist\": \"…\", \"title\": \"…\"}}")]
    NoObject,
    #[error("{0}: {1}")]
    Field(&'static str, String),
}

/// What was told, and the names of fields that mean nothing here.
pub(crate) fn read(content_type: Option<&str>, body: &[u8]) -> Result<(Told, Vec<String>), Wrong> {
    let named = content_type.unwrap_or_default();
    let kind = named.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    // curl calls everything a form unless it is told otherwise.
    let looks_json = body.trim_ascii_start().first() == Some(&b'{');
    let fields = match kind.as_str() {
        "application/json" => json(body)?,
        "" | "application/x-www-form-urlencoded" if looks_json => json(body)?,
        "" | "application/x-www-form-urlencoded" => form(body),
        _ => return Err(Wrong::Type(foreign::line(named, 80).unwrap_or_default())),
    };
    let known = |name: &str| FIELDS.contains(&name);
    let ignored = fields.keys().filter(|name| !known(name)).filter_map(|name| foreign::line(name, 40));
    let ignored = ignored.take(IGNORED).collect();
    Ok((told(&fields)?, ignored))
}

fn json(body: &[u8]) -> Result<Map<String, Value>, Wrong> {
    let value = serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body));
    match value
        .map_err(|error| Wrong::NotJson(format!("line {}, column {}", error.line(), error.column())))?
    {
        Value::Object(fields) => Ok(fields),
        _ => Err(Wrong::NoObject),
    }
}

/// A form as the object that it stands for; `ids.isrc` and `ids[isrc]` are members of `ids`.
fn form(body: &[u8]) -> Map<String, Value> {
    let (mut fields, mut ids) = (Map::new(), Map::new());
    for (name, value) in query::fields(body) {
        let (name, value) =
            (encoding::decode_as(&name, None), Value::String(encoding::decode_as(&value, None)));
        let kind = name.strip_prefix("ids.").or_else(|| name.strip_prefix("ids[")?.strip_suffix(']'));
        match kind {
            Some(kind) => drop(ids.insert(kind.to_owned(), value)),
            None => drop(fields.insert(name, value)),
        }
    }
    if !ids.is_empty() {
        fields.insert("ids".to_owned(), Value::Object(ids));
    }
    fields
}

fn told(fields: &Map<String, Value>) -> Result<Told, Wrong> {
    if !fields.contains_key("title") {
        let right = "is missing: send the title of what plays, or null when nothing does";
        return Err(Wrong::Field("title", right.to_owned()));
    }
    let (artist, title) = (text(fields, "artist")?, text(fields, "title")?);
    let told = Told {
        position_s: number(fields, "position_s", TIMES_S)?,
        rate: number(fields, "rate", RATES)?.unwrap_or(1.0),
        playing: flag(fields, "playing")?.unwrap_or(true),
        ..Told::nothing()
    };
    let song = Song { artist, title };
    let rest = Track {
        duration_s: number(fields, "duration_s", TIMES_S)?.filter(|s| *s > 0.0),
        audible: flag(fields, "audible")?,
        ids: ids(fields)?,
        provenance: provenance(fields)?,
        ..track(song, text(fields, "album")?, HTTP)
    };
    // Checked all the same: a mistake is told even while nothing plays.
    Ok(if rest.title.is_some() { Told { track: rest, ..told } } else { Told::nothing() })
}

fn provenance(fields: &Map<String, Value>) -> Result<Provenance, Wrong> {
    let named = text(fields, "service")?.map(|name| name.to_lowercase());
    if named.as_ref().is_some_and(|name| name.contains(SPOTIFY)) {
        return Ok(Provenance { service: SPOTIFY.to_owned(), licence: SPOTIFY_TERMS.to_owned() });
    }
    let service =
        named.and_then(|name| foreign::line(&name, SERVICE_CHARS)).unwrap_or_else(|| HTTP.to_owned());
    Ok(Provenance { service, licence: String::new() })
}

fn text(fields: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Wrong> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(clean(text)),
        // Titles that are numbers, from senders that guess types.
        Some(Value::Number(number)) => Ok(Some(number.to_string())),
        Some(_) => Err(Wrong::Field(name, "send text, or null".to_owned())),
    }
}

fn number(
    fields: &Map<String, Value>,
    name: &'static str,
    range: RangeInclusive<f64>,
) -> Result<Option<f64>, Wrong> {
    let number = match fields.get(name) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(text)) if text.trim().is_empty() => return Ok(None),
        Some(Value::String(text)) => text.trim().parse().ok(),
        Some(value) => value.as_f64(),
    };
    match number {
        Some(number) if range.contains(&number) => Ok(Some(number)),
        _ => {
            let right = format!("send a number from {} to {}, or null", range.start(), range.end());
            Err(Wrong::Field(name, right))
        }
    }
}

fn flag(fields: &Map<String, Value>, name: &'static str) -> Result<Option<bool>, Wrong> {
    match fields.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(Value::String(text)) => match text.trim() {
            "" => Ok(None),
            "true" | "1" | "on" => Ok(Some(true)),
            "false" | "0" | "off" => Ok(Some(false)),
            _ => Err(Wrong::Field(name, "send true or false, or null".to_owned())),
        },
        Some(_) => Err(Wrong::Field(name, "send true or false, or null".to_owned())),
    }
}

fn ids(fields: &Map<String, Value>) -> Result<BTreeMap<String, String>, Wrong> {
    let wrong = || Wrong::Field("ids", "send an object of texts, e.g. {\"isrc\": \"…\"}".to_owned());
    let given = match fields.get("ids") {
        None | Some(Value::Null) => return Ok(BTreeMap::new()),
        Some(Value::Object(ids)) => ids,
        Some(_) => return Err(wrong()),
    };
    let mut ids = BTreeMap::new();
    for (kind, value) in given.iter().take(IDS) {
        let value = match value {
            Value::Null => continue,
            Value::String(text) => foreign::line(text, ID_CHARS),
            Value::Number(number) => Some(number.to_string()),
            _ => return Err(wrong()),
        };
        if let (Some(kind), Some(value)) = (foreign::line(kind, ID_KIND_CHARS), value) {
            ids.insert(kind, value);
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests;
