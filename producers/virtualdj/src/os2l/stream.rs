//! A stream of bytes, cut into JSON objects.
//!
//! OS2L says nothing of how messages are separated: they come one on a line, glued together, or split over
//! packets. So an object ends where its last bracket closes. Memory is bounded by [`MAX_BYTES`] whatever comes.

/// Largest object; the messages of OS2L have about 100 bytes.
pub const MAX_BYTES: usize = 4096;
/// Deepest nesting; the messages of OS2L have 1.
pub const MAX_DEPTH: usize = 8;

/// What was found in the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// One whole object, from bracket to bracket; whether it is JSON is not known yet.
    Object(Vec<u8>),
    /// Something that is none: too large, too deep, a broken string, or text between objects.
    Nonsense,
}

/// One connection's bytes so far.
#[derive(Debug, Default)]
pub struct Stream {
    object: Vec<u8>,
    depth: usize,
    in_string: bool,
    escaped: bool,
    // Text between objects is one piece of nonsense, however long it is.
    astray: bool,
}

impl Stream {
    /// A connection that has said nothing.
    pub fn new() -> Stream {
        Stream::default()
    }

    /// Takes the next bytes and adds what they complete. However they are split, the pieces are the same.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<Piece>) {
        for byte in bytes {
            out.extend(self.step(*byte));
        }
    }

    /// Bytes that are held at present, at most [`MAX_BYTES`].
    pub fn held(&self) -> usize {
        self.object.len()
    }

    fn step(&mut self, byte: u8) -> Option<Piece> {
        if self.depth == 0 {
            return self.between(byte);
        }
        self.object.push(byte);
        if self.in_string { self.inside_string(byte) } else { self.outside_string(byte) }
    }

    fn between(&mut self, byte: u8) -> Option<Piece> {
        match byte {
            b'{' => {
                self.astray = false;
                self.depth = 1;
                self.object.push(byte);
                None
            }
            // What separates the messages of one sender or another.
            b' ' | b'\t' | b'\r' | b'\n' | b',' | 0 => None,
            _ if self.astray => None,
            _ => {
                self.astray = true;
                Some(Piece::Nonsense)
            }
        }
    }

    fn inside_string(&mut self, byte: u8) -> Option<Piece> {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => self.in_string = false,
            // JSON has no control characters in strings (RFC 8259 section 7): the sender lost its place here.
            0..0x20 => return Some(self.drop_object()),
            _ => {}
        }
        self.check_size()
    }

    fn outside_string(&mut self, byte: u8) -> Option<Piece> {
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' if self.depth == MAX_DEPTH => return Some(self.drop_object()),
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth -= 1,
            _ => {}
        }
        if self.depth == 0 {
            return Some(Piece::Object(std::mem::take(&mut self.object)));
        }
        self.check_size()
    }

    fn check_size(&mut self) -> Option<Piece> {
        (self.object.len() >= MAX_BYTES).then(|| self.drop_object())
    }

    // What follows is text between objects until the next bracket opens.
    fn drop_object(&mut self) -> Piece {
        *self = Stream { astray: true, ..Stream::default() };
        Piece::Nonsense
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(chunks: &[&[u8]]) -> Vec<Piece> {
        let (mut stream, mut out) = (Stream::new(), Vec::new());
        for chunk in chunks {
            stream.push(chunk, &mut out);
            assert!(stream.held() <= MAX_BYTES);
        }
        out
    }

    fn object(text: &str) -> Piece {
        Piece::Object(text.as_bytes().to_vec())
    }

    #[test]
    fn glued_split_and_separated_objects_are_found() {
        let found = pieces(&[br#"{"a":1}{"b":[{}]}"#, b"\r\n,\0 {\"c\":", b"\"}{\\\"\"}"]);
        assert_eq!(found, [object(r#"{"a":1}"#), object(r#"{"b":[{}]}"#), object(r#"{"c":"}{\""}"#)]);
    }

    #[test]
    fn what_is_no_object_is_one_piece_of_nonsense_and_the_next_object_is_found() {
        let cases: [(&str, usize); 5] = [
            ("GET / HTTP/1.1", 1),
            ("{\"broken\n", 1),
            (&"{".repeat(MAX_DEPTH + 1), 1),
            (&format!("{{\"long\":\"{}\"}}", "x".repeat(MAX_BYTES)), 1),
            ("]] }} x", 1),
        ];
        for (text, nonsense) in cases {
            let found = pieces(&[text.as_bytes(), b"{\"evt\":1}"]);
            let told = found.iter().filter(|piece| **piece == Piece::Nonsense).count();
            assert_eq!((told, found.last()), (nonsense, Some(&object("{\"evt\":1}"))), "{text:.30}");
        }
    }

    proptest! {
        #[test]
        fn arbitrary_splits_give_the_same_pieces(
            texts in prop::collection::vec(prop_oneof![
                Just(r#"{"evt":"beat","change":false,"pos":42,"bpm":120.5,"strength":0.7}"#.to_owned()),
                Just(r#"{"evt":"btn","name":"Very{cool}\"button","state":"on"}"#.to_owned()),
                "[ -~\r\n]{0,20}",
            ], 0..12),
            cuts in prop::collection::vec(1usize..40, 1..60),
        ) {
            let bytes = texts.concat().into_bytes();
            let mut rest = &bytes[..];
            let mut chunks = Vec::new();
            for cut in cuts {
                let (head, tail) = rest.split_at(cut.min(rest.len()));
                chunks.push(head);
                rest = tail;
            }
            chunks.push(rest);
            prop_assert_eq!(pieces(&chunks), pieces(&[&bytes]));
        }

        #[test]
        fn hostile_bytes_never_panic_and_hold_little(bytes in prop::collection::vec(prop_oneof![
            Just(b'{'), Just(b'"'), Just(b'\\'), Just(b'}'), Just(b'['), any::<u8>(),
        ], 0..6_000)) {
            pieces(&[&bytes]);
        }
    }
}
