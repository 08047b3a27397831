//! The component on a real broker: what is told by HTTP, by a file and by a source client becomes of it.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "all of it is a test")]

use std::net::SocketAddr;
use std::path::Path;

use bus::Inbox;
use nowplaying::Nowplaying;
use schemas::playback::{Position, Track};
use schemas::{Message, Payload};
use serde_json::{Value, json};
use stage::{PATIENCE, Stage, name};
use testkit::wait::wait_for_async;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const INSTANCE: &str = "nowplaying";

struct Room {
    stage: Stage,
    inbox: Inbox,
}

impl Room {
    async fn new() -> Room {
        let stage = Stage::set().await;
        let mut inbox = stage.bus.inbox();
        inbox.subscribe_filter("vj.playback.>".to_owned(), true).await;
        Room { stage, inbox }
    }

    /// Runs `script` beside the component.
    async fn perform(&self, config: Value, script: impl AsyncFnOnce(&Room)) {
        let launch = self.stage.launch(INSTANCE, config);
        tokio::select! {
            exit = component::run::<Nowplaying>(launch) => panic!("it ended: {exit}"),
            done = tokio::time::timeout(PATIENCE * 2, script(self)) => done.expect("not in time"),
        }
    }

    async fn state(&self) -> Value {
        let reply = self.stage.bus.request(&name(INSTANCE), "get_state", &json!({})).await;
        reply.map_or(Value::Null, |reply| Value::Object(reply.fields))
    }

    /// Where a way in listens.
    async fn address(&self, way: &str) -> SocketAddr {
        let look = async || self.state().await["state"][way].as_str()?.parse().ok();
        wait_for_async(PATIENCE, "the address", look).await.unwrap()
    }

    /// The next message of `T` for `player` that is as wanted.
    async fn next<T: Payload>(&self, player: &str, wanted: impl Fn(&T) -> bool) -> Message<T> {
        let look = async {
            loop {
                let delivery = self.inbox.next().await;
                let named = delivery.subject.name().is_some_and(|name| name.as_str() == player);
                if let Ok(message) = delivery.decode::<T>()
                    && named
                    && delivery.subject.topic().name == T::TOPIC.name
                    && wanted(&message.body)
                {
                    return message;
                }
            }
        };
        let what = T::TOPIC.name;
        tokio::time::timeout(PATIENCE, look).await.unwrap_or_else(|_| panic!("no such {what} of {player}"))
    }

    async fn track(&self, player: &str, title: Option<&str>) -> Track {
        self.next::<Track>(player, |track| track.title.as_deref() == title).await.body
    }
}

/// Sends these bytes and gives back status and body of the answer.
async fn ask(address: SocketAddr, bytes: &[u8]) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

async fn post(address: SocketAddr, path: &str, headers: &str, body: &str) -> (u16, Value) {
    let length = body.len();
    let request =
        format!("POST {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\n\r\n{body}");
    ask(address, request.as_bytes()).await
}

const JSON: &str = "Content-Type: application/json\r\n";
const ANY_PORT: &str = "127.0.0.1:0";

