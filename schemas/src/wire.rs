//! Codecs: payload and header in one flat map, JSON or MessagePack.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::header::Header;
use crate::topic::{Codec, Payload};

/// Largest payload that is looked at, in bytes: the broker's own default limit.
pub const MAX_BYTES: usize = 1 << 20;

/// A decoded message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<T> {
    /// Common fields.
    pub header: Header,
    /// What it says.
    pub body: T,
}

/// A payload that could not be read. The reader counts it and goes on.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// Neither an object of JSON nor a map of MessagePack, or one without the fields of its topic.
    #[error("payload is not {expected}")]
    Malformed {
        /// What it should have been.
        expected: &'static str,
        /// Why it is not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Larger than anything that vjbus sends.
    #[error("payload of {0} bytes is larger than the limit of {MAX_BYTES}")]
    TooLarge(usize),
}

/// A message that could not be written: a bug of the writer, never the reader's concern.
#[derive(Debug, thiserror::Error)]
#[error("message could not be encoded")]
pub struct EncodeError(#[source] Box<dyn std::error::Error + Send + Sync>);

#[derive(Serialize)]
struct Flat<'a, T> {
    #[serde(flatten)]
    header: &'a Header,
    #[serde(flatten)]
    body: &'a T,
}

/// Writes header and body in the codec of the topic.
///
/// # Errors
/// When a value has no form in the codec.
pub fn encode<T: Payload>(header: &Header, body: &T) -> Result<Vec<u8>, EncodeError> {
    let flat = Flat { header, body };
    match T::TOPIC.codec {
        Codec::Json => serde_json::to_vec(&flat).map_err(|e| EncodeError(e.into())),
        Codec::MsgPack => rmp_serde::to_vec_named(&flat).map_err(|e| EncodeError(e.into())),
    }
}

/// Reads header and body; the codec shows in the first byte.
///
/// # Errors
/// When the payload is too large or malformed.
pub fn decode<T: Payload>(bytes: &[u8]) -> Result<Message<T>, DecodeError> {
    Ok(Message { header: read(bytes, "a message header")?, body: read(bytes, T::TOPIC.name)? })
}

/// Reads the body alone, where the header is known already.
///
/// # Errors
/// As [`decode`].
pub fn decode_body<T: Payload>(bytes: &[u8]) -> Result<T, DecodeError> {
    read(bytes, T::TOPIC.name)
}

/// Reads the common fields alone.
///
/// # Errors
/// As [`decode`].
pub fn decode_header(bytes: &[u8]) -> Result<Header, DecodeError> {
    read(bytes, "a message header")
}

/// Reads any payload as a JSON value, whatever its codec.
///
/// # Errors
/// As [`decode`].
pub fn decode_value(bytes: &[u8]) -> Result<serde_json::Value, DecodeError> {
    let value: serde_json::Value = read(bytes, "JSON or MessagePack")?;
    if value.is_object() {
        return Ok(value);
    }
    Err(DecodeError::Malformed { expected: "an object", source: "it is a bare value".into() })
}

// Two passes over the bytes, one for the header and one for the body: `flatten` on the way in would
// buffer every sample of a block as a dynamic value first.
fn read<T: DeserializeOwned>(bytes: &[u8], expected: &'static str) -> Result<T, DecodeError> {
    if bytes.len() > MAX_BYTES {
        return Err(DecodeError::TooLarge(bytes.len()));
    }
    let malformed = |source| DecodeError::Malformed { expected, source };
    match codec_of(bytes) {
        Codec::Json => serde_json::from_slice(bytes).map_err(|e| malformed(e.into())),
        Codec::MsgPack => {
            let mut reader = rmp_serde::Deserializer::from_read_ref(bytes);
            // MessagePack nests without brackets to count: bound the depth, or hostile bytes overflow the stack.
            reader.set_max_depth(64);
            T::deserialize(&mut reader).map_err(|e| malformed(e.into()))
        }
    }
}

/// The codec of a payload without headers: `{` is JSON.
pub fn codec_of(bytes: &[u8]) -> Codec {
    match bytes.first() {
        Some(b'{') => Codec::Json,
        _ => Codec::MsgPack,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::{Visitor, visit};

    struct Hostile<'a>(&'a [u8]);
    impl Visitor for Hostile<'_> {
        fn visit<T: Payload>(&mut self) {
            assert!(decode::<T>(self.0).is_err(), "{} took hostile bytes", T::TOPIC.name);
        }
    }

    proptest! {
        #[test]
        fn random_bytes_are_refused_by_every_type(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            visit(&mut Hostile(&bytes));
            drop(decode_value(&bytes));
        }
    }

    #[test]
    fn deep_nesting_is_refused_not_followed() {
        let bytes = vec![0x91u8; 100_000];
        assert!(decode_value(&bytes).is_err());
        let json = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(decode_value(json.as_bytes()).is_err());
    }

    #[test]
    fn too_large_says_so() {
        assert!(matches!(decode_value(&vec![b'{'; MAX_BYTES + 1]), Err(DecodeError::TooLarge(_))));
    }
}
