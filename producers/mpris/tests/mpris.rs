//! Real players on a real bus: what they do is what the broker hears.

mod desk;

use std::collections::HashMap;

use anyhow::{Context as _, Result, ensure};
use schemas::playback::{Position, Track};
use schemas::sys::{Heartbeat, State};
use serde_json::json;
use stage::{PATIENCE, Stage};
use testkit::desktop::Desktop;
use testkit::process::Signal;
use zbus::{Connection, ObjectPath, Variant};

use crate::desk::guest::Guest;
use crate::desk::{Desk, Ear, SONG_S, with};

const MPV: &str = "mpris-mpv";
/// mpv's first song, which `SetPosition` has to name.
const FIRST_TRACK: &str = "/0";

/// Tells mpv what to do.
async fn tell<B>(guest: &Connection, interface: &str, verb: &str, body: &B) -> Result<()>
where
    B: serde::Serialize + zbus::DynamicType,
{
    let (name, path) = ("org.mpris.MediaPlayer2.mpv", "/org/mpris/MediaPlayer2");
    guest.call_method(Some(name), path, Some(interface), verb, body).await.context(verb.to_owned())?;
    Ok(())
}

const PLAYER: &str = "org.mpris.MediaPlayer2.Player";

/// Positions that are 2 s apart by their stamps: that is their way, and none between them comes late. mpv itself
/// slips by up to 0.13 s on a busy machine.
async fn runs_true(positions: &Ear, rate: f64) -> Result<()> {
    let running = |p: &Position| p.playing && p.rate == rate;
    let (first, from) = positions.position(MPV, "a position that moves", running).await?;
    let mut last = first.at;
    loop {
        let (header, to) = positions.position(MPV, "the next position", running).await?;
        ensure!(header.at - last < 1.5, "{} s from one position to the next", header.at - last);
        last = header.at;
        let (time_s, way_s) = (header.at - first.at, to.position_s - from.position_s);
        if time_s > 2.0 {
            ensure!((way_s - time_s * rate).abs() < 0.3, "{way_s} s of track in {time_s} s at rate {rate}");
            return Ok(());
        }
    }
}