#[tokio::test]
async fn what_is_posted_is_published_moves_and_is_known() {
    let room = Room::new().await;
    room.perform(json!({"http": ANY_PORT}), async |room| {
        let http = room.address("http").await;
        let told = json!({"artist": "Ann", "title": "Blue", "duration_s": 200, "position_s": 40, "rate": 1.5,
            "audible": true, "service": "serato"});
        assert_eq!(
            post(http, "/nowplaying/deck-a", JSON, &told.to_string()).await,
            (200, json!({"ok": true}))
        );
        let track = room.track("deck-a", Some("Blue")).await;
        assert_eq!((track.audible, track.provenance.service.as_str()), (Some(true), "serato"));

        let first = room.next::<Position>("deck-a", |p| p.position_s >= 40.0).await;
        let later = room.next::<Position>("deck-a", |p| p.position_s > 40.5).await;
        let elapsed_s = (later.header.at_mono_ns - first.header.at_mono_ns) as f64 / 1e9;
        let moved_s = later.body.position_s - first.body.position_s;
        assert!((moved_s - 1.5 * elapsed_s).abs() < 0.02, "{moved_s} s of track in {elapsed_s} s");

        let form = "Content-Type: application/x-www-form-urlencoded\r\n";
        let paused = "artist=Ann&title=Blue&duration_s=200&playing=false&audible=1&service=serato";
        assert_eq!(post(http, "/nowplaying/deck-a", form, paused).await.0, 200);
        let still = room.next::<Position>("deck-a", |p| !p.playing).await;
        let again = room.next::<Position>("deck-a", |p| !p.playing).await;
        assert_eq!(still.body.position_s, again.body.position_s);

        assert_eq!(post(http, "/nowplaying", JSON, r#"{"title":"Own"}"#).await.0, 200);
        room.track(INSTANCE, Some("Own")).await;
        let (status, known) = ask(http, b"GET /nowplaying HTTP/1.0\r\n\r\n").await;
        assert_eq!((status, &known["players"]["deck-a"]["title"]), (200, &json!("Blue")));
        assert_eq!(known["players"][INSTANCE]["playing"], json!(true));

        assert_eq!(post(http, "/nowplaying/deck-a", JSON, r#"{"title":null}"#).await.0, 200);
        room.track("deck-a", None).await;
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_taken_is_refused_with_what_would_be_right() {
    let room = Room::new().await;
    room.perform(json!({"http": ANY_PORT}), async |room| {
        let http = room.address("http").await;
        let large = format!("{{\"title\":\"{}\"}}", "x".repeat(70_000));
        let good = r#"{"title":"Blue"}"#;
        let cases = [
            ("/nowplaying", JSON, "{", 400, "no JSON"),
            ("/nowplaying", JSON, large.as_str(), 413, "65536"),
            ("/nowplaying", "Content-Type: text/plain\r\n", "Blue", 415, "application/json"),
            ("/nowplaying", JSON, r#"{"artist":"Ann"}"#, 422, "title: is missing"),
            ("/nowplaying/Deck%20A", JSON, good, 400, "a-z, 0-9 and -"),
            ("/nowplaying/room", JSON, good, 422, "another name"),
            ("/other", JSON, good, 404, "/nowplaying"),
            (
                "/nowplaying",
                "Origin: https://evil.example\r\nContent-Type: text/plain\r\n",
                good,
                403,
                "web page",
            ),
        ];
        for (path, headers, body, status, right) in cases {
            let (answered, why) = post(http, path, headers, body).await;
            let why = why["error"].as_str().unwrap_or_default();
            assert!(answered == status && why.contains(right), "{path} {headers}: {answered} {why}");
        }
        let rebound = b"GET /nowplaying HTTP/1.1\r\nHost: evil.example:8011\r\n\r\n";
        assert_eq!(ask(http, rebound).await.0, 403);
        assert_eq!(ask(http, b"PUT /nowplaying HTTP/1.1\r\nHost: localhost\r\n\r\n").await.0, 405);
        assert_eq!(post(http, "/nowplaying", JSON, good).await.0, 200, "none of it did harm");
    })
    .await;
}

#[tokio::test]
async fn a_player_that_is_not_heard_of_has_stopped() {
    let room = Room::new().await;
    room.perform(json!({"http": ANY_PORT, "forget_s": 1}), async |room| {
        let http = room.address("http").await;
        assert_eq!(post(http, "/nowplaying/web", JSON, r#"{"title":"Blue"}"#).await.0, 200);
        room.track("web", Some("Blue")).await;
        room.track("web", None).await;
        room.next::<Position>("web", |p| !p.playing && p.position_s == 0.0).await;
    })
    .await;
}

#[tokio::test]
async fn a_file_is_followed_and_another_taken_up_live() {
    let room = Room::new().await;
    let [one, two] = ["one.txt", "two.txt"].map(|file| room.stage.path().join(file));
    room.perform(json!({"http": "", "file": one}), async |room| {
        let degraded = async || room.state().await["reason"].as_str()?.contains("there is no").then_some(());
        wait_for_async(PATIENCE, "the missing file is said", degraded).await.unwrap();
        write(&one, "Ann - Blue\r\n");
        let track = room.track(INSTANCE, Some("Blue")).await;
        assert_eq!((track.artist.as_deref(), track.provenance.service.as_str()), (Some("Ann"), "operator"));
        room.next::<Position>(INSTANCE, |p| p.playing && p.position_s > 0.3).await;

        write(&two, "Red by Bob");
        let patch = json!({"file": two, "template": "{title} by {artist}"});
        assert!(room.stage.ask(INSTANCE, "set_config", patch).await.ok);
        room.track(INSTANCE, Some("Red")).await;
        let refused = room.stage.ask(INSTANCE, "set_config", json!({"template": "{artist}"})).await;
        assert!(refused.error.unwrap().message.contains("{title} is missing"));
    })
    .await;
}

fn write(path: &Path, text: &str) {
    std::fs::write(path, text).unwrap();
}

#[tokio::test]
async fn a_source_client_is_a_player_until_it_has_left() {
    let room = Room::new().await;
    let config =
        json!({"http": "", "icecast": ANY_PORT, "icecast_password": "hackme", "icecast_linger_s": 0.5});
    room.perform(config, async |room| {
        let icecast = room.address("icecast").await;
        let auth = "Authorization: Basic c291cmNlOmhhY2ttZQ==\r\n";
        let mut source = TcpStream::connect(icecast).await.unwrap();
        let head = format!("SOURCE /live HTTP/1.0\r\n{auth}Content-Type: audio/mpeg\r\n\r\n");
        source.write_all(head.as_bytes()).await.unwrap();
        let mut welcome = [0; 19];
        source.read_exact(&mut welcome).await.unwrap();
        assert_eq!(&welcome, b"HTTP/1.0 200 OK\r\n\r\n");
        let update =
            format!("GET /admin/metadata?mode=updinfo&mount=/live&song=Ann+-+Blue HTTP/1.0\r\n{auth}\r\n");
        assert_eq!(update_status(icecast, &update).await, 200);
        let track = room.track("nowplaying-icecast", Some("Blue")).await;
        assert_eq!((track.artist.as_deref(), track.provenance.service.as_str()), (Some("Ann"), "icecast"));
        room.next::<Position>("nowplaying-icecast", |p| p.playing && p.position_s > 0.6).await;
        drop(source);
        room.track("nowplaying-icecast", None).await;
        let config = room.stage.ask(INSTANCE, "get_config", json!({})).await;
        assert!(!serde_json::to_string(&config.fields).unwrap().contains("hackme"), "the password is shown");
    })
    .await;
}

async fn update_status(address: SocketAddr, request: &str) -> u16 {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_new_generation_goes_on_with_what_the_last_was_told() {
    let room = Room::new().await;
    room.perform(json!({"http": ANY_PORT}), async |room| {
        let http = room.address("http").await;
        assert_eq!(post(http, "/nowplaying/web", JSON, r#"{"artist":"Ann","title":"Blue"}"#).await.0, 200);
        room.next::<Position>("web", |p| p.position_s > 0.4).await;
    })
    .await;
    room.perform(json!({"http": ANY_PORT}), async |room| {
        let taken_over = room.next::<Position>("web", |p| p.playing && p.position_s > 0.8).await;
        assert!(taken_over.body.position_s < 20.0);
    })
    .await;
}

#[tokio::test]
async fn a_way_in_is_closed_and_opened_live() {
    let room = Room::new().await;
    room.perform(json!({"http": ANY_PORT}), async |room| {
        let set = async |patch: Value| room.stage.ask(INSTANCE, "set_config", patch).await;
        let before = room.address("http").await;
        assert!(set(json!({"http": ""})).await.ok);
        let closed = async || TcpStream::connect(before).await.is_err().then_some(());
        wait_for_async(PATIENCE, "nobody listens any more", closed).await.unwrap();
        assert_eq!(room.state().await["state"]["http"], Value::Null);
        let refused = set(json!({"http": "0.0.0.0:8011"})).await;
        assert!(refused.error.unwrap().message.contains("http_remote = true"));
        assert!(set(json!({"http": ANY_PORT})).await.ok);
        let again = room.address("http").await;
        assert_eq!(post(again, "/nowplaying", JSON, r#"{"title":"Blue"}"#).await.0, 200);
        room.track(INSTANCE, Some("Blue")).await;
    })
    .await;
}
