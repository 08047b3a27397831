//! The accounts service: where consent is asked for, redeemed and renewed.
//!
//! <https://developer.spotify.com/documentation/web-api/tutorials/code-pkce-flow>, `refreshing-tokens`.

use std::time::Duration;

use fetch::{Client, Limits, Url};
use serde::Deserialize;

use super::{Secret, Verifier};

/// The one permission that is asked for: to see what is playing, on which device.
const SCOPE: &str = "user-read-playback-state";
/// Lifetime of an access token when the answer names none; Spotify's last an hour.
const USUAL: Duration = Duration::from_secs(3600);
/// No access token lives longer than a day, whatever the answer says.
const LONGEST: f64 = 86_400.0;
/// Longest token that is believed, in bytes; Spotify's have some hundred.
const TOKEN_LEN: usize = 4096;
/// So many characters of a refusal are shown.
const SAID_CHARS: usize = 200;

/// An address at which no service can be.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(String);

/// The accounts service, for one app.
#[derive(Debug, Clone)]
pub struct Accounts {
    client: Client,
    authorise: Url,
    client_id: String,
}

/// What a code or a refresh token was exchanged for.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Opens the Web API.
    pub access: Secret,
    /// For how long.
    pub lasts: Duration,
    /// Replaces the refresh token that was used, when there is one.
    pub refresh: Option<Secret>,
}

/// No grant.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum GrantError {
    /// The code or the refresh token is void (`invalid_grant`): only the user can go on, by a new login.
    #[error("Spotify does not take this login any more")]
    Void,
    /// The app is refused, and will be until the user mends it.
    #[error("Spotify refuses the app: {0}")]
    App(String),
    /// There was no usable answer; there may be one later.
    #[error(transparent)]
    Later(fetch::Error),
}

impl Accounts {
    /// The service at `base` for the app `client_id`.
    ///
    /// # Errors
    /// When `base` is no base URL.
    pub fn new(base: &str, client_id: &str) -> Result<Accounts, AddressError> {
        let limits = Limits { time: Duration::from_secs(10), bytes: 64 * 1024, ..Limits::default() };
        let client = Client::new(base, limits).map_err(|error| AddressError(error.to_string()))?;
        let mut authorise = Url::parse(base.trim()).map_err(|error| AddressError(error.to_string()))?;
        authorise.set_path(&format!("{}/authorize", authorise.path().trim_end_matches('/')));
        Ok(Accounts { client, authorise, client_id: client_id.to_owned() })
    }

    /// The app.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The page on which the user consents.
    pub fn authorise_url(&self, redirect: &str, verifier: &Verifier, state: &Secret) -> Url {
        let mut url = self.authorise.clone();
        url.query_pairs_mut().extend_pairs([
            ("client_id", self.client_id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", redirect),
            ("scope", SCOPE),
            ("state", state.reveal()),
            ("code_challenge_method", "S256"),
            ("code_challenge", &verifier.challenge()),
        ]);
        url
    }

    /// Redeems the code that came with the redirection.
    ///
    /// # Errors
    /// As [`GrantError`] says.
    pub async fn exchange(
        &self,
        code: &Secret,
        verifier: &Verifier,
        redirect: &str,
    ) -> Result<Grant, GrantError> {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code.reveal()),
            ("redirect_uri", redirect),
            ("client_id", &self.client_id),
            ("code_verifier", verifier.secret().reveal()),
        ])
        .await
    }

    /// Renews the access token.
    ///
    /// # Errors
    /// As [`GrantError`] says.
    pub async fn refresh(&self, refresh: &Secret) -> Result<Grant, GrantError> {
        self.token(&[
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh.reveal()),
            ("client_id", &self.client_id),
        ])
        .await
    }

    async fn token(&self, form: &[(&str, &str)]) -> Result<Grant, GrantError> {
        let answer = self.client.post("api/token").form(form).send().await.map_err(refused)?;
        let answered: Answered = answer.json().map_err(GrantError::Later)?;
        answered.grant().ok_or_else(|| {
            let what = "no usable token".to_owned();
            GrantError::Later(fetch::Error::Nonsense { host: self.client.host(), what })
        })
    }
}

/// RFC 6749 section 5.1.
#[derive(Deserialize)]
struct Answered {
    access_token: Secret,
    expires_in: Option<f64>,
    refresh_token: Option<Secret>,
}

impl Answered {
    fn grant(self) -> Option<Grant> {
        let lasts = self.expires_in.map_or(USUAL, |s| Duration::from_secs_f64(s.clamp(1.0, LONGEST)));
        let refresh = self.refresh_token.filter(is_token);
        is_token(&self.access_token).then_some(Grant { access: self.access_token, lasts, refresh })
    }
}

/// RFC 6749 appendix A.12: visible characters. Anything else could not travel in a header.
fn is_token(secret: &Secret) -> bool {
    let text = secret.reveal();
    (1..=TOKEN_LEN).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic())
}

/// RFC 6749 section 5.2.
#[derive(Deserialize)]
struct Refusal {
    error: String,
    #[serde(default)]
    error_description: String,
}

