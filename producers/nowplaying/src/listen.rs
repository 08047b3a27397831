//! A listening socket that is had sooner or later.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpListener;

use crate::report::{Outlet, Report, Way};

/// First and longest pause between two attempts. The first is short: a socket of ours that was closed just now
/// may still hold the address.
const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// Listens on `address`; while that cannot be had, says why and tries again.
pub(crate) async fn listen(address: SocketAddr, way: Way, outlet: &Outlet) -> TcpListener {
    let mut pause = FIRST;
    loop {
        match TcpListener::bind(address).await {
            Ok(listener) => {
                let at = listener.local_addr().ok();
                report(outlet, Report::Open { way, at }).await;
                return listener;
            }
            Err(_error) if pause == FIRST => {}
            Err(error) => report(outlet, Report::Shut { way, why: why(address, way, &error) }).await,
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST);
    }
}

fn why(address: SocketAddr, way: Way, error: &std::io::Error) -> String {
    let key = if way == Way::Http { "http" } else { "icecast" };
    match error.kind() {
        std::io::ErrorKind::AddrInUse => {
            format!("{key}: another program listens on {address}: end it, or set another port")
        }
        std::io::ErrorKind::AddrNotAvailable => {
            format!("{key}: {address} is no address of this machine: use 127.0.0.1 or one that it has")
        }
        _ => format!("{key}: {address} cannot be listened on: {error}"),
    }
}

/// Hands a report over; when nobody takes reports any more, whoever calls is about to be ended.
pub(crate) async fn report(outlet: &Outlet, report: Report) {
    let _ended = outlet.send(report).await.is_err();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_that_is_taken_is_said_and_had_as_soon_as_it_is_free() {
        let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = taken.local_addr().unwrap();
        let (outlet, mut reports) = tokio::sync::mpsc::channel(4);
        let waiting = tokio::spawn(async move { listen(address, Way::Http, &outlet).await });
        let Some(Report::Shut { way: Way::Http, why }) = reports.recv().await else {
            panic!("nothing was said")
        };
        assert!(why.contains("another program listens on") && why.contains("another port"), "{why}");
        drop(taken);
        while let Some(report) = reports.recv().await {
            if let Report::Open { at, .. } = report {
                assert_eq!(at, Some(address));
                break;
            }
        }
        assert_eq!(waiting.await.unwrap().local_addr().unwrap(), address);
    }
}
