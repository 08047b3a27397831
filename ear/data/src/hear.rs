//! Pieces are heard on several threads; what was heard is written in their order.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context as _, Result};
use dsp::rhythm::confidence::EVIDENCE;
use dsp::rhythm::frames::FRAMES_PER_S;
use dsp::rhythm::hearing::Hearing;
use dsp::rhythm::listener::Listener;
use dsp::rhythm::measures::MEASURES;
use dsp::rhythm::patch::PATCH;
use dsp::rhythm::tatum::Known;
use dsp::rhythm::weights::Weights;
use dsp::steps::is_silent;
use indicatif::ProgressBar;

use crate::npy;
use crate::pieces::{Music, Piece};

/// Columns of a tatum: piece, instant, period, irregular, certainty, measures, patch.
const TATUM: usize = 5 + MEASURES + PATCH;
/// Columns of a beat: piece, instant, number in the bar, beats of the bar.
const BEAT: usize = 4;
/// Columns of a beat that was said: piece, instant, tempo, evidence.
const SAID: usize = 3 + EVIDENCE;
/// Silence before a piece, as the engine hears it.
const LEAD_IN_S: f64 = 0.1;

/// What is known of one piece, or of all.
#[derive(Default)]
struct Rows {
    line: String,
    tatums: Vec<f32>,
    beats: Vec<f32>,
    said: Vec<f32>,
}

/// Hears all pieces and writes what was heard into folder `out`.
pub(crate) fn write(pieces: &[Piece], threads: usize, said: Option<&Weights>, out: &Path) -> Result<()> {
    let mut all = Rows::default();
    for rows in hear(pieces, threads, said) {
        let rows = rows?;
        all.line += &rows.line;
        all.tatums.extend(rows.tatums);
        all.beats.extend(rows.beats);
        all.said.extend(rows.said);
    }
    let save = || -> std::io::Result<()> {
        std::fs::create_dir_all(out)?;
        npy::write(&out.join("tatums.npy"), TATUM, &all.tatums)?;
        npy::write(&out.join("beats.npy"), BEAT, &all.beats)?;
        if said.is_some() {
            npy::write(&out.join("said.npy"), SAID, &all.said)?;
        }
        std::fs::write(out.join("pieces.tsv"), &all.line)
    };
    save().with_context(|| format!("writing into {}", out.display()))
}

fn hear(pieces: &[Piece], threads: usize, said: Option<&Weights>) -> Vec<Result<Rows>> {
    let (next, progress) = (AtomicUsize::new(0), ProgressBar::new(pieces.len() as u64));
    let heard: Mutex<Vec<(usize, Result<Rows>)>> = Mutex::new(Vec::with_capacity(pieces.len()));
    let work = || {
        while let Some((number, piece)) = take(pieces, &next) {
            let rows = piece.music().map(|music| rows(number, &music, said));
            heard.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((number, rows));
            progress.inc(1);
        }
    };
    std::thread::scope(|scope| (0..threads.max(1)).for_each(|_| drop(scope.spawn(work))));
    progress.finish();
    let mut heard = heard.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    heard.sort_by_key(|(number, _)| *number);
    heard.into_iter().map(|(_, rows)| rows).collect()
}

fn take<'a>(pieces: &'a [Piece], next: &AtomicUsize) -> Option<(usize, &'a Piece)> {
    let number = next.fetch_add(1, Ordering::Relaxed);
    Some((number, pieces.get(number)?))
}

fn rows(number: usize, music: &Music, said: Option<&Weights>) -> Rows {
    let mut rows = Rows::default();
    // Writing to a String cannot fail.
    let _ok = writeln!(rows.line, "{number}\t{}\t{}", music.name, music.kind);
    for (at, place, of) in &music.beats {
        rows.beats.extend([number as f32, *at as f32, *place as f32, *of as f32]);
    }
    let rate = f64::from(music.rate_hz);
    let step = (music.rate_hz / FRAMES_PER_S).max(1) as usize;
    let silent = music.samples.chunks(step).take_while(|step| is_silent(step)).count() * step;
    let quiet = vec![0.0; (LEAD_IN_S * rate) as usize];
    let start_s = (silent as f64 - quiet.len() as f64) / rate;
    let parts = [&quiet, music.samples.get(silent..).unwrap_or_default()];
    tatums(number, start_s, music.rate_hz, parts, &mut rows.tatums);
    if let Some(weights) = said {
        beats_said(number, start_s, music.rate_hz, weights, parts, &mut rows.said);
    }
    rows
}

fn tatums(number: usize, start_s: f64, rate_hz: u32, parts: [&[f32]; 2], out: &mut Vec<f32>) {
    let Ok(mut hearing) = Hearing::new(rate_hz) else { return };
    for mut samples in parts {
        while let Some(heard) = hearing.next(&mut samples) {
            if heard.anew {
                out.clear();
            }
            for known in heard.known {
                row(number, start_s, known, out);
            }
        }
    }
}

fn row(number: usize, start_s: f64, known: &Known, out: &mut Vec<f32>) {
    let tatum = &known.tatum;
    let frame_s = 1.0 / f64::from(FRAMES_PER_S);
    let irregular = if tatum.regular { 0.0 } else { 1.0 };
    let (at_s, period_s) = (start_s + tatum.at * frame_s, f64::from(tatum.period) * frame_s);
    out.extend([number as f32, at_s as f32, period_s as f32, irregular, tatum.certainty]);
    out.extend(known.measures);
    out.extend(known.patch);
}

fn beats_said(
    number: usize,
    start_s: f64,
    rate_hz: u32,
    weights: &Weights,
    parts: [&[f32]; 2],
    out: &mut Vec<f32>,
) {
    let Ok(mut listener) = Listener::new(rate_hz, weights) else { return };
    for part in parts {
        listener.process(part, |beat| {
            let at_s = start_s + beat.at / f64::from(rate_hz);
            out.extend([number as f32, at_s as f32, beat.bpm as f32]);
            out.extend(beat.evidence);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pieces;

    #[test]
    fn a_song_becomes_rows_on_its_beats() {
        let pieces = pieces::songs(3, 2, &[], &ear::Instruments::Own);
        let heard: Vec<Rows> =
            hear(&pieces, 2, Some(&Weights::learned().unwrap())).into_iter().map(Result::unwrap).collect();
        for (number, rows) in heard.iter().enumerate() {
            assert!(rows.line.starts_with(&format!("{number}\t{}", number + 3)), "{}", rows.line);
            assert!(rows.tatums.len() > 60 * TATUM && rows.said.len() > 10 * SAID);
            assert!(rows.tatums.chunks_exact(TATUM).all(|row| row[0] == number as f32));
            assert!(rows.tatums.iter().chain(&rows.said).all(|value| value.is_finite()));
            let instants: Vec<f32> = rows.beats.chunks_exact(BEAT).map(|row| row[1]).collect();
            let near = |at: f32| instants.iter().any(|beat| (beat - at).abs() < 0.07);
            let on = rows.said.chunks_exact(SAID).filter(|row| near(row[1])).count();
            assert!(on * 2 > rows.said.len() / SAID, "{on} of {} beats", rows.said.len() / SAID);
        }
    }
}
