//! What is ready: a table for people, JSON lines for programs.

use std::io::{BufWriter, Write};

use comfy_table::{Cell, Color, ContentArrangement, Table, presets};
use serde_json::{Value, json};

use super::name;
use super::prepare::Prepared;
use crate::failure::Outcome;

/// Steps of a drawn energy curve, and how many it has at most.
const STEPS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const WIDTH: usize = 16;

/// Writes all songs.
pub(super) fn write(songs: &[Prepared], as_json: bool) -> Outcome {
    let mut out = BufWriter::new(std::io::stdout().lock());
    if as_json {
        for song in songs {
            writeln!(out, "{}", line(song))?;
        }
        return Ok(out.flush()?);
    }
    writeln!(out, "{}", table(songs))?;
    for song in songs {
        let troubles = song.unreadable.iter().chain(&song.troubles);
        troubles.into_iter().try_for_each(|trouble| writeln!(out, "{}: {trouble}", name(&song.file)))?;
    }
    let ready = songs.iter().filter(|song| missing(song).is_empty()).count();
    writeln!(out, "{ready} of {} songs are ready", songs.len())?;
    Ok(out.flush()?)
}

fn table(songs: &[Prepared]) -> Table {
    let mut table = Table::new();
    table.load_preset(presets::UTF8_HORIZONTAL_ONLY).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["song", "BPM", "key", "energy", "words", "mood", "tags by", "missing"]);
    for song in songs {
        table.add_row(row(song));
    }
    table
}

fn row(song: &Prepared) -> Vec<Cell> {
    let missing = missing(song);
    let ready = if missing.is_empty() {
        Cell::new("–").fg(Color::Green)
    } else {
        Cell::new(missing.join(", ")).fg(Color::Yellow)
    };
    let tags = song.tags.as_ref();
    let energy =
        song.heard.energy.map_or(String::new(), |energy| format!("{energy:.2} {}", curve(&song.heard.curve)));
    vec![
        Cell::new(title(song)),
        Cell::new(song.heard.bpm.map_or(String::new(), |bpm| format!("{bpm:.1}"))),
        Cell::new(song.heard.key.as_deref().unwrap_or_default()),
        Cell::new(energy),
        Cell::new(words(song)),
        Cell::new(tags.map(|tags| tags.mood.as_str()).unwrap_or_default()),
        Cell::new(tags.map(|tags| tags.source.as_str()).unwrap_or_default()),
        ready,
    ]
}

/// What a show would lack.
fn missing(song: &Prepared) -> Vec<&'static str> {
    if song.unreadable.is_some() {
        return vec!["the sound"];
    }
    let lacks = [
        (song.heard.bpm.is_none(), "tempo"),
        (song.heard.key.is_none(), "key"),
        (!song.words.as_ref().is_some_and(|words| words.synced), "timed words"),
        (!song.troubles.is_empty(), "see below"),
    ];
    lacks.into_iter().filter_map(|(lacks, what)| lacks.then_some(what)).collect()
}

fn title(song: &Prepared) -> String {
    match (&song.track.artist, &song.track.title) {
        (Some(artist), Some(title)) => format!("{artist} – {title}"),
        (None, Some(title)) => title.clone(),
        _ => name(&song.file),
    }
}

fn words(song: &Prepared) -> String {
    match &song.words {
        Some(words) if words.synced => format!("{} lines, {}", words.lines.len(), words.source),
        Some(words) => format!("untimed, {}", words.source),
        None => "none".to_owned(),
    }
}

fn curve(points: &[f32]) -> String {
    let width = points.len().div_ceil(WIDTH).max(1);
    let mean = |part: &[f32]| part.iter().sum::<f32>() / part.len() as f32;
    let step = |value: f32| STEPS[((value * STEPS.len() as f32) as usize).min(STEPS.len() - 1)];
    points.chunks(width).map(|part| step(mean(part))).collect()
}

fn line(song: &Prepared) -> Value {
    json!({
        "file": song.file.display().to_string(),
        "artist": song.track.artist,
        "title": song.track.title,
        "album": song.track.album,
        "duration_s": song.track.duration_s,
        "bpm": song.heard.bpm,
        "key": song.heard.key,
        "energy": song.heard.energy,
        "energy_curve": song.heard.curve,
        "words": song.words.as_ref().map(|words| json!({
            "source": words.source, "synced": words.synced, "lines": words.lines.len(),
        })),
        "tags": song.tags,
        "missing": missing(song),
        "troubles": song.unreadable.iter().chain(&song.troubles).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_is_drawn_in_steps() {
        assert_eq!(curve(&[0.0, 0.5, 1.0]), "▁▅█");
        assert_eq!(curve(&[1.0; 32]).chars().count(), 16);
        assert_eq!(curve(&[]), "");
    }

    #[test]
    fn what_is_missing_is_named() {
        let song = Prepared::default();
        assert_eq!(missing(&song), ["tempo", "key", "timed words"]);
        let broken = Prepared { unreadable: Some("cut off".into()), ..song };
        assert_eq!(missing(&broken), ["the sound"]);
    }
}
