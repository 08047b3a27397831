//! The bus against a real broker: classes, state, reconnecting, commands.

mod commands;
mod glance;
mod outage;
mod state;

use std::time::Duration;

use anyhow::Result;
use bus::{Bus, Settings};
use schemas::Name;
use testkit::nats::Server;

/// Long enough for a busy machine, short enough to fail soon.
pub(crate) const SOON: Duration = Duration::from_secs(10);

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).expect("a good name")
}

pub(crate) async fn connect(server: &Server, instance: &str) -> Result<Bus> {
    let settings =
        Settings { url: server.url(), credentials: None, instance: name(instance), wait_for_broker: false };
    let bus = Bus::connect(settings).await?;
    testkit::wait::wait_until_async(SOON, "link up", async || bus.is_up()).await?;
    Ok(bus)
}
