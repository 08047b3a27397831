//! `application/x-www-form-urlencoded`: forms, and the queries of metadata updates.
//!
//! Values are handed over as bytes: source clients send Latin-1 as well as UTF-8.

/// Most fields that are read; what follows is left out.
const MAX_FIELDS: usize = 64;

/// The fields of a query or form, decoded, in order.
pub(crate) fn fields(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let parts = text.split(|&byte| byte == b'&').filter(|part| !part.is_empty());
    parts
        .take(MAX_FIELDS)
        .map(|part| match part.iter().position(|&byte| byte == b'=') {
            Some(at) => (plain(&part[..at]), plain(&part[at + 1..])),
            None => (plain(part), Vec::new()),
        })
        .collect()
}

/// The value of the first field of this name.
pub(crate) fn value<'a>(fields: &'a [(Vec<u8>, Vec<u8>)], name: &str) -> Option<&'a [u8]> {
    fields.iter().find(|(known, _)| known == name.as_bytes()).map(|(_, value)| value.as_slice())
}

/// Undoes `%xx` and `+`. A `%` without two digits is meant as it stands, as browsers take it.
fn plain(text: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) if digit(*high).is_some() && digit(*low).is_some() => {
                plain.push(digit(*high).unwrap_or(0) << 4 | digit(*low).unwrap_or(0));
                rest = after;
            }
            (b'+', _) => plain.push(b' '),
            _ => plain.push(first),
        }
    }
    plain
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fields_are_decoded() {
        let read = fields(b"mode=updinfo&song=Ann+-+Bl%FCe%26c&&flag&rate=50%&x=%4");
        assert_eq!(value(&read, "song"), Some(b"Ann - Bl\xfce&c".as_slice()));
        assert_eq!(value(&read, "flag"), Some(b"".as_slice()));
        assert_eq!(value(&read, "rate"), Some(b"50%".as_slice()));
        assert_eq!(value(&read, "x"), Some(b"%4".as_slice()));
        assert_eq!(value(&read, "title"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_and_never_grow(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let read = fields(&bytes);
            prop_assert!(read.len() <= MAX_FIELDS);
            prop_assert!(read.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() <= bytes.len());
        }
    }
}
