//! The component on a real broker, against a client that speaks as VirtualDJ does, real files, and a web server in
//! the place of Network Control.

mod support;

use std::time::Duration;

use schemas::beat::{Grid, Mode, Tick};
use schemas::playback::{Position, Track};
use schemas::sys::{Heartbeat, State};
use serde_json::{Value, json};
use stage::{run, until};
use support::{Stage, VirtualDj};

/// Nothing but OS2L, on a free port, without discovery.
fn only_os2l() -> Value {
    json!({"port": 0, "advertise": false, "files": false})
}

#[test]
fn the_grid_follows_virtualdj_and_is_held_when_it_is_gone() {
    run(async {
        let stage = Stage::start(only_os2l()).await;
        let grids = stage.hear::<Grid>(Some("vdj")).await;
        let ticks = stage.hear::<Tick>(Some("vdj")).await;
        let dj = VirtualDj::connect(&stage.listening().await).await;
        let playing = dj.play(125.0, 16);
        until::<Grid>(&grids, "a locked grid", |_, grid| grid.mode == Mode::Locked).await;

        let (_, first) = until::<Tick>(&ticks, "a tick", |_, _| true).await;
        let mut expected = first.index;
        let mut places = Vec::new();
        let (header, tick) = until::<Tick>(&ticks, "eight more", |header, tick| {
            expected += 1;
            assert_eq!(tick.index, expected);
            assert!(header.at - header.sent > 0.03, "announced {} s ahead", header.at - header.sent);
            places.push(tick.beat);
            expected == first.index + 8
        })
        .await;
        assert_eq!(tick.bpm, 125.0);
        let place = places[0].unwrap();
        assert!(places.iter().zip(place - 1..).all(|(found, n)| *found == Some(n % 4 + 1)), "{places:?}");
        let late = playing.beats_from(header.at_mono_ns);
        assert!((late - late.round()).abs() * 0.48 < 0.03, "the tick lies {late} beats after the first");

        drop(playing);
        until::<Grid>(&grids, "held beats", |_, grid| grid.mode == Mode::Held).await;
        let (_, held) =
            until::<Tick>(&ticks, "a tick without VirtualDJ", |_, next| next.index > tick.index + 3).await;
        assert_eq!(held.bpm, 125.0);
    });
}

#[test]
fn of_two_virtualdjs_the_newer_leads() {
    run(async {
        let stage = Stage::start(only_os2l()).await;
        let grids = stage.hear::<Grid>(Some("vdj")).await;
        let address = stage.listening().await;
        let older = VirtualDj::connect(&address).await.play(100.0, 0);
        until::<Grid>(&grids, "the older", |_, grid| grid.bpm == 100.0).await;
        let newer = VirtualDj::connect(&address).await.play(140.0, 0);
        until::<Grid>(&grids, "the newer", |_, grid| grid.bpm == 140.0).await;
        stage.counter("os2l_beats_of_older_clients").await;
        drop(newer);
        until::<Grid>(&grids, "the older again", |_, grid| grid.bpm == 100.0).await;
        drop(older);
    });
}

