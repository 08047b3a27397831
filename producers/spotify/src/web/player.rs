//! One question: what is the player doing?

use std::time::Duration;

use component::time::{mono_ns, stamp_of_mono};
use fetch::{BaseUrlError, Client, Limits};
use schemas::Stamp;
use serde::Deserialize;

use super::{Answer, Playback, playback};
use crate::auth::{Secret, shown};

/// Episodes come as nothing unless they are asked for.
const TYPES: (&str, &str) = ("additional_types", "track,episode");

/// The Web API's player.
#[derive(Debug, Clone)]
pub struct Player {
    client: Client,
}

/// What the player was doing, and when.
///
/// The instant is the middle of the round trip: the answer's own `timestamp` is when the player last changed
/// (spotify/web-api#640, #1073), so it says nothing of when `progress_ms` was true. A new connection takes its round
/// trips before the question, and shifts the middle by as much.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What it was doing.
    pub playback: Playback,
    /// When.
    pub at: Stamp,
    /// Half the round trip in seconds: `at` is right to within this.
    pub within_s: f64,
}

/// No answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum AskError {
    /// 401: the access token is void.
    #[error("the access token is not taken any more")]
    Unauthorised,
    /// The app or the user may not ask; the words are Spotify's.
    #[error("Spotify refuses: {0}")]
    Refused(String),
    /// There may be an answer later.
    #[error(transparent)]
    Later(fetch::Error),
}

impl Player {
    /// The API at `base`.
    ///
    /// # Errors
    /// When `base` is no base URL.
    pub fn new(base: &str) -> Result<Player, BaseUrlError> {
        let limits = Limits { time: Duration::from_secs(8), bytes: 512 * 1024, ..Limits::default() };
        Ok(Player { client: Client::new(base, limits)? })
    }

    /// Asks.
    ///
    /// # Errors
    /// As [`AskError`] says.
    pub async fn ask(&self, access: &Secret) -> Result<Seen, AskError> {
        let asked_ns = mono_ns();
        let ask = self.client.get("v1/me/player", &[TYPES]).bearer(access.reveal());
        let answer = ask.send().await.map_err(refused)?;
        let trip_ns = mono_ns() - asked_ns;
        // 204, and now and then an empty 200: there is no player, or none that is known.
        let playback = match answer.body.as_slice() {
            [] => Playback::nothing(),
            _ => playback(&answer.json::<Answer>().map_err(AskError::Later)?),
        };
        let at = stamp_of_mono(asked_ns + trip_ns / 2);
        Ok(Seen { playback, at, within_s: trip_ns as f64 / 2e9 })
    }
}

/// The body of a refusal.
#[derive(Deserialize)]
struct Refusal {
    error: Reason,
}

#[derive(Deserialize)]
struct Reason {
    message: String,
}

fn refused(error: fetch::Error) -> AskError {
    match &error {
        fetch::Error::Refused { status: 401, .. } => AskError::Unauthorised,
        fetch::Error::Refused { status, body, said, .. } => {
            let refusal = serde_json::from_slice::<Refusal>(body).ok().map(|refusal| refusal.error.message);
            let words = refusal.or_else(|| said.clone()).unwrap_or_default();
            AskError::Refused(shown(&format!("{words} (status {status})")))
        }
        fetch::Error::Missing { .. } => AskError::Refused(format!("{error}; is api_url right?")),
        fetch::Error::Later { .. } | fetch::Error::Nonsense { .. } => AskError::Later(error),
    }
}

#[cfg(test)]
mod tests {
    use testkit::web::{Reply, Server};

    use super::*;

    async fn asked(reply: Reply) -> Result<Seen, AskError> {
        let server = Server::start(move |_request| reply.clone()).unwrap();
        Player::new(&server.url()).unwrap().ask(&Secret::new("access")).await
    }

    const PLAYING: &str =
        r#"{"is_playing":true,"progress_ms":1000,"item":{"name":"Song","duration_ms":9000}}"#;

