//! Whether a broker of ours answers, and whether its port can be had.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;

/// Longest wait for one greeting.
const GREETING: Duration = Duration::from_millis(1500);
/// Pause between two looks at a broker that starts.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// Longest greeting that is read, in bytes.
const GREETING_MAX: u64 = 64 << 10;

/// The broker could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Somebody else listens there.
    #[error(
        "port {port} on this machine is taken, and not by a broker of this state folder: end what listens there, set [broker] port to \
         another one, or, if it is a NATS server that you want to use, set [broker] mode = \"external\" and its url"
    )]
    PortTaken {
        /// The port.
        port: u16,
    },
    /// It ended at once or does not answer.
    #[error("nats-server did not start: {said} (its log is {})", log.display())]
    NotReady {
        /// The last line of its log, or why it was not started.
        said: String,
        /// Its log.
        log: std::path::PathBuf,
    },
}

/// The port to listen on: `port`, or any free one for 0.
///
/// # Errors
/// [`StartError::PortTaken`].
pub(crate) fn free_port(port: u16) -> Result<u16, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .and_then(|listener| listener.local_addr())
        .map(|addr| addr.port())
        .map_err(|_| StartError::PortTaken { port })
}

/// The broker's version, if the one called `server_name` greets at `port`.
pub(crate) async fn greeting(port: u16, server_name: &str) -> Option<String> {
    let greeting = tokio::time::timeout(GREETING, read_greeting(port)).await.ok()??;
    (greeting.get("server_name")?.as_str()? == server_name)
        .then(|| greeting.get("version")?.as_str().map(str::to_owned))?
}

/// Waits for the greeting, for ever: the caller sets the limit.
pub(crate) async fn ready(port: u16, server_name: &str) -> String {
    loop {
        if let Some(version) = greeting(port, server_name).await {
            return version;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

// The first line that a NATS server says is `INFO {json}`.
async fn read_greeting(port: u16) -> Option<serde_json::Value> {
    use tokio::io::AsyncReadExt as _;
    let stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.ok()?;
    let mut line = String::new();
    BufReader::new(stream).take(GREETING_MAX).read_line(&mut line).await.ok()?;
    serde_json::from_str(line.strip_prefix("INFO ")?.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_taken_port_is_named_and_a_stranger_is_not_ours() {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = free_port(port).unwrap_err();
        assert!(
            error.to_string().contains(&port.to_string()) && error.to_string().contains("external"),
            "{error}"
        );
        let answer = async {
            let (mut peer, _) = listener.accept().await.unwrap();
            tokio::io::AsyncWriteExt::write_all(
                &mut peer,
                b"INFO {\"server_name\":\"other\",\"version\":\"2.15.1\"}\r\n",
            )
            .await
            .unwrap();
        };
        assert_eq!(tokio::join!(greeting(port, "vjbus-x"), answer).0, None);
        drop(listener);
        assert_ne!(free_port(0).unwrap(), 0);
    }
}
