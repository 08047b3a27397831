//! Processes that die, hang, lie and come back, under a real supervisor and a real broker.

mod broker;
mod configuration;
pub(crate) mod deaths;
mod successor;

use anyhow::Result;

use crate::support::show::Show;
use crate::support::toys;

/// Two toys; a run counts as stable soon, so that a test need not wait a minute.
pub(crate) const TOYS: &str = "
[supervision]
stable_s = 1.0
[instances.pulse]
component = \"toys/pulse\"
[instances.echo]
component = \"toys/echo\"
";

/// The toys and nothing else, up and ready.
pub(crate) fn toy_show() -> Result<Show> {
    let mut show = Show::only(toys()?, TOYS)?;
    show.up()?;
    Ok(show)
}
