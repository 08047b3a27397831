//! The task that asks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::pace;
use super::{AskError, Player, Seen, Trouble};
use crate::auth::{Keeper, Token};

/// Reports that may wait. The loop takes them at once; one that does not is waited for.
const REPORTS: usize = 4;
/// How often the token file is looked at while a login is awaited.
const LOOK: Duration = Duration::from_secs(1);
/// Longest wait for the task's end: a renewed token must reach its file.
const END: Duration = Duration::from_millis(1000);

/// What a question came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// The player.
    Seen {
        /// What it was doing.
        seen: Seen,
        /// When the user's consent ends, in Unix seconds.
        consent_until: f64,
    },
    /// Nothing, and why.
    Trouble(Trouble),
}

/// A running task. When it is dropped, the task ends after the question that is under way: a token that Spotify has
/// replaced is stored first.
#[derive(Debug)]
pub struct Watcher {
    reports: mpsc::Receiver<Report>,
    poll_ms: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Watcher {
    /// Starts asking `player` with the token of `keeper`, so often while something plays.
    pub fn start(player: Player, keeper: Keeper, poll: Duration) -> Watcher {
        let (out, reports) = mpsc::channel(REPORTS);
        let poll_ms = Arc::new(AtomicU64::new(0));
        let asking = Asking { player, keeper, poll_ms: Arc::clone(&poll_ms), backoff: pace::backoff(), out };
        let watcher = Watcher { reports, poll_ms, task: tokio::spawn(asking.run()) };
        watcher.set_poll(poll);
        watcher
    }

    /// Another pace, from the next pause on.
    pub fn set_poll(&self, poll: Duration) {
        self.poll_ms.store(u64::try_from(poll.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// The next report. Cancel-safe. `None` when the task has ended, which it does not by itself.
    pub async fn next(&mut self) -> Option<Report> {
        self.reports.recv().await
    }

    /// Ends the task.
    pub async fn end(mut self) {
        self.reports.close();
        if tokio::time::timeout(END, self.task).await.is_err() {
            tracing::debug!("a question was under way");
        }
    }
}

struct Asking {
    player: Player,
    keeper: Keeper,
    poll_ms: Arc<AtomicU64>,
    backoff: component::Backoff,
    out: mpsc::Sender<Report>,
}

impl Asking {
    async fn run(mut self) {
        loop {
            let asked = self.ask().await;
            let pause = self.pause(&asked);
            let report = match asked {
                Ok((seen, token)) => Report::Seen { seen, consent_until: token.consent_until() },
                Err(trouble) => Report::Trouble(trouble),
            };
            if self.out.send(report).await.is_err() {
                return;
            }
            tokio::select! {
                () = self.out.closed() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// One question; a void access token is renewed once.
    async fn ask(&mut self) -> Result<(Seen, Token), Trouble> {
        let token = self.keeper.token().await?;
        let answer = self.player.ask(&token.access).await;
        if answer != Err(AskError::Unauthorised) {
            return Ok((answer?, token));
        }
        let token = self.keeper.renew().await?;
        let answer = self.player.ask(&token.access).await;
        if answer == Err(AskError::Unauthorised) {
            self.keeper.give_up();
        }
        Ok((answer?, token))
    }

    fn pause(&mut self, asked: &Result<(Seen, Token), Trouble>) -> Duration {
        match asked {
            Ok((seen, _)) => {
                self.backoff.succeeded();
                pace::after(&seen.playback, Duration::from_millis(self.poll_ms.load(Ordering::Relaxed)))
            }
            Err(Trouble::Login(_)) => LOOK,
            Err(Trouble::Refused(_)) => self.backoff.pause(),
            Err(Trouble::Passing { after, .. }) => self.backoff.pause().max(after.unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::{Secret, TokenFile};
    use crate::tests::service::Service;

    struct Watched {
        service: Service,
        file: TokenFile,
        watcher: Watcher,
        _state: tempfile::TempDir,
    }

    /// A logged-in watcher of `service`.
    fn watched(service: Service, token: Option<Token>) -> Watched {
        let state = tempfile::tempdir().unwrap();
        let file = TokenFile::new(state.path(), "spotify");
        token.inspect(|token| file.write(token).unwrap());
        let keeper = Keeper::new(service.accounts(), file.clone());
        let player = Player::new(&service.url()).unwrap();
        let watcher = Watcher::start(player, keeper, Duration::from_millis(500));
        Watched { service, file, watcher, _state: state }
    }

    impl Watched {
        async fn next(&mut self) -> Report {
            let next = tokio::time::timeout(Duration::from_secs(20), self.watcher.next());
            next.await.expect("a report").expect("the task runs")
        }
    }

    #[tokio::test]
    async fn an_access_token_that_has_ended_is_renewed_once() {
        let service = Service::start();
        let token = Token { access: Secret::new("ended"), ..service.login() };
        let mut watched = watched(service, Some(token.clone()));
        let report = watched.next().await;
        let Report::Seen { consent_until, .. } = report else { panic!("{report:?}") };
        assert_eq!(consent_until, token.consent_until());
        assert_eq!(watched.service.renewals(), 1);
        assert!(watched.service.is_valid(&watched.file.read().unwrap().unwrap().access));
    }

    #[tokio::test]
    async fn an_api_that_takes_no_token_is_not_hammered() {
        let service = Service::start();
        let token = service.login();
        let mut watched = watched(service, Some(token));
        watched.service.refuse_all(401);
        for _ in 0..3 {
            let report = watched.next().await;
            assert!(
                matches!(&report, Report::Trouble(Trouble::Login(why)) if why.contains("consent")),
                "{report:?}"
            );
        }
        assert_eq!((watched.service.renewals(), watched.service.questions()), (1, 2));
    }

    #[tokio::test]
    async fn a_server_that_asks_to_wait_is_left_alone() {
        let service = Service::start();
        let token = service.login();
        let mut watched = watched(service, Some(token));
        watched.service.refuse_all(429);
        let report = watched.next().await;
        assert!(matches!(report, Report::Trouble(Trouble::Passing { after: Some(_), .. })), "{report:?}");
        watched.service.refuse_all(0);
        assert!(matches!(watched.next().await, Report::Seen { .. }));
        let asked = watched.service.asked_at();
        let apart = asked[1] - asked[0];
        assert!(apart >= Service::RETRY_AFTER, "{apart:?}");
    }

    #[tokio::test]
    async fn a_login_is_picked_up_without_a_restart() {
        let mut watched = watched(Service::start(), None);
        assert!(matches!(watched.next().await, Report::Trouble(Trouble::Login(_))));
        watched.file.write(&watched.service.login()).unwrap();
        loop {
            match watched.next().await {
                Report::Seen { .. } => break,
                report => assert!(matches!(report, Report::Trouble(Trouble::Login(_))), "{report:?}"),
            }
        }
        watched.watcher.end().await;
    }
}
