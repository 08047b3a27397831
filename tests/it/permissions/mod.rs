//! The table of permissions: one test per cell, allowed and refused, against a real broker with the rendered users.

mod cells;
mod viewer;

use anyhow::{Context as _, Result};
use component::Kind;
use supervisor::broker::{Role, conf, keys};
use supervisor::{Instance, Launch, StateDir};
use tempfile::TempDir;
use testkit::nats::Server;

use crate::support::name;
use crate::support::raw::Raw;

/// A broker with the users of the shipped components.
pub(crate) struct House {
    pub server: Server,
    dir: StateDir,
    _folder: TempDir,
}

impl House {
    pub(crate) fn open() -> Result<House> {
        let folder = tempfile::tempdir()?;
        let dir = StateDir::new(folder.path());
        // The store is the test server's own.
        let text: Vec<String> = conf::render(&dir, 0, &instances())?
            .lines()
            .filter(|l| !l.contains("store_dir"))
            .map(str::to_owned)
            .collect();
        let server = Server::with_config(&text.join("\n"))?;
        Ok(House { server, dir, _folder: folder })
    }

    pub(crate) fn enter(&self, who: Who) -> Result<Raw> {
        match who.role() {
            None => Raw::connect(&self.server.url()),
            Some(role) => Raw::connect_as(&self.server.url(), &self.credentials(&role)?),
        }
    }

    pub(crate) fn credentials(&self, role: &Role) -> Result<bus::Credentials> {
        keys::credentials(&self.dir, role).context("no key was made")
    }
}

fn instances() -> Vec<Instance> {
    let entries = vjbus::registry::REGISTRY.iter();
    entries
        .map(|entry| Instance {
            name: name(entry.spec.short_name()),
            component: entry.spec.name.into(),
            kind: entry.spec.kind,
            reads: entry.spec.reads.to_vec(),
            writes: entry.spec.writes.to_vec(),
            launch: Launch::default(),
            config: serde_json::Value::Null,
        })
        .collect()
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Who {
    Producer,
    Processor,
    Sink,
    Supervisor,
    Operator,
    Viewer,
}

impl Who {
    pub(crate) fn role(self) -> Option<Role> {
        match self {
            Who::Producer => Some(Role::Instance(Kind::Producer, name("audio"))),
            Who::Processor => Some(Role::Instance(Kind::Processor, name("beat"))),
            Who::Sink => Some(Role::Instance(Kind::Sink, name("osc"))),
            Who::Supervisor => Some(Role::Supervisor),
            Who::Operator => Some(Role::Operator),
            Who::Viewer => None,
        }
    }
}
