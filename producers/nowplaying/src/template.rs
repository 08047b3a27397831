//! The template of a text file: `{artist} - {title}`.
//!
//! Between two placeholders stands a literal text; each placeholder takes what lies before the first place where
//! the literal after it is found. A literal that is not found ends the text early: the placeholder before it
//! takes the rest, and what follows is not known. Only the text before the first placeholder must be there: by it a
//! title is told from a notice such as `Stopped`.

use crate::text::{Song, clean};
use component::foreign;

/// Longest template in bytes.
const MAX_LEN: usize = 500;
/// Longest duration that is believed, in seconds.
const DAY_S: f64 = 86_400.0;

/// A template that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    /// What stands before the first placeholder.
    prefix: String,
    /// Each placeholder, and the literal after it.
    slots: Vec<(Slot, String)>,
    /// Lines of text that it describes.
    lines: usize,
}

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Artist,
    Title,
    Album,
    Duration,
    Position,
    Ignored,
}

/// What a text says by its template.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Reading {
    pub(crate) song: Song,
    pub(crate) album: Option<String>,
    /// Seconds.
    pub(crate) duration_s: Option<f64>,
    /// Seconds.
    pub(crate) position_s: Option<f64>,
}

/// A template that cannot be used; the message says what would be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TemplateError {
    #[error(
        "“{{{0}}}” is no placeholder: use {{artist}}, {{title}}, {{album}}, {{duration}}, {{position}} or {{_}}"
    )]
    Unknown(String),
    #[error("a {{ has no }} after it: write {{{{ for a brace of the text itself")]
    Unclosed,
    #[error("“{{{0}}}” stands there twice: use {{_}} for what may be ignored")]
    Twice(String),
    #[error(
        "nothing stands between {{{0}}} and the placeholder after it: write what separates them, e.g. \" - \""
    )]
    Touching(String),
    #[error("{{title}} is missing: it must stand somewhere")]
    Untitled,
    #[error("it is longer than {MAX_LEN} bytes")]
    TooLong,
}

impl Template {
    /// Understands a template.
    pub(crate) fn parse(text: &str) -> Result<Template, TemplateError> {
        if text.len() > MAX_LEN {
            return Err(TemplateError::TooLong);
        }
        let text = text.replace("\r\n", "\n");
        let (prefix, mut rest) = literal(&text)?;
        let mut template = Template { prefix, slots: Vec::new(), lines: 1 };
        while let Some(inside) = rest {
            let (name, after) = inside.split_once('}').ok_or(TemplateError::Unclosed)?;
            let slot = Slot::parse(name)?;
            if slot != Slot::Ignored && template.slots.iter().any(|(known, _)| *known == slot) {
                return Err(TemplateError::Twice(name.to_owned()));
            }
            let (separator, next) = literal(after)?;
            if separator.is_empty() && next.is_some() {
                return Err(TemplateError::Touching(name.to_owned()));
            }
            template.slots.push((slot, separator));
            rest = next;
        }
        if !template.slots.iter().any(|(slot, _)| *slot == Slot::Title) {
            return Err(TemplateError::Untitled);
        }
        template.lines = 1 + text.trim_end_matches('\n').matches('\n').count();
        Ok(template)
    }

    /// Reads a text; `None` when it is blank or does not begin as the template does.
    ///
    /// Of a longer text the first lines are meant, or the `last` ones: a list that grows at its end.
    pub(crate) fn read(&self, text: &str, last: bool) -> Option<Reading> {
        let text = self.lines_of(text, last);
        let mut rest = text.strip_prefix(self.prefix.as_str()).or_else(|| {
            // Whoever writes the file may have trimmed it.
            text.strip_prefix(self.prefix.trim_start())
        })?;
        if text.trim().is_empty() {
            return None;
        }
        let mut found = Found::default();
        for (nth, (slot, separator)) in self.slots.iter().enumerate() {
            let is_last = nth + 1 == self.slots.len();
            let (value, after) = cut(rest, separator, is_last);
            found.take(*slot, value);
            rest = after;
        }
        found.reading()
    }

