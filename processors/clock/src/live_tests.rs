//! The room's clock on a real broker.

use std::path::Path;
use std::time::Duration;

use bus::{Bus, Inbox, time};
use component::Launch;
use schemas::beat::{Active, Grid, Mode, Tick};
use schemas::{Header, Name, Payload};
use serde_json::json;
use testkit::nats::Server;

use crate::Clock;

const DEADLINE: Duration = Duration::from_secs(20);
const PERIOD_S: f64 = 0.4;

fn settings(server: &Server, instance: &str) -> bus::Settings {
    bus::Settings {
        url: server.url(),
        credentials: None,
        instance: Name::new(instance).unwrap(),
        wait_for_broker: false,
    }
}

fn launch(server: &Server, state_dir: &Path) -> Launch {
    let instance = Name::new("clock").unwrap();
    let config = serde_json::to_value(crate::Config::default()).unwrap();
    Launch {
        instance,
        config,
        overlay: json!({}),
        bus: settings(server, "clock"),
        state_dir: state_dir.to_owned(),
    }
}

async fn play(bus: Bus, source: &str, shift_s: f64, confidence: f32) {
    let name = Name::new(source).unwrap();
    let (grids, ticks) = (bus.publisher::<Grid>(&name), bus.publisher::<Tick>(&name));
    let mut pace = tokio::time::interval(Duration::from_secs_f64(PERIOD_S));
    let start = time::now();
    for index in 0..1000 {
        pace.tick().await;
        let stamp = start.plus_s(index as f64 * PERIOD_S + 0.1 + shift_s);
        let bpm = 60.0 / PERIOD_S;
        let (beat, beats_per_bar, bar) = (None, None, None);
        let grid = Grid {
            bpm,
            index,
            beat,
            beats_per_bar,
            bar,
            confidence,
            downbeat_confidence: 0.0,
            mode: Mode::Locked,
        };
        grids.send(stamp, &grid);
        ticks.send(stamp, &Tick { index, beat, bar, bpm, confidence });
    }
}

async fn until<T: Payload>(
    inbox: &Inbox,
    what: &str,
    mut fits: impl FnMut(&Header, &T) -> bool,
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

async fn change_and_restart() {
    let server = Server::jetstream().unwrap();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let bus = Bus::connect(settings(&server, "test")).await.unwrap();
    bus::state::create(&bus).await.unwrap();
    let (mut ticks, mut actives) = (bus.inbox(), bus.inbox());
    ticks.subscribe(Tick::TOPIC, Some(&Name::room())).await;
    actives.subscribe(Active::TOPIC, None).await;
    let clock = tokio::task::spawn_local(component::run::<Clock>(launch(&server, folders[0].path())));
    let players = [
        tokio::task::spawn_local(play(bus.clone(), "main", 0.0, 0.9)),
        tokio::task::spawn_local(play(bus.clone(), "vdj", 0.05, 0.5)),
    ];

    until::<Active>(&actives, "main", |_, active| active.source.as_deref() == Some("main")).await;
    let (header, first) = until::<Tick>(&ticks, "a beat of the room", |_, _| true).await;
    assert!(header.at - header.sent > 0.03, "announced {} s ahead", header.at - header.sent);

    let name = Name::new("clock").unwrap();
    let reply = bus.request(&name, "pin", &json!(["vdj"])).await.unwrap();
    assert_eq!((reply.ok, &reply.fields["source"]), (true, &json!("vdj")));
    let (_, active) =
        until::<Active>(&actives, "vdj", |_, active| active.source.as_deref() == Some("vdj")).await;
    assert_eq!(active.why, "vdj: it is pinned");
    assert!(bus.request(&name, "pin", &json!(["room"])).await.is_ok_and(|reply| !reply.ok));
    let mut expected = first.index;
    until::<Tick>(&ticks, "eight beats in a row", |_, tick| {
        expected += 1;
        assert_eq!(tick.index, expected);
        expected == first.index + 8
    })
    .await;

    clock.abort();
    players.iter().for_each(tokio::task::JoinHandle::abort);
    let _again = tokio::task::spawn_local(component::run::<Clock>(launch(&server, folders[1].path())));
    let (_, next) =
        until::<Tick>(&ticks, "a beat of the next generation, by itself", |h, _| h.origin != header.origin)
            .await;
    assert!(next.index > expected && next.index < expected + 10, "{expected} then {}", next.index);
}

#[test]
fn the_room_counts_on_through_pins_and_restart() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, change_and_restart());
}
