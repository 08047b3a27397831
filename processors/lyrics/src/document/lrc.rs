//! LRC and enhanced LRC; text without any stamp is plain lyrics.
//!
//! There is no standard; this reads what players agree on. `[mm:ss.xx]` begins a line, several of them repeat it;
//! `<mm:ss.xx>` (the “A2” extension) or a stamp within the line begins a word. `[offset:ms]` moves everything:
//! positive is *earlier*, as in most players, so `[offset:+500]` shows each line half a second sooner.

use super::builder::Builder;
use super::{Lyrics, stamp};

/// Most stamps before one line.
pub const MAX_STAMPS: usize = 64;
/// Largest `[offset:]` in milliseconds.
const MAX_OFFSET_MS: f64 = 600_000.0;

/// Reads a text.
pub(super) fn parse(text: &str) -> Lyrics {
    let (mut timed, mut plain) = (Builder::default(), Builder::default());
    let mut earlier_ms = 0.0;
    for line in text.lines() {
        // Old Macintosh files end their lines by a carriage return alone.
        for line in line.split('\r') {
            match Row::read(line.trim()) {
                Row::Offset(ms) if ms.abs() <= MAX_OFFSET_MS => earlier_ms = ms,
                Row::Offset(_) => timed.note("its offset is more than ten minutes and was left out"),
                Row::Tag => {}
                Row::Text(text) => plain.push(0.0, text, &[]),
                Row::Timed { stamps, rest, more } => {
                    if more {
                        timed.note("a line has too many stamps: the later ones were left out");
                    }
                    push(&mut timed, &stamps, rest);
                }
            }
        }
    }
    if timed.is_empty() { plain.plain() } else { timed.synced(-earlier_ms / 1000.0) }
}

enum Row<'a> {
    Offset(f64),
    Tag,
    Timed { stamps: Vec<f64>, rest: &'a str, more: bool },
    Text(&'a str),
}

impl<'a> Row<'a> {
    fn read(line: &'a str) -> Row<'a> {
        let (mut rest, mut stamps, mut more) = (line, Vec::new(), false);
        while let Some((inside, after)) = bracketed(rest) {
            let Some(at_s) = stamp::seconds(inside) else { break };
            if stamps.len() < MAX_STAMPS {
                stamps.push(at_s)
            } else {
                more = true
            }
            rest = after.trim_start();
        }
        if !stamps.is_empty() {
            return Row::Timed { stamps, rest, more };
        }
        if let Some(at_s) = first_word(line) {
            return Row::Timed { stamps: vec![at_s], rest: line, more };
        }
        match bracketed(line) {
            Some((inside, "")) => Row::tag(inside, line),
            _ => Row::Text(line),
        }
    }

    // `[ar:…]`, `[ti:…]`, `[length:…]` say what the track says better; `[Chorus]` is a heading of plain lyrics.
    fn tag(inside: &str, line: &'a str) -> Row<'a> {
        let Some((key, value)) = inside.split_once(':') else { return Row::Text(line) };
        if !key.trim().eq_ignore_ascii_case("offset") {
            return Row::Tag;
        }
        let ms = value.trim().trim_start_matches('+').parse::<f64>().ok();
        ms.filter(|ms| ms.is_finite()).map_or(Row::Tag, Row::Offset)
    }
}

fn bracketed(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix('[')?.split_once(']')
}

fn first_word(line: &str) -> Option<f64> {
    stamp::seconds(line.strip_prefix('<')?.split_once('>')?.0)
}

fn push(lyrics: &mut Builder, stamps: &[f64], rest: &str) {
    let first = stamps.first().copied().unwrap_or_default();
    let words = words(first, rest);
    let text: String = match words.as_slice() {
        [] => rest.to_owned(),
        words => words.iter().map(|(_, text)| text.as_str()).collect(),
    };
    for at_s in stamps {
        // The words of a line that is sung again are sung in the same rhythm.
        let moved: Vec<_> =
            words.iter().map(|(word_s, text)| (word_s - first + at_s, text.clone())).collect();
        lyrics.push(*at_s, &text, &moved);
    }
}

/// The timed pieces of a line; none when it has no stamps within it.
fn words(line_s: f64, line: &str) -> Vec<(f64, String)> {
    let (mut words, mut rest, mut at_s, mut timed) = (Vec::new(), line, line_s, false);
    let mut piece = String::new();
    while let Some(open) = rest.find(['<', '[']) {
        let (before, from) = rest.split_at(open);
        piece.push_str(before);
        let close = if from.starts_with('<') { '>' } else { ']' };
        match from.find(close).and_then(|end| Some((stamp::seconds(&from[1..end])?, &from[end + 1..]))) {
            Some((next_s, after)) => {
                words.push((at_s, std::mem::take(&mut piece)));
                (at_s, rest, timed) = (next_s, after, true);
            }
            None => {
                // A bracket that is no stamp is text.
                piece.push_str(&from[..1]);
                rest = &from[1..];
            }
        }
    }
    piece.push_str(rest);
    words.push((at_s, piece));
    if timed { words } else { Vec::new() }
}
