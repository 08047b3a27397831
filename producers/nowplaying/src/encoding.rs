//! Text in whatever encoding other programs write it.

/// The characters of the bytes 0x80 to 0x9f in Windows-1252, which the WHATWG encoding standard also gives to
/// whoever says Latin-1; the five bytes without one become the replacement character.
const WINDOWS: [char; 32] = [
    '€', '\u{fffd}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{fffd}', 'Ž', '\u{fffd}',
    '\u{fffd}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{fffd}', 'ž', 'Ÿ',
];

/// Reads a text of unknown encoding: by its byte order mark, else as UTF-8, else as UTF-16 if every other byte
/// is zero, else as Latin-1, which every sequence of bytes is.
pub(crate) fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => utf8_or_latin1(rest),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ if zeros_at(bytes, 1) => utf16(bytes, u16::from_le_bytes),
        _ if zeros_at(bytes, 0) => utf16(bytes, u16::from_be_bytes),
        _ => utf8_or_latin1(bytes),
    }
}

/// Reads a text whose sender may have named its `charset`; UTF-8 and its mistakes are told apart all the same,
/// because many senders name a charset and send another.
pub(crate) fn decode_as(bytes: &[u8], charset: Option<&str>) -> String {
    let named = charset.unwrap_or_default().to_ascii_lowercase();
    match named.as_str() {
        "iso-8859-1" | "iso8859-1" | "latin1" | "latin-1" | "windows-1252" | "cp1252" => latin1(bytes),
        _ => utf8_or_latin1(bytes),
    }
}

fn utf8_or_latin1(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_error| latin1(bytes), str::to_owned)
}

fn latin1(bytes: &[u8]) -> String {
    let character = |&byte: &u8| match byte {
        0x80..=0x9f => WINDOWS[usize::from(byte - 0x80)],
        _ => char::from(byte),
    };
    bytes.iter().map(character).collect()
}

/// An odd byte at the end belongs to a text that is still being written.
fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Whether most bytes at this offset of each pair are zero and none of the others: Latin letters in UTF-16.
fn zeros_at(bytes: &[u8], offset: usize) -> bool {
    let pairs = bytes.len() / 2;
    let zeros = bytes.chunks_exact(2).filter(|pair| pair[offset] == 0).count();
    pairs >= 2 && zeros * 2 > pairs && bytes.chunks_exact(2).all(|pair| pair[1 - offset] != 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn each_encoding_is_read() {
        let text = "Björk - Jóga";
        assert_eq!(decode(text.as_bytes()), text);
        assert_eq!(decode(&[b"\xef\xbb\xbf", text.as_bytes()].concat()), text);
        assert_eq!(decode(&[b"\xff\xfe", little(text).as_slice()].concat()), text);
        assert_eq!(decode(&[b"\xfe\xff", big(text).as_slice()].concat()), text);
        assert_eq!(decode(&little(text)), text);
        assert_eq!(decode(&big(text)), text);
        assert_eq!(decode(b"Bj\xf6rk - J\xf3ga"), text);
        assert_eq!(decode(b"don\x92t"), "don’t");
    }

    #[test]
    fn a_named_charset_is_believed_only_where_it_can_be_true() {
        assert_eq!(decode_as(b"J\xc3\xb3ga", Some("UTF-8")), "Jóga");
        assert_eq!(decode_as(b"J\xf3ga", Some("UTF-8")), "Jóga");
        assert_eq!(decode_as(b"J\xf3ga", Some("ISO-8859-1")), "Jóga");
        assert_eq!(decode_as("Jóga".as_bytes(), None), "Jóga");
    }

    #[test]
    fn half_a_character_at_the_end_is_left_out() {
        assert_eq!(decode(b"\xff\xfeA\0B"), "A");
        assert_eq!(decode(b"\xff\xfe"), "");
    }

    proptest! {
        #[test]
        fn any_bytes_are_some_text(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            decode(&bytes);
            decode_as(&bytes, None);
        }
    }
}
