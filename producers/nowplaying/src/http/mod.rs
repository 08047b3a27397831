//! HTTP: `POST /nowplaying[/<player>]` tells, `GET /nowplaying` asks.
//!
//! | bound | |
//! |---|---|
//! | body | 64 KiB |
//! | connection | 10 s from beginning to end, one request each |
//! | at once | 16 connections; more wait |
//! | who | programs of this machine, unless `http_remote`; never a page of the web ([`guard`]) |

mod connection;
mod guard;
pub(crate) mod post;
mod serve;

use std::net::SocketAddr;
use std::time::Duration;

use schemas::Name;
use tokio::net::TcpListener;

use crate::listen::listen;
use crate::report::{Outlet, Task, Way};
use connection::Door;
use guard::Guard;
use serve::Desk;

/// Longest life of a connection.
const LIFE: Duration = Duration::from_secs(10);

/// Starts it; it ends when the task is dropped.
pub(crate) fn start(address: SocketAddr, remote: bool, instance: Name, outlet: Outlet) -> Task {
    Task::start(async move {
        let listener = listen(address, Way::Http, &outlet).await;
        serve(listener, LIFE, Desk { instance, outlet, guard: Guard { remote } }).await;
    })
}

async fn serve(listener: TcpListener, life: Duration, desk: Desk) {
    let door = Door::new(listener, desk.guard, life);
    // It ends only with the task: errors of single connections are dealt with inside.
    let _ended = axum::serve(door, serve::router(desk)).await.is_err();
}

#[cfg(test)]
mod tests;
