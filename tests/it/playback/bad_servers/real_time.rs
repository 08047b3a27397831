//! The whole show, in real time, while LRCLIB, the model, Spotify and some callers are bad all together.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use bus::{Bus, Delivery, Inbox};
use schemas::lyrics::{Document, Line};
use schemas::playback::{Position, Track};
use schemas::tags::Song;
use schemas::{Name, Payload as _};
use serde_json::{Value, json};
use tokio::time::timeout;

use super::intake::Intake;
use super::servers::Bad;
use crate::support::show::{SHIPPED, Show};
use crate::support::{SOON, name, next, vjbus};

/// Who sings, and the room that follows.
const SINGERS: [&str; 2] = ["singer", "room"];
/// The song: how many lines, when the first, and the way from line to line.
const LINES: i64 = 50;
const FIRST_S: f64 = 3.0;
const APART_S: f64 = 0.6;
/// News are wrong when they are so far from their instant. What is typical is a hundredth of it, and printed; a
/// machine that stands still is taken into account.
const WRONG_S: f64 = 0.2;
/// So often it is looked whether the machine stands still.
const WITNESSED: Duration = Duration::from_millis(5);
/// Tracks that another deck loads meanwhile, and the way from one to the next.
const TUNES: u32 = 12;
const CHANGE: Duration = Duration::from_millis(2_500);

const CLIENT_ID: &str = "0123456789abcdef0123456789abcdef";

fn at_s(line: i64) -> f64 {
    FIRST_S + APART_S * line as f64
}

/// A folder with the words of the singer and of the deck; nobody has those of the stranger.
fn words() -> Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let line = |n: i64| format!("[00:{:05.2}]line {n}\n", at_s(n));
    std::fs::write(folder.path().join("Singer - Song.lrc"), (0..LINES).map(line).collect::<String>())?;
    for n in 1..=TUNES {
        std::fs::write(folder.path().join(format!("Deck - Tune {n}.lrc")), format!("[00:00.00]tune {n}\n"))?;
    }
    Ok(folder)
}

fn tables(words: &Path, model: &Bad, spotify: &Bad) -> String {
    let wanted = ["active", "lyrics", "tags"];
    let off = SHIPPED.into_iter().filter(|name| !wanted.contains(name));
    let off: String = off.map(|name| format!("[instances.{name}]\nenabled = false\n")).collect();
    format!(
        "{off}[instances.active]\npriority = [\"singer\"]\n\
         [instances.lyrics]\nfolder = \"{}\"\n\
         [instances.tags]\nprovider = \"openai\"\nmodel = \"m\"\nsettle_s = 0.0\ntimeout_s = 5.0\nurl = \"{}\"\n\
         [instances.nowplaying]\ncomponent = \"producers/nowplaying\"\nhttp = \"127.0.0.1:0\"\n\
         [instances.spotify]\ncomponent = \"producers/spotify\"\nclient_id = \"{CLIENT_ID}\"\n\
         accounts_url = \"{2}\"\napi_url = \"{2}\"\n",
        words.display(),
        model.url(),
        spotify.url()
    )
}

/// A login as `vjbus login spotify` leaves it; the running producer finds it.
fn log_in(show: &Show) -> Result<()> {
    let (now, hour_s) = (component::time::unix_s() as u64, 3600);
    let token = json!({
        "client_id": CLIENT_ID, "consented": now, "refresh": "r3fresh", "access": "open", "access_until": now + hour_s,
    });
    let folder = show.state_dir().join("spotify");
    std::fs::create_dir_all(&folder)?;
    Ok(std::fs::write(folder.join("spotify.json"), token.to_string())?)
}

/// Hears every line of the singer and of the room, in order: how far from its instant each came, in seconds.
async fn sung(inbox: &Inbox, begun_ns: i64) -> Result<Vec<f64>> {
    let mut late = [Vec::new(), Vec::new()];
    while late.iter().any(|heard| heard.len() < LINES as usize) {
        let delivery = inbox.next().await;
        let named = |singer: &&str| delivery.subject.name().is_some_and(|name| name.as_str() == *singer);
        let line = delivery.decode::<Line>()?.body;
        let (Some(who), 0..) = (SINGERS.iter().position(named), line.index) else { continue };
        let expected = late[who].len() as i64;
        ensure!(line.index == expected, "{}: line {expected} was expected, and not {line:?}", SINGERS[who]);
        ensure!(line.text == format!("line {expected}"), "{line:?}");
        late[who].push((delivery.arrived_mono_ns - begun_ns) as f64 / 1e9 - at_s(line.index));
    }
    Ok(late.concat())
}

/// Loads one tune after the other on the deck: how long each took to be known with its position and its words.
async fn mixed(intake: &Intake, inbox: &Inbox) -> Result<Vec<f64>> {
    let mut pace = tokio::time::interval(CHANGE);
    let (mut delays, mut callers) = (Vec::new(), Vec::new());
    for tune in 1..=TUNES {
        pace.tick().await;
        callers.push(intake.stammer().await?);
        let begins_s = 1000.0 * f64::from(tune);
        let track = json!({ "artist": "Deck", "title": format!("Tune {tune}"), "position_s": begins_s });
        let told_ns = intake.tell("deck", &track).await?;
        let mut missing = vec![Track::TOPIC.name, Position::TOPIC.name, Document::TOPIC.name];
        let mut known_ns = told_ns;
        while !missing.is_empty() {
            let delivery = inbox.next().await;
            if is_of(tune, begins_s, &delivery)? {
                missing.retain(|topic| *topic != delivery.subject.topic().name);
                known_ns = delivery.arrived_mono_ns;
            }
        }
        delays.push((known_ns - told_ns) as f64 / 1e9);
    }
    Ok(delays)
}

