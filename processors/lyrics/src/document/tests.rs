//! Every way in which lyrics are written, and every way in which they are broken.

use proptest::prelude::*;
use schemas::lyrics::Document;
use schemas::{Header, Origin, wire};

use super::*;

fn at(text: &str) -> Vec<(f64, String)> {
    let lyrics = Lyrics::from_bytes(text.as_bytes()).unwrap();
    assert!(lyrics.synced, "{text}");
    lyrics.lines.into_iter().map(|line| (line.at_s, line.text)).collect()
}

fn pairs(wanted: &[(f64, &str)]) -> Vec<(f64, String)> {
    wanted.iter().map(|(at_s, text)| (*at_s, (*text).to_owned())).collect()
}

#[test]
fn stamps_repeat_a_line_and_lines_need_no_order() {
    let text = "[ar:Anyone]\r\n[00:10.00][00:02.5] come back\r\n[00:05.123]go\r\n[length: 03:00]\r\n";
    assert_eq!(at(text), pairs(&[(2.5, "come back"), (5.123, "go"), (10.0, "come back")]));
}

#[test]
fn a_positive_offset_is_earlier_and_nothing_is_before_the_start() {
    assert_eq!(at("[offset:+500]\n[00:01.00]a"), pairs(&[(0.5, "a")]));
    assert_eq!(at("[00:01.00]a\n[offset: -500]"), pairs(&[(1.5, "a")]));
    assert_eq!(at("[offset:2000]\n[00:01.00]a"), pairs(&[(0.0, "a")]));
    assert_eq!(at("[offset:nan]\n[00:01.00]a"), pairs(&[(1.0, "a")]));
}

#[test]
fn an_empty_line_clears_the_screen_and_foreign_brackets_are_text() {
    let text = "[00:01.00]\n[00:02.00][Chorus] <3 you\n[00:03.00]a < b";
    assert_eq!(at(text), pairs(&[(1.0, ""), (2.0, "[Chorus] <3 you"), (3.0, "a < b")]));
}

#[test]
fn words_have_their_instants_also_in_a_repeated_line() {
    let lyrics = Lyrics::from_text("[00:01.00][00:11.00]<00:01.00>Sing <00:01.50>it <00:02.00>").unwrap();
    let words = |line: usize| {
        let words = lyrics.lines[line].words.as_ref().unwrap();
        words.iter().map(|word| (word.at_s, word.text.clone())).collect::<Vec<_>>()
    };
    assert_eq!(lyrics.lines[0].text, "Sing it");
    assert_eq!(words(0), pairs(&[(1.0, "Sing"), (1.5, "it")]));
    assert_eq!(words(1), pairs(&[(11.0, "Sing"), (11.5, "it")]));
    assert_eq!(at("<00:03.00>Only <00:03.40>words"), pairs(&[(3.0, "Only words")]));
}