#[test]
fn hostile_clients_are_counted_and_borne() {
    run(async {
        let stage = Stage::start(only_os2l()).await;
        let ticks = stage.hear::<Tick>(Some("vdj")).await;
        let address = stage.listening().await;
        let mut crowd = Vec::new();
        for _ in 0..12 {
            let mut client = VirtualDj::connect(&address).await;
            client.send(b"GET / HTTP/1.1\r\n\r\n{\"evt\":\"beat\",\"bpm\":1e999}\0\xff{{{{{{{{{").await;
            client.send(br#"{"evt":"btn","name":"fog","state":"on"}{"evt":"cmd","id":1,"param":0.5}"#).await;
            crowd.push(client);
        }
        for counter in ["os2l_nonsense", "os2l_buttons", "os2l_commands"] {
            stage.counter(counter).await;
        }
        let playing = VirtualDj::connect(&address).await.play(120.0, 0);
        until::<Tick>(&ticks, "a tick all the same", |_, tick| tick.bpm == 120.0).await;
        drop((playing, crowd));
    });
}

#[test]
fn a_port_that_is_taken_degrades_until_it_is_free() {
    run(async {
        let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = taken.local_addr().unwrap().port();
        let stage = Stage::start(json!({"port": port, "advertise": false, "files": false})).await;
        stage
            .health("the port to be missed", |beat: &Heartbeat| {
                beat.state == State::Degraded && beat.reason.contains("cannot listen")
            })
            .await;
        drop(taken);
        stage.health("the port to be had", |beat| beat.state == State::Ready).await;
        assert_eq!(stage.listening().await, format!("127.0.0.1:{port}"));
    });
}

#[test]
fn it_is_found_by_discovery_on_the_loopback() {
    run(async {
        let stage = Stage::start(json!({"port": 0, "files": false})).await;
        let address: std::net::SocketAddr = stage.listening().await.parse().unwrap();
        let browser = mdns_sd::ServiceDaemon::new().unwrap();
        browser.disable_interface(mdns_sd::IfKind::All).unwrap();
        browser.enable_interface(mdns_sd::IfKind::LoopbackV4).unwrap();
        let found = browser.browse(virtualdj::os2l::advertise::SERVICE_TYPE).unwrap();
        let look = async {
            loop {
                if let Ok(mdns_sd::ServiceEvent::ServiceResolved(service)) = found.recv_async().await
                    && service.port == address.port()
                {
                    return service;
                }
            }
        };
        let service = tokio::time::timeout(Duration::from_secs(20), look).await.expect("it was never found");
        assert!(service.fullname.starts_with("vjbus vdj."), "{}", service.fullname);
        assert!(
            service.addresses.iter().all(|address| address.to_ip_addr().is_loopback()),
            "{:?}",
            service.addresses
        );
        browser.shutdown().unwrap();
    });
}

#[test]
fn the_tracklist_becomes_a_player() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("tracklist.txt");
        let stage =
            Stage::start(json!({"os2l": false, "file": log, "file_poll_ms": 100, "file_delay_s": 45.0}))
                .await;
        let tracks = stage.hear::<Track>(Some("vdj")).await;
        let positions = stage.hear::<Position>(Some("vdj")).await;
        stage.health("the file to be missed", |beat| beat.reason.contains("tracklist.txt")).await;
        std::fs::write(&log, "VirtualDJ History 2026/11/26\r\n-----\r\n22:50 : Calvin Harris - Summer\r\n")
            .unwrap();
        let (_, track) = until::<Track>(&tracks, "the track", |_, track| track.title.is_some()).await;
        assert_eq!(
            (track.artist.as_deref(), track.title.as_deref()),
            (Some("Calvin Harris"), Some("Summer"))
        );
        assert_eq!((track.audible, track.provenance.service.as_str()), (None, "virtualdj"));
        stage.health("the file to be read", |beat| beat.state == State::Ready).await;
        let moves = |_: &schemas::Header, position: &Position| position.playing;
        let (before, first) = until::<Position>(&positions, "a position", moves).await;
        let (after, next) = until::<Position>(&positions, "a later one", moves).await;
        assert!((45.0..50.0).contains(&first.position_s), "{first:?}");
        let (moved, passed) =
            (next.position_s - first.position_s, (after.at_mono_ns - before.at_mono_ns) as f64 / 1e9);
        assert!((moved - passed).abs() < 0.01 && passed < 1.0, "{moved} in {passed} s");
        let two = "22:50 : Calvin Harris - Summer\r\n22:53 : Bolier, Joe Stone - Keep This Fire Burning\r\n";
        std::fs::write(&log, two).unwrap();
        until::<Track>(&tracks, "the next", |_, track| track.artist.as_deref() == Some("Bolier, Joe Stone"))
            .await;
        std::fs::write(&log, "").unwrap();
        until::<Track>(&tracks, "nothing", |_, track| track.title.is_none()).await;
    });
}

