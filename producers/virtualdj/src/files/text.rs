//! The bytes of a file as text, in whichever encoding it was written.

/// What Windows-1252 has at 0x80 to 0x9F; the rest is Latin-1. Unicode consortium, CP1252.TXT; five are undefined.
const CP1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or Windows-1252 where it is none.
    Bytes,
    /// UTF-16, low byte first.
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
}

impl Encoding {
    /// By the first bytes of the file: the byte order mark of UTF-16.
    pub fn of(head: &[u8]) -> Encoding {
        match head {
            [0xff, 0xfe, ..] => Encoding::Utf16Le,
            [0xfe, 0xff, ..] => Encoding::Utf16Be,
            _ => Encoding::Bytes,
        }
    }

    /// The text of `bytes`, which may begin or end in the middle of a character.
    pub fn read(self, bytes: &[u8]) -> String {
        match self {
            Encoding::Utf16Le => utf16(bytes, u16::from_le_bytes),
            Encoding::Utf16Be => utf16(bytes, u16::from_be_bytes),
            Encoding::Bytes => utf8_or_cp1252(bytes),
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
    String::from_utf16_lossy(&units)
}

fn utf8_or_cp1252(bytes: &[u8]) -> String {
    // The tail of a long file may begin inside a character of at most four bytes.
    let begun = bytes.iter().take(3).take_while(|byte| (0x80..0xc0).contains(*byte)).count();
    match std::str::from_utf8(&bytes[begun..]) {
        Ok(text) => text.to_owned(),
        // It ends inside a character: it is still being written.
        Err(error) if error.error_len().is_none() => {
            String::from_utf8_lossy(&bytes[begun..begun + error.valid_up_to()]).into_owned()
        }
        Err(_) => bytes.iter().map(|byte| cp1252(*byte)).collect(),
    }
}

fn cp1252(byte: u8) -> char {
    match byte {
        0x80..=0x9f => CP1252[usize::from(byte - 0x80)],
        byte => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> String {
        Encoding::of(bytes).read(bytes)
    }

    #[test]
    fn encodings_are_told_apart() {
        assert_eq!(read("Beyoncé – “Déjà”".as_bytes()), "Beyoncé – “Déjà”");
        assert_eq!(read(b"Beyonc\xe9 \x96 \x93D\xe9j\xe0\x94"), "Beyoncé – “Déjà”");
        let le: Vec<u8> = "\u{feff}Ä😀".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = "\u{feff}Ä😀".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!((read(&le), read(&be)), ("\u{feff}Ä😀".into(), "\u{feff}Ä😀".into()));
    }

    #[test]
    fn a_character_that_is_cut_is_left_out() {
        assert_eq!(read(&"Beyoncé".as_bytes()[..7]), "Beyonc");
        assert_eq!(read(&"é - b".as_bytes()[1..]), " - b");
        assert_eq!(read(&[0xff, 0xfe, b'a', 0, b'b']), "\u{feff}a");
    }

    proptest! {
        #[test]
        fn any_bytes_are_some_text(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            read(&bytes);
        }
    }
}
