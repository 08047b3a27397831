//! When the next question may be asked.

use std::time::Duration;

use tokio::time::Instant;

/// Least time between two questions: clients of LRCLIB are asked for 200 to 500 ms.
pub(super) const APART: Duration = Duration::from_millis(300);
/// Wait after the first answer that failed; it doubles with each.
const FIRST_WAIT: Duration = Duration::from_secs(1);
/// Longest wait that is not the server's wish.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// Keeps the distance of questions to one server.
#[derive(Debug, Default)]
pub(super) struct Pace {
    next: Option<Instant>,
    failures: u32,
}

impl Pace {
    /// The instant from which on it may be asked.
    pub(super) fn next(&self) -> Instant {
        self.next.unwrap_or_else(Instant::now)
    }

    /// A question leaves.
    pub(super) fn asked(&mut self, now: Instant) {
        self.next = Some(now + APART);
    }

    /// An answer came, or none.
    pub(super) fn answered(&mut self, now: Instant, error: Option<&fetch::Error>) {
        let wish = match error {
            None | Some(fetch::Error::Missing { .. }) => {
                self.failures = 0;
                return self.asked(now);
            }
            Some(fetch::Error::Later { after, .. }) => after.unwrap_or_default(),
            Some(_) => Duration::ZERO,
        };
        let wait = FIRST_WAIT.saturating_mul(1 << self.failures.min(16)).min(LONGEST_WAIT);
        self.failures = self.failures.saturating_add(1);
        self.next = Some(now + wait.max(wish));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn later(after: Option<Duration>) -> fetch::Error {
        fetch::Error::Later { host: "h".into(), what: "w".into(), after }
    }

    #[test]
    fn trouble_makes_it_wait_longer_and_an_answer_ends_that() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        let mut waits = Vec::new();
        for _ in 0..12 {
            pace.answered(now, Some(&later(None)));
            waits.push((pace.next() - now).as_secs());
        }
        assert_eq!(waits[..4], [1, 2, 4, 8]);
        assert_eq!(waits[11], 300);
        pace.answered(now, None);
        assert_eq!(pace.next() - now, APART);
        pace.answered(now, Some(&fetch::Error::Missing { host: "h".into() }));
        assert_eq!(pace.next() - now, APART);
    }

    #[test]
    fn the_servers_wish_is_kept() {
        let (mut pace, now) = (Pace::default(), Instant::now());
        pace.answered(now, Some(&later(Some(Duration::from_secs(1234)))));
        assert_eq!(pace.next() - now, Duration::from_secs(1234));
    }
}
