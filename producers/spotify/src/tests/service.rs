//! For tests: an accounts service and a Web API on this machine, that hold what they are asked against what is
//! documented, and a player that plays, pauses and seeks.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use data_encoding::BASE64URL_NOPAD;
use fetch::Url;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use testkit::web::{Reply, Request, Server};

use crate::auth::{Accounts, Secret, Token};

/// The app that the service knows.
pub(crate) const CLIENT_ID: &str = "0123456789abcdef0123456789abcdef";

/// The service.
pub(crate) struct Service {
    server: Server,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Challenge and redirect URI of each code that was not redeemed yet.
    codes: HashMap<String, (String, String)>,
    /// The one pair that is valid: each renewal replaces both.
    access: Option<String>,
    refresh: Option<String>,
    granted: u32,
    renewals: usize,
    asked: Vec<Instant>,
    refuse: u16,
    playing: Option<Playing>,
}

#[derive(Clone)]
struct Playing {
    item: Value,
    position_s: f64,
    /// Running since; paused when `None`.
    since: Option<Instant>,
}

impl Service {
    /// How long it asks to wait: longer than anybody would by himself.
    pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(3);

    pub(crate) fn start() -> Service {
        let state = Arc::new(Mutex::new(State::default()));
        let answering = Arc::clone(&state);
        let server = Server::start(move |request| lock(&answering).answer(request)).unwrap();
        Service { server, state }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url()
    }

    pub(crate) fn accounts(&self) -> Accounts {
        Accounts::new(&self.url(), CLIENT_ID).unwrap()
    }

    /// A token as a login leaves it.
    pub(crate) fn login(&self) -> Token {
        let mut state = lock(&self.state);
        state.grant();
        Token {
            client_id: CLIENT_ID.into(),
            consented: component::time::unix_s() as u64,
            refresh: Secret::new(state.refresh.clone().unwrap()),
            access: Secret::new(state.access.clone().unwrap()),
            access_until: component::time::unix_s() as u64 + 3600,
        }
    }

    pub(crate) fn is_valid(&self, access: &Secret) -> bool {
        lock(&self.state).access.as_deref() == Some(access.reveal())
    }

    /// The user takes consent back.
    pub(crate) fn revoke(&self) {
        let mut state = lock(&self.state);
        (state.access, state.refresh) = (None, None);
    }

    /// From now on the player is refused with this status; 0 ends it.
    pub(crate) fn refuse_all(&self, status: u16) {
        lock(&self.state).refuse = status;
    }

    /// How often somebody tried to renew.
    pub(crate) fn renewals(&self) -> usize {
        lock(&self.state).renewals
    }

    /// How often the player was asked for, refused or not.
    pub(crate) fn questions(&self) -> usize {
        self.asked_at().len()
    }

    pub(crate) fn asked_at(&self) -> Vec<Instant> {
        lock(&self.state).asked.clone()
    }

    /// Plays a track of this title from this position.
    pub(crate) fn play(&self, title: &str, position_s: f64, duration_s: f64) {
        let item = json!({
            "type": "track", "name": title, "uri": format!("spotify:track:{title}"),
            "duration_ms": duration_s * 1000.0, "artists": [{ "name": "Somebody" }], "album": { "name": "Album" }
        });
        lock(&self.state).playing = Some(Playing { item, position_s, since: Some(Instant::now()) });
    }

    pub(crate) fn pause(&self) {
        if let Some(playing) = &mut lock(&self.state).playing {
            (playing.position_s, playing.since) = (playing.position_s(), None);
        }
    }

    pub(crate) fn seek(&self, position_s: f64) {
        if let Some(playing) = &mut lock(&self.state).playing {
            (playing.position_s, playing.since) = (position_s, playing.since.map(|_| Instant::now()));
        }
    }

    pub(crate) fn stop(&self) {
        lock(&self.state).playing = None;
    }

