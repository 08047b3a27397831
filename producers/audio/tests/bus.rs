//! The component on a real broker: what a file becomes on the bus.

use std::collections::BTreeMap;

use audio::Audio;
use component::Exit;
use schemas::audio::{Block, Input, InputKind, InputState};
use schemas::playback::{Position, Track};
use schemas::{Message, wire};
use serde_json::{Value, json};
use stage::{PATIENCE, Stage};

#[tokio::test]
async fn a_file_becomes_blocks_track_position_and_state() {
    let stage = Stage::set().await;
    let song = stage.path().join("song.wav");
    testkit::wav::write(&song, 48_000, 2, &testkit::wav::sine(48_000, 2, 440.0, 0.5, 1.0)).unwrap();
    let mut inbox = stage.bus.inbox();
    inbox.subscribe_filter("vj.>".to_owned(), true).await;
    let running = component::run::<Audio>(stage.launch("audio", json!({"source": "file", "path": song})));

    let mut heard: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let collect = async {
        let count =
            |heard: &BTreeMap<String, Vec<Vec<u8>>>, subject: &str| heard.get(subject).map_or(0, Vec::len);
        while count(&heard, "vj.audio.block.main") < 230 || count(&heard, "vj.playback.track.main") == 0 {
            let delivery = inbox.next().await;
            heard.entry(delivery.subject.to_string()).or_default().push(delivery.payload.to_vec());
        }
    };
    tokio::select! {
        exit = running => panic!("it ended: {exit}"),
        done = tokio::time::timeout(PATIENCE, collect) => done.expect("too few blocks"),
    }

    let blocks: Vec<Message<Block>> = all(&heard, "vj.audio.block.main");
    assert!(blocks.windows(2).all(|pair| pair[1].body.index == pair[0].body.index + 256));
    assert!(
        blocks
            .iter()
            .all(|block| block.body.rate == 48_000 && block.body.samples.len() == 256 && !block.body.demo)
    );
    let late_s = blocks.iter().map(|block| block.header.sent - block.header.at - 256.0 / 48_000.0);
    assert!(late_s.clone().all(|s| s > -0.001), "sent before it was captured");
    let energy: f32 = blocks[9].body.samples.iter().map(|s| s * s).sum::<f32>() / 256.0;
    assert!((energy.sqrt() - 0.3535).abs() < 0.02, "{energy}");

    let states: Vec<InputState> =
        all::<Input>(&heard, "vj.audio.input.main").iter().map(|m| m.body.state).collect();
    // The state before the file was open may have been replaced before a reader could see it.
    assert_eq!(states.last(), Some(&InputState::Live), "{states:?}");
    assert!(states.contains(&InputState::Recovering), "{states:?}");
    let tracks: Vec<Message<Track>> = all(&heard, "vj.playback.track.main");
    assert_eq!(tracks[0].body.title.as_deref(), Some("song"));
    let positions: Vec<Message<Position>> = all(&heard, "vj.playback.position.main");
    let played_s = blocks.len() as f64 * 256.0 / 48_000.0;
    let expected = played_s / 0.1 + played_s;
    assert!((positions.len() as f64 - expected).abs() < 4.0, "{} positions in {played_s} s", positions.len());
    assert!(
        positions.windows(2).any(|pair| pair[1].body.position_s < pair[0].body.position_s),
        "no jump at the loop"
    );
}

#[tokio::test]
async fn another_file_or_speed_is_taken_up_live_and_a_bad_one_is_refused() {
    let stage = Stage::set().await;
    let [one, two] = ["one.wav", "two.wav"].map(|name| stage.path().join(name));
    for song in [&one, &two] {
        testkit::wav::write(song, 48_000, 1, &testkit::wav::sine(48_000, 1, 440.0, 0.5, 30.0)).unwrap();
    }
    let mut inbox = stage.bus.inbox();
    inbox.subscribe_filter("vj.playback.>".to_owned(), true).await;
    let running = component::run::<Audio>(stage.launch("audio", json!({"source": "file", "path": one})));
    let show = async {
        let set = async |patch: Value| stage.ask("audio", "set_config", patch).await;
        let before = position(&mut inbox, |p| p.position_s > 0.4).await;

        let refused = set(json!({"path": stage.path().join("three.wav")})).await;
        assert!(refused.error.unwrap().message.contains("three.wav"));
        position(&mut inbox, |p| p.position_s > before + 0.3).await;

        assert!(set(json!({"speed": 2.0})).await.ok);
        let faster = position(&mut inbox, |p| p.rate == 2.0).await;
        assert!(
            (before..before + 3.0).contains(&faster),
            "it goes on where it was: {before} s, then {faster} s"
        );

        assert!(set(json!({"path": two})).await.ok);
        let begun = position(&mut inbox, |p| p.position_s < 0.3).await;
        assert!(begun < 0.3, "another file begins at its start");
    };
    tokio::select! {
        exit = running => panic!("it ended: {exit}"),
        done = tokio::time::timeout(PATIENCE, show) => done.expect("it did not follow"),
    }
}

async fn position(inbox: &mut bus::Inbox, wanted: impl Fn(&Position) -> bool) -> f64 {
    loop {
        let delivery = inbox.next().await;
        if let Ok(message) = wire::decode::<Position>(&delivery.payload)
            && wanted(&message.body)
        {
            return message.body.position_s;
        }
    }
}

#[tokio::test]
async fn everything_of_the_demo_says_so() {
    let stage = Stage::set().await;
    let mut inbox = stage.bus.inbox();
    inbox.subscribe_filter("vj.audio.>".to_owned(), true).await;
    let running = component::run::<Audio>(stage.launch("audio", json!({"source": "demo"})));
    let listen = async {
        let (mut blocks, mut live) = (0, false);
        while blocks < 20 || !live {
            let delivery = inbox.next().await;
            if let Ok(block) = wire::decode::<Block>(&delivery.payload) {
                assert!(block.body.demo);
                blocks += 1;
            } else if let Ok(input) = wire::decode::<Input>(&delivery.payload) {
                assert!(input.body.demo && input.body.kind == InputKind::Demo);
                live |= input.body.state == InputState::Live;
            }
        }
    };
    tokio::select! {
        exit = running => panic!("it ended: {exit}"),
        done = tokio::time::timeout(PATIENCE, listen) => done.expect("no demo"),
    }
}

#[tokio::test]
async fn mistakes_end_it_with_all_of_them_named() {
    let stage = Stage::set().await;
    let run = |config| component::run::<Audio>(stage.launch("audio", config));
    let missing = stage.path().join("missing.ogg");
    let Exit::Config(text) = run(json!({"source": "file", "path": missing})).await else {
        panic!("no mistake found")
    };
    assert!(text.contains("missing.ogg") && text.contains("check the path"), "{text}");
}

#[expect(clippy::unwrap_used, reason = "part of a test")]
fn all<T: schemas::Payload>(heard: &BTreeMap<String, Vec<Vec<u8>>>, subject: &str) -> Vec<Message<T>> {
    heard.get(subject).into_iter().flatten().map(|bytes| wire::decode(bytes).unwrap()).collect()
}
