//! What the ways in say to the component.

use std::net::SocketAddr;

use schemas::Name;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

use crate::players::TooMany;
use crate::told::Told;

/// Reports that may wait; who sends one more waits itself.
pub(crate) const QUEUE: usize = 64;

/// A way in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Way {
    Http,
    File,
    Icecast,
}

/// One piece of news.
#[derive(Debug)]
pub(crate) enum Report {
    /// A program told by HTTP what a player plays, and waits for an answer.
    Posted { player: Name, told: Told, answer: oneshot::Sender<Result<(), TooMany>> },
    /// A program asks what is known.
    Asked { answer: oneshot::Sender<Value> },
    /// The file says something else than before.
    Written(Told),
    /// A source client has come.
    SourceCame,
    /// A source client has left.
    SourceLeft,
    /// A source client told what it plays.
    Sent(Told),
    /// Somebody was turned away: a wrong password, a foreign page.
    TurnedAway(Way),
    /// A way in works.
    Open { way: Way, at: Option<SocketAddr> },
    /// A way in does not work: what happened, and what to do.
    Shut { way: Way, why: String },
}

/// Where reports go.
pub(crate) type Outlet = mpsc::Sender<Report>;

/// A task that ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Task(JoinHandle<()>);

impl Task {
    pub(crate) fn start(task: impl Future<Output = ()> + Send + 'static) -> Task {
        Task(tokio::spawn(task))
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