#[test]
fn the_history_of_the_evening_becomes_a_player_with_length_and_path() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let stage = Stage::start(
            json!({"os2l": false, "file": dir.path(), "file_poll_ms": 100, "file_delay_s": 45.0}),
        )
        .await;
        let tracks = stage.hear::<Track>(Some("vdj")).await;
        let positions = stage.hear::<Position>(Some("vdj")).await;
        stage.health("the history to be missed", |beat| beat.reason.contains("no history")).await;
        let write = |lines: &str| {
            std::fs::write(dir.path().join("2026-11-26.m3u"), lines).unwrap();
        };
        let summer = "#EXTVDJ:<time>22:50</time><artist>Calvin Harris</artist><title>Summer</title>\
            <songlength>224.5</songlength>\r\nC:\\Music\\Summer.mp3\r\n";
        write(summer);
        let titled = |_: &schemas::Header, track: &Track| track.title.is_some();
        let (_, track) = until::<Track>(&tracks, "the track", titled).await;
        assert_eq!(
            (track.artist.as_deref(), track.title.as_deref()),
            (Some("Calvin Harris"), Some("Summer"))
        );
        assert_eq!((track.duration_s, track.provenance.service.as_str()), (Some(224.5), "virtualdj"));
        assert_eq!(track.ids["path"], r"C:\Music\Summer.mp3");
        stage.health("the history to be read", |beat| beat.state == State::Ready).await;
        let moves = |_: &schemas::Header, position: &Position| position.playing;
        let (_, position) = until::<Position>(&positions, "a position", moves).await;
        assert!((45.0..70.0).contains(&position.position_s), "{position:?}");

        std::fs::write(dir.path().join("tracklist.txt"), "22:53 : Simon & Garfunkel - America (Live)\r\n")
            .unwrap();
        write(&format!(
            "{summer}#EXTVDJ:<time>22:53</time><artist>Simon &amp; Garfunkel</artist><title>America</title>\
             <remix>Live</remix>\r\nnetsearch://dz3130706\r\n"
        ));
        let (_, track) = until::<Track>(&tracks, "the next", |_, next| next.title != track.title).await;
        assert_eq!(
            (track.artist.as_deref(), track.title.as_deref()),
            (Some("Simon & Garfunkel"), Some("America (Live)"))
        );
        assert_eq!((track.duration_s, track.ids["url"].as_str()), (None, "netsearch://dz3130706"));
    });
}

#[test]
fn network_control_becomes_two_players_and_silences_the_file() {
    run(async {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("now_playing.txt");
        std::fs::write(&log, "From - File\n").unwrap();
        let console = support::console::Console::start("hush");
        let config = json!({
            "os2l": false, "file": log, "file_poll_ms": 100, "network_url": console.url(),
            "network_password": "wrong", "network_poll_ms": 100,
        });
        let stage = Stage::start(config).await;
        let filed = stage.hear::<Track>(Some("vdj")).await;
        let left = stage.hear::<Track>(Some("vdj-1")).await;
        let right = stage.hear::<Track>(Some("vdj-2")).await;
        let positions = stage.hear::<Position>(Some("vdj-1")).await;
        stage.health("the password to be refused", |beat| beat.reason.contains("network_password")).await;
        until::<Track>(&filed, "the file meanwhile", |_, track| track.title.as_deref() == Some("File")).await;

        let reply = stage.ask("vdj", "set_config", json!({ "network_password": "hush" })).await;
        assert!(reply.ok && !format!("{reply:?}").contains("hush"), "{reply:?}");
        let heard = |wanted: bool| move |_: &schemas::Header, track: &Track| track.audible == Some(wanted);
        let (_, track) = until::<Track>(&left, "deck 1", heard(true)).await;
        assert_eq!((track.title.as_deref(), track.duration_s), (Some("Summer"), Some(200.0)));
        until::<Track>(&right, "deck 2, not heard", heard(false)).await;
        until::<Track>(&filed, "the file to be silent", |_, track| track.title.is_none()).await;
        let (_, position) = until::<Position>(&positions, "a position", |_, position| position.playing).await;
        assert!(
            (position.position_s - 50.0).abs() < 5.0 && (position.rate - 1.05).abs() < 1e-9,
            "{position:?}"
        );

        console.set("deck 1 volume", "0");
        console.set("deck 2 play", "on");
        until::<Track>(&left, "deck 1 faded out", heard(false)).await;
        until::<Track>(&right, "deck 2 heard", heard(true)).await;
        console.set("deck 1 song_pos", "rubbish");
        stage.counter("network_nonsense").await;
        console.set("deck 1 song_pos", "0.3");
        console.set("deck 1 play", "off");
        until::<Position>(&positions, "a pause", |_, position| !position.playing).await;

        drop(console);
        stage.health("the plugin to be missed", |beat| beat.reason.contains("Network Control")).await;
        until::<Track>(&left, "nothing any more", |_, track| track.title.is_none()).await;
        until::<Track>(&filed, "the file again", |_, track| track.title.as_deref() == Some("File")).await;
    });
}