#[tokio::test]
async fn mpv_is_followed_through_pause_seek_next_and_quit() -> Result<()> {
    let desk = Desk::new().await?;
    let (tracks, positions) = (desk.hear::<Track>().await, desk.hear::<Position>().await);
    with(desk.launch(json!({ "bus": desk.address })), async {
        let mut mpv = desk.mpv()?;
        let guest = desk.guest().await?;
        let track = tracks.title(MPV, Some("a")).await.with_context(|| mpv.tail())?;
        ensure!(track.ids["path"] == desk.song("a.wav").display().to_string(), "{track:?}");
        ensure!(track.provenance.service == "mpris" && track.audible.is_none(), "{track:?}");
        let whole = |t: &Track| t.duration_s.is_some_and(|s| (s - SONG_S).abs() < 0.1);
        if !whole(&track) {
            tracks.next::<Track>(MPV, "the length", whole).await?;
        }
        runs_true(&positions, 1.0).await?;

        tell(&guest, PLAYER, "Pause", &()).await?;
        let (_, paused) = positions.position(MPV, "a pause", |p| !p.playing).await?;
        let (_, still) = positions.position(MPV, "that it still stands", |p| !p.playing).await?;
        ensure!((still.position_s - paused.position_s).abs() < 0.05, "{paused:?}, then {still:?}");

        tell(&guest, PLAYER, "SetPosition", &(ObjectPath::try_from(FIRST_TRACK)?, 20_000_000_i64)).await?;
        positions.position(MPV, "the seek", |p| !p.playing && (p.position_s - 20.0).abs() < 0.2).await?;
        tell(&guest, PLAYER, "Play", &()).await?;
        positions.position(MPV, "that it plays from there", |p| p.playing && p.position_s > 19.8).await?;
        tell(&guest, PLAYER, "Seek", &-15_000_000_i64).await?;
        positions
            .position(MPV, "the seek back", |p| p.playing && (4.0..10.0).contains(&p.position_s))
            .await?;

        tell(&guest, "org.freedesktop.DBus.Properties", "Set", &(PLAYER, "Rate", Variant::from(1.5))).await?;
        runs_true(&positions, 1.5).await?;
        tell(&guest, "org.freedesktop.DBus.Properties", "Set", &(PLAYER, "Volume", Variant::from(0.0)))
            .await?;
        tracks.next::<Track>(MPV, "that nobody hears it", |t| t.audible == Some(false)).await?;

        // The end of a song, where mpv describes the next one twice and is for a moment before its start.
        let end = ((SONG_S - 1.0) * 1e6) as i64;
        tell(&guest, PLAYER, "SetPosition", &(ObjectPath::try_from(FIRST_TRACK)?, end)).await?;
        let next = tracks.next::<Track>(MPV, "the next song", |_| true).await?.1;
        ensure!(next.title.as_deref() == Some("b"), "between two songs it said {next:?}");
        positions.position(MPV, "the start of b", |p| p.playing && p.position_s < 2.0).await?;
        tell(&guest, PLAYER, "Previous", &()).await?;
        tracks.title(MPV, Some("a")).await?;
        tell(&guest, PLAYER, "Next", &()).await?;
        tracks.title(MPV, Some("b")).await?;

        tell(&guest, "org.mpris.MediaPlayer2", "Quit", &()).await?;
        tracks.title(MPV, None).await?;
        positions.position(MPV, "the end", |p| !p.playing && p.position_s == 0.0).await?;
        mpv.wait(PATIENCE)?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn what_a_player_signals_is_seen_at_once_however_rarely_it_is_looked_at() -> Result<()> {
    let desk = Desk::new().await?;
    let (tracks, positions) = (desk.hear::<Track>().await, desk.hear::<Position>().await);
    with(desk.launch(json!({ "bus": desk.address, "poll_ms": 5_000 })), async {
        let mpv = desk.mpv()?;
        let guest = desk.guest().await?;
        tracks.title(MPV, Some("a")).await.with_context(|| mpv.tail())?;
        runs_true(&positions, 1.0).await?;
        for (verb, playing) in [("Pause", false), ("Play", true), ("Pause", false), ("Play", true)] {
            let asked = bus::time::unix_s();
            tell(&guest, PLAYER, verb, &()).await?;
            let (header, _) = positions.position(MPV, verb, |p| p.playing == playing).await?;
            ensure!(header.at - asked < 1.0, "{verb} was seen after {} s", header.at - asked);
        }
        let asked = bus::time::unix_s();
        tell(&guest, PLAYER, "Seek", &12_000_000_i64).await?;
        let (header, _) = positions.position(MPV, "the seek", |p| p.position_s > 12.0).await?;
        ensure!(header.at - asked < 1.0, "the seek was seen after {} s", header.at - asked);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_player_that_hangs_delays_no_other_and_is_named() -> Result<()> {
    let desk = Desk::new().await?;
    let (tracks, positions) = (desk.hear::<Track>().await, desk.hear::<Position>().await);
    let health = desk.hear::<Heartbeat>().await;
    with(desk.launch(json!({ "bus": desk.address })), async {
        let stuck = desk.mpv()?;
        tracks.title(MPV, Some("a")).await.with_context(|| stuck.tail())?;
        let well = desk.mpv()?;
        tracks.title("mpris-mpv-2", Some("a")).await.with_context(|| well.tail())?;

        stuck.signal(Signal::STOP)?;
        let reason = health.health(State::Degraded).await?;
        ensure!(reason.contains("mpris-mpv does not answer"), "{reason}");
        let mut last: Option<f64> = None;
        for _ in 0..6 {
            let (header, _) = positions.position("mpris-mpv-2", "a position", |p| p.playing).await?;
            let gap_s = last.map_or(0.0, |last| header.at - last);
            ensure!(gap_s < 0.9, "{gap_s} s without a position");
            last = Some(header.at);
        }
        stuck.signal(Signal::CONT)?;
        health.health(State::Ready).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn strange_players_are_named_cleaned_and_told_apart() -> Result<()> {
    let desk = Desk::new().await?;
    let (tracks, positions) = (desk.hear::<Track>().await, desk.hear::<Position>().await);
    let steady = desk.hear::<Track>().await;
    let described = |title: &'static str| {
        let metadata = HashMap::from([
            ("xesam:title", Variant::from(title)),
            ("xesam:artist", vec!["One", "Two"].into()),
            ("mpris:length", "long".into()),
        ]);
        HashMap::from([("PlaybackStatus", "Playing".into()), ("Metadata", metadata.into())])
    };
    with(desk.launch(json!({ "bus": desk.address, "ignore": ["vlc"] })), async {
        let _calm = Guest::new(desk.guest().await?, "Calm", described("going on")).await?;
        steady.title("mpris-calm", Some("going on")).await?;
        let _vlc = Guest::new(desk.guest().await?, "vlc", described("unwanted")).await?;
        let spotify = Guest::new(desk.guest().await?, "spotifyd.instance42", described("bel\u{7}l")).await?;
        let track = tracks.title("mpris-spotifyd", Some("bell")).await?;
        ensure!(track.artist.as_deref() == Some("One, Two") && track.duration_s.is_none(), "{track:?}");
        ensure!(track.provenance.service == "spotify", "{track:?}");
        // It says no position at all: the clock counts along.
        positions.position("mpris-spotifyd", "progress", |p| p.playing && p.position_s > 0.8).await?;

        drop(spotify);
        tracks.title("mpris-spotifyd", None).await?;
        let set = json!({ "ignore": [] });
        let reply = desk.stage.ask("mpris", "set_config", set).await;
        ensure!(reply.ok, "{reply:?}");
        tracks.title("mpris-vlc", Some("unwanted")).await?;
        let calm = steady.next::<Track>("mpris-calm", "what it plays", |_| true).await?.1;
        ensure!(calm.title.is_some(), "it was ended by a change of the configuration");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn without_a_bus_it_says_so_and_finds_it_when_it_comes() -> Result<()> {
    let stage = Stage::set().await;
    let socket = stage.path().join("bus");
    let config = json!({ "bus": format!("unix:path={}", socket.display()) });
    let health = Ear::new::<Heartbeat>(&stage.bus).await;
    with(stage.launch("mpris", config), async {
        let reason = health.health(State::Degraded).await?;
        ensure!(reason.starts_with("no D-Bus (") && reason.contains("DBUS_SESSION_BUS_ADDRESS"), "{reason}");
        ensure!(reason.matches("No such file").count() == 1, "{reason}");
        let mut desktop = Desktop::start(stage.path())?;
        health.health(State::Ready).await?;
        desktop.dbus().kill9()?;
        let reason = health.health(State::Degraded).await?;
        ensure!(reason.contains("hung up"), "{reason}");
        std::fs::remove_file(&socket)?;
        let _again = Desktop::start(stage.path())?;
        health.health(State::Ready).await?;
        Ok(())
    })
    .await
}
