//! The target file as it is written: TOML, unknown keys refused, every mistake with its line.

use std::collections::BTreeMap;

use schemas::Name;
use serde::de::IntoDeserializer as _;
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::Mistake;

/// Messages per second and mapping, unless the file says otherwise.
pub const DEFAULT_MAX_RATE_HZ: f64 = 60.0;

/// A target file that has the right shape; what it says is checked when it is compiled.
#[derive(Debug, Clone)]
pub struct TargetFile {
    /// Everything before the first `[[send]]`.
    pub head: Head,
    /// The mappings, in the order of the file.
    pub sends: Vec<Spanned<SendFile>>,
}

/// What a target file says of the receiver.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Name for people.
    pub title: String,
    /// How well its addresses are known.
    pub evidence: Evidence,
    /// `host:port` unless `vjbus.toml` says otherwise.
    pub address: Spanned<String>,
    /// The source that it follows.
    #[serde(default = "Name::room")]
    pub source: Name,
    /// The player whose track, lyrics and tags it shows.
    #[serde(default = "Name::room")]
    pub player: Name,
    /// At most so many messages a second from each mapping of a continuous value.
    #[serde(default = "default_max_rate_hz")]
    pub max_rate_hz: Spanned<f64>,
    /// Whether all messages of one moment go out as one OSC bundle.
    #[serde(default)]
    pub bundle: bool,
}

fn default_max_rate_hz() -> Spanned<f64> {
    Spanned::new(0..0, DEFAULT_MAX_RATE_HZ)
}

/// How well the addresses of a target are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Evidence {
    /// The vendor documents them.
    #[serde(rename = "vendor page")]
    VendorPage,
    /// Several independent projects use them.
    #[serde(rename = "community")]
    Community,
    /// One project uses them.
    #[serde(rename = "one source")]
    OneSource,
    /// Nobody has tried them.
    #[serde(rename = "unverified")]
    Unverified,
}

/// One mapping: from a subject to an OSC address.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendFile {
    /// Subject without `vj.` and source, e.g. `beat.grid`.
    pub from: Spanned<String>,
    /// OSC address.
    pub osc: Spanned<String>,
    /// Its arguments.
    #[serde(default)]
    pub args: Vec<Spanned<ArgFile>>,
    /// Other subjects whose last value it uses, by the name that their fields go by here.
    #[serde(default)]
    pub with: BTreeMap<String, Spanned<String>>,
    /// A list or map, each element of which is a message.
    #[serde(default)]
    pub each: Option<Spanned<String>>,
    /// Elements for which this is not true are passed over.
    #[serde(default)]
    pub keep: Option<Spanned<String>>,
    /// Sent only when one of these fields has changed.
    #[serde(default)]
    pub changed: Vec<Spanned<String>>,
    /// Sent only when this is true.
    #[serde(default)]
    pub when: Option<Spanned<String>>,
    /// For triggers: what is sent some time later.
    #[serde(default)]
    pub release: Option<ReleaseFile>,
    /// Sent only when a number has changed by more than this, or a text at all.
    #[serde(default)]
    pub deadband: Option<Spanned<f64>>,
}

/// The second half of a trigger.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseFile {
    /// Milliseconds after the first half.
    pub after_ms: Spanned<f64>,
    /// Its arguments, all with `value`.
    pub args: Vec<Spanned<ArgFile>>,
}

/// One OSC argument: a type, and exactly one of `field`, `expr` and `value`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArgFile {
    /// OSC type.
    #[serde(rename = "type")]
    pub kind: ArgKind,
    /// A field of the message, e.g. `bands.bass`; a list becomes several arguments.
    #[serde(default)]
    pub field: Option<Spanned<String>>,
    /// For a field: from low, from high, to low, to high; the result stays within.
    #[serde(default)]
    pub range: Option<Spanned<[f64; 4]>>,
    /// An expression over the fields of the message.
    #[serde(default)]
    pub expr: Option<Spanned<String>>,
    /// Always this.
    #[serde(default)]
    pub value: Option<Spanned<toml::Value>>,
    /// For text: spelt with ASCII letters only.
    #[serde(default)]
    pub ascii: bool,
}

/// OSC type of an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum ArgKind {
    /// 32-bit float
    #[serde(rename = "f")]
    Float,
    /// 32-bit integer; a number is rounded, true is 1
    #[serde(rename = "i")]
    Int,
    /// text
    #[serde(rename = "s")]
    Text,
}

impl TargetFile {
    /// Reads a target file, collecting every mistake of its shape.
    ///
    /// # Errors
    /// All mistakes: of TOML, or one for the head and one for each `[[send]]`.
    pub fn parse(text: &str) -> Result<TargetFile, Vec<Mistake>> {
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(errors.iter().map(|error| mistake(text, "", error)).collect());
        }
        let mut table = document.into_inner();
        let sends = table.remove("send");
        let mut mistakes = Vec::new();
        let head = Head::deserialize(Spanned::new(0..text.len(), table).into_deserializer())
            .map_err(|error| mistakes.push(mistake(text, "", &error)));
        let sends = read_sends(text, sends, &mut mistakes);
        match head {
            Ok(head) if mistakes.is_empty() => Ok(TargetFile { head, sends }),
            _ => Err(mistakes),
        }
    }
}

fn read_sends<'i>(
    text: &'i str,
    sends: Option<Spanned<DeValue<'i>>>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<Spanned<SendFile>> {
    let Some(sends) = sends else {
        let all = 0..0;
        mistakes.push(Mistake::at(text, &all, "send", "there is no [[send]], so nothing would ever be sent"));
        return Vec::new();
    };
    let span = sends.span();
    let DeValue::Array(sends) = sends.into_inner() else {
        mistakes.push(Mistake::at(
            text,
            &span,
            "send",
            "write [[send]] with two brackets, once for each mapping",
        ));
        return Vec::new();
    };
    let mut read = Vec::new();
    for (number, send) in sends.into_iter().enumerate() {
        match Spanned::<SendFile>::deserialize(send.into_deserializer()) {
            Ok(send) => read.push(send),
            Err(error) => mistakes.push(mistake(text, &format!("send[{number}]"), &error)),
        }
    }
    read
}

fn mistake(text: &str, key: &str, error: &toml::de::Error) -> Mistake {
    Mistake::at(text, &error.span().unwrap_or(0..0), key, error.message())
}
