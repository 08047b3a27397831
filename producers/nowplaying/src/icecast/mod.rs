//! An Icecast server that plays nothing: it takes the stream of a DJ software for the titles in it.
//!
//! | what comes | what it is |
//! |---|---|
//! | `SOURCE /mount HTTP/1.0`, `PUT /mount HTTP/1.1` | a source client: its audio is read and thrown away, the Vorbis or Opus comments in an Ogg stream are not |
//! | `GET /admin/metadata?mode=updinfo&song=…` | the title, told beside the stream |
//! | `GET /admin.cgi?pass=…&mode=updinfo&song=…` | the same in the older ICY form |
//!
//! The requests are those of libshout (Mixxx and many others), BUTT and Traktor; the answers those of Icecast 2.4.
//! Pure: [`head`], [`route`], [`update`], [`chunked`], [`ogg`], [`comments`]. Bounded: the head to 8 KiB and 10 s, a silent
//! source to 10 s, a comment to 64 KiB, connections to 16, sources to one.

mod chunked;
pub(crate) mod comments;
pub(crate) mod head;
mod ogg;
pub(crate) mod route;
pub(crate) mod session;
mod update;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::config::Secret;
use crate::listen::listen;
use crate::report::{Outlet, Task, Way};
use session::{Desk, session};

/// Connections at once.
const AT_ONCE: usize = 16;
/// A source that sends nothing for so long has gone; the `source-timeout` of Icecast.
const SILENCE: Duration = Duration::from_secs(10);
/// Pause after a connection could not be accepted, e.g. for want of file handles.
const PAUSE: Duration = Duration::from_millis(200);

/// Starts it; it ends, with all its connections, when the task is dropped.
pub(crate) fn start(address: SocketAddr, password: Secret, outlet: Outlet) -> Task {
    Task::start(async move {
        let listener = listen(address, Way::Icecast, &outlet).await;
        let desk = Desk { password, outlet, sources: Semaphore::new(1), silence: SILENCE };
        serve(&listener, &Arc::new(desk)).await;
    })
}

async fn serve(listener: &TcpListener, desk: &Arc<Desk>) {
    // Dropped with this future, and ends all of them then.
    let mut sessions = JoinSet::new();
    loop {
        while sessions.len() >= AT_ONCE {
            sessions.join_next().await;
        }
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _peer)) => drop(sessions.spawn(session(stream, Arc::clone(desk)))),
                Err(error) => {
                    tracing::debug!(%error, "no connection");
                    tokio::time::sleep(PAUSE).await;
                }
            },
            Some(_ended) = sessions.join_next() => {}
        }
    }
}

#[cfg(test)]
mod tests;
