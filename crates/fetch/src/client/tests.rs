//! Against a real socket that answers as web servers do on bad days.

use std::time::Instant;

use testkit::web::{Reply, Server};

use super::*;

fn limits() -> Limits {
    Limits { time: Duration::from_millis(600), connect: Duration::from_millis(300), bytes: 1000 }
}

fn client(server: &Server) -> Client {
    Client::new(&server.url(), limits()).unwrap()
}

async fn asked(reply: Reply) -> Result<Answer, Error> {
    let server = Server::start(move |_request| reply.clone()).unwrap();
    client(&server).get("it", &[]).send().await
}

#[tokio::test]
async fn a_question_arrives_as_it_was_asked() {
    let server = Server::start(|_request| Reply::json(200, r#"{"ok":7}"#)).unwrap();
    let client = Client::new(&format!("{}/api", server.url()), limits()).unwrap();
    let answer = client.get("get", &[("title", "Ä & b"), ("n", "1")]).bearer("secret").send().await.unwrap();
    assert_eq!(answer.json::<serde_json::Value>().unwrap()["ok"], 7);
    client.post("/token").form(&[("a", "b c")]).send().await.unwrap();
    let asked = server.requests();
    assert_eq!(asked[0].line, "GET /api/get?title=%C3%84+%26+b&n=1 HTTP/1.1");
    assert_eq!(asked[0].header("authorization"), Some("Bearer secret"));
    assert!(asked[0].header("user-agent").unwrap().starts_with("vjbus/"));
    assert_eq!(
        (asked[1].line.as_str(), asked[1].body.as_slice()),
        ("POST /api/token HTTP/1.1", &b"a=b+c"[..])
    );
}

#[tokio::test]
async fn statuses_say_what_to_do() {
    let later = |error: &Error| matches!(error, Error::Later { .. });
    assert!(matches!(asked(Reply::json(404, "{}")).await, Err(Error::Missing { .. })));
    for status in [408, 429, 500, 502, 503, 504] {
        assert!(asked(Reply::json(status, "{}")).await.is_err_and(|e| later(&e)), "{status}");
    }
    let Err(Error::Refused { status, said, body, .. }) =
        asked(Reply::json(401, "{\"error\":\"\u{1b}[2Jno\"}")).await
    else {
        panic!("401 is a refusal")
    };
    assert_eq!((status, said.as_deref()), (401, Some(r#"{"error":" [2Jno"}"#)));
    assert!(body.starts_with(b"{\"error\""));
}

#[tokio::test]
async fn a_server_says_how_long_to_wait() {
    let after = async |value: &str| match asked(Reply::json(429, "").with("retry-after", value)).await {
        Err(Error::Later { after, .. }) => after,
        other => panic!("{other:?}"),
    };
    assert_eq!(after("7").await, Some(Duration::from_secs(7)));
    assert_eq!(after("99999999999").await, Some(LONGEST_WAIT));
    assert_eq!(after("Wed, 21 Oct 2015 07:28:00 GMT").await, Some(Duration::ZERO));
    assert_eq!(after("soon").await, None);
}

#[tokio::test]
async fn bad_bodies_are_errors() {
    let large = asked(Reply::json(200, &"x".repeat(1001))).await;
    assert!(matches!(large, Err(Error::Nonsense { .. })), "{large:?}");
    let cut = asked(Reply::json(200, r#"{"title":"abc"}"#).cut_after(5)).await;
    assert!(cut.is_err_and(|e| e.is_passing()));
    let answer = asked(Reply::json(200, "<html>")).await.unwrap();
    assert!(matches!(answer.json::<u32>(), Err(Error::Nonsense { .. })));
    assert!(asked(Reply::raw(b"\x00\xffgarbage\r\n\r\n")).await.is_err_and(|e| e.is_passing()));
}

#[tokio::test]
async fn nothing_lasts_longer_than_its_limit() {
    let begun = Instant::now();
    let slow = asked(Reply::json(200, "{}").after(Duration::from_secs(30))).await;
    let Err(Error::Later { what, .. }) = slow else { panic!("{slow:?}") };
    assert_eq!(what, "did not answer in time");
    let drip = asked(Reply::json(200, "{}").dripping(Duration::from_millis(500))).await;
    assert!(drip.is_err_and(|e| e.is_passing()));
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn nobody_there_and_elsewhere_are_told() {
    let nobody = Client::new("http://127.0.0.1:1", limits()).unwrap().get("x", &[]).send().await;
    assert_eq!(nobody.unwrap_err().to_string(), "127.0.0.1:1 cannot be reached");
    let elsewhere = asked(Reply::json(302, "").with("location", "http://127.0.0.2:1/x")).await;
    assert_eq!(elsewhere.map_err(|e| e.is_passing()), Err(true));
}

#[test]
fn a_base_url_is_checked() {
    for wrong in ["", "lrclib.net", "ftp://x", "http://", "file:///etc"] {
        assert!(Client::new(wrong, limits()).is_err(), "{wrong}");
    }
}