#[test]
fn every_encoding_gives_the_same_words() {
    let text = "[00:01.00]Où es-tu";
    let utf16 = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
    let latin: Vec<u8> = text.chars().map(|c| c as u8).collect();
    let files = [
        [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        [&[0xff, 0xfe][..], &utf16(u16::to_le_bytes)].concat(),
        [&[0xfe, 0xff][..], &utf16(u16::to_be_bytes)].concat(),
        latin,
    ];
    for file in files {
        assert_eq!(Lyrics::from_bytes(&file).unwrap().lines[0].text, "Où es-tu", "{file:?}");
    }
}

#[test]
fn a_text_without_stamps_is_plain() {
    let lyrics = Lyrics::from_text("[Verse 1]\nOne line\n\nAnother\n").unwrap();
    assert!(!lyrics.synced);
    assert_eq!(
        lyrics.lines.iter().map(|l| l.text.as_str()).collect::<Vec<_>>(),
        ["[Verse 1]", "One line", "", "Another"]
    );
}

const LYRICSFILE: &str = "version: '1.0'\nmetadata:\n  title: 'A'\n  offset_ms: 100\nlines:\n  - text: 'Sing it'\n    start_ms: 1500\n    words:\n      - text: 'Sing '\n        start_ms: 1500\n      - text: 'it'\n        start_ms: 2000\nplain: |\n  Sing it\n";

#[test]
fn a_lyricsfile_gives_lines_and_words() {
    let lyrics = Lyrics::from_text(LYRICSFILE).unwrap();
    let line = &lyrics.lines[0];
    assert_eq!((lyrics.synced, line.at_s, line.text.as_str()), (true, 1.4, "Sing it"));
    assert_eq!(line.words.as_ref().unwrap()[1].at_s, 1.9);
    let plain =
        Lyrics::from_text("version: '1.0'\nmetadata: {}\nlines: []\nplain: |\n  One\n  Two\n").unwrap();
    assert_eq!((plain.synced, plain.lines.len()), (false, 2));
}

#[test]
fn a_broken_lyricsfile_is_refused_with_its_place() {
    let laughs = "metadata: {}\na: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nlines: [*c,*c,*c,*c,*c,*c]\n";
    let deep = format!("metadata: {{}}\nlines: {}", "[".repeat(50_000));
    for text in ["metadata: {}\nlines: 7\n", laughs, &deep, "metadata: {}\nlines:\n  - text: a\n"] {
        assert!(matches!(Lyrics::from_text(text), Err(Flaw::NotLyricsfile(_))), "{}", &text[..20]);
    }
    let odd = "metadata: {}\nlines:\n  - {text: a, start_ms: .nan}\n  - {text: b, start_ms: -5}\n  - {text: c, start_ms: 1e300}\n  - {text: d, start_ms: 1000}\n";
    let lyrics = Lyrics::from_text(odd).unwrap();
    assert_eq!(lyrics.lines.len(), 1);
    assert!(lyrics.cut.is_some());
}

#[test]
fn hostile_files_are_refused_or_cut_with_a_reason() {
    assert_eq!(Lyrics::from_bytes(&vec![b'a'; MAX_BYTES + 1]), Err(Flaw::TooLarge(MAX_BYTES + 1)));
    assert_eq!(Lyrics::from_bytes(b"\x7fELF\x00\x01\x02"), Err(Flaw::NotText));
    assert_eq!(Lyrics::from_bytes(&[0x80, 0x90].repeat(500)), Err(Flaw::NotText));
    assert_eq!(Lyrics::from_bytes(b""), Err(Flaw::Empty));
    assert_eq!(Lyrics::from_bytes(b"[ti:only tags]\n[00:01.00]\n"), Err(Flaw::Empty));
    let stamps = format!("{}la", "[00:01.00]".repeat(5000));
    let many = "[00:01.00]la\n".repeat(20_000);
    let long = format!("[00:01.00]{}", "x".repeat(500_000));
    let (stamps, many, long) = (
        Lyrics::from_text(&stamps).unwrap(),
        Lyrics::from_text(&many).unwrap(),
        Lyrics::from_text(&long).unwrap(),
    );
    assert_eq!((stamps.lines.len(), many.lines.len()), (MAX_STAMPS, MAX_LINES));
    assert!(stamps.cut.is_some() && many.cut.is_some());
    assert_eq!(long.lines[0].text.chars().count(), MAX_LINE_CHARS);
}

fn fits_a_message(lyrics: &Lyrics) {
    let origin = Origin { host: "h".into(), instance: "lyrics".into(), generation: 1 };
    let header =
        Header { v: 1, seq: 0, origin, boot: "b".into(), at: 0.0, at_mono_ns: 0, sent: 0.0, valid_s: None };
    let mut lines = lyrics.lines.clone();
    for line in &mut lines {
        (line.refrain, line.occurrence, line.keywords) = (Some(true), Some(100), vec![line.text.clone()]);
    }
    let document = Document { track_id: "x".repeat(1000), source: "s".into(), synced: true, lines };
    assert!(wire::encode(&header, &document).unwrap().len() < wire::MAX_BYTES);
}

#[test]
fn the_largest_document_fits_into_a_message() {
    let line = |n: usize| {
        let words: String = (0..n % 4).map(|_| format!("<23:59:59.999>{}", "\"".repeat(12))).collect();
        format!("[23:59:58.123]{words}\n")
    };
    let text: String = (0..40_000).map(line).collect();
    fits_a_message(&Lyrics::from_text(&text[..MAX_BYTES]).unwrap());
    fits_a_message(&Lyrics::from_text(&format!("[00:01.00]{}\n", "\"\\".repeat(150)).repeat(3000)).unwrap());
}

fn holds(lyrics: &Lyrics) {
    assert!(lyrics.lines.len() <= MAX_LINES);
    assert!(lyrics.lines.is_sorted_by(|a, b| a.at_s <= b.at_s));
    for line in &lyrics.lines {
        assert!((0.0..=MAX_S).contains(&line.at_s));
        assert!(line.text.chars().count() <= MAX_LINE_CHARS && !line.text.chars().any(char::is_control));
        let words = line.words.as_deref().unwrap_or_default();
        assert!(words.iter().all(|word| (0.0..=MAX_S).contains(&word.at_s) && !word.text.is_empty()));
    }
}

const GOOD: &str =
    "[ar:A]\n[offset:250]\n[00:01.00][00:09.50]one <00:01.20>two\n[01:02:03.4]three\n[00:04:55]four\n";

proptest! {
    #[test]
    fn any_bytes_are_lyrics_or_a_flaw(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        if let Ok(lyrics) = Lyrics::from_bytes(&bytes) {
            holds(&lyrics);
        }
    }

    #[test]
    fn any_text_of_the_signs_of_lrc_is_lyrics_or_a_flaw(text in "[\\[\\]<>:.0-9a-z+\\-\n é日]{0,300}") {
        if let Ok(lyrics) = Lyrics::from_text(&text) {
            holds(&lyrics);
        }
    }

    #[test]
    fn damaged_files_are_lyrics_or_a_flaw(yaml in any::<bool>(), cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12)) {
        let mut bytes = if yaml { LYRICSFILE } else { GOOD }.as_bytes().to_vec();
        for (place, byte) in cuts {
            let place = place.index(bytes.len());
            if byte % 3 == 0 { bytes.remove(place); } else { bytes[place] = byte; }
        }
        if let Ok(lyrics) = Lyrics::from_bytes(&bytes) {
            holds(&lyrics);
        }
    }
}
