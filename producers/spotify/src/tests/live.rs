//! The component on a real broker, against a service on this machine.

use std::path::Path;
use std::time::Duration;

use bus::{Bus, Inbox, time};
use component::Launch;
use schemas::playback::{Position, Track};
use schemas::{Header, Name, Payload};
use serde_json::{Value, json};
use testkit::nats::Server;

use crate::auth::TokenFile;
use crate::tests::service::{CLIENT_ID, Service};
use crate::{Config, Spotify};

const DEADLINE: Duration = Duration::from_secs(30);
/// How far a position may be from the player's own: half a round trip, and the test's own delays.
const CLOSE_S: f64 = 0.3;

fn name() -> Name {
    Name::new("spotify").unwrap()
}

fn settings(server: &Server, instance: &str) -> bus::Settings {
    let instance = Name::new(instance).unwrap();
    bus::Settings { url: server.url(), credentials: None, instance, wait_for_broker: false }
}

fn launch(server: &Server, service: &Service, state_dir: &Path) -> Launch {
    let config = Config {
        client_id: CLIENT_ID.into(),
        poll_ms: 500,
        accounts_url: service.url(),
        api_url: service.url(),
    };
    Launch {
        instance: name(),
        config: serde_json::to_value(config).unwrap(),
        overlay: json!({}),
        bus: settings(server, "spotify"),
        state_dir: state_dir.to_owned(),
    }
}

/// What the far end hears.
struct Ear {
    bus: Bus,
    tracks: Inbox,
    positions: Inbox,
}

impl Ear {
    async fn new(server: &Server) -> Ear {
        let bus = Bus::connect(settings(server, "test")).await.unwrap();
        bus::state::create(&bus).await.unwrap();
        let (mut tracks, mut positions) = (bus.inbox(), bus.inbox());
        tracks.subscribe(Track::TOPIC, Some(&name())).await;
        positions.subscribe(Position::TOPIC, Some(&name())).await;
        Ear { bus, tracks, positions }
    }

    async fn track(&self, title: Option<&str>) -> Track {
        until(&self.tracks, &format!("track {title:?}"), |_, track: &Track| track.title.as_deref() == title)
            .await
    }

    async fn position(&self, what: &str, mut fits: impl FnMut(&Position) -> bool) -> Position {
        until(&self.positions, what, |header: &Header, position: &Position| {
            assert!(time::now().at - header.at < 1.0, "a position is fresh");
            fits(position)
        })
        .await
    }

    /// Where the player is now, by what was published.
    async fn close_to(&self, service: &Service) {
        self.position("a position that is the player's", |at| {
            at.playing && (at.position_s - service.position_s()).abs() < CLOSE_S
        })
        .await;
    }

    async fn status(&self, fits: impl Fn(&str, &str) -> bool) -> Value {
        testkit::wait::wait_for_async(DEADLINE, "status", async || {
            let reply = self.bus.request(&name(), "get_state", &json!({})).await.ok()?;
            let word = |key: &str| reply.fields[key].as_str().unwrap_or_default().to_owned();
            fits(&word("status"), &word("reason")).then(|| reply.fields["state"].clone())
        })
        .await
        .unwrap()
    }
}

async fn until<T: Payload>(inbox: &Inbox, what: &str, mut fits: impl FnMut(&Header, &T) -> bool) -> T {
    let look = async {
        loop {
            let message = inbox.next().await.decode::<T>().unwrap();
            if fits(&message.header, &message.body) {
                return message.body;
            }
        }
    };
    tokio::time::timeout(DEADLINE, look).await.unwrap_or_else(|_| panic!("never saw {what}"))
}

async fn login_play_pause_seek_change() {
    let (server, service) = (Server::jetstream().unwrap(), Service::start());
    let state = tempfile::tempdir().unwrap();
    let ear = Ear::new(&server).await;
    let _running =
        tokio::task::spawn_local(component::run::<Spotify>(launch(&server, &service, state.path())));

    ear.status(|status, reason| status == "degraded" && reason.contains("`vjbus login spotify`")).await;
    service.play("first", 10.0, 300.0);
    TokenFile::new(state.path(), "spotify").write(&service.login()).unwrap();
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
    let (server, service) = (Server::jetstream().unwrap(), Service::start());
    let state = tempfile::tempdir().unwrap();
    let (ear, file) = (Ear::new(&server).await, TokenFile::new(state.path(), "spotify"));
    let mut token = service.login();
    token.consented -= 176 * 86_400 + 43_200;
    file.write(&token).unwrap();
    service.play("song", 10.0, 300.0);
    let _running =
        tokio::task::spawn_local(component::run::<Spotify>(launch(&server, &service, state.path())));
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

fn on_one_thread(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, test);
}

#[test]
fn what_the_account_plays_is_published_through_login_pause_seek_and_change() {
    on_one_thread(login_play_pause_seek_change());
}

#[test]
fn trouble_is_told_with_its_cure_and_delays_no_position() {
    on_one_thread(trouble_and_recovery());
}
