//! Makes the server known by DNS service discovery over multicast DNS (RFC 6762, RFC 6763), as OS2L has it.

use std::net::IpAddr;
use std::time::Duration;

use component::time;
use mdns_sd::{DaemonEvent, IfKind, ServiceDaemon, ServiceInfo};
use tokio::task::JoinHandle;

/// The type under which VirtualDJ looks for us (<https://os2l.org>).
pub const SERVICE_TYPE: &str = "_os2l._tcp.local.";
/// It must be out by then: probing for a name that is free takes 0.75 s (RFC 6762 section 8.1).
const OUT_WITHIN: Duration = Duration::from_secs(10);

/// What came of it.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// It is known, under this name.
    Known(String),
    /// It could not be made known.
    Unknown(String),
}

/// It is known as long as this lives.
pub(crate) struct Advertisement {
    daemon: ServiceDaemon,
    listener: JoinHandle<()>,
}

impl Advertisement {
    /// Makes a server known that listens at `address` and `port`, as `name`: on the loopback interface alone when it
    /// listens there, on the interface of its address, or on all. `tell` hears what comes of it, later.
    ///
    /// # Errors
    /// When no socket or thread can be had.
    pub(crate) fn start<F>(
        name: &str,
        address: IpAddr,
        port: u16,
        tell: impl Fn(Outcome) -> F + Send + 'static,
    ) -> Result<Advertisement, mdns_sd::Error>
    where
        F: Future<Output = ()> + Send,
    {
        let host = format!("vjbus-{}.local.", label(time::host_name()));
        let none: &[(&str, &str)] = &[];
        let service = ServiceInfo::new(SERVICE_TYPE, name, &host, "", port, none)?.enable_addr_auto();
        let daemon = ServiceDaemon::new()?;
        daemon.disable_interface(IfKind::All)?;
        daemon.enable_interface(interfaces(address))?;
        let events = daemon.monitor()?;
        daemon.register(service)?;
        let listener = tokio::spawn(async move {
            let mut trouble = "no network interface takes part in it".to_owned();
            let known = async {
                loop {
                    match events.recv_async().await {
                        Ok(DaemonEvent::Announce(name, _)) => return Some(name),
                        Ok(DaemonEvent::Error(error)) => trouble = error.to_string(),
                        Ok(_) => {}
                        Err(_ended) => return None,
                    }
                }
            };
            match tokio::time::timeout(OUT_WITHIN, known).await {
                Ok(Some(name)) => tell(Outcome::Known(name)).await,
                Ok(None) | Err(_) => tell(Outcome::Unknown(trouble)).await,
            }
        });
        Ok(Advertisement { daemon, listener })
    }
}

impl Drop for Advertisement {
    fn drop(&mut self) {
        self.listener.abort();
        // The daemon says good-bye for us; if it has ended already there is nothing to say.
        let _ended = self.daemon.shutdown();
    }
}

fn interfaces(address: IpAddr) -> IfKind {
    match address {
        address if address.is_unspecified() => IfKind::All,
        IpAddr::V4(address) if address.is_loopback() => IfKind::LoopbackV4,
        IpAddr::V6(address) if address.is_loopback() => IfKind::LoopbackV6,
        address => IfKind::Addr(address),
    }
}

/// A host name as a label of DNS: letters, digits and hyphens, at most 50.
fn label(host: &str) -> String {
    let first = host.split('.').next().unwrap_or_default();
    first.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(50).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_known_where_it_listens() {
        let of = |text: &str| interfaces(text.parse().unwrap());
        assert!(matches!(of("127.0.0.1"), IfKind::LoopbackV4));
        assert!(matches!(of("0.0.0.0"), IfKind::All));
        assert!(matches!(of("::"), IfKind::All));
        assert!(matches!(of("192.0.2.7"), IfKind::Addr(_)));
        assert_eq!(label("Stage_left.example.org"), "Stageleft");
    }
}
