//! The component on a real broker, with a socket in the receiver's place.

mod karaoke;

use component::Launch;
use rosc::{OscPacket, OscType, decoder};
use schemas::audio::{Bands, Features};
use schemas::beat::{Active, Grid, Mode, Onset, OnsetKind};
use stage::{PATIENCE, Stage};
use tokio::net::UdpSocket;

use super::*;

struct Room {
    stage: Stage,
    receiver: UdpSocket,
    osc: String,
}

async fn room(osc: &str, target: &str) -> (Room, Launch) {
    let stage = Stage::set().await;
    let receiver = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = receiver.local_addr().unwrap().to_string();
    let launch = stage.launch(osc, json!({"targets": {target: {"address": address}}}));
    (Room { stage, receiver, osc: osc.to_owned() }, launch)
}

impl Room {
    /// Plays features, and now and then a kick, for as long as it is polled.
    async fn play(&self) {
        let name = Name::main();
        let (features, onsets) =
            (self.stage.bus.publisher::<Features>(&name), self.stage.bus.publisher::<Onset>(&name));
        let mut blocks = tokio::time::interval(Duration::from_millis(5));
        for count in 0.. {
            blocks.tick().await;
            let bands = Bands { bass: 0.5, ..Bands::default() };
            features.send(time::now(), &Features { rms: 0.25, bands, ..Features::default() });
            if count % 50 == 0 {
                onsets.send(time::now(), &Onset { kind: OnsetKind::Kick, strength: 1.0, count });
            }
        }
    }

    fn conduct(&self) {
        let active = Active { source: Some("main".to_owned()), why: "test".to_owned(), since: 0.0 };
        self.stage.bus.publisher::<Active>(&Name::main()).send(time::now(), &active);
        let grid = Grid {
            bpm: 300.0,
            index: 1000,
            beat: Some(1),
            beats_per_bar: Some(4),
            bar: Some(1),
            confidence: 0.9,
            downbeat_confidence: 0.9,
            mode: Mode::Locked,
        };
        self.stage.bus.publisher::<Grid>(&Name::room()).send(time::now().plus_s(0.1), &grid);
    }

    /// The next message to `address`.
    async fn next(&self, address: &str) -> Vec<OscType> {
        let look = async {
            let mut buffer = [0; 2000];
            loop {
                let length = self.receiver.recv(&mut buffer).await.unwrap();
                match decoder::decode_udp(&buffer[..length]).unwrap().1 {
                    OscPacket::Message(message) if message.addr == address => return message.args,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("nothing came to {address}"))
    }

    async fn ask(&self, verb: &str, args: Value) -> schemas::command::Reply {
        self.stage.ask(&self.osc, verb, args).await
    }
}

/// Runs `script` beside the component and the music.
fn perform<F: Future<Output = ()>>(osc: &str, script: impl FnOnce(std::rc::Rc<Room>) -> F) {
    perform_on("generic", osc, script);
}

fn perform_on<F: Future<Output = ()>>(target: &str, osc: &str, script: impl FnOnce(std::rc::Rc<Room>) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let (room, launch) = room(osc, target).await;
        let room = std::rc::Rc::new(room);
        tokio::select! {
            exit = component::run::<Osc>(launch) => panic!("the component ended: {exit}"),
            () = room.play() => {},
            () = script(room.clone()) => {},
        }
    });
}

#[test]
fn music_arrives_as_the_generic_namespace() {
    perform("osc-generic", |room| async move {
        assert_eq!(room.next("/vj/level/bass").await, [OscType::Float(0.5)]);
        room.conduct();
        assert_eq!(room.next("/vj/bpm").await, [OscType::Float(300.0)]);
        let OscType::Int(first) = room.next("/vj/beat/count").await[0] else { panic!("no count") };
        for index in first + 1..first + 8 {
            assert_eq!(room.next("/vj/beat").await, [OscType::Int((index - 1000) % 4 + 1)]);
            assert_eq!(room.next("/vj/beat/trigger").await, [OscType::Float(1.0)]);
            assert_eq!(room.next("/vj/beat/count").await, [OscType::Int(index)]);
        }
        let mut kick = room.next("/vj/onset/kick").await;
        for _edge in 0..4 {
            let next = room.next("/vj/onset/kick").await;
            assert_ne!(next, kick, "1, then 0, then 1");
            kick = next;
        }
    });
}

#[test]
fn commands_change_it_live() {
    perform("osc-commands", |room| async move {
        room.next("/vj/level/rms").await;
        room.conduct();
        room.next("/vj/source").await;
        assert!(room.ask("resync", Value::Null).await.ok);
        assert_eq!(room.next("/vj/source").await, ["main".into()]);
        assert!(room.ask("offset_ms", json!({"target": "generic", "ms": -12.5})).await.ok);
        let state = room.ask("get_state", Value::Null).await;
        assert!(state.ok && state.fields.values().any(|v| v.to_string().contains("-12.5")), "{state:?}");
        for (verb, args) in [
            ("offset_ms", json!({"target": "nobody", "ms": 1})),
            ("offset_ms", json!({"target": "generic", "ms": "late"})),
            ("offset_ms", json!({"target": "generic", "ms": 1e6})),
            ("enable", json!({"target": "generic", "on": 3})),
            ("enable", json!({"target": "no-such-file", "on": true})),
        ] {
            assert!(!room.ask(verb, args.clone()).await.ok, "{verb} {args}");
        }
        assert!(room.ask("enable", json!({"target": "generic", "on": false})).await.ok);
        assert!(room.ask("enable", json!({"target": "generic", "on": true})).await.ok);
        room.next("/vj/beat/count").await;
    });
}

#[test]
fn what_is_sent_is_mirrored_only_while_somebody_watches() {
    perform("osc-watched", |room| async move {
        let mirror = room.stage.hear::<Out>(None).await;
        room.next("/vj/level/rms").await;
        assert!(mirror.take().is_none(), "nobody watches");
        assert!(room.ask("watch", Value::Null).await.ok);
        let copy = tokio::time::timeout(PATIENCE, mirror.next()).await.unwrap();
        assert_eq!(copy.subject.name().unwrap().as_str(), "generic");
        assert!(copy.decode::<Out>().unwrap().body.address.starts_with("/vj/"));
    });
}

#[test]
fn a_wrong_target_is_a_mistake_of_the_configuration() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let exit = runtime.block_on(async {
        let (_room, mut launch) = room("osc-wrong", "generic").await;
        launch.config = json!({"targets": {"no-such-file": {}}});
        component::run::<Osc>(launch).await
    });
    assert!(matches!(&exit, Exit::Config(reason) if reason.contains("no-such-file.toml")), "{exit:?}");
}
