//! The component on a real broker: what a file becomes on the bus.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use audio::Audio;
use bus::{Bus, Settings};
use component::{Exit, Launch};
use schemas::audio::{Block, Input, InputState};
use schemas::playback::{Position, Track};
use schemas::{Message, Name, wire};
use serde_json::{Value, json};
use testkit::nats::Server;

/// Longest wait for anything that must come.
const PATIENCE: Duration = Duration::from_secs(20);

fn launch(server: &Server, dir: &Path, config: Value) -> Launch {
    let instance = Name::new("audio").unwrap();
    let bus =
        Settings { url: server.url(), credentials: None, instance: instance.clone(), wait_for_broker: true };
    Launch { instance, config, overlay: json!({}), bus, state_dir: dir.to_owned() }
}

#[tokio::test]
async fn a_file_becomes_blocks_track_position_and_state() {
    let (server, dir) = (Server::jetstream().unwrap(), tempfile::tempdir().unwrap());
    let song = dir.path().join("song.wav");
    testkit::wav::write(&song, 48_000, 2, &testkit::wav::sine(48_000, 2, 440.0, 0.5, 1.0)).unwrap();
    let viewer = Settings {
        url: server.url(),
        credentials: None,
        instance: Name::new("viewer").unwrap(),
        wait_for_broker: false,
    };
    let mut inbox = Bus::connect(viewer).await.unwrap().inbox();
    inbox.subscribe_filter("vj.>".to_owned(), true).await;
    let running =
        component::run::<Audio>(launch(&server, dir.path(), json!({"source": "file", "path": song})));

    let mut heard: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
    let collect = async {
        while heard.get("vj.audio.block.main").map_or(0, Vec::len) < 230 {
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
    assert!((10..20).contains(&positions.len()), "{} positions in 1.2 s", positions.len());
    assert!(
        positions.windows(2).any(|pair| pair[1].body.position_s < pair[0].body.position_s),
        "no jump at the loop"
    );
}

#[tokio::test]
async fn mistakes_end_it_with_all_of_them_named() {
    let (server, dir) = (Server::jetstream().unwrap(), tempfile::tempdir().unwrap());
    let run = |config| component::run::<Audio>(launch(&server, dir.path(), config));
    let missing = dir.path().join("missing.ogg");
    let Exit::Config(text) = run(json!({"source": "file", "path": missing})).await else {
        panic!("no mistake found")
    };
    assert!(text.contains("missing.ogg") && text.contains("check the path"), "{text}");
}

fn all<T: schemas::Payload>(heard: &BTreeMap<String, Vec<Vec<u8>>>, subject: &str) -> Vec<Message<T>> {
    heard.get(subject).into_iter().flatten().map(|bytes| wire::decode(bytes).unwrap()).collect()
}
