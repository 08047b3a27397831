//! VirtualDJ's history of a day: which track it names last. Pure.
//!
//! Two lines for each track, as whatsnowplaying/whats-now-playing#623 shows them; where VirtualDJ knows them, also
//! `remix` (#655 there) and `songlength` in seconds (VDJPedia, "Lists"). Of a track of a streaming service, the second
//! line is VirtualDJ's own address.
//!
//! ```text
//! #EXTVDJ:<time>21:45</time><lastplaytime>1674884707</lastplaytime><artist>…</artist><title>Chief Rocka</title>
//! netsearch://dz3130706
//! ```

use component::foreign;

use super::entities;
use super::entry::{self, Entry};

/// Longest track, in seconds: a day.
const LONGEST_S: f64 = 86_400.0;
/// Longest path or address that is passed on: `PATH_MAX` of Linux.
const PLACE_MAX_BYTES: usize = 4096;
/// Longest time of day that is kept, in characters: `09:18:05 p.m.`.
const TIME_CHARS: usize = 16;

/// The last entry, and whether it is whole: one whose last line was not ended may be half written.
pub fn last(text: &str) -> Option<(Entry, bool)> {
    let (mut about, mut last) = ("", None);
    for line in text.split_inclusive('\n') {
        let (line, ended) = (line.trim_matches(entry::is_padding), line.ends_with('\n'));
        if let Some(fields) = line.strip_prefix("#EXTVDJ:") {
            about = fields;
            // Its place is still to come.
            last = read(about, None).map(|entry| (entry, false)).or(last);
        } else if let Some(place) = place(line) {
            let fields = std::mem::take(&mut about);
            last = read(fields, Some(place)).map(|entry| (entry, ended)).or(last);
        }
    }
    last
}

// Without a title, VirtualDJ shows the name of the file.
fn read(fields: &str, place: Option<(&'static str, String)>) -> Option<Entry> {
    let field = |name: &str| field(fields, name);
    let tagged = field("title").and_then(|title| entry::name(&title));
    let tagged = tagged.map(|title| Entry { title: with_remix(title, field("remix")), ..Entry::default() });
    let entry = tagged.or_else(|| match &place {
        Some(("path", path)) => entry::named(stem(path)),
        _ => None,
    })?;
    Some(Entry {
        time: field("time").and_then(|time| foreign::line(&time, TIME_CHARS)),
        // 0 where VirtualDJ does not know.
        played_unix_s: field("lastplaytime").and_then(|time| time.parse().ok()).filter(|time| *time > 0),
        artist: field("artist").and_then(|artist| entry::name(&artist)).or(entry.artist),
        duration_s: field("songlength").and_then(|length| length.parse().ok()).filter(is_plausible),
        place,
        ..entry
    })
}

fn field(fields: &str, name: &str) -> Option<String> {
    let (_, rest) = fields.split_once(&format!("<{name}>"))?;
    let (text, _) = rest.split_once(&format!("</{name}>"))?;
    Some(entities::resolved(text))
}

// In parentheses, as VirtualDJ's `get_title_remix` has it; many titles have it in them already.
fn with_remix(title: String, remix: Option<String>) -> String {
    let Some(remix) = remix.and_then(|remix| entry::name(&remix)) else { return title };
    let (within, wanted) = (title.to_lowercase(), remix.to_lowercase());
    let has_it = [format!("({wanted})"), format!("[{wanted}]")].iter().any(|remix| within.contains(remix));
    if has_it || within.ends_with(&format!(" {wanted}")) {
        return title;
    }
    entry::name(&format!("{title} ({remix})")).unwrap_or(title)
}

fn is_plausible(length_s: &f64) -> bool {
    *length_s > 0.0 && *length_s <= LONGEST_S
}

/// A path or an address, as it is or not at all: half of one names something else.
fn place(line: &str) -> Option<(&'static str, String)> {
    let is_drive =
        matches!(line.as_bytes(), [letter, b':', b'\\' | b'/', ..] if letter.is_ascii_alphabetic());
    let scheme = line.split_once("://").map(|(scheme, _)| scheme);
    let kind = if is_drive || line.starts_with('/') || line.starts_with(r"\\") {
        "path"
    } else if scheme.is_some_and(|s| !s.is_empty() && s.bytes().all(|b| b.is_ascii_alphanumeric())) {
        "url"
    } else {
        return None;
    };
    let is_whole = line.len() <= PLACE_MAX_BYTES && !line.chars().any(foreign::is_hidden);
    is_whole.then(|| (kind, line.to_owned()))
}

// The path may be one of Windows, read elsewhere.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map_or(name, |(stem, _)| stem)
}

#[cfg(test)]
#[path = "m3u_tests.rs"]
mod tests;
