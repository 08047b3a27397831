//! A body in chunks, taken apart piece by piece (RFC 9112 section 7.1).

/// Longest line with a size; extensions count in.
const MAX_LINE: usize = 256;

/// Where in the body the next byte belongs.
#[derive(Debug, Default)]
pub(crate) struct Chunked {
    /// Bytes of the present chunk that are still to come.
    left: u64,
    /// The line with the next size, as far as it has come.
    line: Vec<u8>,
    ended: bool,
}

/// A size that is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a chunk has no size")]
pub(crate) struct BadChunk;

impl Chunked {
    /// Hands the content of the next bytes to `take`.
    pub(crate) fn feed(&mut self, mut bytes: &[u8], mut take: impl FnMut(&[u8])) -> Result<(), BadChunk> {
        while !self.ended && !bytes.is_empty() {
            if self.left > 0 {
                let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                take(&bytes[..length]);
                self.left -= length as u64;
                bytes = &bytes[length..];
            } else {
                bytes = self.line(bytes)?;
            }
        }
        Ok(())
    }

    /// Whether the last chunk has come.
    pub(crate) const fn has_ended(&self) -> bool {
        self.ended
    }

    fn line<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], BadChunk> {
        let (part, rest, whole) = match bytes.iter().position(|&b| b == b'\n') {
            Some(at) => (&bytes[..at], &bytes[at + 1..], true),
            None => (bytes, &[][..], false),
        };
        if self.line.len() + part.len() > MAX_LINE {
            return Err(BadChunk);
        }
        self.line.extend_from_slice(part);
        if whole {
            let line = std::mem::take(&mut self.line);
            // The line end after a chunk makes an empty one.
            if !line.trim_ascii().is_empty() {
                self.left = size(&line)?;
                self.ended = self.left == 0;
            }
        }
        Ok(rest)
    }
}

fn size(line: &[u8]) -> Result<u64, BadChunk> {
    let digits = line.split(|&b| b == b';').next().unwrap_or_default().trim_ascii();
    let text = std::str::from_utf8(digits).map_err(|_error| BadChunk)?;
    if text.starts_with('+') {
        return Err(BadChunk);
    }
    u64::from_str_radix(text, 16).map_err(|_error| BadChunk)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn content(pieces: &[&[u8]]) -> Result<(Vec<u8>, bool), BadChunk> {
        let (mut chunked, mut content) = (Chunked::default(), Vec::new());
        for piece in pieces {
            chunked.feed(piece, |part| content.extend_from_slice(part))?;
        }
        Ok((content, chunked.has_ended()))
    }

    #[test]
    fn chunks_are_joined() {
        assert_eq!(
            content(&[b"4\r\nOggS\r\nA;x=y\r\n0123456789\r\n"]),
            Ok((b"OggS0123456789".to_vec(), false))
        );
        assert_eq!(content(&[b"1\r\nx\r\n0\r\n\r\nmore"]), Ok((b"x".to_vec(), true)));
    }

    #[test]
    fn nonsense_is_refused() {
        assert_eq!(content(&[b"OggS\r\n"]), Err(BadChunk));
        assert_eq!(content(&[b"-1\r\n"]), Err(BadChunk));
        assert_eq!(content(&[b"fffffffffffffffff\r\n"]), Err(BadChunk));
        assert_eq!(content(&[&[b'1'; 300]]), Err(BadChunk));
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_it_is_cut(sizes in proptest::collection::vec(1usize..40, 0..8), cut in 1usize..9) {
            let (mut sent, mut expected) = (Vec::new(), Vec::new());
            for (n, size) in sizes.iter().enumerate() {
                let part = vec![n as u8; *size];
                sent.extend(format!("{size:x}\r\n").bytes().chain(part.clone()).chain(*b"\r\n"));
                expected.extend(part);
            }
            let pieces: Vec<&[u8]> = sent.chunks(cut).collect();
            prop_assert_eq!(content(&pieces), Ok((expected, false)));
        }

        #[test]
        fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mut chunked = Chunked::default();
            let _refused = chunked.feed(&bytes, |_| {}).is_err();
            prop_assert!(chunked.line.len() <= MAX_LINE);
        }
    }
}
