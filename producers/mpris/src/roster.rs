//! Who is on the bus: which players are followed, under which name, and by which task.

use std::collections::HashMap;
use std::sync::Arc;

use schemas::Name;
use tokio::sync::{Notify, mpsc};
use tokio::task::{AbortHandle, JoinSet};
use zbus::Connection;
use zbus::names::OwnedUniqueName;

use crate::config::Config;
use crate::follow::{Followed, follow};
use crate::naming;
use crate::watch::Report;

/// Players that are followed at once. A desktop has a handful; a program that takes names without end is not followed.
const PLAYERS_MAX: usize = 64;

/// The players that are followed. Dropping it ends their tasks.
pub(crate) struct Roster {
    config: Config,
    instance: Name,
    connection: Connection,
    reports: mpsc::Sender<Report>,
    tasks: JoinSet<()>,
    // by unique name: some programs own several names, and are still one player
    entries: HashMap<OwnedUniqueName, Entry>,
}

struct Entry {
    bus_name: String,
    player: Name,
    nudge: Arc<Notify>,
    task: AbortHandle,
}

impl Roster {
    pub(crate) fn new(
        config: Config,
        instance: Name,
        connection: Connection,
        reports: mpsc::Sender<Report>,
    ) -> Roster {
        Roster { config, instance, connection, reports, tasks: JoinSet::new(), entries: HashMap::new() }
    }

    /// A name was taken. The player's name, when it is one that is followed from now on.
    pub(crate) fn add(&mut self, bus_name: &str, owner: OwnedUniqueName) -> Option<Name> {
        let short = naming::short(bus_name);
        if !self.config.wants(&short) || self.entries.contains_key(&owner) {
            return None;
        }
        if self.entries.len() >= PLAYERS_MAX {
            tracing::warn!(bus_name, "not followed: there are {PLAYERS_MAX} players already");
            return None;
        }
        let is_taken = |name: &Name| self.entries.values().any(|entry| entry.player == *name);
        let player = naming::player(&self.instance, &short, is_taken)?;
        let nudge = Arc::new(Notify::new());
        let followed = Followed {
            connection: self.connection.clone(),
            owner: owner.clone(),
            player: player.clone(),
            plays_spotify: naming::plays_spotify(&short),
            nudge: nudge.clone(),
        };
        let task = self.tasks.spawn(follow(followed, self.config.poll(), self.reports.clone()));
        self.entries
            .insert(owner, Entry { bus_name: bus_name.to_owned(), player: player.clone(), nudge, task });
        Some(player)
    }

    /// A name was given up. The player's name, when it was one that was followed.
    pub(crate) fn remove(&mut self, bus_name: &str) -> Option<Name> {
        let owner = self.entries.iter().find(|(_, entry)| entry.bus_name == bus_name)?.0.clone();
        let entry = self.entries.remove(&owner)?;
        entry.task.abort();
        while self.tasks.try_join_next().is_some() {}
        Some(entry.player)
    }

    /// The owner of this unique name has signalled a change.
    pub(crate) fn nudge(&self, owner: &str) {
        if let Some(entry) = self.entries.get(owner) {
            entry.nudge.notify_one();
        }
    }
}