    /// As many lines as the template has, blank ones at either end left out.
    fn lines_of(&self, text: &str, last: bool) -> String {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let mut lines: Vec<&str> = text.lines().skip_while(|line| line.trim().is_empty()).collect();
        while lines.last().is_some_and(|line| line.trim().is_empty()) {
            lines.pop();
        }
        let from = if last { lines.len().saturating_sub(self.lines) } else { 0 };
        let to = lines.len().min(from + self.lines);
        lines[from..to].join("\n")
    }
}

impl Slot {
    fn parse(name: &str) -> Result<Slot, TemplateError> {
        match name {
            "artist" => Ok(Slot::Artist),
            "title" => Ok(Slot::Title),
            "album" => Ok(Slot::Album),
            "duration" => Ok(Slot::Duration),
            "position" => Ok(Slot::Position),
            "_" => Ok(Slot::Ignored),
            other => Err(TemplateError::Unknown(foreign::line(other, 40).unwrap_or_default())),
        }
    }
}

/// The text up to the next placeholder, and what follows its brace; doubled braces are meant as single ones.
fn literal(text: &str) -> Result<(String, Option<&str>), TemplateError> {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let brace = &rest[at..=at];
        let after = &rest[at + 1..];
        match after.strip_prefix(brace) {
            Some(after) => {
                plain.push_str(brace);
                rest = after;
            }
            None if brace == "{" => return Ok((plain, Some(after))),
            None => {
                plain.push('}');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    Ok((plain, None))
}

/// What a placeholder takes of `text`, and what is left for the next.
fn cut<'a>(text: &'a str, separator: &str, is_last: bool) -> (&'a str, &'a str) {
    if separator.is_empty() {
        return (text, "");
    }
    // The literal at the very end may occur in the title too, and a writer may have trimmed it.
    let found = if is_last { text.rfind(separator) } else { text.find(separator) };
    let trimmed = separator.trim_end();
    match found {
        Some(at) => (&text[..at], &text[at + separator.len()..]),
        None if !trimmed.is_empty() && text.ends_with(trimmed) => (&text[..text.len() - trimmed.len()], ""),
        None => (text, ""),
    }
}

#[derive(Debug, Default)]
struct Found<'a> {
    artist: Option<&'a str>,
    title: Option<&'a str>,
    reading: Reading,
}

impl<'a> Found<'a> {
    fn take(&mut self, slot: Slot, value: &'a str) {
        match slot {
            Slot::Artist => self.artist = Some(value),
            Slot::Title => self.title = Some(value),
            Slot::Album => self.reading.album = clean(value),
            Slot::Duration => self.reading.duration_s = seconds(value).filter(|s| *s > 0.0),
            Slot::Position => self.reading.position_s = seconds(value),
            Slot::Ignored => {}
        }
    }

    fn reading(self) -> Option<Reading> {
        let song = match (self.artist.and_then(clean), self.title.and_then(clean)) {
            // The template has said already where one ends and the other begins.
            (None, title) => Song { artist: None, title },
            (Some(only), None) => Song { artist: None, title: Some(only) },
            (artist, title) => Song { artist, title },
        };
        song.title.is_some().then_some(Reading { song, ..self.reading })
    }
}

/// `225`, `225.4`, `3:45`, `1:02:03.5`, in seconds.
fn seconds(text: &str) -> Option<f64> {
    let mut total = 0.0;
    for (nth, part) in text.trim().split(':').enumerate() {
        let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let value = part.parse::<f64>().ok().filter(|_| plain)?;
        if nth > 2 || (nth > 0 && value >= 60.0) {
            return None;
        }
        total = total * 60.0 + value;
    }
    (total <= DAY_S).then_some(total)
}

#[cfg(test)]
mod tests;
