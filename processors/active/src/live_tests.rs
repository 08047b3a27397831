//! The room's player on a real broker.

use std::time::Duration;

use bus::{Bus, Inbox, time};
use schemas::playback::{ActivePlayer, Position, Track};
use serde_json::json;
use stage::{PATIENCE, Stage, name, until};

use crate::Active;

/// A player that plays `title` from its start on, for as long as the test runs.
async fn play(bus: Bus, player: &str, title: &str) {
    let (tracks, positions) = (bus.publisher(&name(player)), bus.publisher(&name(player)));
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

struct Ears {
    actives: Inbox,
    tracks: Inbox,
    positions: Inbox,
}

impl Ears {
    async fn new(stage: &Stage) -> Ears {
        Ears {
            actives: stage.hear::<ActivePlayer>(None).await,
            tracks: stage.hear::<Track>(Some("room")).await,
            positions: stage.hear::<Position>(Some("room")).await,
        }
    }

    async fn player(&self, wanted: Option<&str>) -> ActivePlayer {
        until::<ActivePlayer>(&self.actives, "the player", |_, a| a.player.as_deref() == wanted).await.1
    }

    async fn title(&self, wanted: Option<&str>) {
        until::<Track>(&self.tracks, "the title", |_, track| track.title.as_deref() == wanted).await;
    }
}

async fn follow_pin_and_restart() {
    let stage = Stage::set().await;
    let (bus, ears) = (&stage.bus, Ears::new(&stage).await);
    let config = json!({ "hold_off_s": 0.6 });
    let running = stage.start::<Active>("active", config.clone());
    assert_eq!(ears.player(None).await.why, "no player was heard");
    ears.title(None).await;

    let one = tokio::task::spawn_local(play(bus.clone(), "one", "first"));
    assert_eq!(ears.player(Some("one")).await.why, "one: it is the only one; it plays");
    ears.title(Some("first")).await;
    let (header, position) = until::<Position>(&ears.positions, "a position", |_, p| p.playing).await;
    assert!(header.origin.instance == "active" && header.sent >= header.at, "{header:?}");
    assert!((0.0..PATIENCE.as_secs_f64()).contains(&position.position_s));

    let two = tokio::task::spawn_local(play(bus.clone(), "two", "second"));
    let reply = stage.ask("active", "pin", json!(["two"])).await;
    assert!(reply.ok, "{reply:?}");
    assert_eq!(ears.player(Some("two")).await.why, "two: it is pinned, and plays");
    ears.title(Some("second")).await;
    assert!(!stage.ask("active", "pin", json!(["room"])).await.ok);
    assert!(!stage.ask("active", "set_config", json!({ "hold_off_s": -1 })).await.ok);
    assert!(stage.ask("active", "unpin", json!([])).await.ok);

    let since = ears.player(Some("two")).await.since;
    running.abort();
    let _again = stage.start::<Active>("active", config);
    let active = until::<ActivePlayer>(&ears.actives, "the same player, heard again", |_, active| {
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
    until::<Position>(&ears.positions, "rest", |_, position| !position.playing).await;
}

#[test]
fn the_room_follows_a_pin_a_restart_and_who_is_left() {
    stage::run(follow_pin_and_restart());
}
