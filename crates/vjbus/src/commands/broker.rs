//! `vjbus broker setup`: keys, users and permissions for a broker of one's own.

use std::io::Write as _;
use std::path::Path;

use component::Entry;
use supervisor::StateDir;
use supervisor::broker::conf;

use crate::cli::BrokerCommand;
use crate::config::{self, Config};
use crate::failure::{Failure, Outcome};
use crate::plan;

/// Prints what belongs into the broker's `authorization` block, and makes the keys.
pub(crate) fn run(config: &Config, registry: &[Entry], what: &BrokerCommand) -> Outcome {
    let BrokerCommand::Setup = what;
    let dir = StateDir::new(config.broker.creds.as_ref().unwrap_or(&config.state_dir));
    let plan = plan::of(config, registry, Path::new("vjbus"), Path::new(config::FILE));
    let users = conf::users(&dir, &plan.instances).map_err(|error| Failure::absent(crate::chain(&error)))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "# Into the configuration of your nats-server (2.11 or newer):")?;
    writeln!(
        out,
        "jetstream {{}}\nauthorization {{\n  users = [\n{users}\n  ]\n}}\nno_auth_user: \"viewer\""
    )?;
    writeln!(out, "\n# Keys lie in {}. Into vjbus.toml:", dir.keys().display())?;
    writeln!(
        out,
        "# [broker]\n# mode = \"external\"\n# url = \"nats://HOST:4222\"\n# creds = \"{}\"",
        dir.path().display()
    )?;
    Ok(())
}
