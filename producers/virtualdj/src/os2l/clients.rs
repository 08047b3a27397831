//! Who is connected, and whose beats count.
//!
//! The newest client that has sent a beat leads: so a VirtualDJ that connects anew replaces its own dead
//! connection at once, and whoever merely looks which port is open takes nothing from the DJ.

use std::collections::BTreeMap;

/// The connected clients; a higher number connected later.
#[derive(Debug, Default)]
pub(crate) struct Clients {
    // whether it has sent a beat
    connected: BTreeMap<u64, bool>,
}

impl Clients {
    pub(crate) fn joined(&mut self, client: u64) {
        self.connected.insert(client, false);
    }

    /// A client left. True when nobody is left who has sent a beat.
    pub(crate) fn left(&mut self, client: u64) -> bool {
        self.connected.remove(&client);
        self.leader().is_none()
    }

    /// A client sent a beat. False when it does not count, because a newer client sends beats too.
    pub(crate) fn beats(&mut self, client: u64) -> bool {
        if let Some(has_beat) = self.connected.get_mut(&client) {
            *has_beat = true;
        }
        self.leader() == Some(client)
    }

    pub(crate) fn count(&self) -> usize {
        self.connected.len()
    }

    fn leader(&self) -> Option<u64> {
        self.connected.iter().rev().find(|(_, has_beat)| **has_beat).map(|(client, _)| *client)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_that_beats_leads_and_the_older_follows_it() {
        let mut clients = Clients::default();
        clients.joined(1);
        assert!(clients.beats(1));
        clients.joined(2);
        assert!(clients.beats(1), "a client without a beat takes nothing");
        assert!(clients.beats(2));
        assert!(!clients.beats(1));
        assert!(!clients.left(2));
        assert!(clients.beats(1));
        assert!(clients.left(1));
        assert_eq!(clients.count(), 0);
        assert!(!clients.beats(1), "whoever has left does not count");
    }
}
