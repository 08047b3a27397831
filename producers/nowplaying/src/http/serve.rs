//! The requests and their answers.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::StreamExt as _;
use schemas::Name;
use schemas::subject::ROOM;
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::guard::{Claims, Guard};
use super::post::{self, Wrong};
use crate::report::{Outlet, Report, Way};

/// Largest body.
const MAX_BODY: usize = 64 * 1024;
/// So much of a body that is too large is still read, so that its sender gets to see the answer.
const DRAIN: usize = 1024 * 1024;
/// Longest wait for the component.
const PATIENCE: Duration = Duration::from_secs(2);
const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// What requests are answered with.
#[derive(Debug, Clone)]
pub(crate) struct Desk {
    /// Player of a post that names none.
    pub(crate) instance: Name,
    pub(crate) outlet: Outlet,
    pub(crate) guard: Guard,
}

pub(crate) fn router(desk: Desk) -> Router {
    Router::new()
        .route("/nowplaying", get(known).post(tell_unnamed))
        .route("/nowplaying/{player}", post(tell_named))
        .fallback(async || {
            refuse(StatusCode::NOT_FOUND, "there is only /nowplaying and /nowplaying/<player>")
        })
        .method_not_allowed_fallback(async || {
            refuse(
                StatusCode::METHOD_NOT_ALLOWED,
                "POST tells what plays, GET /nowplaying asks what is known",
            )
        })
        .layer(from_fn_with_state(desk.clone(), watch))
        .with_state(desk)
}

/// Turns strangers away, and closes the connection after every answer.
async fn watch(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let claims = claims(request.headers());
    let mut response = match desk.guard.check(claims) {
        Ok(()) => next.run(request).await,
        Err(stranger) => {
            // Whether it could be counted does not matter to the stranger.
            let _full = desk.outlet.try_send(Report::TurnedAway(Way::Http)).is_err();
            refuse(StatusCode::FORBIDDEN, &stranger.to_string())
        }
    };
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// A header that is no text is as good as a foreign one.
fn claims(headers: &HeaderMap) -> Claims<'_> {
    let text = |name: &HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    Claims { host: text(&HOST), origin: text(&ORIGIN), site: text(&FETCH_SITE) }
}

async fn known(State(desk): State<Desk>) -> Response {
    match ask(&desk, |answer| Report::Asked { answer }).await {
        Some(known) => Json(known).into_response(),
        None => busy(),
    }
}

async fn tell_unnamed(State(desk): State<Desk>, headers: HeaderMap, body: Body) -> Response {
    let player = desk.instance.clone();
    tell(&desk, player, &headers, body).await
}

async fn tell_named(
    State(desk): State<Desk>,
    Path(player): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    match Name::new(player) {
        Ok(name) if name.as_str() == ROOM => refuse(
            StatusCode::UNPROCESSABLE_ENTITY,
            "“room” is what is chosen among the players: use another name",
        ),
        Ok(player) => tell(&desk, player, &headers, body).await,
        Err(error) => refuse(StatusCode::BAD_REQUEST, &error.to_string()),
    }
}

async fn tell(desk: &Desk, player: Name, headers: &HeaderMap, body: Body) -> Response {
    let content_type = headers.get(CONTENT_TYPE).map(|value| value.to_str().unwrap_or(""));
    let read = match read(headers, body).await {
        Ok(body) => post::read(content_type, &body),
        Err(wrong) => Err(wrong),
    };
    let (told, ignored) = match read {
        Ok(read) => read,
        Err(wrong) => return refuse(status(&wrong), &wrong.to_string()),
    };
    match ask(desk, |answer| Report::Posted { player, told, answer }).await {
        Some(Ok(())) if ignored.is_empty() => Json(json!({ "ok": true })).into_response(),
        Some(Ok(())) => Json(json!({ "ok": true, "ignored": ignored })).into_response(),
        Some(Err(too_many)) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &too_many.to_string()),
        None => busy(),
    }
}

async fn read(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Wrong> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > DRAIN as u64) {
        return Err(Wrong::TooLarge(MAX_BODY));
    }
    let (mut kept, mut length) = (Vec::new(), 0);
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_error| Wrong::BrokenOff)?;
        length += part.len();
        if length <= MAX_BODY {
            kept.extend_from_slice(&part);
        } else if length > DRAIN {
            break;
        }
    }
    if length > MAX_BODY { Err(Wrong::TooLarge(MAX_BODY)) } else { Ok(kept) }
}

/// Hands a question to the component; `None` when it does not answer in time.
async fn ask<T>(desk: &Desk, question: impl FnOnce(oneshot::Sender<T>) -> Report) -> Option<T> {
    let (answer, answered) = oneshot::channel();
    let asked = async {
        desk.outlet.send(question(answer)).await.ok()?;
        answered.await.ok()
    };
    tokio::time::timeout(PATIENCE, asked).await.ok().flatten()
}

const fn status(wrong: &Wrong) -> StatusCode {
    match wrong {
        Wrong::BrokenOff | Wrong::NotJson(_) => StatusCode::BAD_REQUEST,
        Wrong::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Wrong::Type(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Wrong::NoObject | Wrong::Field(_, _) => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

fn busy() -> Response {
    refuse(StatusCode::SERVICE_UNAVAILABLE, "vjbus is busy: try again in a second")
}

fn refuse(status: StatusCode, why: &str) -> Response {
    let body: Value = json!({ "ok": false, "error": why });
    (status, Json(body)).into_response()
}
