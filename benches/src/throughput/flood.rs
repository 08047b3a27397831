//! A publisher that does not care: much must be dropped then, and every message of it counted.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Result, ensure};
use testkit::wait::mono_ns;

use super::window::Pair;
use super::{ROUND_MS, SIZES};
use crate::report::Table;

/// What the table shows.
pub(super) const INTRO: &str = "A publisher that floods the bus without regard. Publishing never waits, so much is dropped: \
    *not sent* is what the publisher dropped and counted, *overrun* what the reader's full queue dropped and counted, *gaps* what \
    the client library dropped in between and the reader counted by the sequence numbers; *unaccounted* must be 0.";
/// A reader that gets nothing for this long has everything.
const SILENCE: Duration = Duration::from_millis(200);

/// Floods with each size.
pub(super) fn table(url: &str) -> Result<Table> {
    let mut table =
        Table::new(&["bytes", "published/s", "delivered/s", "not sent", "overrun", "gaps", "unaccounted"]);
    for size in SIZES {
        let flood = flood(url, size)?;
        let per_s = |count: u64| format!("{:.0}", count as f64 * 1e3 / ROUND_MS as f64);
        table.row([
            flood.bytes.to_string(),
            per_s(flood.published),
            per_s(flood.delivered),
            flood.unsent.to_string(),
            flood.overrun.to_string(),
            flood.gaps().to_string(),
            flood.unaccounted().to_string(),
        ]);
    }
    Ok(table)
}

#[derive(Debug)]
struct Flood {
    bytes: usize,
    published: u64,
    delivered: u64,
    unsent: u64,
    overrun: u64,
    /// By the reader's count of missing numbers: what was not sent has taken a number too.
    missing: u64,
}

impl Flood {
    fn gaps(&self) -> i64 {
        self.missing as i64 - self.unsent as i64
    }

    fn unaccounted(&self) -> i64 {
        self.published as i64 - (self.delivered + self.overrun + self.missing) as i64
    }
}

fn flood(url: &str, size: usize) -> Result<Flood> {
    let pair = Pair::open(url, size)?;
    let until_ns = mono_ns() + ROUND_MS as i64 * 1_000_000;
    let mut published = 0;
    while mono_ns() < until_ns {
        pair.send();
        published += 1;
    }
    settled(&pair);
    // One more when all is quiet: its number shows whether the last of the flood are missing.
    ensure!(pair.send(), "a message was not sent on a quiet bus");
    let delivered = settled(&pair);
    let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
    let (unsent, read) = (count(&pair.sender.counts().unsent), pair.reader.counts());
    let (overrun, missing) = (count(&read.overrun), count(&read.lost));
    Ok(Flood { published: published + 1, delivered, unsent, overrun, missing, bytes: pair.close()? })
}

/// How many were delivered, once no more come.
fn settled(pair: &Pair) -> u64 {
    let mut delivered = pair.read.count.load(Ordering::Acquire);
    loop {
        std::thread::sleep(SILENCE);
        let now = pair.read.count.load(Ordering::Acquire);
        if now == delivered {
            return now;
        }
        delivered = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_a_flood_loses_is_counted() {
        let broker = testkit::nats::Server::plain().unwrap();
        let flood = flood(&broker.url(), 2_000).unwrap();
        assert!(flood.delivered > 100, "{flood:?}");
        assert_eq!(flood.unaccounted(), 0, "{flood:?}");
    }
}