    #[tokio::test]
    async fn the_player_is_asked_for_with_the_token() {
        let server = Server::start(|_request| Reply::json(200, PLAYING)).unwrap();
        let seen = Player::new(&server.url()).unwrap().ask(&Secret::new("access")).await.unwrap();
        assert_eq!((seen.playback.playing, seen.playback.position_s), (true, Some(1.0)));
        let request = &server.requests()[0];
        assert_eq!(request.target(), "/v1/me/player?additional_types=track%2Cepisode");
        assert_eq!(request.header("authorization"), Some("Bearer access"));
    }

    #[tokio::test]
    async fn the_instant_is_the_middle_of_the_round_trip() {
        let slow = Duration::from_millis(300);
        let before = mono_ns();
        let seen = asked(Reply::json(200, PLAYING).after(slow)).await.unwrap();
        let after = mono_ns();
        assert!(seen.within_s >= 0.15, "{}", seen.within_s);
        let (early, late) = (seen.at.at_mono_ns - before, after - seen.at.at_mono_ns);
        assert!(early >= 150_000_000 && late >= 150_000_000, "{early} {late}");
    }

    #[tokio::test]
    async fn no_content_is_nothing_playing() {
        for status in [204, 200, 202] {
            assert_eq!(
                asked(Reply::json(status, "")).await.unwrap().playback,
                Playback::nothing(),
                "{status}"
            );
        }
    }

    #[tokio::test]
    async fn each_documented_status_says_what_to_do() {
        let expired = r#"{"error":{"status":401,"message":"The access token expired"}}"#;
        assert_eq!(asked(Reply::json(401, expired)).await, Err(AskError::Unauthorised));
        let user = r#"{"error":{"status":403,"message":"User not registered in the Developer Dashboard"}}"#;
        let words = "User not registered in the Developer Dashboard (status 403)";
        assert_eq!(asked(Reply::json(403, user)).await, Err(AskError::Refused(words.into())));
        let bare = asked(Reply::json(403, "\u{1b}[2JNo.")).await;
        assert_eq!(bare, Err(AskError::Refused("[2JNo. (status 403)".into())));
        assert!(matches!(asked(Reply::json(404, "")).await, Err(AskError::Refused(_))));
        assert!(matches!(asked(Reply::json(400, "{}")).await, Err(AskError::Refused(_))));
        for status in [500, 502, 503, 504] {
            assert!(matches!(asked(Reply::json(status, "")).await, Err(AskError::Later(_))), "{status}");
        }
        let busy = asked(Reply::json(429, "").with("retry-after", "7")).await;
        let Err(AskError::Later(fetch::Error::Later { after, .. })) = busy else { panic!("{busy:?}") };
        assert_eq!(after, Some(Duration::from_secs(7)));
    }

    #[tokio::test]
    async fn wrong_and_hostile_answers_are_no_answer() {
        let long = format!("\"{}\"", "x".repeat(600 * 1024));
        for body in ["<html>", "[", r#"{"is_playing":"yes"}"#, r#"{"item":[]}"#, "\0\u{1}", &long] {
            let answer = asked(Reply::json(200, body)).await;
            assert!(matches!(answer, Err(AskError::Later(_))), "{body:.30}: {answer:?}");
        }
        assert!(matches!(asked(Reply::json(200, PLAYING).cut_after(20)).await, Err(AskError::Later(_))));
        assert!(matches!(asked(Reply::raw(b"SSH-2.0-x\r\n")).await, Err(AskError::Later(_))));
    }

    #[tokio::test]
    async fn an_answer_that_never_ends_is_broken_off() {
        let server =
            Server::start(|_request| Reply::json(200, PLAYING).dripping(Duration::from_secs(1))).unwrap();
        let limits = Limits { time: Duration::from_millis(300), ..Limits::default() };
        let player = Player { client: Client::new(&server.url(), limits).unwrap() };
        assert!(matches!(player.ask(&Secret::new("access")).await, Err(AskError::Later(_))));
    }
}
