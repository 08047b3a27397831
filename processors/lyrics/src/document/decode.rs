//! Bytes to text: UTF-8, UTF-16 with a byte order mark, else Latin-1.

/// Of a text in Latin-1, so many characters of a hundred may be control characters; of anything else it is more.
const CONTROLS_PERCENT: usize = 2;

/// The text of a file.
///
/// Old files are in the code page of the machine that wrote them, and do not say which; as ISO 8859-1 each byte
/// is a letter, and those of western Europe are right.
pub(super) fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => match str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().copied().map(char::from).collect(),
        },
    }
}

fn utf16(bytes: &[u8], read: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Whether a text was no text before it was decoded.
pub(super) fn is_binary(text: &str) -> bool {
    let odd = text.chars().filter(|c| c.is_control() && !c.is_whitespace()).count();
    text.contains('\0') || odd * 100 > text.chars().count() * CONTROLS_PERCENT
}
