//! The component on a real broker, against a service on this machine.

use bus::{Inbox, time};
use component::Launch;
use schemas::Header;
use schemas::playback::{Position, Track};
use serde_json::{Value, json};
use stage::{PATIENCE, Stage, name, until};

use crate::Spotify;
use crate::auth::TokenFile;
use crate::tests::service::{CLIENT_ID, Service};

const INSTANCE: &str = "spotify";
/// How far a position may be from the player's own: half a round trip, and the test's own delays.
const CLOSE_S: f64 = 0.3;

fn config(service: &Service) -> Value {
    json!({ "client_id": CLIENT_ID, "poll_ms": 500, "accounts_url": service.url(), "api_url": service.url() })
}

/// What the far end hears.
struct Ear {
    stage: Stage,
    tracks: Inbox,
    positions: Inbox,
}

impl Ear {
    async fn new() -> Ear {
        let stage = Stage::set().await;
        let tracks = stage.hear::<Track>(Some(INSTANCE)).await;
        let positions = stage.hear::<Position>(Some(INSTANCE)).await;
        Ear { stage, tracks, positions }
    }

    fn launch(&self, service: &Service) -> Launch {
        self.stage.launch(INSTANCE, config(service))
    }

    async fn track(&self, title: Option<&str>) -> Track {
        let what = format!("track {title:?}");
        until::<Track>(&self.tracks, &what, |_, track| track.title.as_deref() == title).await.1
    }

    async fn position(&self, what: &str, mut fits: impl FnMut(&Position) -> bool) -> Position {
        let fresh = |header: &Header, position: &Position| {
            assert!(time::now().at - header.at < 1.0, "a position is fresh");
            fits(position)
        };
        until(&self.positions, what, fresh).await.1
    }

    /// Where the player is now, by what was published.
    async fn close_to(&self, service: &Service) {
        self.position("a position that is the player's", |at| {
            at.playing && (at.position_s - service.position_s()).abs() < CLOSE_S
        })
        .await;
    }

    async fn status(&self, fits: impl Fn(&str, &str) -> bool) -> Value {
        testkit::wait::wait_for_async(PATIENCE, "status", async || {
            let reply = self.stage.bus.request(&name(INSTANCE), "get_state", &json!({})).await.ok()?;
            let word = |key: &str| reply.fields[key].as_str().unwrap_or_default().to_owned();
            fits(&word("status"), &word("reason")).then(|| reply.fields["state"].clone())
        })
        .await
        .unwrap()
    }
}

async fn login_play_pause_seek_change() {
    let (ear, service) = (Ear::new().await, Service::start());
    let launch = ear.launch(&service);
    let file = TokenFile::new(&launch.state_dir, INSTANCE);
    let _running = tokio::task::spawn_local(component::run::<Spotify>(launch));

    ear.status(|status, reason| status == "degraded" && reason.contains("`vjbus login spotify`")).await;
    service.play("first", 10.0, 300.0);
    file.write(&service.login()).unwrap();
    let track = ear.track(Some("first")).await;
    assert_eq!((track.provenance.service.as_str(), track.audible), ("spotify", None));
    ear.close_to(&service).await;
    let picture = ear.status(|status, _| status == "ready").await;
    assert_eq!(picture["consent"]["days_left"], 180, "the first day has begun: {picture}");

    service.pause();
    let paused = ear.position("the pause", |at| !at.playing).await;
    assert!((paused.position_s - service.position_s()).abs() < 0.01, "{paused:?}");
    service.seek(100.0);
    ear.position("a seek while paused", |at| at.position_s == 100.0 && !at.playing).await;
    service.play("first", 200.0, 300.0);
    ear.close_to(&service).await;
    service.seek(50.0);
    ear.close_to(&service).await;

    // It ends, and the next one begins: nobody is told but by the next question.
    service.play("second", 3.0, 4.0);
    ear.track(Some("second")).await;
    ear.position("its end", |at| at.position_s == 4.0).await;
    service.play("third", 0.0, 200.0);
    ear.track(Some("third")).await;
    ear.close_to(&service).await;
    service.stop();
    ear.track(None).await;
    ear.position("the end", |at| !at.playing).await;
}

async fn trouble_and_recovery() {
    let (ear, service) = (Ear::new().await, Service::start());
    let launch = ear.launch(&service);
    let file = TokenFile::new(&launch.state_dir, INSTANCE);
    let mut token = service.login();
    token.consented -= 176 * 86_400 + 43_200;
    file.write(&token).unwrap();
    service.play("song", 10.0, 300.0);
    let _running = tokio::task::spawn_local(component::run::<Spotify>(launch));
    ear.track(Some("song")).await;
    let picture = ear.status(|status, reason| status == "degraded" && reason.contains("in 4 days")).await;
    assert_eq!(picture["consent"]["days_left"], 4);

    // The position runs on while the service is away.
    service.refuse_all(503);
    ear.status(|status, reason| status == "degraded" && reason.contains("status 503")).await;
    ear.close_to(&service).await;
    service.refuse_all(0);
    ear.status(|_, reason| reason.contains("in 4 days")).await;

    service.revoke();
    ear.status(|_, reason| reason.contains("consent again: run `vjbus login spotify`")).await;
    assert_eq!(file.read().unwrap(), None, "what is void is not kept");
    file.write(&service.login()).unwrap();
    ear.status(|status, _| status == "ready").await;
    ear.close_to(&service).await;
}

#[test]
fn what_the_account_plays_is_published_through_login_pause_seek_and_change() {
    stage::run(login_play_pause_seek_change());
}

#[test]
fn trouble_is_told_with_its_cure_and_delays_no_position() {
    stage::run(trouble_and_recovery());
}
