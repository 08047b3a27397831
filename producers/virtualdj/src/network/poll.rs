//! Asks Network Control about both decks, again and again.

use std::time::Duration;

use component::{Backoff, time};
use fetch::{BaseUrlError, Client, Error, Limits};
use tokio::sync::mpsc::Sender;
use tokio::task::JoinHandle;

use super::answers::{Answers, CROSSFADER, DECK_VERBS};
use super::deck::{Side, playing};
use crate::config::Secret;
use crate::player::Playing;

/// VirtualDJ answers within milliseconds; a value is a line.
const LIMITS: Limits =
    Limits { time: Duration::from_millis(800), connect: Duration::from_millis(500), bytes: 4096 };

/// What Network Control has to tell.
#[derive(Debug)]
pub(crate) enum Report {
    /// Both decks.
    Decks {
        /// What they play, the left one first.
        decks: Box<[Playing; 2]>,
        /// Answers that were nonsense.
        nonsense: u64,
    },
    /// No answer, or none that can be used: why, and what to do.
    Failed(String),
}

/// The running task; ends when it is dropped.
#[derive(Debug)]
pub(crate) struct Poller(JoinHandle<()>);

/// A client of the plugin at `url`.
///
/// # Errors
/// When that is no base URL.
pub(crate) fn client(url: &str) -> Result<Client, BaseUrlError> {
    Client::new(url, LIMITS)
}

impl Poller {
    /// Begins to ask, with `interval` between two rounds. Reports go through `wrap` into `reports`.
    pub(crate) fn start<R: Send + 'static>(
        client: Client,
        password: Option<Secret>,
        interval: Duration,
        reports: Sender<R>,
        wrap: fn(Report) -> R,
    ) -> Poller {
        let asker = Asker { client, password };
        Poller(tokio::spawn(async move {
            let mut backoff = Backoff::default();
            loop {
                let (report, pause) = match asker.both().await {
                    Ok((decks, nonsense)) => {
                        backoff.succeeded();
                        (Report::Decks { decks, nonsense }, interval)
                    }
                    Err(reason) => (Report::Failed(reason), backoff.pause().max(interval)),
                };
                if reports.send(wrap(report)).await.is_err() {
                    return;
                }
                tokio::time::sleep(pause).await;
            }
        }))
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        self.0.abort();
    }
}

struct Asker {
    client: Client,
    password: Option<Secret>,
}

impl Asker {
    async fn both(&self) -> Result<(Box<[Playing; 2]>, u64), String> {
        let (left, right) = tokio::try_join!(self.deck(1), self.deck(2)).map_err(|error| advice(&error))?;
        let ((mut left, left_at), (mut right, right_at)) = (left, right);
        if left.is_empty() && right.is_empty() {
            let host = self.client.host();
            return Err(format!("{host} does not answer as Network Control does: check network_url"));
        }
        let decks = [playing(Side::Left, &mut left, left_at), playing(Side::Right, &mut right, right_at)];
        Ok((Box::new(decks), left.nonsense() + right.nonsense()))
    }

    // The answers about one deck, and the instant at which its position was true, in seconds of CLOCK_MONOTONIC.
    async fn deck(&self, number: u8) -> Result<(Answers, f64), Error> {
        let mut answers = Answers::default();
        let mut at = time::mono_s(time::now());
        for verb in DECK_VERBS {
            let asked = time::mono_s(time::now());
            self.ask(&format!("deck {number} {verb}"), verb, &mut answers).await?;
            if verb == "song_pos" {
                at = (asked + time::mono_s(time::now())) / 2.0;
            }
        }
        self.ask(CROSSFADER, CROSSFADER, &mut answers).await?;
        Ok((answers, at))
    }

    async fn ask(&self, script: &str, verb: &'static str, answers: &mut Answers) -> Result<(), Error> {
        let ask = self.client.get("query", &[("script", script)]);
        let ask = match &self.password {
            Some(password) => ask.bearer(password.reveal()),
            None => ask,
        };
        match ask.send().await.and_then(fetch::Answer::text) {
            Ok(body) => answers.take(verb, &body),
            Err(Error::Nonsense { .. } | Error::Missing { .. }) => answers.spoil(),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn advice(error: &Error) -> String {
    match error {
        Error::Refused { status: 401 | 403, host, .. } => {
            format!("{host} refuses the password: set network_password as in the plugin")
        }
        Error::Later { .. } => {
            format!("{error}: is VirtualDJ running, and its Network Control plugin switched on?")
        }
        error => error.to_string(),
    }
}
