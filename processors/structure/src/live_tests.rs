//! The structure processor on a real broker.

use std::path::Path;
use std::time::Duration;

use bus::{Bus, Inbox, time};
use component::Launch;
use schemas::audio::{Block, Input, InputKind, InputState};
use schemas::beat::Tick;
use schemas::structure::{Event, EventKind, Progress, Section};
use schemas::{Header, Name, Payload, Stamp};
use serde_json::json;
use testkit::nats::Server;

use crate::Structure;

const RATE_HZ: u32 = 22_050;
const BLOCK: usize = 1024;
const DEADLINE: Duration = Duration::from_secs(40);

fn settings(server: &Server, instance: &str) -> bus::Settings {
    bus::Settings {
        url: server.url(),
        credentials: None,
        instance: Name::new(instance).unwrap(),
        wait_for_broker: false,
    }
}

fn launch(server: &Server, state_dir: &Path) -> Launch {
    let instance = Name::new("structure").unwrap();
    let config = serde_json::to_value(crate::Config::default()).unwrap();
    let bus = settings(server, "structure");
    Launch { instance, config, overlay: json!({}), bus, state_dir: state_dir.to_owned() }
}

fn input(state: InputState) -> Input {
    let (kind, device, reason) = (InputKind::Device, "test".to_owned(), String::new());
    Input { kind, device, rate: RATE_HZ, channels: 1, state, demo: false, reason }
}

async fn until<T: Payload + std::fmt::Debug>(
    inbox: &Inbox,
    what: &str,
    fits: impl Fn(&Header, &T) -> bool,
) -> (Header, T) {
    let look = async {
        loop {
            let delivery = inbox.next().await;
            if delivery.subject.topic().name == T::TOPIC.name {
                let message = delivery.decode::<T>().unwrap();
                if fits(&message.header, &message.body) {
                    return (message.header, message.body);
                }
            }
        }
    };
    tokio::time::timeout(DEADLINE, look).await.unwrap_or_else(|_| panic!("never saw {what}"))
}

/// The demo track from some seconds before its first drop on, in real time, with its beats.
async fn play(bus: Bus, from_s: f64, start: Stamp) {
    let mut track = demo::Track::new(demo::FIRST_LIGHT, RATE_HZ).unwrap();
    let truth = track.annotations().clone();
    track.seek((from_s * f64::from(RATE_HZ)) as u64);
    let (blocks, ticks) = (bus.publisher::<Block>(&Name::main()), bus.publisher::<Tick>(&Name::main()));
    let mut pace = tokio::time::interval(Duration::from_secs_f64(BLOCK as f64 / f64::from(RATE_HZ)));
    let mut beats = truth.beats.iter().enumerate().filter(|(_, beat)| beat.time_s > from_s).peekable();
    for number in 0.. {
        pace.tick().await;
        let index = number * BLOCK;
        let at_s = index as f64 / f64::from(RATE_HZ);
        while let Some((index, beat)) = beats.next_if(|(_, beat)| beat.time_s - from_s < at_s + 0.15) {
            let tick = Tick {
                index: index as i64,
                beat: Some(beat.position),
                bar: None,
                bpm: truth.bpm,
                confidence: 0.9,
            };
            ticks.send(start.plus_s(beat.time_s - from_s), &tick);
        }
        let mut samples = vec![0.0; BLOCK];
        track.render(&mut samples);
        blocks.send(start.plus_s(at_s), &Block { rate: RATE_HZ, index: index as u64, samples, demo: true });
    }
}

async fn hear_a_drop_and_lose_the_input() {
    let server = Server::jetstream().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let bus = Bus::connect(settings(&server, "test")).await.unwrap();
    bus::state::create(&bus).await.unwrap();
    let mut inbox = bus.inbox();
    inbox.subscribe(Section::TOPIC, None).await;
    inbox.subscribe(Progress::TOPIC, None).await;
    inbox.subscribe(Event::TOPIC, None).await;
    let _structure = tokio::task::spawn_local(component::run::<Structure>(launch(&server, folder.path())));
    let name = Name::new("structure").unwrap();
    let ready = async { while bus.request(&name, "get_state", &json!(null)).await.is_err() {} };
    tokio::time::timeout(DEADLINE, ready).await.unwrap();

    // The build-up of the demo track, and its drop.
    let truth = demo::Track::new(demo::FIRST_LIGHT, RATE_HZ).unwrap().annotations().clone();
    let drop_s = truth.sections.iter().find(|s| s.role == demo::Role::Drop).unwrap().start_s;
    let from_s = drop_s - 12.0;
    let start = time::now();
    let player = tokio::task::spawn_local(play(bus.clone(), from_s, start));
    let (header, first) = until::<Section>(&inbox, "the first section", |_, _| true).await;
    assert_eq!((first.label.as_str(), first.role.as_deref()), ("A", Some("intro")));
    assert!((header.at - start.at).abs() < 0.05, "it began {} s after the music", header.at - start.at);
    until::<Progress>(&inbox, "bars", |_, progress| progress.bars_in > 2.0).await;
    until::<Progress>(&inbox, "a build-up", |_, progress| progress.buildup > 0.5).await;
    let (header, _) = until::<Event>(&inbox, "the drop", |_, event| event.kind == EventKind::Drop).await;
    let late_s = header.at - start.at - 12.0;
    assert!(late_s.abs() < 0.05, "{late_s} s beside the downbeat");
    assert!(header.sent - header.at < 0.3, "said {} s after it", header.sent - header.at);
    until::<Section>(&inbox, "the section of the drop", |_, s| s.role.as_deref() == Some("drop")).await;

    let reply = bus.request(&name, "reset", &json!(null)).await.unwrap();
    assert!(reply.ok);
    until::<Section>(&inbox, "another piece", |_, section| section.label == "A").await;
    player.abort();
    bus.publisher::<Input>(&Name::main()).send(time::now(), &input(InputState::Lost));
    until::<Progress>(&inbox, "rest", |_, p| p.energy == 0.0 && p.bars_in == 0.0 && p.buildup == 0.0).await;
}

#[test]
fn a_drop_is_heard_live_and_a_lost_input_ends_the_piece() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, hear_a_drop_and_lose_the_input());
}
