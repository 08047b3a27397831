//! Lyrics in the tags of a file: SYLT and USLT of ID3v2, LYRICS of Vorbis comments, ©lyr of MP4.

use std::path::Path;

use lofty::config::ParseOptions;
use lofty::error::FileParseError;
use lofty::file::{TaggedFile, TaggedFileExt as _};
use lofty::id3::v2::{Frame, Id3v2Tag, SyncTextContentType, SynchronizedTextFrame, TimestampFormat};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag, TagType};

use crate::document::{Builder, Lyrics, MAX_BYTES};

/// What the tags of a file have, timed lyrics first.
pub(super) fn within(track: &Path) -> Vec<Lyrics> {
    if !track.is_file() {
        return Vec::new();
    }
    match open(track) {
        Ok(file) => {
            let timed = file.tags().iter().filter(|tag| tag.tag_type() == TagType::Id3v2).flat_map(timed);
            timed.chain(file.tags().iter().flat_map(written)).collect()
        }
        Err(error) => {
            tracing::debug!(file = %track.display(), %error, "the tags of a file cannot be read");
            Vec::new()
        }
    }
}

fn open(track: &Path) -> Result<TaggedFile, FileParseError> {
    let options = ParseOptions::new().read_properties(false).read_cover_art(false);
    let probe = Probe::open(track)?.options(options);
    probe.guess_file_type()?.read()
}

/// Text of a tag; some write LRC into it.
fn written(tag: &Tag) -> Vec<Lyrics> {
    let keys = [ItemKey::Lyrics, ItemKey::UnsyncLyrics];
    keys.into_iter()
        .flat_map(|key| tag.get_strings(key))
        .filter_map(|text| Lyrics::from_text(text).ok())
        .collect()
}

fn timed(tag: &Tag) -> Vec<Lyrics> {
    let frames = Id3v2Tag::from(tag.clone());
    let frames = frames.into_iter().filter_map(|frame| match frame {
        Frame::Binary(frame) if frame.id().as_str() == "SYLT" && frame.data.len() <= MAX_BYTES => {
            SynchronizedTextFrame::parse(&frame.data, frame.flags()).ok()
        }
        _ => None,
    });
    frames.filter_map(|frame| lines(&frame)).filter(|lyrics| !lyrics.lines.is_empty()).collect()
}

// ID3v2.4 section 4.9: milliseconds or MPEG frames; a line break at the start of a piece begins a line, and
// pieces without one are syllables of it. Where there is no line break at all, each piece is a line.
fn lines(frame: &SynchronizedTextFrame<'_>) -> Option<Lyrics> {
    let is_lyrics =
        matches!(frame.content_type, SyncTextContentType::Lyrics | SyncTextContentType::TextTranscription);
    if !is_lyrics || frame.timestamp_format != TimestampFormat::MS {
        return None;
    }
    let is_break = |text: &str| text.starts_with(['\n', '\r']);
    let in_pieces = frame.content.iter().any(|(_, text)| is_break(text));
    let mut lyrics = Builder::default();
    for line in frame.content.chunk_by(|_, (_, next)| in_pieces && !is_break(next)) {
        let pieces: Vec<_> = line.iter().map(|(ms, text)| (f64::from(*ms) / 1000.0, text.clone())).collect();
        let text: String = pieces.iter().map(|(_, text)| text.as_str()).collect();
        let words = if pieces.len() > 1 { pieces.as_slice() } else { &[] };
        lyrics.push(pieces.first().map_or(0.0, |(at_s, _)| *at_s), &text, words);
    }
    Some(lyrics.synced(0.0))
}

#[cfg(test)]
mod tests {
    use lofty::TextEncoding;
    use lofty::config::WriteOptions;
    use lofty::id3::v2::{BinaryFrame, FrameId, UnsynchronizedTextFrame};
    use lofty::tag::TagExt as _;

    use super::*;

    fn sylt(content: &[(u32, &str)]) -> Frame<'static> {
        let content = content.iter().map(|(ms, text)| (*ms, (*text).to_owned())).collect();
        let frame = SynchronizedTextFrame::new(
            TextEncoding::UTF8,
            *b"eng",
            TimestampFormat::MS,
            SyncTextContentType::Lyrics,
            None,
            content,
        );
        let bytes = frame.as_bytes(WriteOptions::default()).unwrap();
        Frame::Binary(BinaryFrame::new(FrameId::Valid("SYLT".into()), bytes))
    }

    fn tagged(frames: Vec<Frame<'static>>) -> (tempfile::TempDir, std::path::PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.wav");
        testkit::wav::write(&path, 8000, 1, &[0.0; 800]).unwrap();
        let mut tag = Id3v2Tag::default();
        frames.into_iter().for_each(|frame| drop(tag.insert(frame)));
        tag.save_to_path(&path, WriteOptions::default()).unwrap();
        (dir, path)
    }

    #[test]
    fn timed_tags_come_before_written_ones() {
        let uslt =
            UnsynchronizedTextFrame::new(TextEncoding::UTF8, *b"eng", String::new(), "One\nTwo".to_owned());
        let pieces = sylt(&[(1000, "\nSing "), (1500, "it"), (3000, "\nAgain")]);
        let (_dir, path) = tagged(vec![Frame::UnsynchronizedText(uslt), pieces]);
        let found = within(&path);
        assert_eq!(found.iter().map(|lyrics| lyrics.synced).collect::<Vec<_>>(), [true, false]);
        let texts: Vec<_> = found[0].lines.iter().map(|line| (line.at_s, line.text.as_str())).collect();
        assert_eq!(texts, [(1.0, "Sing it"), (3.0, "Again")]);
        assert_eq!(found[0].lines[0].words.as_ref().unwrap()[1].at_s, 1.5);
        assert_eq!(found[1].lines.len(), 2);
    }

    #[test]
    fn timed_pieces_without_breaks_are_lines() {
        let (_dir, path) = tagged(vec![sylt(&[(1000, "One"), (2000, "Two")])]);
        assert_eq!(within(&path)[0].lines.len(), 2);
    }

    /// A FLAC file of headers alone: a stream description and Vorbis comments.
    fn flac(comment: &str) -> Vec<u8> {
        let mut tags = Vec::new();
        for text in ["vjbus", comment] {
            if text == comment {
                tags.extend(1u32.to_le_bytes());
            }
            tags.extend((text.len() as u32).to_le_bytes());
            tags.extend(text.bytes());
        }
        let mut stream = vec![0x10, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x0a, 0xc4, 0x40, 0xf0];
        stream.resize(34, 0);
        let length = |block: &[u8]| (block.len() as u32).to_be_bytes()[1..].to_vec();
        [b"fLaC".to_vec(), vec![0], length(&stream), stream, vec![0x84], length(&tags), tags].concat()
    }

    #[test]
    fn vorbis_comments_may_hold_lrc_or_plain_words() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.flac");
        std::fs::write(&path, flac("LYRICS=[00:01.00]la\n[00:02.00]lu")).unwrap();
        assert!(within(&path)[0].synced);
        std::fs::write(&path, flac("UNSYNCEDLYRICS=la\nlu")).unwrap();
        assert!(!within(&path)[0].synced);
    }

    #[test]
    fn what_is_no_music_has_no_words() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.mp3");
        for bytes in [&b""[..], b"ID3\x04\x00\x00\x7f\x7f\x7f\x7fSYLT\x7f\x7f\x7f\x7f", &[0xff; 5000]] {
            std::fs::write(&path, bytes).unwrap();
            assert!(within(&path).is_empty());
        }
        assert!(within(dir.path()).is_empty() && within(&dir.path().join("none")).is_empty());
    }
}
