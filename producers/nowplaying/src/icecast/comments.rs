//! Vorbis comments: the names in a packet of an Ogg stream.
//!
//! Layout: <https://xiph.org/vorbis/doc/v-comment.html>; Opus carries the same after other first bytes (RFC 7845
//! section 5.2).

use crate::encoding;
use crate::text::{Song, clean};

/// First bytes of the packet in a Vorbis and in an Opus stream.
const VORBIS: &[u8] = b"\x03vorbis";
const OPUS: &[u8] = b"OpusTags";
/// Most comments that are looked at.
const MAX_COMMENTS: u32 = 1_000;
/// Several artists are joined by this.
const AND: &str = ", ";

/// What the comments say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Comments {
    pub(crate) song: Song,
    pub(crate) album: Option<String>,
}

/// Whether a packet holds comments.
pub(crate) fn begins(packet: &[u8]) -> bool {
    packet.starts_with(VORBIS) || packet.starts_with(OPUS)
}

/// Reads a packet, as far as it goes; `None` when it names nothing: a stream whose titles are told beside it.
pub(crate) fn read(packet: &[u8]) -> Option<Comments> {
    let rest = packet.strip_prefix(VORBIS).or_else(|| packet.strip_prefix(OPUS))?;
    let (_vendor, rest) = sized(rest)?;
    let (count, mut rest) = word(rest)?;
    let (mut artist, mut title, mut album) = (None, None, None);
    for _ in 0..count.min(MAX_COMMENTS) {
        let Some((comment, after)) = sized(rest) else { break };
        rest = after;
        let Some(at) = comment.iter().position(|&b| b == b'=') else { continue };
        let value = encoding::decode_as(&comment[at + 1..], None);
        match comment[..at].to_ascii_lowercase().as_slice() {
            b"artist" => add(&mut artist, &value),
            b"title" => title = title.or(Some(value)),
            b"album" => album = album.or_else(|| clean(&value)),
            _ => {}
        }
    }
    let song = Song::of(artist.as_deref(), title.as_deref());
    song.title.is_some().then_some(Comments { song, album })
}

fn add(artists: &mut Option<String>, another: &str) {
    match artists {
        Some(artists) => {
            artists.push_str(AND);
            artists.push_str(another);
        }
        None => *artists = Some(another.to_owned()),
    }
}

/// A length in four bytes, and as many bytes.
fn sized(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = word(bytes)?;
    rest.split_at_checked(usize::try_from(length).ok()?)
}

fn word(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (word, rest) = bytes.split_first_chunk::<4>()?;
    Some((u32::from_le_bytes(*word), rest))
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A packet as an encoder writes it.
    pub(crate) fn packet(first: &[u8], comments: &[&[u8]]) -> Vec<u8> {
        let sized = |bytes: &[u8]| [&(bytes.len() as u32).to_le_bytes(), bytes].concat();
        let count = (comments.len() as u32).to_le_bytes();
        let listed: Vec<u8> = comments.iter().flat_map(|comment| sized(comment)).collect();
        [first, &sized(b"Xiph.Org libVorbis I"), &count, &listed, b"\x01"].concat()
    }

    fn names(first: &[u8], comments: &[&[u8]]) -> Option<(Option<String>, Option<String>)> {
        read(&packet(first, comments)).map(|read| (read.song.artist, read.song.title))
    }

    fn song(artist: &str, title: &str) -> Option<(Option<String>, Option<String>)> {
        Some((Some(artist.to_owned()), Some(title.to_owned())))
    }

    #[test]
    fn artist_title_and_album_are_read_whatever_their_case() {
        let comments: [&[u8]; 5] =
            [b"ENCODER=x", b"Artist=Ann", b"TITLE=Bl\xc3\xbce = a", b"album=Colours", b"nonsense"];
        for first in [VORBIS, OPUS] {
            let read = read(&packet(first, &comments)).unwrap();
            assert_eq!(
                (read.song.artist.as_deref(), read.song.title.as_deref()),
                (Some("Ann"), Some("Blüe = a"))
            );
            assert_eq!(read.album.as_deref(), Some("Colours"));
        }
    }

    #[test]
    fn a_title_may_hold_both_and_artists_may_be_several() {
        assert_eq!(names(VORBIS, &[b"title=Ann - Blue"]), song("Ann", "Blue"));
        assert_eq!(names(VORBIS, &[b"artist=Ann", b"artist=Bob", b"title=Blue"]), song("Ann, Bob", "Blue"));
        assert_eq!(names(VORBIS, &[b"artist=Bj\xf6rk", b"title=J\xf3ga"]), song("Björk", "Jóga"));
    }

    #[test]
    fn a_stream_without_names_says_nothing() {
        assert_eq!(names(VORBIS, &[b"encoder=x"]), None);
        assert_eq!(names(VORBIS, &[b"artist=", b"title= "]), None);
        assert_eq!(names(b"\x05vorbis", &[b"title=Blue"]), None);
    }

    #[test]
    fn a_packet_that_was_cut_off_gives_what_came_before() {
        let whole = packet(VORBIS, &[b"artist=Ann", b"title=Blue", b"metadata_block_picture=AAAA"]);
        assert_eq!(read(&whole[..whole.len() - 10]).unwrap().song.title.as_deref(), Some("Blue"));
        assert!((0..whole.len()).all(|n| read(&whole[..n]).is_none_or(|read| read.song.title.is_some())));
    }

    proptest! {
        #[test]
        fn any_packet_is_read_or_not(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            read(&[VORBIS, &bytes].concat());
            read(&bytes);
        }

        #[test]
        fn what_is_read_is_bounded(title in "[a-z ]{0,2000}") {
            let read = read(&packet(VORBIS, &[format!("title={title}").as_bytes()]));
            prop_assert!(read.and_then(|read| read.song.title).is_none_or(|title| title.chars().count() <= 300));
        }
    }
}
