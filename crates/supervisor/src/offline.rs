//! Ending a show whose supervisor is gone, or does not answer on the bus.

use std::time::Duration;

use crate::platform::{self, Nudge};
use crate::record::{self, Record, SupervisorFile};
use crate::state_dir::{BROKER, StateDir};

/// Longest wait for a killed process to go.
const KILLED: Duration = Duration::from_secs(5);

/// Ends every recorded process: components first, with `grace` to drain, the broker last. Gives the
/// keys of those that do not go.
pub async fn down_offline(dir: &StateDir, grace: Duration) -> Vec<String> {
    let (brokers, components): (Vec<_>, Vec<_>) =
        record::living(dir).into_iter().partition(|r| r.key == BROKER);
    let mut stay = end(dir, &components, grace).await;
    stay.extend(end(dir, &brokers, grace).await);
    stay
}

/// Asks the recorded supervisor to end the show, by a signal. Says whether there is one.
pub fn signal_supervisor(dir: &StateDir) -> bool {
    let Some(file) = SupervisorFile::read(dir).filter(|file| file.identity.is_alive()) else { return false };
    match platform::ask_to_end(file.identity.pid) {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(pid = file.identity.pid, %error, "the supervisor cannot be signalled");
            false
        }
    }
}

async fn end(dir: &StateDir, records: &[Record], grace: Duration) -> Vec<String> {
    for (nudge, patience) in [(Nudge::Terminate, grace), (Nudge::Kill, KILLED)] {
        for record in records {
            if let Err(error) = record.identity.signal(nudge) {
                tracing::warn!(key = %record.key, %error, "signal not delivered");
            }
        }
        let gone = async {
            for record in records {
                if let Err(error) = record.identity.gone().await {
                    tracing::debug!(key = %record.key, %error, "its end cannot be waited for");
                }
            }
        };
        // Who has not gone in time gets the next, harder signal.
        let _in_time = tokio::time::timeout(patience, gone).await;
    }
    let (stay, gone): (Vec<_>, Vec<_>) = records.iter().partition(|record| record.identity.is_alive());
    gone.iter().for_each(|record| record::forget(dir, &record.key));
    stay.into_iter().map(|record| record.key.clone()).collect()
}