    /// Where the track is now.
    pub(crate) fn position_s(&self) -> f64 {
        lock(&self.state).playing.as_ref().map_or(0.0, Playing::position_s)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Playing {
    fn position_s(&self) -> f64 {
        self.position_s + self.since.map_or(0.0, |since| since.elapsed().as_secs_f64())
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Reply {
        let target = Url::parse(&format!("http://service{}", request.target())).unwrap();
        match (request.line.split(' ').next(), target.path()) {
            (Some("GET"), "/authorize") => self.authorise(&fields(&target)),
            (Some("POST"), "/api/token") => {
                let form = String::from_utf8(request.body.clone()).unwrap();
                self.token(&fields(&Url::parse(&format!("http://service/?{form}")).unwrap()))
            }
            (Some("GET"), "/v1/me/player") => self.player(request),
            _ => Reply::json(404, "{}"),
        }
    }

    /// The user consents at once.
    fn authorise(&mut self, asked: &HashMap<String, String>) -> Reply {
        let known = asked["client_id"] == CLIENT_ID
            && asked["response_type"] == "code"
            && asked["scope"] == "user-read-playback-state"
            && asked["code_challenge_method"] == "S256";
        if !known {
            return Reply::json(400, "INVALID_CLIENT");
        }
        let code = format!("code/{}", self.codes.len());
        self.codes.insert(code.clone(), (asked["code_challenge"].clone(), asked["redirect_uri"].clone()));
        let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
        back.query_pairs_mut().extend_pairs([("code", &code), ("state", &asked["state"])]);
        Reply::json(302, "").with("location", back.as_str())
    }

    fn token(&mut self, asked: &HashMap<String, String>) -> Reply {
        let good = asked["client_id"] == CLIENT_ID
            && match asked["grant_type"].as_str() {
                "authorization_code" => {
                    let challenge = BASE64URL_NOPAD.encode(&Sha256::digest(&asked["code_verifier"]));
                    self.codes.remove(&asked["code"]) == Some((challenge, asked["redirect_uri"].clone()))
                }
                "refresh_token" => {
                    self.renewals += 1;
                    self.refresh.as_ref() == Some(&asked["refresh_token"])
                }
                _ => false,
            };
        if !good {
            return Reply::json(400, r#"{"error":"invalid_grant","error_description":"Invalid grant"}"#);
        }
        self.grant();
        let (access, refresh) = (&self.access, &self.refresh);
        let body = json!({ "access_token": access, "token_type": "Bearer", "expires_in": 3600, "refresh_token": refresh });
        Reply::json(200, &body.to_string())
    }

    fn grant(&mut self) {
        self.granted += 1;
        self.access = Some(format!("access-{}", self.granted));
        self.refresh = Some(format!("refresh-{}", self.granted));
    }

    fn player(&mut self, request: &Request) -> Reply {
        self.asked.push(request.at);
        let bearer = self.access.as_ref().map(|access| format!("Bearer {access}"));
        let status = if bearer.as_deref() == request.header("authorization") { self.refuse } else { 401 };
        match (status, &self.playing) {
            (0, None) => Reply::json(204, ""),
            (0, Some(playing)) => Reply::json(200, &playing.answer()),
            (429, _) => {
                Reply::json(429, "{}").with("retry-after", &Service::RETRY_AFTER.as_secs().to_string())
            }
            (status, _) => Reply::json(status, r#"{"error":{"message":"no"}}"#),
        }
    }
}

impl Playing {
    fn answer(&self) -> String {
        json!({
            "device": { "is_active": true, "volume_percent": 100 },
            "timestamp": 1, "currently_playing_type": "track",
            "progress_ms": (self.position_s() * 1000.0).round(), "is_playing": self.since.is_some(), "item": self.item
        })
        .to_string()
    }
}

fn fields(url: &Url) -> HashMap<String, String> {
    url.query_pairs().into_owned().collect()
}
