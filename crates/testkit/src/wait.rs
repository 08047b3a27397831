//! Waiting for a condition, with a deadline and a name for what did not happen.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How often a condition is looked at. Short beside the effects that tests measure.
const POLL_MS: u64 = 2;

/// Waits until `look` finds something.
///
/// # Errors
/// When the deadline passes first; the message names `what` was waited for.
pub fn wait_for<T>(deadline: Duration, what: &str, mut look: impl FnMut() -> Option<T>) -> Result<T> {
    let begun = Instant::now();
    loop {
        if let Some(found) = look() {
            return Ok(found);
        }
        if begun.elapsed() >= deadline {
            bail!("{what}: not within {deadline:?}");
        }
        std::thread::sleep(Duration::from_millis(POLL_MS));
    }
}

/// Waits until `condition` holds.
///
/// # Errors
/// As [`wait_for`].
pub fn wait_until(deadline: Duration, what: &str, mut condition: impl FnMut() -> bool) -> Result<()> {
    wait_for(deadline, what, || condition().then_some(()))
}

/// [`wait_for`] for code on a tokio runtime; `look` may await.
///
/// # Errors
/// As [`wait_for`].
pub async fn wait_for_async<T>(
    deadline: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Option<T>,
) -> Result<T> {
    let poll = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(POLL_MS)).await;
        }
    };
    match tokio::time::timeout(deadline, poll).await {
        Ok(found) => Ok(found),
        Err(_) => bail!("{what}: not within {deadline:?}"),
    }
}

/// [`wait_until`] for code on a tokio runtime; `condition` may await.
///
/// # Errors
/// As [`wait_for`].
pub async fn wait_until_async(
    deadline: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> bool,
) -> Result<()> {
    wait_for_async(deadline, what, async || condition().await.then_some(())).await
}

/// CLOCK_MONOTONIC in nanoseconds: the clock of `at_mono_ns` on the wire.
pub fn mono_ns() -> i64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec * 1_000_000_000 + now.tv_nsec
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_that_never_holds_is_named() {
        let error = wait_until(Duration::from_millis(10), "a dead target answers", || false).unwrap_err();
        assert_eq!(error.to_string(), "a dead target answers: not within 10ms");
    }

    #[tokio::test]
    async fn what_is_found_is_handed_back() {
        let mut looks = 0;
        let look = async || {
            looks += 1;
            (looks == 3).then_some(looks)
        };
        assert_eq!(wait_for_async(Duration::from_secs(5), "third look", look).await.unwrap(), 3);
        let never = wait_until_async(Duration::from_millis(10), "never", async || false).await;
        assert!(never.is_err());
    }
}
