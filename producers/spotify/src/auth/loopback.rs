//! A port of 127.0.0.1 that waits for the browser.
//!
//! Browsers open connections that they never use, and anything on this machine may connect: several are served at
//! once, each bounded in size and time, until one brings the answer to this login.

use std::io;
use std::net::Ipv4Addr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::Secret;
use super::redirect::{self, PATH, Verdict};

/// Connections that are served at once.
const AT_ONCE: usize = 16;
/// Longest life of a connection.
const TALK: Duration = Duration::from_secs(5);
/// Largest head of a request.
const HEAD_BYTES: usize = 16 * 1024;
/// Pause when the system gives no connection (too many files).
const PAUSE: Duration = Duration::from_millis(100);

/// The port.
#[derive(Debug)]
pub(super) struct Loopback {
    listener: TcpListener,
    redirect: String,
}

impl Loopback {
    /// Opens `port`, any free one when it is 0.
    pub(super) async fn open(port: u16) -> io::Result<Loopback> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let redirect = format!("http://{}{PATH}", listener.local_addr()?);
        Ok(Loopback { listener, redirect })
    }

    /// The redirect URI, as it must be registered with the app.
    pub(super) fn redirect(&self) -> &str {
        &self.redirect
    }

    /// Waits for the one answer that carries `state`: the code, or why there is none.
    pub(super) async fn answer(&self, state: &Secret) -> Result<Secret, String> {
        let mut talks = JoinSet::new();
        loop {
            tokio::select! {
                accepted = self.listener.accept(), if talks.len() < AT_ONCE => match accepted {
                    Ok((stream, _)) => drop(talks.spawn(talk(stream, state.clone()))),
                    Err(_) => tokio::time::sleep(PAUSE).await,
                },
                Some(talked) = talks.join_next() => match talked {
                    Ok(Some(Verdict::Granted(code))) => return Ok(code),
                    Ok(Some(Verdict::Denied(why))) => return Err(why),
                    _ => {}
                },
            }
        }
    }
}

/// One connection; what it asked, if it asked something in time.
async fn talk(mut stream: TcpStream, state: Secret) -> Option<Verdict> {
    let head = tokio::time::timeout(TALK, head(&mut stream)).await.ok()?.ok()?;
    let verdict = redirect::judge(&head, &state);
    let response = verdict.page().response();
    let told = async {
        stream.write_all(response.as_bytes()).await?;
        stream.shutdown().await
    };
    // A browser that does not take its page has answered all the same.
    let _untold = tokio::time::timeout(TALK, told).await;
    Some(verdict)
}

async fn head(stream: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut head = Vec::new();
    let mut reader = stream.take(HEAD_BYTES as u64);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        if reader.read_buf(&mut head).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn said(loopback: &Loopback, request: &[u8]) -> String {
        let address = loopback.listener.local_addr().unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request).await.unwrap();
        let mut answer = String::new();
        // The other side may hang up on what it does not want to read.
        drop(stream.read_to_string(&mut answer).await);
        answer
    }

    #[tokio::test]
    async fn one_answer_is_believed_among_everything_else_that_connects() {
        let loopback = Loopback::open(0).await.unwrap();
        let state = Secret::new("right");
        let browser = async {
            // Connected ahead of need, as browsers do, and never used.
            let _idle = TcpStream::connect(loopback.listener.local_addr().unwrap()).await.unwrap();
            assert!(
                said(&loopback, b"GET /callback?code=x&state=wrong HTTP/1.1\r\n\r\n").await.contains("403")
            );
            assert!(said(&loopback, b"GET /favicon.ico HTTP/1.1\r\n\r\n").await.contains("404"));
            let endless = [b"GET /".as_slice(), &[b'a'; HEAD_BYTES + 1]].concat();
            assert_eq!(said(&loopback, &endless).await, "");
            let page =
                said(&loopback, b"GET /callback?code=c0de&state=right HTTP/1.1\r\nHost: x\r\n\r\n").await;
            assert!(page.starts_with("HTTP/1.1 200") && page.contains("close this page"), "{page}");
            assert!(!page.contains("c0de") && page.contains("no-store"), "{page}");
        };
        let (answer, ()) = tokio::join!(loopback.answer(&state), browser);
        assert_eq!(answer, Ok(Secret::new("c0de")));
    }

    #[tokio::test]
    async fn a_user_who_declines_is_heard() {
        let loopback = Loopback::open(0).await.unwrap();
        let state = Secret::new("s");
        let browser = said(&loopback, b"GET /callback?error=access_denied&state=s HTTP/1.1\r\n\r\n");
        let (answer, page) = tokio::join!(loopback.answer(&state), browser);
        assert_eq!(answer, Err("access_denied".into()));
        assert!(page.contains("Spotify says no"), "{page}");
    }

    #[tokio::test]
    async fn the_redirect_uri_is_an_address_and_no_name() {
        let loopback = Loopback::open(0).await.unwrap();
        let port = loopback.listener.local_addr().unwrap().port();
        assert_eq!(loopback.redirect(), format!("http://127.0.0.1:{port}/callback"));
        assert!(Loopback::open(port).await.is_err(), "the port is ours");
    }
}
