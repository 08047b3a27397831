//! One service.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, StatusCode, redirect};
use serde::Serialize;
use url::{Host, Url};

use crate::{Answer, Error};

/// Says who asks, as services wish.
const USER_AGENT: &str = concat!("vjbus/", env!("CARGO_PKG_VERSION"));
/// Redirections that are followed, within the same host.
const REDIRECTIONS: usize = 3;
/// So much of a refusal is read, and so many characters of it shown.
const REFUSAL_BYTES: usize = 16 * 1024;
const REFUSAL_CHARS: usize = 200;
/// A server may ask to wait no longer than a day: a larger number is a mistake.
const LONGEST_WAIT: Duration = Duration::from_secs(86_400);

/// Bounds of every answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// From the question to the last byte of the answer.
    pub time: Duration,
    /// Until the connection stands.
    pub connect: Duration,
    /// Of the body.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { time: Duration::from_secs(15), connect: Duration::from_secs(5), bytes: 1024 * 1024 }
    }
}

/// A base URL that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("“{url}” is no base URL: use http:// or https:// and a host, e.g. https://lrclib.net")]
pub struct BaseUrlError {
    url: String,
}

/// Asks one service. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct Client {
    inner: reqwest::Client,
    base: Url,
    limits: Limits,
}

/// A question under way: headers and a body may be added.
#[derive(Debug)]
pub struct Ask {
    request: RequestBuilder,
    host: String,
    limits: Limits,
}

impl Client {
    /// A client of the service at `base`.
    ///
    /// # Errors
    /// When `base` is no URL of a web server.
    pub fn new(base: &str, limits: Limits) -> Result<Client, BaseUrlError> {
        let wrong = || BaseUrlError { url: base.chars().filter(|c| !c.is_control()).take(200).collect() };
        let mut url = Url::parse(base.trim()).map_err(|_error| wrong())?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(wrong());
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        // Already installed is as good.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .redirect(same_host())
            .connect_timeout(limits.connect)
            .timeout(limits.time);
        // A proxy for the world outside must not stand between us and this very machine.
        let builder = if is_loopback(&url) { builder.no_proxy() } else { builder };
        let inner = builder.build().map_err(|_error| wrong())?;
        Ok(Client { inner, base: url, limits })
    }

    /// Whom it asks, for messages.
    pub fn host(&self) -> String {
        host(&self.base)
    }

    /// Asks for `path` below the base URL, with these query parameters.
    pub fn get(&self, path: &str, query: &[(&str, &str)]) -> Ask {
        self.ask(Method::GET, path, query)
    }

    /// Sends something to `path` below the base URL.
    pub fn post(&self, path: &str) -> Ask {
        self.ask(Method::POST, path, &[])
    }

    fn ask(&self, method: Method, path: &str, query: &[(&str, &str)]) -> Ask {
        let mut url = self.base.clone();
        url.set_path(&format!("{}{}", self.base.path(), path.trim_start_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        Ask { request: self.inner.request(method, url), host: self.host(), limits: self.limits }
    }
}

impl Ask {
    /// Adds a header; what is no header value is left out.
    pub fn header(mut self, name: &'static str, value: &str) -> Ask {
        if let Ok(mut value) = reqwest::header::HeaderValue::from_str(value) {
            value.set_sensitive(true);
            self.request = self.request.header(name, value);
        }
        self
    }

    /// Adds `Authorization: Bearer …`.
    pub fn bearer(mut self, token: &str) -> Ask {
        self.request = self.request.bearer_auth(token);
        self
    }

    /// The body is this document.
    pub fn json(mut self, body: &impl Serialize) -> Ask {
        self.request = self.request.json(body);
        self
    }

    /// The body is this form (`application/x-www-form-urlencoded`).
    pub fn form(mut self, fields: &[(&str, &str)]) -> Ask {
        self.request = self.request.form(fields);
        self
    }

    /// Another limit of time than the client's.
    pub fn within(mut self, time: Duration) -> Ask {
        self.request = self.request.timeout(time);
        self
    }

    /// Sends it and reads the whole answer.
    ///
    /// # Errors
    /// As [`Error`] says.
    pub async fn send(self) -> Result<Answer, Error> {
        let Ask { request, host, limits } = self;
        let response = request.send().await.map_err(|error| unreachable(&host, &error))?;
        let status = response.status();
        if status.is_success() {
            let body = read(response, &host, limits.bytes).await?;
            return Ok(Answer { host, status: status.as_u16(), body });
        }
        Err(refusal(response, host).await)
    }
}

async fn read(mut response: Response, host: &str, limit: usize) -> Result<Vec<u8>, Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unreachable(host, &error))? {
        if body.len() + chunk.len() > limit {
            let what = format!("more than {limit} bytes");
            return Err(Error::Nonsense { host: host.to_owned(), what });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

async fn refusal(response: Response, host: String) -> Error {
    let (status, after) = (response.status(), retry_after(response.headers()));
    match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => Error::Missing { host },
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => {
            Error::Later { host, what: format!("asks us to wait (status {})", status.as_u16()), after }
        }
        status if status.is_server_error() => {
            Error::Later { host, what: format!("is in trouble (status {})", status.as_u16()), after }
        }
        status => {
            let body = read(response, &host, REFUSAL_BYTES).await.unwrap_or_default();
            Error::Refused { host, status: status.as_u16(), said: shown(&body), body }
        }
    }
}

/// The first words of an answer, fit for a terminal.
fn shown(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let words: Vec<&str> = text.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let plain: String = words.join(" ").trim().chars().take(REFUSAL_CHARS).collect();
    (!plain.is_empty()).then_some(plain)
}

fn unreachable(host: &str, error: &reqwest::Error) -> Error {
    let what = if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "cannot be reached"
    } else if error.is_redirect() {
        "sends us elsewhere"
    } else {
        "broke off"
    };
    Error::Later { host: host.to_owned(), what: what.to_owned(), after: None }
}

/// Seconds, or an instant: both forms of RFC 9110 section 10.2.3.
#[expect(clippy::disallowed_methods, reason = "Retry-After may name an instant of wall time")]
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wait = match value.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_date) => {
            httpdate::parse_http_date(value).ok()?.duration_since(SystemTime::now()).unwrap_or_default()
        }
    };
    Some(wait.min(LONGEST_WAIT))
}

fn same_host() -> redirect::Policy {
    redirect::Policy::custom(|attempt| {
        let here = attempt.previous().first().map(|url| (url.scheme().to_owned(), host(url)));
        if attempt.previous().len() > REDIRECTIONS
            || here != Some((attempt.url().scheme().to_owned(), host(attempt.url())))
        {
            attempt.error("redirected elsewhere")
        } else {
            attempt.follow()
        }
    })
}

fn host(url: &Url) -> String {
    let name = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| name.to_owned(), |port| format!("{name}:{port}"))
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