fn refused(error: fetch::Error) -> GrantError {
    match &error {
        fetch::Error::Later { .. } | fetch::Error::Nonsense { .. } => GrantError::Later(error),
        fetch::Error::Missing { .. } => GrantError::App(format!("{error}; is accounts_url right?")),
        fetch::Error::Refused { status, body, .. } => match serde_json::from_slice::<Refusal>(body) {
            Ok(refusal) if refusal.error == "invalid_grant" => GrantError::Void,
            Ok(refusal) => {
                GrantError::App(shown(&format!("{} {}", refusal.error, refusal.error_description)))
            }
            Err(_no_document) => GrantError::App(format!("status {status}")),
        },
    }
}

/// The first words, fit for a terminal.
pub(crate) fn shown(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(SAID_CHARS)
        .collect()
}

#[cfg(test)]
mod tests {
    use testkit::web::{Reply, Server};

    use super::*;

    async fn refreshed(reply: Reply) -> Result<Grant, GrantError> {
        let server = Server::start(move |_request| reply.clone()).unwrap();
        Accounts::new(&server.url(), "app").unwrap().refresh(&Secret::new("old")).await
    }

    #[test]
    fn the_page_of_consent_carries_everything_and_no_secret() {
        let accounts = Accounts::new("https://accounts.spotify.com", "app").unwrap();
        let (verifier, state) = (Verifier::random().unwrap(), Secret::new("st"));
        let url = accounts.authorise_url("http://127.0.0.1:8888/callback", &verifier, &state);
        let text = url.to_string();
        assert!(text.starts_with("https://accounts.spotify.com/authorize?client_id=app&response_type=code&"));
        for part in [
            "redirect_uri=http%3A%2F%2F127.0.0.1%3A8888%2Fcallback",
            "scope=user-read-playback-state",
            "state=st",
            "code_challenge_method=S256",
            &format!("code_challenge={}", verifier.challenge()),
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(!text.contains(verifier.secret().reveal()));
    }

    #[tokio::test]
    async fn a_refresh_is_asked_and_answered_as_documented() {
        let body = r#"{"access_token":"new","token_type":"Bearer","expires_in":3600,"refresh_token":"next","scope":"s"}"#;
        let server = Server::start(move |_request| Reply::json(200, body)).unwrap();
        let grant = Accounts::new(&server.url(), "app").unwrap().refresh(&Secret::new("o/ld")).await.unwrap();
        assert_eq!(grant.access, Secret::new("new"));
        assert_eq!((grant.lasts, grant.refresh), (USUAL, Some(Secret::new("next"))));
        let asked = &server.requests()[0];
        assert_eq!(asked.line, "POST /api/token HTTP/1.1");
        assert_eq!(asked.body, b"grant_type=refresh_token&refresh_token=o%2Fld&client_id=app");
        assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
        assert_eq!(asked.header("authorization"), None);
    }

    #[tokio::test]
    async fn only_invalid_grant_ends_a_login() {
        let void =
            Reply::json(400, r#"{"error":"invalid_grant","error_description":"Refresh token revoked"}"#);
        assert_eq!(refreshed(void).await, Err(GrantError::Void));
        let app = refreshed(Reply::json(
            400,
            "{\"error\":\"invalid_client\",\"error_description\":\"In\\u001bvalid\"}",
        ));
        assert_eq!(app.await, Err(GrantError::App("invalid_client In valid".into())));
        assert!(matches!(refreshed(Reply::json(403, "<html>")).await, Err(GrantError::App(_))));
        assert!(matches!(refreshed(Reply::json(404, "")).await, Err(GrantError::App(_))));
        for status in [429, 500, 502, 503] {
            assert!(
                matches!(refreshed(Reply::json(status, "{}")).await, Err(GrantError::Later(_))),
                "{status}"
            );
        }
    }

    #[tokio::test]
    async fn wrong_and_hostile_answers_are_no_grant() {
        let long = format!(r#"{{"access_token":"{}"}}"#, "x".repeat(TOKEN_LEN + 1));
        for body in ["", "<html>", "[]", "{}", r#"{"access_token":7}"#, r#"{"access_token":"a\nb"}"#, &long] {
            assert!(
                matches!(refreshed(Reply::json(200, body)).await, Err(GrantError::Later(_))),
                "{body:.40}"
            );
        }
        let cut = Reply::json(200, r#"{"access_token":"new"}"#).cut_after(9);
        assert!(matches!(refreshed(cut).await, Err(GrantError::Later(_))));
        let odd =
            refreshed(Reply::json(200, r#"{"access_token":"a","expires_in":-1e300,"refresh_token":""}"#))
                .await;
        assert_eq!(odd.map(|grant| (grant.lasts, grant.refresh)), Ok((Duration::from_secs(1), None)));
    }

    #[tokio::test]
    async fn no_error_shows_what_was_sent_or_answered() {
        let body = r#"{"access_token":"s3cret","expires_in":"soon"}"#;
        let error = refreshed(Reply::json(200, body)).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}
