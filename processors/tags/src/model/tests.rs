//! Against servers that answer well, late, cut off, wrongly, or with malice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use serde_json::{Value, json};
use testkit::web::{Reply, Server};

use super::*;
use crate::answer::tests::good;
use crate::config::Service;
use crate::rules::tests::document;

/// An answer of Ollama that says this.
pub(crate) fn ollama_says(text: &str) -> Reply {
    let body = json!({ "model": "m", "message": { "role": "assistant", "content": text }, "done": true, "done_reason": "stop" });
    Reply::json(200, &body.to_string())
}

fn openai_says(text: &str) -> Reply {
    let body = json!({ "choices": [{ "message": { "content": text }, "finish_reason": "stop" }] });
    Reply::json(200, &body.to_string())
}

fn config(server: &Server, provider: Service) -> Config {
    Config { provider, url: server.url(), model: "m".into(), timeout_s: 1.0, ..Config::default() }
}

fn facts() -> Facts {
    Facts { title: Some("Song".into()), service: "file".into(), ..Facts::default() }
}

fn says(service: Service, text: &str) -> Reply {
    if service == Service::Ollama { ollama_says(text) } else { openai_says(text) }
}

/// What comes of asking a server that answers so, and how often it was asked.
async fn asked(service: Service, reply: Reply) -> (Result<Song, Failure>, usize) {
    let server = Server::start(move |_request| reply.clone()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let song = by_model(&config(&server, service), dir.path(), &facts(), None).await;
    (song, server.requests().len())
}

#[tokio::test]
async fn ollama_tags_a_track_and_the_cache_answers_the_second_time() {
    let server = Server::start(|_request| ollama_says(&good().to_string())).unwrap();
    let (config, dir) = (config(&server, Service::Ollama), tempfile::tempdir().unwrap());
    let words = document(&["Down we go"]);
    let song = by_model(&config, dir.path(), &facts(), Some(&words)).await.unwrap();
    assert_eq!(
        (song.mood.as_str(), song.source.as_str(), song.track_id.as_str()),
        ("dark", "m", "invented|song")
    );
    let asked = &server.requests()[0];
    assert_eq!(asked.line, "POST /api/chat HTTP/1.1");
    let body: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!((&body["stream"], &body["options"]["temperature"]), (&json!(false), &json!(0)));
    assert_eq!(body["format"], prompt::schema());
    assert!(body["messages"][1]["content"].as_str().unwrap().contains("Down we go"));

    let again =
        by_model(&config, dir.path(), &Facts { energy: Some(0.125), ..facts() }, Some(&words)).await.unwrap();
    assert_eq!(
        (server.requests().len(), again.energy),
        (1, 0.125),
        "from the cache, with what is measured now"
    );
    let other = Config { model: "n".into(), ..config };
    by_model(&other, dir.path(), &facts(), Some(&words)).await.unwrap();
    assert_eq!(server.requests().len(), 2, "another model says something else");
}

#[tokio::test]
async fn openai_is_asked_with_its_key_and_no_key_is_ever_shown() {
    let server = Server::start(|_request| openai_says(&good().to_string())).unwrap();
    // Cargo sets this variable for every test; its value stands for the secret.
    let variable = "CARGO_MANIFEST_DIR";
    let secret = std::env::var(variable).unwrap();
    let config = Config { api_key_env: variable.into(), ..config(&server, Service::Openai) };
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(by_model(&config, dir.path(), &facts(), None).await.unwrap().source, "m");
    let asked = &server.requests()[0];
    assert_eq!(asked.line, "POST /v1/chat/completions HTTP/1.1");
    assert_eq!(asked.header("authorization"), Some(format!("Bearer {secret}").as_str()));

    let repeats = format!("wrong key {secret}");
    for status in [400, 401, 403, 422] {
        let body = json!({ "error": { "message": repeats } }).to_string();
        let server = Server::start(move |_request| Reply::json(status, &body)).unwrap();
        let config = Config { url: server.url(), ..config.clone() };
        let model = Model::of(&config).unwrap().unwrap();
        let failure = model.ask(prompt::question(&facts(), None)).await.unwrap_err();
        for shown in [
            failure.to_string(),
            format!("{failure:?}{model:?}{config:?}"),
            serde_json::to_string(&config).unwrap(),
        ] {
            assert!(!shown.contains(&secret), "{shown}");
        }
        assert!(matches!(failure, Failure::Refused(_)), "{status}: {failure}");
    }
}

#[test]
fn a_key_that_is_not_set_is_named_by_its_variable() {
    let config = Config {
        provider: Service::Openai,
        model: "m".into(),
        api_key_env: "VJBUS_NO_SUCH_VARIABLE".into(),
        ..Config::default()
    };
    assert!(Model::of(&config).unwrap_err().contains("VJBUS_NO_SUCH_VARIABLE is not set"));
}

#[tokio::test]
async fn every_status_says_what_to_do() {
    for (status, ollama, openai) in [
        (404, "ollama pull m", "it has the model “m”"),
        (400, "check model and url", "check model and url"),
        (401, "another key", "another key"),
        (403, "another key", "another key"),
        (408, "ollama serve", "start the server"),
        (429, "ollama serve", "start the server"),
        (500, "ollama serve", "start the server"),
        (503, "ollama serve", "start the server"),
    ] {
        for (service, expected) in [(Service::Ollama, ollama), (Service::Openai, openai)] {
            let (song, requests) = asked(service, Reply::json(status, "{\"error\":\"no\"}")).await;
            let told = song.unwrap_err().to_string();
            assert!(told.contains(expected) && told.contains("127.0.0.1"), "{status}: {told}");
            assert_eq!(requests, 1, "{status}");
        }
    }
    let (song, _) = asked(Service::Openai, Reply::json(429, "{}").with("Retry-After", "7")).await;
    assert!(matches!(song, Err(Failure::Away { after: Some(after), .. }) if after == Duration::from_secs(7)));
}

async fn is_given_up_in_time(service: Service) {
    let whole = says(service, &good().to_string());
    for (what, reply) in [
        ("silent", whole.clone().after(Duration::from_secs(60))),
        ("dripping", whole.clone().dripping(Duration::from_millis(100))),
        ("cut off", whole.cut_after(40)),
        ("no HTTP", Reply::raw(b"\xff\x00 hello")),
        ("giant", Reply::json(200, &format!("\"{}\"", "x".repeat(BYTES)))),
        ("no JSON", Reply::json(200, "<html>")),
    ] {
        let begun = Instant::now();
        let (song, _) = asked(service, reply).await;
        assert!(matches!(song, Err(Failure::Away { .. })), "{what}: {song:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}: {:?}", begun.elapsed());
    }
    let (song, _) = asked(service, Reply::json(200, "{\"choices\":[],\"message\":7}")).await;
    assert!(song.unwrap_err().to_string().contains("another protocol"));
}

#[tokio::test]
async fn a_slow_or_broken_ollama_is_given_up_in_time() {
    is_given_up_in_time(Service::Ollama).await;
}

#[tokio::test]
async fn a_slow_or_broken_openai_is_given_up_in_time() {
    is_given_up_in_time(Service::Openai).await;
}

async fn is_repaired_once(service: Service) {
    let count = AtomicUsize::new(0);
    let server = Server::start(move |_request| match count.fetch_add(1, Ordering::Relaxed) {
        0 => says(service, "The mood is {dark}!"),
        _ => says(service, &good().to_string()),
    })
    .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let song = by_model(&config(&server, service), dir.path(), &facts(), None).await.unwrap();
    assert_eq!((song.mood.as_str(), server.requests().len()), ("dark", 2));
    let body: Value = serde_json::from_slice(&server.requests()[1].body).unwrap();
    let told = body["messages"][3]["content"].as_str().unwrap();
    assert!(told.contains("it is no JSON object"), "{told}");

    for hostile in ["", "no", "{\"moods\": {\"dark\": NaN}}", "{\"moods\": \"rm -rf\"}", &"[".repeat(50_000)]
    {
        let (song, requests) = asked(service, says(service, hostile)).await;
        assert!(matches!(song, Err(Failure::Bad(_))), "{hostile:.20}: {song:?}");
        assert_eq!(requests, 2, "one attempt to repair");
    }
}

#[tokio::test]
async fn a_wrong_answer_is_repaired_once() {
    is_repaired_once(Service::Ollama).await;
    is_repaired_once(Service::Openai).await;
}

#[tokio::test]
async fn a_model_that_declines_is_not_pressed() {
    let body = json!({ "choices": [{ "message": { "content": null, "refusal": "not\u{1b}[2J this" } }] });
    let server = Server::start(move |_request| Reply::json(200, &body.to_string())).unwrap();
    let dir = tempfile::tempdir().unwrap();
    let failure = by_model(&config(&server, Service::Openai), dir.path(), &facts(), None).await.unwrap_err();
    assert_eq!((failure.to_string().as_str(), server.requests().len()), ("m declines: not [2J this", 1));
}

#[tokio::test]
async fn what_is_of_spotify_is_not_sent() {
    let server = Server::start(|_request| ollama_says(&good().to_string())).unwrap();
    let (config, dir) = (config(&server, Service::Ollama), tempfile::tempdir().unwrap());
    let spotify = Facts { service: "spotify".into(), ..facts() };
    let kept = by_model(&config, dir.path(), &spotify, None).await;
    assert!(matches!(kept, Err(Failure::Kept(_))) && server.requests().is_empty());
    let open = Config { spotify_to_models: true, ..config };
    assert!(by_model(&open, dir.path(), &spotify, None).await.is_ok());
}

#[tokio::test]
async fn without_a_model_there_is_nobody_to_ask() {
    let dir = tempfile::tempdir().unwrap();
    let failure = by_model(&Config::default(), dir.path(), &facts(), None).await.unwrap_err();
    assert!(failure.to_string().contains("set provider"), "{failure}");
}
