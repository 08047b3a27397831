//! A player that nobody here wrote plays files with their words beside them: each line is said when it is sung.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bus::Inbox;
use schemas::lyrics::{Document, Line};
use schemas::{Name, Payload as _, Subject};
use testkit::desktop::Desktop;
use testkit::wav;

use crate::support::show::{SHIPPED, Show};
use crate::support::{name, next, viewer, vjbus};

const PLAYER: &str = "mpris-mpv";
/// Length of a song, and the way from line to line.
const SONG_S: f32 = 30.0;
const APART_S: f64 = 0.8;
const LINES: i64 = 36;
/// A line is wrong when the player is surely so far from it. What is typical is far less, but on a busy machine
/// the player itself slips by a tenth of a second.
const WRONG_S: f64 = 0.35;
/// Nothing is said for so long while it pauses.
const QUIET: Duration = Duration::from_millis(2_000);

/// A song, and its words beside it.
fn song(folder: &Path, title: &str, hz: f32) -> Result<std::path::PathBuf> {
    let file = folder.join(format!("{title}.wav"));
    wav::write(&file, 44_100, 1, &wav::sine(44_100, 1, hz, 0.1, SONG_S))?;
    let line = |n: i64| format!("[00:{:05.2}]line {n} of {title}\n", at_s(n));
    std::fs::write(file.with_extension("lrc"), (0..LINES).map(line).collect::<String>())?;
    Ok(file)
}

fn at_s(line: i64) -> f64 {
    0.5 + APART_S * line as f64
}

fn tables(desktop: &Desktop) -> String {
    let wanted = ["active", "lyrics"];
    let off = SHIPPED.into_iter().filter(|name| !wanted.contains(name));
    let off: String = off.map(|name| format!("[instances.{name}]\nenabled = false\n")).collect();
    format!("{off}[instances.mpris]\ncomponent = \"producers/mpris\"\nbus = \"{}\"\n", desktop.address())
}

/// How far the player was beyond a line when it was heard, in seconds: at least, and at most.
#[derive(Debug, Clone, Copy)]
struct Late {
    least: f64,
    most: f64,
}

impl Late {
    /// Of this line, as soon as it is heard. The answer was true at some instant between the question and now.
    fn ask(desktop: &Desktop, line: &Line) -> Result<Late> {
        let asked = std::time::Instant::now();
        let position: f64 = desktop.playerctl(&["position"])?.parse()?;
        let most = position - at_s(line.index);
        Ok(Late { least: most - asked.elapsed().as_secs_f64(), most })
    }

    fn is_wrong(self) -> bool {
        self.least > WRONG_S || self.most < -WRONG_S
    }

    fn middle(self) -> f64 {
        (self.least + self.most) / 2.0
    }
}

/// Hears these many lines, and how late each was.
async fn sung(inbox: &Inbox, desktop: &Desktop, title: &str, from: i64, count: usize) -> Result<Vec<f64>> {
    let mut late = Vec::new();
    let mut expected = None;
    while late.len() < count {
        let ours = |line: &Line| line.index >= from && line.text.ends_with(title);
        let line = next::<Line>(inbox, &format!("a line of {title}"), |m| ours(&m.body)).await?.body;
        ensure!(line.text == format!("line {} of {title}", line.index), "{line:?}");
        ensure!(expected.is_none_or(|index| index == line.index), "{expected:?}, but {line:?}");
        expected = Some(line.index + 1);
        late.push(Late::ask(desktop, &line)?);
    }
    ensure!(!late.iter().any(|late| late.is_wrong()), "{title}, in seconds: {late:.3?}");
    Ok(late.into_iter().map(Late::middle).collect())
}

async fn words(show: &Show, topic: &'static schemas::Topic, player: &Name) -> Result<(bus::Bus, Inbox)> {
    let bus = viewer(&show.url()).await?;
    let mut inbox = bus.inbox();
    inbox.subscribe_filter(Subject::new(topic, player).to_string(), true).await;
    Ok((bus, inbox))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_line_of_a_real_player_is_said_when_it_is_sung() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let desktop = Desktop::start(folder.path())?;
    let songs = [song(folder.path(), "morning", 440.0)?, song(folder.path(), "evening", 660.0)?];
    let mut show = Show::new(vjbus()?, &tables(&desktop))?;
    show.up()?;
    let (_bus, lines) = words(&show, Line::TOPIC, &name(PLAYER)).await?;
    let (_too, documents) = words(&show, Document::TOPIC, &Name::room()).await?;
    let mpv = desktop.mpv(&songs)?;

    // The first line falls into the start of the player, which on a busy machine is known only when it is over.
    let mut late = sung(&lines, &desktop, "morning", 1, 5).await.with_context(|| mpv.tail())?;
    let room = next::<Document>(&documents, "the room's words", |m| m.body.lines.len() == LINES as usize);
    ensure!(room.await?.body.source == "sidecar");

    desktop.playerctl(&["pause"])?;
    let still: f64 = desktop.playerctl(&["position"])?.parse()?;
    let further = |line: &Line| at_s(line.index) > still + APART_S;
    let moved = next::<Line>(&lines, "a line while it pauses", |m| further(&m.body));
    ensure!(tokio::time::timeout(QUIET, moved).await.is_err(), "lines went on while it paused at {still} s");

    desktop.playerctl(&["position", "16"])?;
    desktop.playerctl(&["play"])?;
    late.extend(sung(&lines, &desktop, "morning", 20, 5).await?);
    desktop.playerctl(&["position", "4"])?;
    next::<Line>(&lines, "the seek back", |m| m.body.index < 10).await?;
    late.extend(sung(&lines, &desktop, "morning", 0, 4).await?);

    desktop.playerctl(&["next"])?;
    late.extend(sung(&lines, &desktop, "evening", 0, 5).await?);
    late.sort_by(f64::total_cmp);
    println!(
        "lines after the player's own position, in ms: {:.0?}",
        late.iter().map(|s| s * 1e3).collect::<Vec<_>>()
    );
    show.down()
}
