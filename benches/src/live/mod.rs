//! Beats as the audience gets them, through sound card, broker and OSC, against those of the same file offline.
//!
//! Annotated music is played into a virtual sound card that a whole show listens to, one piece after the
//! other. Every `/vj/beat/trigger` of target `generic` is stamped by the kernel on its arrival. When the
//! first sample came out of the card is not known, so each piece has one constant offset, found by
//! [`align`]; everything that is not constant counts against the show.

mod align;
mod offline;
mod pieces;

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rosc::OscType;
use signals::Signal;
use signals::measure::f_between;
use testkit::sound::Card;
use testkit::wait::mono_ns;
use testkit::wav;

use crate::messages::decode;
use crate::platform::sleep_until_ns;
use crate::report::{Budgets, Section, Table};
use crate::show::{Input, Show};

/// The message that counts.
const TRIGGER: &str = "/vj/beat/trigger";
/// What it says on the beat.
const ON: f32 = 1.0;
/// Silence before each piece: after 2 s of it the engine begins a new one.
const SILENCE_NS: i64 = 3_000_000_000;
/// What playing may take beyond the length of the piece.
const PATIENCE: Duration = Duration::from_secs(20);
/// The first seconds of a piece, in which nobody can know its beats, are left out, in seconds.
const LEFT_OUT_S: f64 = 5.0;
/// Budget: points of F that the way through the show may cost.
const COST_MAX: f64 = 3.0;

/// F in per cent of one piece.
struct Score {
    offline: f64,
    live: f64,
}

/// Measures it.
pub(crate) fn run() -> Result<Section> {
    let (music, pieces) = pieces::chosen()?;
    let show = Show::start(Input::Card(Card::start()?))?;
    let heard_s = pieces.iter().map(|piece| play(&show, piece)).collect::<Result<Vec<_>>>()?;
    show.stop()?;
    let offsets_s = align::offsets_s(&pieces, &heard_s);
    let mut table = Table::new(&["piece", "F offline", "F live", "difference", "offset ms"]);
    let mut scores = Vec::new();
    for ((piece, heard_s), offset_s) in pieces.iter().zip(&heard_s).zip(offsets_s) {
        let score = Score {
            offline: per_cent(piece, &offline::beats_s(piece)?),
            live: per_cent(piece, &align::earlier(heard_s, offset_s)),
        };
        table.row(score.row(&piece.name, &format!("{:.0}", 1e3 * offset_s)));
        scores.push(score);
    }
    let mean = mean(&scores);
    table.row(mean.row("*mean*", ""));
    let cost = mean.offline - mean.live;
    let mut budgets = Budgets::new();
    let what = "F through card, broker and OSC, under that offline";
    budgets.add(what, format!("{cost:.1} points"), "≤ 3 points", cost <= COST_MAX);
    Ok(Section::new("Beats live")
        .text(format!("{INTRO} Played: {music}."))
        .table(budgets.into_table().0)
        .table(table))
}

/// Plays one piece to its end and through the silence after it: when each beat came, in seconds since it was started.
fn play(show: &Show, piece: &Signal) -> Result<Vec<f64>> {
    sleep_until_ns(mono_ns() + SILENCE_NS);
    let dir = tempfile::tempdir()?;
    let file = dir.path().join("piece.wav");
    wav::write(&file, piece.rate_hz, 1, &piece.samples)?;
    show.target.take();
    let begun_ns = mono_ns();
    finish(show, &file, piece.seconds()).with_context(|| format!("{} cannot be played", piece.name))?;
    let is_beat = |args: &[OscType]| matches!(args, [OscType::Float(value)] if *value == ON);
    let sent = decode(&show.target.take());
    let beats = sent.iter().filter(|message| message.address == TRIGGER && is_beat(&message.args));
    let beats_s: Vec<f64> = beats.map(|message| (message.at_ns - begun_ns) as f64 / 1e9).collect();
    ensure!(!beats_s.is_empty(), "no beat of {} reached the target\n{}", piece.name, show.tail());
    Ok(beats_s)
}

fn finish(show: &Show, file: &Path, seconds: f64) -> Result<()> {
    let mut player = show.play(file)?;
    let status = player.wait(Duration::from_secs_f64(seconds) + PATIENCE)?;
    ensure!(status.success(), "{}", player.tail());
    // What was played last is still on its way.
    sleep_until_ns(mono_ns() + SILENCE_NS);
    Ok(())
}

fn per_cent(piece: &Signal, beats_s: &[f64]) -> f64 {
    100.0 * f_between(piece, beats_s, LEFT_OUT_S, piece.seconds())
}

fn mean(scores: &[Score]) -> Score {
    let of = |value: fn(&Score) -> f64| scores.iter().map(value).sum::<f64>() / scores.len().max(1) as f64;
    Score { offline: of(|score| score.offline), live: of(|score| score.live) }
}

impl Score {
    fn row(&self, name: &str, offset_ms: &str) -> [String; 5] {
        let difference = format!("{:+.1}", self.live - self.offline);
        let f = |per_cent: f64| format!("{per_cent:.1}");
        [name.to_owned(), f(self.offline), f(self.live), difference, offset_ms.to_owned()]
    }
}

const INTRO: &str = "Pieces of up to 60 s, one after the other with silence between them, played by `paplay` into a virtual sound card \
    (PulseAudio, 48 kHz) that one running `vjbus up` listens to. F is that of the beats after the first 5 s, within 70 ms, in per \
    cent. *Live*: arrivals of `/vj/beat/trigger` at target `generic`, stamped by the kernel, less a constant offset for each piece: what \
    lies between the start of the player and the datagram of a beat. *Offline*: the beats that the same core says of the same \
    samples, an announcement that comes after its beat counted when it came.";
