//! The room's player on a real broker.

use std::path::Path;
use std::time::Duration;

use bus::{Bus, Inbox, time};
use component::Launch;
use schemas::playback::{ActivePlayer, Position, Track};
use schemas::{Header, Name, Payload};
use serde_json::json;
use testkit::nats::Server;

use crate::Active;

const DEADLINE: Duration = Duration::from_secs(20);

fn settings(server: &Server, instance: &str) -> bus::Settings {
    bus::Settings {
        url: server.url(),
        credentials: None,
        instance: Name::new(instance).unwrap(),
        wait_for_broker: false,
    }
}

fn launch(server: &Server, state_dir: &Path) -> Launch {
    let instance = Name::new("active").unwrap();
    let config = json!({ "hold_off_s": 0.6 });
    Launch {
        instance,
        config,
        overlay: json!({}),
        bus: settings(server, "active"),
        state_dir: state_dir.into(),
    }
}

/// A player that plays `title` from its start on, for as long as the test runs.
async fn play(bus: Bus, player: &str, title: &str) {
    let name = Name::new(player).unwrap();
    let (tracks, positions) = (bus.publisher::<Track>(&name), bus.publisher::<Position>(&name));
    let start = time::now();
    tracks.send(start, &Track { title: Some(title.into()), ..Track::default() });
    let mut pace = tokio::time::interval(Duration::from_millis(100));
    loop {
        pace.tick().await;
        let now = time::now();
        let position_s = (now.at_mono_ns - start.at_mono_ns) as f64 / 1e9;
        positions.send(now, &Position { position_s, rate: 1.0, playing: true });
    }
}

async fn until<T: Payload>(inbox: &Inbox, what: &str, mut fits: impl FnMut(&T) -> bool) -> (Header, T) {
    let look = async {
        loop {
            let delivery = inbox.next().await;
            if delivery.subject.topic().name == T::TOPIC.name {
                let message = delivery.decode::<T>().unwrap();
                if fits(&message.body) {
                    return (message.header, message.body);
                }
            }
        }
    };
    tokio::time::timeout(DEADLINE, look).await.unwrap_or_else(|_| panic!("never saw {what}"))
}

struct Ears {
    actives: Inbox,
    tracks: Inbox,
    positions: Inbox,
}

impl Ears {
    async fn new(bus: &Bus) -> Ears {
        let (mut actives, mut tracks, mut positions) = (bus.inbox(), bus.inbox(), bus.inbox());
        actives.subscribe(ActivePlayer::TOPIC, None).await;
        tracks.subscribe(Track::TOPIC, Some(&Name::room())).await;
        positions.subscribe(Position::TOPIC, Some(&Name::room())).await;
        Ears { actives, tracks, positions }
    }

    async fn player(&self, wanted: Option<&str>) -> ActivePlayer {
        until::<ActivePlayer>(&self.actives, "the player", |a| a.player.as_deref() == wanted).await.1
    }

    async fn title(&self, wanted: Option<&str>) {
        until::<Track>(&self.tracks, "the title", |track| track.title.as_deref() == wanted).await;
    }
}

async fn follow_pin_and_restart() {
    let server = Server::jetstream().unwrap();
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let bus = Bus::connect(settings(&server, "test")).await.unwrap();
    bus::state::create(&bus).await.unwrap();
    let ears = Ears::new(&bus).await;
    let running = tokio::task::spawn_local(component::run::<Active>(launch(&server, folders[0].path())));
    assert_eq!(ears.player(None).await.why, "no player was heard");
    ears.title(None).await;

    let one = tokio::task::spawn_local(play(bus.clone(), "one", "first"));
    assert_eq!(ears.player(Some("one")).await.why, "one: it is the only one; it plays");
    ears.title(Some("first")).await;
    let (header, position) = until::<Position>(&ears.positions, "a position", |p| p.playing).await;
    assert!(header.origin.instance == "active" && header.sent >= header.at, "{header:?}");
    assert!((0.0..DEADLINE.as_secs_f64()).contains(&position.position_s));

    let two = tokio::task::spawn_local(play(bus.clone(), "two", "second"));
    let instance = Name::new("active").unwrap();
    let reply = bus.request(&instance, "pin", &json!(["two"])).await.unwrap();
    assert!(reply.ok, "{reply:?}");
    assert_eq!(ears.player(Some("two")).await.why, "two: it is pinned, and plays");
    ears.title(Some("second")).await;
    assert!(bus.request(&instance, "pin", &json!(["room"])).await.is_ok_and(|reply| !reply.ok));
    assert!(bus.request(&instance, "set_config", &json!({"hold_off_s": -1})).await.is_ok_and(|r| !r.ok));
    assert!(bus.request(&instance, "unpin", &json!([])).await.unwrap().ok);

    let since = ears.player(Some("two")).await.since;
    running.abort();
    let _again = tokio::task::spawn_local(component::run::<Active>(launch(&server, folders[1].path())));
    let active = until::<ActivePlayer>(&ears.actives, "the same player, heard again", |active| {
        assert_eq!(active.player.as_deref(), Some("two"));
        active.why.ends_with("no better")
    })
    .await
    .1;
    assert_eq!(active.since, since);

    two.abort();
    assert!(ears.player(Some("one")).await.since > since, "who falls silent is left");
    ears.title(Some("first")).await;
    one.abort();
    ears.player(None).await;
    ears.title(None).await;
    until::<Position>(&ears.positions, "rest", |position| !position.playing).await;
}

#[test]
fn the_room_follows_a_pin_a_restart_and_who_is_left() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, follow_pin_and_restart());
}