/// Whether this is the deck's track, position or words of a tune.
fn is_of(tune: u32, begins_s: f64, delivery: &Delivery) -> Result<bool> {
    let topic = delivery.subject.topic().name;
    Ok(if topic == Track::TOPIC.name {
        delivery.decode::<Track>()?.body.title == Some(format!("Tune {tune}"))
    } else if topic == Position::TOPIC.name {
        (begins_s..begins_s + 1000.0).contains(&delivery.decode::<Position>()?.body.position_s)
    } else {
        let lines = delivery.decode::<Document>()?.body.lines;
        lines.first().is_some_and(|line| line.text == format!("tune {tune}"))
    })
}

/// Each that suffers says so, and what goes on all the same.
async fn confessed(show: &Show, bus: &Bus) -> Result<()> {
    let said = [
        ("lyrics", "no lyrics from the network"),
        ("spotify", "asks us to wait (status 429)"),
        ("tags", "tagged by rules meanwhile"),
    ];
    for (instance, words) in said {
        let says = |component: &Value| {
            let reason = component["reason"].as_str().is_some_and(|reason| reason.contains(words));
            component["state"] == "degraded" && reason
        };
        show.wait_component(instance, &format!("{instance} says “{words}”"), says)?;
    }
    let mut inbox = bus.inbox();
    inbox.subscribe(Song::TOPIC, Some(&Name::room())).await;
    let tags = next::<Song>(&inbox, "the room's tags", |song| !song.body.note.is_empty()).await?;
    ensure!(tags.body.source == "rules", "{:?}", tags.body);
    Ok(())
}

/// Notes how late a timer of this process was at worst, in µs: a machine that stands still delays everything.
async fn witness(worst_us: Arc<AtomicU64>) {
    loop {
        let due = Instant::now() + WITNESSED;
        tokio::time::sleep_until(due.into()).await;
        worst_us.fetch_max(due.elapsed().as_micros() as u64, Ordering::Relaxed);
    }
}

/// All within the limit, or as much later as the machine stood still; says what is typical and what was worst.
fn on_time(what: &str, mut off_s: Vec<f64>, stood_still_s: f64) -> Result<()> {
    off_s.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let ms = |off_s: Option<&f64>| off_s.copied().unwrap_or_default() * 1e3;
    println!("{what}: median {:.1} ms, worst {:.1} ms", ms(off_s.get(off_s.len() / 2)), ms(off_s.last()));
    let wrong = |s: &f64| !(-WRONG_S..WRONG_S + stood_still_s).contains(s);
    ensure!(
        !off_s.iter().any(wrong),
        "{what}: off by {off_s:.3?} s; the machine stood still for {stood_still_s:.3} s"
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_and_tracks_come_on_time_while_every_server_is_bad() -> Result<()> {
    let (words, lrclib, model, spotify) = (words()?, Bad::lrclib()?, Bad::model()?, Bad::spotify()?);
    let mut show = Show::new(vjbus()?, &tables(words.path(), &model, &spotify))?
        .env("VJBUS_INSTANCES__LYRICS__LRCLIB", &lrclib.url());
    show.up()?;
    let (intake, bus) = (Intake::of(&show)?, show.viewer().await?);
    let (mut lines, mut deck) = (bus.inbox(), bus.inbox());
    lines.subscribe(Line::TOPIC, None).await;
    for topic in [Track::TOPIC, Position::TOPIC, Document::TOPIC] {
        deck.subscribe(topic, Some(&name("deck"))).await;
    }

    let begun = Instant::now();
    let worst_us = Arc::new(AtomicU64::new(0));
    let witness = tokio::spawn(witness(worst_us.clone()));
    log_in(&show)?;
    let sings_ns =
        intake.tell("singer", &json!({ "artist": "Singer", "title": "Song", "position_s": 0 })).await?;
    intake.tell("stranger", &json!({ "artist": "Nobody", "title": "Unheard" })).await?;
    let show_goes_on = async { tokio::try_join!(sung(&lines, sings_ns), mixed(&intake, &deck)) };
    let most = Duration::from_secs_f64(at_s(LINES)) + SOON;
    let heard = timeout(most, show_goes_on).await.context("the show stands still")?;
    let (lines, changes) = heard.with_context(|| show.tail())?;
    let ended = Instant::now();
    witness.abort();

    let stood_still_s = worst_us.load(Ordering::Relaxed) as f64 / 1e6;
    on_time("lines after their instants", lines, stood_still_s)?;
    on_time("tracks after they were told", changes, stood_still_s)?;
    for bad in [&lrclib, &model, &spotify] {
        bad.was_bad_between(begun, ended)?;
    }
    confessed(&show, &bus).await?;
    show.down()
}
