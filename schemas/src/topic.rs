//! What a topic is: the part of a subject that names a kind of message, and all that is fixed about it.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// A message type that has a topic of its own.
pub trait Payload: Serialize + DeserializeOwned + Described + Clone + Send + Sync + 'static {
    /// Subject, class, codec and fields.
    const TOPIC: &'static Topic;
}

/// One kind of message: `audio.features` in `vj.audio.features.main`.
#[derive(Debug, PartialEq)]
pub struct Topic {
    /// `domain.event`, e.g. `beat.grid`.
    pub name: &'static str,
    /// How it is buffered and whether its last value is kept.
    pub class: Class,
    /// How it is written.
    pub codec: Codec,
    /// What the last token of its subject names.
    pub scope: Scope,
    /// State only: seconds after sending for which the value may be believed.
    pub valid_s: Option<f64>,
    /// Payload fields, beside the common header.
    pub fields: &'static [Field],
    /// One paragraph for the reader of `docs/subjects.md`.
    pub doc: &'static str,
}

impl Topic {
    /// The field `path` points at: `rms`, `bands.bass`, `provenance.service`.
    pub fn field(&self, path: &str) -> Option<&'static Kind> {
        let mut fields = self.fields;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let kind = &fields.iter().find(|f| f.name == part)?.kind;
            if parts.peek().is_none() {
                return Some(kind);
            }
            fields = match kind.required() {
                Kind::Struct(inner) => inner,
                Kind::Map(value) if parts.clone().count() == 1 => return Some(value),
                _ => return None,
            };
        }
        None
    }
}

/// How a message is buffered on its way to a slow reader. Late is worse than lost, except for state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// Queue of 250 ms; the oldest is dropped and the gap is told to the core by sample index.
    Samples,
    /// The newest per subject only.
    Stream,
    /// Bounded queue; what is dropped is counted.
    Event,
    /// The last value of each subject is kept by the broker for who comes later.
    State,
}

/// How a payload is written. A reader tells them apart by the first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Codec {
    /// UTF-8 JSON object.
    Json,
    /// MessagePack map with field names.
    MsgPack,
}

impl Codec {
    /// Value of the `Content-Type` header.
    pub const fn content_type(self) -> &'static str {
        match self {
            Codec::Json => "application/json",
            Codec::MsgPack => "application/msgpack",
        }
    }
}

/// What the last token of a subject names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// A source of music: `main`, `deck-a`, `room`.
    Source,
    /// A player: `main`, `spotify`.
    Player,
    /// A component instance.
    Instance,
    /// A target of a sink.
    Target,
    /// No last token: there is one of it.
    Global,
}

impl Scope {
    /// The token as it is written in documentation.
    pub const fn placeholder(self) -> Option<&'static str> {
        match self {
            Scope::Source => Some("<src>"),
            Scope::Player => Some("<player>"),
            Scope::Instance => Some("<instance>"),
            Scope::Target => Some("<target>"),
            Scope::Global => None,
        }
    }
}

/// One field of a payload.
#[derive(Debug, PartialEq)]
pub struct Field {
    /// Name on the wire.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// Meaning, unit and range.
    pub doc: &'static str,
}

/// The type of a field, as far as a mapping needs to know it.
#[derive(Debug, PartialEq)]
pub enum Kind {
    /// true or false
    Bool,
    /// whole number
    Int,
    /// real number
    Float,
    /// UTF-8 text
    Text,
    /// one of these words
    Choice(&'static [&'static str]),
    /// any number of these
    List(&'static Kind),
    /// named fields
    Struct(&'static [Field]),
    /// values by name
    Map(&'static Kind),
    /// this or null
    Optional(&'static Kind),
    /// anything
    Any,
}

impl Kind {
    /// The kind with `null` taken out.
    pub fn required(&self) -> &Kind {
        match self {
            Kind::Optional(inner) => inner.required(),
            other => other,
        }
    }
}

/// A Rust type whose wire shape is known at compile time.
pub trait Described {
    /// The shape.
    const KIND: Kind;
}

macro_rules! described {
    ($($kind:expr => $($ty:ty),+;)+) => { $($(impl Described for $ty { const KIND: Kind = $kind; })+)+ };
}
described! {
    Kind::Bool => bool;
    Kind::Int => u8, u32, u64, i32, i64;
    Kind::Float => f32, f64;
    Kind::Text => String;
    Kind::Any => serde_json::Value;
}
impl<T: Described> Described for Option<T> {
    const KIND: Kind = Kind::Optional(&T::KIND);
}
impl<T: Described> Described for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);
}
impl<T: Described> Described for std::collections::BTreeMap<String, T> {
    const KIND: Kind = Kind::Map(&T::KIND);
}
