//! Connecting to the broker, as whom the command needs to be.

use std::time::Duration;

use bus::{Bus, ConnectError, Credentials, RequestError, Settings};
use component::Kind;
use schemas::Name;
use supervisor::StateDir;
use supervisor::broker::Role;
use supervisor::broker::keys;

use crate::config::{BrokerMode, Config};
use crate::failure::Failure;

/// Longest wait for the link after the socket is open.
const LINK: Duration = Duration::from_secs(2);

/// Who a command is at the broker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Key {
    /// Reads everything, changes nothing; needs no key.
    Viewer,
    /// May give commands.
    Operator,
}

/// Connects, or says what is absent.
pub(crate) async fn connect(config: &Config, key: Key) -> Result<Bus, Failure> {
    let credentials = match key {
        Key::Viewer => None,
        Key::Operator => credentials(config, &Role::Operator)?,
    };
    let instance = Name::new("command").map_err(Failure::internal)?;
    let settings = Settings { url: config.broker.url(), credentials, instance, wait_for_broker: false };
    let bus = Bus::connect(settings).await.map_err(|error| match &error {
        ConnectError::Absent { .. } => Failure::absent(&error),
        ConnectError::Refused { .. } => Failure::usage(&error),
    })?;
    let mut link = bus.link();
    if tokio::time::timeout(LINK, link.wait_for(|link| *link == bus::Link::Up)).await.is_err() {
        return Err(Failure::absent(format!("the broker at {} does not answer", config.broker.url())));
    }
    Ok(bus)
}

/// How an instance connects.
pub(crate) fn settings_of(config: &Config, kind: Kind, name: &Name) -> Result<Settings, Failure> {
    Ok(Settings {
        url: std::env::var(supervisor::plan::ENV_BROKER_URL).unwrap_or_else(|_| config.broker.url()),
        credentials: credentials(config, &Role::Instance(kind, name.clone()))?,
        instance: name.clone(),
        wait_for_broker: true,
    })
}

/// The key of a role. An external broker without `creds` is taken as open to everybody.
fn credentials(config: &Config, role: &Role) -> Result<Option<Credentials>, Failure> {
    let dir = match (config.broker.mode, &config.broker.creds) {
        (BrokerMode::Managed, _) => StateDir::new(&config.state_dir),
        (BrokerMode::External, Some(creds)) => StateDir::new(creds),
        (BrokerMode::External, None) => return Ok(None),
    };
    match keys::credentials(&dir, role) {
        Ok(credentials) => Ok(Some(credentials)),
        Err(error) => Err(Failure::absent(crate::chain(&error))),
    }
}

/// A command that was not answered.
pub(crate) fn failure(error: RequestError) -> Failure {
    match &error {
        RequestError::NotPermitted { .. } => Failure::usage(&error),
        RequestError::Absent { .. } => Failure::absent(&error),
        RequestError::Silent { .. } => Failure::try_again(&error),
        RequestError::Malformed { .. } => Failure::internal(crate::chain(&error)),
    }
}
