//! Against a server that answers with each documented status, and with slow, cut-off, wrong and hostile bodies.

use std::time::Duration;

use fetch::{Client, Error, Limits};
use schemas::playback::Track;
use testkit::web::{Reply, Request, Server};

use super::pace::APART;
use super::*;

const NOT_FOUND: &str = r#"{"code":404,"name":"TrackNotFound","message":"Failed to find specified track"}"#;

fn record(title: &str, synced: &str) -> String {
    serde_json::json!({
        "id": 7, "trackName": title, "artistName": "Any One", "albumName": "Album", "duration": 180.2,
        "instrumental": false, "plainLyrics": "la", "syncedLyrics": synced,
    })
    .to_string()
}

fn song() -> Song {
    let some = |text: &str| Some(text.to_owned());
    let track = Track {
        artist: some("Any One"),
        title: some("Night & Day"),
        album: some("Album"),
        duration_s: Some(180.0),
        ..Track::default()
    };
    Song::of(&track).unwrap()
}

fn lrclib(server: &Server) -> Lrclib {
    let limits =
        Limits { time: Duration::from_millis(600), connect: Duration::from_secs(5), bytes: 64 * 1024 };
    Lrclib::new(Client::new(&server.url(), limits).unwrap())
}

async fn words(server: &Server) -> Result<Option<String>, Error> {
    lrclib(server).words(&song(), |_| true).await.map(|found| found.map(|words| words.text))
}

fn is_search(request: &Request) -> bool {
    request.target().starts_with("/api/search")
}

#[tokio::test]
async fn the_first_question_has_everything_and_says_who_asks() {
    let server = Server::start(|_| Reply::json(200, &record("Night & Day", "[00:01.00]la"))).unwrap();
    assert_eq!(words(&server).await.unwrap().as_deref(), Some("[00:01.00]la"));
    let asked = server.requests();
    assert_eq!(
        asked[0].target(),
        "/api/get?artist_name=Any+One&track_name=Night+%26+Day&album_name=Album&duration=180"
    );
    assert!(asked[0].header("user-agent").is_some_and(|agent| agent.starts_with("vjbus/")));
    assert_eq!(asked.len(), 1);
}

#[tokio::test]
async fn then_without_album_then_by_search_each_at_its_distance() {
    let list = format!("[{},{}]", record("Another", "[00:09.00]no"), record("Night & day", "[00:01.00]la"));
    let server =
        Server::start(
            move |request| {
                if is_search(request) { Reply::json(200, &list) } else { Reply::json(404, NOT_FOUND) }
            },
        )
        .unwrap();
    assert_eq!(words(&server).await.unwrap().as_deref(), Some("[00:01.00]la"));
    let asked = server.requests();
    assert_eq!(asked.len(), 3);
    assert!(!asked[1].target().contains("album") && is_search(&asked[2]));
    for pair in asked.windows(2) {
        assert!(
            pair[1].at - pair[0].at >= APART - Duration::from_millis(20),
            "too close: {:?}",
            pair[1].at - pair[0].at
        );
    }
}

#[tokio::test]
async fn a_song_that_nobody_knows_is_none_and_an_instrumental_has_no_words() {
    let server =
        Server::start(
            |request| {
                if is_search(request) { Reply::json(200, "[]") } else { Reply::json(404, NOT_FOUND) }
            },
        )
        .unwrap();
    assert_eq!(words(&server).await, Ok(None));
    let quiet = r#"{"id":1,"trackName":"x","instrumental":true,"plainLyrics":null,"syncedLyrics":null}"#;
    let server = Server::start(move |_| Reply::json(200, quiet)).unwrap();
    assert_eq!(words(&server).await.unwrap().as_deref(), Some(""));
}

#[tokio::test]
async fn words_that_do_not_fit_are_passed_over() {
    let list =
        format!("[{},{}]", record("Night & Day", "[00:01.00]no"), record("Night & Day", "[00:01.00]yes"));
    let server = Server::start(move |request| {
        if is_search(request) {
            Reply::json(200, &list)
        } else {
            Reply::json(200, &record("Night & Day", "[00:01.00]no"))
        }
    })
    .unwrap();
    let found = lrclib(&server).words(&song(), |lyrics| lyrics.lines[0].text != "no").await.unwrap();
    assert_eq!(found.map(|words| words.text).as_deref(), Some("[00:01.00]yes"));
}

#[tokio::test]
async fn every_trouble_is_an_error_and_none_of_it_is_endless() {
    let good = record("Night & Day", "[00:01.00]la");
    let huge = record("Night & Day", &"x".repeat(200_000));
    let replies = [
        Reply::json(429, "{}").with("retry-after", "7"),
        Reply::json(500, "{}"),
        Reply::json(502, "<html>"),
        Reply::json(503, "{}"),
        Reply::json(504, ""),
        Reply::json(400, r#"{"code":400}"#),
        Reply::json(403, ""),
        Reply::json(200, &good).after(Duration::from_secs(60)),
        Reply::json(200, &good).dripping(Duration::from_millis(50)),
        Reply::json(200, &good).cut_after(20),
        Reply::json(200, &huge),
        Reply::json(200, r#"{"id":"seven","syncedLyrics":[1]}"#),
        Reply::json(200, "[[[["),
        Reply::json(301, "").with("location", "http://192.0.2.1/"),
        Reply::raw(b"\x00\xff\x00 no http"),
    ];
    for reply in replies {
        let sent = reply.clone();
        let server = Server::start(move |_| sent.clone()).unwrap();
        let begun = tokio::time::Instant::now();
        assert!(words(&server).await.is_err(), "{reply:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{reply:?}");
        assert_eq!(server.requests().len(), 1, "it is left in peace: {reply:?}");
    }
}

#[tokio::test]
async fn after_trouble_the_next_question_waits() {
    let server = Server::start(|_| Reply::json(503, "{}").with("retry-after", "1")).unwrap();
    let lrclib = lrclib(&server);
    for _ in 0..2 {
        assert!(lrclib.words(&song(), |_| true).await.is_err_and(|error| error.is_passing()));
    }
    let asked = server.requests();
    assert!(asked[1].at - asked[0].at >= Duration::from_millis(950), "{:?}", asked[1].at - asked[0].at);
}

#[tokio::test]
async fn nobody_listens() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = Client::new(&format!("http://127.0.0.1:{port}"), LIMITS).unwrap();
    assert!(Lrclib::new(client).words(&song(), |_| true).await.is_err_and(|error| error.is_passing()));
}

#[tokio::test]
async fn hostile_records_are_no_words() {
    let odd = [
        r#"{"syncedLyrics":"\u0000\u0000\u0000[00:01.00]"}"#.to_owned(),
        r#"{"syncedLyrics":"[00:01.00]","plainLyrics":"  "}"#.to_owned(),
        "{}".to_owned(),
        r#"{"duration":1e308,"trackName":null}"#.to_owned(),
    ];
    for body in odd {
        let server = Server::start(move |request| {
            if is_search(request) {
                Reply::json(200, &format!("[{body},{body}]"))
            } else {
                Reply::json(200, &body)
            }
        })
        .unwrap();
        assert_eq!(words(&server).await, Ok(None));
    }
}
