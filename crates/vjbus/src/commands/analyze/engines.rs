//! The beat engines by name, as the configuration of the beat processor spells them.

use beat::Config;
use beat::engine::EngineKind;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::de::value::{Error, StrDeserializer};
use serde::de::{Deserialize, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Reads the name of an engine, and knows all of them.
pub(super) fn parser() -> impl TypedValueParser<Value = EngineKind> {
    PossibleValuesParser::new(names()).try_map(|name| named(&name))
}

/// The engine that the beat processor uses unless told otherwise.
pub(super) fn usual() -> &'static str {
    name(Config::default().engine)
}

/// The name of an engine.
pub(super) fn name(engine: EngineKind) -> &'static str {
    names().iter().copied().find(|name| named(name) == Ok(engine)).unwrap_or_default()
}

fn named(name: &str) -> Result<EngineKind, Error> {
    let deserializer: StrDeserializer<'_, Error> = name.into_deserializer();
    EngineKind::deserialize(deserializer)
}

fn names() -> &'static [&'static str] {
    let mut names: &'static [&'static str] = &[];
    // It fails by design: what is asked for is not a value but the names of all.
    let _asked = EngineKind::deserialize(Names(&mut names));
    names
}

/// Learns the names of the variants of an enum.
struct Names<'a>(&'a mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, Error> {
        Err(Error::custom("no enum"))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        variants: &'static [&'static str],
        _visitor: V,
    ) -> Result<V::Value, Error> {
        *self.0 = variants;
        Err(Error::custom("names only"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_an_engine_and_one_is_usual() {
        assert!(names().contains(&"aubio") && names().contains(&usual()), "{:?}", names());
        for name in names() {
            assert_eq!(super::name(named(name).unwrap()), *name);
        }
        assert!(named("ear").is_err());
    }
}
