//! Every command as a user types it: one document or JSON lines on standard output, everything else on standard error.

mod analyze;
mod configuration;
mod running;
mod tag;

use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::Value;
use testkit::process::Finished;
use testkit::{Program, tool};

/// A command that needs no show.
const ALONE: Duration = Duration::from_secs(60);

/// JSON lines of standard output.
pub(crate) fn lines(done: &Finished) -> Result<Vec<Value>> {
    done.stdout
        .lines()
        .map(|line| serde_json::from_str(line).with_context(|| format!("no JSON: {line}")))
        .collect()
}

/// Runs a command line of the shell, with `$VJBUS` as the program.
pub(crate) fn shell(line: &str) -> Result<Finished> {
    let program = crate::support::vjbus()?;
    Program::new(tool::find("sh")?).args(["-c", line]).env("VJBUS", program).run(ALONE)
}
