//! How much the broker and the bus can carry, and whether what is lost is counted.

mod flood;
mod raw;
mod window;

use anyhow::Result;

use crate::report::{Section, Table};
use crate::stats::median;

/// Payload sizes in bytes.
const SIZES: [usize; 3] = [200, 2_000, 4_000];
/// Rounds of each measurement.
const ROUNDS: usize = 3;
/// How long one round publishes, in milliseconds.
const ROUND_MS: u64 = 700;

/// What one round carried.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Carried {
    sent: u64,
    received: u64,
    /// From the first message sent to the last one received.
    seconds: f64,
    /// Size of one message.
    bytes: usize,
}

/// Measures it.
pub(crate) fn run() -> Result<Section> {
    let broker = testkit::nats::Server::plain()?;
    let mut table = Table::new(&["path", "bytes", "messages/s", "MB/s", "lost"]);
    for size in SIZES {
        row("broker alone", &rounds(|| raw::round(&broker.url(), size))?, &mut table);
    }
    for size in SIZES {
        row("bus to bus", &rounds(|| window::round(&broker.url(), size))?, &mut table);
    }
    let intro = format!(
        "One publisher, one reader, one nats-server. *Broker alone*: the bare NATS protocol on two TCP connections. \
         *Bus to bus*: the `bus` crate with encoding, decoding and sequence numbers, at most {} messages under way; \
         the common header makes its smallest message larger than 200 bytes. Medians of {ROUNDS} rounds of {ROUND_MS} ms.",
        window::UNDER_WAY_MAX
    );
    Ok(Section::new("Throughput")
        .text(intro)
        .table(table)
        .text(flood::INTRO)
        .table(flood::table(&broker.url())?))
}

fn rounds(round: impl FnMut() -> Result<Carried>) -> Result<Vec<Carried>> {
    std::iter::repeat_with(round).take(ROUNDS).collect()
}

fn row(path: &str, rounds: &[Carried], table: &mut Table) {
    let per_s = median(rounds.iter().map(|round| round.received as f64 / round.seconds).collect());
    let bytes = rounds.first().map_or(0, |round| round.bytes);
    let lost: u64 = rounds.iter().map(|round| round.sent - round.received).sum();
    let megabytes = per_s * bytes as f64 / 1e6;
    table.row([
        path.to_owned(),
        bytes.to_string(),
        format!("{per_s:.0}"),
        format!("{megabytes:.1}"),
        lost.to_string(),
    ]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_arrives_on_both_paths() {
        let broker = testkit::nats::Server::plain().unwrap();
        for carried in [raw::round(&broker.url(), 200).unwrap(), window::round(&broker.url(), 2_000).unwrap()]
        {
            assert!(carried.received > 100 && carried.received == carried.sent, "{carried:?}");
            assert!(carried.seconds > 0.0 && (200..=2_000).contains(&carried.bytes), "{carried:?}");
        }
    }
}
