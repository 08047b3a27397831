//! Who may tell: programs, not pages of the web.
//!
//! A page that the operator has open may send requests to this machine. Its browser names the page in `Origin`
//! (RFC 6454) and says `Sec-Fetch-Site: cross-site`; both are refused. A page may also give its own host name
//! the address of this machine (DNS rebinding), and then passes for our own; but the browser still sends that name as `Host`,
//! so only addresses and names of this machine are taken there.

use std::net::{IpAddr, SocketAddr};

/// The rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Guard {
    /// Whether other machines may tell.
    pub(crate) remote: bool,
}

/// What a request says about where it comes from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Claims<'a> {
    pub(crate) host: Option<&'a str>,
    pub(crate) origin: Option<&'a str>,
    /// `Sec-Fetch-Site`.
    pub(crate) site: Option<&'a str>,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Stranger {
    #[error("Host names another machine: ask for this one by its address, e.g. 127.0.0.1")]
    Host,
    #[error("a web page may not tell what plays: send the request from a program")]
    Page,
}

impl Guard {
    /// Whether a connection from this address may stand.
    pub(crate) fn admits(self, peer: SocketAddr) -> bool {
        self.remote || peer.ip().to_canonical().is_loopback()
    }

    /// Whether a request may be answered.
    pub(crate) fn check(self, claims: Claims<'_>) -> Result<(), Stranger> {
        // Programs that speak HTTP/1.0 send no Host; browsers always do.
        if !claims.host.is_none_or(|host| self.is_ours(host)) {
            return Err(Stranger::Host);
        }
        let own_page =
            |origin: &str| origin.strip_prefix("http://").is_some_and(|from| Some(from) == claims.host);
        if !claims.origin.is_none_or(own_page) || claims.site.is_some_and(|site| site == "cross-site") {
            return Err(Stranger::Page);
        }
        Ok(())
    }

    fn is_ours(self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        let bare = name.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            // An address is no name, and so cannot have been given to us by a foreign page.
            Ok(address) => self.remote || address.is_loopback(),
            Err(_name) if bare == "localhost" => true,
            Err(_name) => self.remote && is_this_machine(bare),
        }
    }
}

fn is_this_machine(name: &str) -> bool {
    let own = component::time::host_name().to_ascii_lowercase();
    name == own || name.strip_suffix(".local") == Some(own.as_str())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const LOCAL: Guard = Guard { remote: false };
    const REMOTE: Guard = Guard { remote: true };

    fn from(host: &str, origin: Option<&str>) -> Result<(), Stranger> {
        LOCAL.check(Claims { host: Some(host), origin, site: None })
    }

    #[test]
    fn programs_of_this_machine_may_tell() {
        for host in
            ["127.0.0.1:8011", "127.0.0.1", "localhost:8011", "LocalHost", "[::1]:8011", "127.9.9.9:1"]
        {
            assert_eq!(from(host, None), Ok(()), "{host}");
        }
        assert_eq!(LOCAL.check(Claims::default()), Ok(()));
    }

    #[test]
    fn a_page_elsewhere_may_not() {
        let foreign = [
            "https://evil.example",
            "http://localhost:3000",
            "null",
            "http://127.0.0.1",
            "https://127.0.0.1:8011",
            "",
        ];
        for origin in foreign {
            assert_eq!(from("127.0.0.1:8011", Some(origin)), Err(Stranger::Page), "{origin}");
        }
        assert_eq!(from("127.0.0.1:8011", Some("http://127.0.0.1:8011")), Ok(()));
        let image = Claims { host: Some("127.0.0.1:8011"), origin: None, site: Some("cross-site") };
        assert_eq!(LOCAL.check(image), Err(Stranger::Page));
    }

    #[test]
    fn a_name_that_was_bent_to_this_machine_is_seen_by_its_host() {
        for host in
            ["evil.example:8011", "127.0.0.1.evil.example", "localhost.evil.example", "", "10.0.0.7:8011"]
        {
            assert_eq!(from(host, None), Err(Stranger::Host), "{host}");
        }
        let bent =
            Claims { host: Some("evil.example:8011"), origin: Some("http://evil.example:8011"), site: None };
        assert_eq!(LOCAL.check(bent), Err(Stranger::Host));
        assert_eq!(REMOTE.check(bent), Err(Stranger::Host));
    }

    #[test]
    fn other_machines_may_tell_only_when_the_user_says_so() {
        let peer = "10.0.0.7:40000".parse().unwrap();
        assert!(!LOCAL.admits(peer) && REMOTE.admits(peer));
        assert!(LOCAL.admits("127.0.0.1:40000".parse().unwrap()));
        assert!(LOCAL.admits("[::ffff:127.0.0.1]:40000".parse().unwrap()));
        let own = component::time::host_name();
        for host in ["10.0.0.5:8011".to_owned(), format!("{own}:8011"), format!("{own}.local")] {
            assert_eq!(REMOTE.check(Claims { host: Some(&host), ..Claims::default() }), Ok(()), "{host}");
        }
    }

    proptest! {
        #[test]
        fn any_claims_are_judged(host in ".{0,30}", origin in ".{0,30}") {
            let own = format!("http://{host}");
            prop_assert!(from(&host, Some(&origin)).is_err() || origin == own);
        }
    }
}
