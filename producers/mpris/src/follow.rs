//! Follows one player: asks it for everything, again and again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use component::{every, time};
use schemas::{Name, Stamp};
use tokio::sync::{Notify, mpsc};
use tokio::time::Instant;
use zbus::names::OwnedUniqueName;
use zbus::{Connection, OwnedVariant};

use crate::player::{Player, Say};
use crate::seen::seen;
use crate::watch::Report;

/// The object of every player.
pub(crate) const PATH: &str = "/org/mpris/MediaPlayer2";
/// Its interface that says what is played.
const INTERFACE: &str = "org.mpris.MediaPlayer2.Player";
/// The longest time from one position to the next.
const SAY_EVERY: Duration = Duration::from_millis(500);
/// A player that signals without end is asked no more often than this.
const NUDGE_PAUSE: Duration = Duration::from_millis(20);

/// One player on the bus.
pub(crate) struct Followed {
    pub(crate) connection: Connection,
    /// Its unique name: asking it by that never starts a program.
    pub(crate) owner: OwnedUniqueName,
    pub(crate) player: Name,
    pub(crate) plays_spotify: bool,
    /// Set when it has signalled a change.
    pub(crate) nudge: Arc<Notify>,
}

/// Follows it until the task is aborted, or nobody takes the reports any more.
pub(crate) async fn follow(followed: Followed, poll: Duration, reports: mpsc::Sender<Report>) {
    if reports.send(Report::Came(followed.player.clone())).await.is_err() {
        return;
    }
    let mut core = Player::default();
    let mut answers = true;
    let mut ticks = every(poll.min(SAY_EVERY));
    let mut looked: Option<Instant> = None;
    loop {
        let nudged = tokio::select! {
            _ = ticks.tick() => false,
            () = followed.nudge.notified() => true,
        };
        let mut out = Vec::new();
        // Half a tick early is the right tick: timers are late by some milliseconds.
        let due = looked.is_none_or(|at| at.elapsed() + ticks.period() / 2 >= poll);
        if nudged || due {
            if nudged && let Some(at) = looked {
                tokio::time::sleep_until(at + NUDGE_PAUSE).await;
            }
            let found = look(&followed).await;
            looked = Some(Instant::now());
            if found.is_some() != answers {
                answers = found.is_some();
                out.push(Report::Answers { player: followed.player.clone(), answers });
            }
            if let Some((at, properties)) = found {
                let seen = seen(&properties, followed.plays_spotify);
                out.extend(said(&followed.player, |out| core.seen(seen, at, out)));
            }
        } else if answers {
            out.extend(said(&followed.player, |out| core.between(time::now(), out)));
        }
        for report in out {
            if reports.send(report).await.is_err() {
                return;
            }
        }
    }
}

/// All its properties, and the instant at which they were true: the middle between the call and its answer.
async fn look(followed: &Followed) -> Option<(Stamp, HashMap<String, OwnedVariant>)> {
    let asked = time::now();
    let reply = followed
        .connection
        .call_method(
            Some(&followed.owner),
            PATH,
            Some("org.freedesktop.DBus.Properties"),
            "GetAll",
            &INTERFACE,
        )
        .await;
    let half_ns = (time::mono_ns() - asked.at_mono_ns) / 2;
    match reply.and_then(|reply| reply.body().deserialize()) {
        Ok(properties) => Some((asked.plus_s(half_ns as f64 / 1e9), properties)),
        Err(error) => {
            tracing::debug!(player = %followed.player, %error, "no properties");
            None
        }
    }
}

fn said(player: &Name, say: impl FnOnce(&mut Vec<Say>)) -> impl Iterator<Item = Report> {
    let mut out = Vec::new();
    say(&mut out);
    out.into_iter().map(|say| Report::Say { player: player.clone(), say })
}
