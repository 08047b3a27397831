//! Servers that answer each question wrongly, in another way than the one before.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use testkit::web::{Reply, Request, Server};

/// Longer than the show: who waits for this must give up by himself.
const NEVER: Duration = Duration::from_secs(600);
/// More than any of its readers takes, in bytes.
const HUGE: usize = 8 * 1024 * 1024;

/// A server that begins with the first of its wrong answers, and stays with the last.
pub(super) struct Bad {
    server: Server,
    path: &'static str,
    answers: usize,
}

impl Bad {
    /// LRCLIB that knows no song by its name; every search for it goes wrong.
    pub(super) fn lrclib() -> Result<Bad> {
        let record =
            r#"[{"id":1,"trackName":"Unheard","artistName":"Nobody","syncedLyrics":"[00:01.00]la"}]"#;
        let answers = vec![
            Reply::json(429, "{}").with("retry-after", "1"),
            Reply::json(500, "<html>"),
            Reply::json(503, ""),
            Reply::json(200, record).cut_after(record.len() / 2),
            Reply::json(200, &format!(r#"[{{"trackName":"{}"}}]"#, "x".repeat(HUGE))),
            Reply::json(200, &"[".repeat(100_000)),
            Reply::json(200, record).dripping(Duration::from_millis(60)).cut_after(50),
            never(),
        ];
        Bad::start("/api/search", answers)
    }

    /// A model behind the protocol of OpenAI.
    pub(super) fn model() -> Result<Bad> {
        let chatter =
            r#"{"choices":[{"finish_reason":"stop","message":{"content":"Lovely song! {\"moods\":7}"}}]}"#;
        let answers = vec![
            Reply::json(500, "{}"),
            Reply::json(200, chatter),
            Reply::json(200, chatter).cut_after(30),
            never(),
        ];
        Bad::start("/v1/chat/completions", answers)
    }

    /// Spotify's Web API.
    pub(super) fn spotify() -> Result<Bad> {
        let answers = vec![
            Reply::json(200, r#"{"is_playing":true,"progress_ms":1000}"#).cut_after(9),
            never(),
            Reply::json(429, "{}").with("retry-after", "3600"),
        ];
        Bad::start("/v1/me/player", answers)
    }

    fn start(path: &'static str, wrong: Vec<Reply>) -> Result<Bad> {
        let (answers, asked) = (wrong.len(), AtomicUsize::new(0));
        let answer = move |request: &Request| {
            if !request.target().starts_with(path) {
                return Reply::json(404, "{}");
            }
            let turn = asked.fetch_add(1, Ordering::Relaxed);
            wrong[turn.min(wrong.len() - 1)].clone()
        };
        Ok(Bad { server: Server::start(answer)?, path, answers })
    }

    /// Its address, without a slash at the end.
    pub(super) fn url(&self) -> String {
        self.server.url()
    }

    /// Makes sure that each of its wrong answers was given between two instants.
    pub(super) fn was_bad_between(&self, begun: Instant, ended: Instant) -> Result<()> {
        let asked =
            self.server.requests().into_iter().filter(|request| request.target().starts_with(self.path));
        let after_s: Vec<f64> = asked
            .filter(|request| (begun..ended).contains(&request.at))
            .map(|request| (request.at - begun).as_secs_f64())
            .collect();
        println!("{} was asked after {after_s:.1?} s", self.path);
        ensure!(after_s.len() >= self.answers, "{} has {} wrong answers", self.path, self.answers);
        Ok(())
    }
}

fn never() -> Reply {
    Reply::json(200, "{}").after(NEVER)
}
