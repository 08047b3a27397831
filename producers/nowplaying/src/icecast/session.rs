//! One connection, from its request to its end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::chunked::Chunked;
use super::comments;
use super::head::{BadHead, Head};
use super::ogg::Ogg;
use super::route::{Route, Welcome, answer, route, updated_answer};
use crate::config::Secret;
use crate::listen::report;
use crate::report::{Outlet, Report, Way};
use crate::told::{Told, track};

/// Longest time that the request, and its answer, may take.
const REQUEST: Duration = Duration::from_secs(10);
/// Bytes that are read at once.
const READ: usize = 16 * 1024;
/// Where a track comes from.
pub(crate) const ICECAST: &str = "icecast";

/// What sessions share.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) password: Secret,
    pub(crate) outlet: Outlet,
    /// Places for source clients.
    pub(crate) sources: Semaphore,
    /// A source that sends nothing for so long has gone.
    pub(crate) silence: Duration,
}

/// Serves one connection; one that breaks is its client's affair.
pub(crate) async fn session(mut stream: TcpStream, desk: Arc<Desk>) {
    let begun = tokio::time::timeout(REQUEST, receive(&mut stream, &desk)).await;
    if let Ok(Ok(Some((welcome, rest)))) = begun {
        source(&mut stream, welcome, &rest, &desk).await;
    }
}

/// Reads the request and answers it; gives what is left to do when it is a source client.
async fn receive(stream: &mut TcpStream, desk: &Desk) -> io::Result<Option<(Welcome, Vec<u8>)>> {
    let (head, rest) = match read_head(stream).await? {
        Ok(read) => read,
        Err(bad) => {
            say(stream, &answer("400 Bad Request", "", &bad.to_string())).await?;
            return Ok(None);
        }
    };
    match route(&head, desk.password.reveal()) {
        Route::Source(welcome) => return Ok(Some((welcome, rest))),
        Route::Update(song) => {
            report(&desk.outlet, Report::Sent(Told::playing(track(song, None, ICECAST)))).await;
            say(stream, &updated_answer()).await?;
        }
        Route::Answer(text, wrong_password) => {
            if wrong_password {
                tracing::warn!(
                    "a source client was turned away: its user must be “source”, its password icecast_password"
                );
                report(&desk.outlet, Report::TurnedAway(Way::Icecast)).await;
            }
            say(stream, &text).await?;
        }
    }
    Ok(None)
}

async fn read_head(stream: &mut TcpStream) -> io::Result<Result<(Head, Vec<u8>), BadHead>> {
    let mut bytes = Vec::new();
    loop {
        match Head::read(&bytes) {
            Ok(Some((head, length))) => return Ok(Ok((head, bytes.split_off(length)))),
            Ok(None) => {}
            Err(bad) => return Ok(Err(bad)),
        }
        let mut piece = [0; 1024];
        match stream.read(&mut piece).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            length => bytes.extend_from_slice(&piece[..length]),
        }
    }
}

/// Says the last word of a connection.
async fn say(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.shutdown().await?;
    // What the client still sends must be read, or closing would take the answer from it.
    let mut piece = [0; 1024];
    while stream.read(&mut piece).await? > 0 {}
    Ok(())
}

async fn source(stream: &mut TcpStream, welcome: Welcome, rest: &[u8], desk: &Desk) {
    let Ok(_place) = desk.sources.try_acquire() else {
        // Icecast's words for a second source on one mount.
        let refusal = answer("403 Forbidden", "", "Mountpoint in use");
        let _said = tokio::time::timeout(REQUEST, say(stream, &refusal)).await.is_ok();
        return;
    };
    if stream.write_all(welcome.text().as_bytes()).await.is_err() {
        return;
    }
    tracing::info!("a source client has come");
    report(&desk.outlet, Report::SourceCame).await;
    let why = hear(stream, welcome, rest, desk).await;
    tracing::info!(why, "the source client has left");
    report(&desk.outlet, Report::SourceLeft).await;
}

/// Reads the stream to its end, and says why it ended.
async fn hear(stream: &mut TcpStream, welcome: Welcome, rest: &[u8], desk: &Desk) -> &'static str {
    let mut body = Body::new(welcome);
    let mut piece = vec![0; READ];
    let mut news = body.take(rest);
    loop {
        match news {
            Some(heard) => {
                for told in heard {
                    report(&desk.outlet, Report::Sent(told)).await;
                }
            }
            None => return "its stream has ended",
        }
        news = match tokio::time::timeout(desk.silence, stream.read(&mut piece)).await {
            Ok(Ok(0)) => return "it has closed the connection",
            Ok(Ok(length)) => body.take(&piece[..length]),
            Ok(Err(_error)) => return "the connection broke",
            Err(_elapsed) => return "it has fallen silent",
        };
    }
}

/// The stream within the body.
#[derive(Debug)]
pub(crate) struct Body {
    chunked: Option<Chunked>,
    ogg: Ogg,
}

impl Body {
    /// The body of a client that was received so.
    pub(crate) fn new(welcome: Welcome) -> Body {
        Body { chunked: welcome.chunked.then(Chunked::default), ogg: Ogg::default() }
    }

    /// What the next bytes tell; `None` when the stream ends with them.
    pub(crate) fn take(&mut self, bytes: &[u8]) -> Option<Vec<Told>> {
        let mut heard = Vec::new();
        let Body { chunked, ogg } = self;
        let mut feed = |part: &[u8]| {
            ogg.feed(part, |packet| {
                let names = comments::read(packet);
                heard.extend(names.map(|names| Told::playing(track(names.song, names.album, ICECAST))));
            });
        };
        match chunked {
            None => feed(bytes),
            Some(chunked) => {
                let broken = chunked.feed(bytes, feed).is_err();
                if heard.is_empty() && (broken || chunked.has_ended()) {
                    return None;
                }
            }
        }
        Some(heard)
    }
}
