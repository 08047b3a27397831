//! From `host:port` to a connected socket, in the background: a name server may take seconds.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _, UdpSocket};
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::destination::Destination;

const FIRST_RETRY: Duration = Duration::from_secs(1);
const LONGEST_RETRY: Duration = Duration::from_secs(30);

/// Whether `address` has the form `host:port`.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn check_address(address: &str) -> Result<(), String> {
    let example = "write it as host:port, for instance 127.0.0.1:9000";
    let Some((host, port)) = address.rsplit_once(':') else {
        return Err(format!("“{address}” has no port: {example}"));
    };
    let bare_v6 = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
    let odd = host.is_empty() || host.chars().any(|c| c.is_whitespace() || c.is_control() || c == '/');
    if odd || bare_v6 || !port.parse::<u16>().is_ok_and(|port| port > 0) {
        return Err(format!("“{address}” is no address: {example}"));
    }
    Ok(())
}

/// Gives `destination` its socket: at once for a numeric address, else from a thread that keeps trying.
pub(crate) fn resolve(destination: &Arc<Destination>) {
    if let Ok(numeric) = destination.address().parse::<SocketAddr>() {
        match connect(numeric) {
            Ok(socket) => return destination.set_socket(socket),
            Err(error) => destination.set_unresolved(&error),
        }
    }
    let weak = Arc::downgrade(destination);
    let spawned =
        std::thread::Builder::new().name("osc-resolve".to_owned()).spawn(move || keep_trying(&weak));
    if let Err(error) = spawned {
        destination.set_unresolved(&error);
    }
}

// Ends when it has succeeded or its destination is gone.
fn keep_trying(destination: &Weak<Destination>) {
    let mut pause = FIRST_RETRY;
    while let Some(destination) = destination.upgrade() {
        match look_up(destination.address()) {
            Ok(socket) => return destination.set_socket(socket),
            Err(error) => destination.set_unresolved(&error),
        }
        drop(destination);
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_RETRY);
    }
}

fn look_up(address: &str) -> io::Result<UdpSocket> {
    let mut failure = io::Error::new(io::ErrorKind::NotFound, "the name has no address");
    for address in address.to_socket_addrs()? {
        match connect(address) {
            Ok(socket) => return Ok(socket),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

// Connected, so that the system tells when nobody listens (ICMP port unreachable).
fn connect(address: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match address {
        SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
        SocketAddr::V6(_) => ([0u16; 8], 0).into(),
    };
    let socket = UdpSocket::bind(any)?;
    socket.set_nonblocking(true)?;
    socket.set_broadcast(true)?;
    socket.connect(address)?;
    Ok(socket)
}

#[cfg(test)]
mod tests {
    use super::check_address;

    #[test]
    fn addresses() {
        for good in ["127.0.0.1:9000", "stage-left.local:7000", "[::1]:9000", "255.255.255.255:1"] {
            assert_eq!(check_address(good), Ok(()), "{good}");
        }
        for bad in
            ["", "127.0.0.1", ":9000", "host:", "host:0", "host:70000", "::1:9000", "a b:1", "http://h:1"]
        {
            assert!(check_address(bad).is_err(), "{bad}");
        }
    }
}
