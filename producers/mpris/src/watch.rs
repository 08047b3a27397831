//! Watches the bus: who comes, who goes, who signals a change.

use std::num::NonZeroUsize;
use std::time::Duration;

use futures_util::StreamExt as _;
use schemas::Name;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zbus::message::Type;
use zbus::names::OwnedUniqueName;
use zbus::{Connection, MatchRule, MessageStream};

use crate::config::Config;
use crate::follow::PATH;
use crate::naming::PREFIX;
use crate::platform;
use crate::player::Say;
use crate::roster::Roster;
use component::Backoff;

/// Reports that may wait for the component; then the tasks wait.
const REPORTS_MAX: usize = 256;
/// Signals that may wait. The watcher never waits for a player, so there are few.
const SIGNALS_MAX: usize = 256;
/// A player, or the bus itself, that has not answered by then does not answer.
const ANSWER: Duration = Duration::from_secs(1);
/// Time for a connection to the bus.
const CONNECT: Duration = Duration::from_secs(5);
/// The bus itself.
const BUS: &str = "org.freedesktop.DBus";
const BUS_PATH: &str = "/org/freedesktop/DBus";

/// What the component is told.
#[derive(Debug)]
pub(crate) enum Report {
    /// The bus was found, with these players on it and no others.
    Listed(Vec<Name>),
    /// There is no bus, or no bus any more: why, and what to do.
    Lost(String),
    /// A player has come; its own task says so, before anything else of it.
    Came(Name),
    /// A player has gone.
    Went(Name),
    /// A player answers again, or does not.
    Answers { player: Name, answers: bool },
    /// Something to publish.
    Say { player: Name, say: Say },
}

/// Why the bus is not watched.
#[derive(Debug, thiserror::Error)]
enum WatchError {
    #[error("no D-Bus")]
    Bus(#[from] zbus::Error),
    #[error("no D-Bus (no answer within {} s)", CONNECT.as_secs())]
    Late,
    #[error("D-Bus has hung up")]
    Closed,
}

/// The watching task. Dropping it ends the task and those that follow players.
pub(crate) struct Watcher {
    pub(crate) reports: mpsc::Receiver<Report>,
    task: JoinHandle<()>,
}

impl Watcher {
    pub(crate) fn start(config: Config, instance: Name) -> Watcher {
        let (sender, reports) = mpsc::channel(REPORTS_MAX);
        Watcher { reports, task: tokio::spawn(watch(config, instance, sender)) }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Watches for ever, however often the bus goes.
async fn watch(config: Config, instance: Name, reports: mpsc::Sender<Report>) {
    let mut backoff = Backoff::default();
    loop {
        let error = match attend(&config, &instance, &reports).await {
            Ok(never) => match never {},
            Err(error) => error,
        };
        if matches!(error, WatchError::Closed) {
            backoff = Backoff::default();
        }
        if reports.send(Report::Lost(format!("{}: {}", whole(&error), platform::ADVICE))).await.is_err() {
            return;
        }
        tokio::time::sleep(backoff.pause()).await;
    }
}

/// Watches until the bus goes.
async fn attend(
    config: &Config,
    instance: &Name,
    reports: &mpsc::Sender<Report>,
) -> Result<std::convert::Infallible, WatchError> {
    let connection = tokio::time::timeout(CONNECT, connect(config)).await.map_err(|_| WatchError::Late)??;
    // Subscribed before the names are listed, so that none comes unseen.
    let mut owners = signals(&connection, owner_changes()?).await?;
    let mut changes = signals(&connection, player_signals()?).await?;
    let mut roster = Roster::new(config.clone(), instance.clone(), connection.clone(), reports.clone());
    let players = list(&connection, &mut roster).await?;
    tell(reports, Report::Listed(players)).await?;
    loop {
        tokio::select! {
            message = owners.next() => {
                let message = message.ok_or(WatchError::Closed)?.map_err(|_| WatchError::Closed)?;
                let Ok((name, _, new)) = message.body().deserialize::<(String, String, String)>() else { continue };
                // Before the new owner is followed, whose task speaks for itself.
                if let Some(player) = roster.remove(&name) {
                    tell(reports, Report::Went(player)).await?;
                }
                // A name that nobody owns any more has the empty text for an owner.
                if let Ok(owner) = OwnedUniqueName::try_from(new) {
                    roster.add(&name, owner);
                }
            }
            message = changes.next() => {
                let message = message.ok_or(WatchError::Closed)?.map_err(|_| WatchError::Closed)?;
                if let Some(sender) = message.header().sender() {
                    roster.nudge(sender.as_str());
                }
            }
        }
    }
}

async fn connect(config: &Config) -> zbus::Result<Connection> {
    let builder = match config.address() {
        Some(address) => zbus::connection::Builder::address(address),
        None => zbus::connection::Builder::session(),
    };
    builder.method_timeout(ANSWER).build().await
}

async fn signals(connection: &Connection, rule: MatchRule<'static>) -> zbus::Result<MessageStream> {
    MessageStream::for_match_rule(rule, connection, NonZeroUsize::new(SIGNALS_MAX)).await
}

/// Names of players that change hands.
fn owner_changes() -> zbus::Result<MatchRule<'static>> {
    let rule = MatchRule::builder().msg_type(Type::Signal).sender(BUS).interface(BUS);
    rule.member("NameOwnerChanged").arg0ns(PREFIX.trim_end_matches('.')).build()
}

/// `PropertiesChanged` and `Seeked` of every player.
fn player_signals() -> zbus::Result<MatchRule<'static>> {
    MatchRule::builder().msg_type(Type::Signal).path(PATH).build()
}

/// Follows every player that is there already.
async fn list(connection: &Connection, roster: &mut Roster) -> zbus::Result<Vec<Name>> {
    let reply = connection.call_method(Some(BUS), BUS_PATH, Some(BUS), "ListNames", &()).await?;
    let mut names: Vec<String> = reply.body().deserialize()?;
    names.retain(|name| name.starts_with(PREFIX));
    // By name, so that numbers are given in the same order each time.
    names.sort();
    let mut players = Vec::new();
    for name in names {
        let owner = connection.call_method(Some(BUS), BUS_PATH, Some(BUS), "GetNameOwner", &name).await;
        match owner.and_then(|reply| reply.body().deserialize::<OwnedUniqueName>()) {
            Ok(owner) => players.extend(roster.add(&name, owner)),
            // The bus answers that nobody owns it: it has gone since it was listed.
            Err(zbus::Error::FDO(_) | zbus::Error::MethodError(..)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(players)
}

/// An error with its cause; zbus names the causes of that itself.
fn whole(error: &WatchError) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error} ({cause})"),
        None => error.to_string(),
    }
}

/// When nobody takes reports any more, the task is about to be aborted.
async fn tell(reports: &mpsc::Sender<Report>, report: Report) -> Result<(), WatchError> {
    reports.send(report).await.map_err(|_| WatchError::Closed)
}
