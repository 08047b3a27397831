//! The bus against the earlier design's transport: what does the broker in between cost?
//!
//! Both carry the same messages at the same pace in turns, publisher and reader on threads of their own.
//! The pace is an open loop: every message has an instant at which it should leave, and its delay counts
//! from there until the reader has decoded it, so a transport that stalls is charged for every
//! message it held up (Tene, "How NOT to Measure Latency", 2013).

mod nats;
mod payload;
mod socket;

use anyhow::{Result, ensure};
pub(crate) use nats::{connect, runtime};
use schemas::Payload;
use testkit::wait::mono_ns;

use crate::platform::sleep_until_ns;
use crate::report::{Section, Table, ms};
use crate::stats::Spread;

/// Blocks of 256 frames at 48 kHz come 187.5 times a second.
const BLOCK_RATE_HZ: f64 = 187.5;
/// Far above what one source publishes.
const HIGH_RATE_HZ: f64 = 1_000.0;
/// Rounds of each transport, in turns.
const ROUNDS: usize = 3;
/// Messages of one round: enough that 99.9 % is not simply the largest.
const MESSAGES: u64 = 1_100;
/// Time from the start of a round to its first message, so that both sides are ready.
const LEAD_NS: i64 = 50_000_000;

/// How fast, and how many.
#[derive(Debug, Clone, Copy)]
struct Load {
    rate_hz: f64,
    messages: u64,
}

/// What one round gave.
#[derive(Debug)]
struct Outcome {
    /// Delay of each message that arrived.
    delays_ns: Vec<i64>,
    /// Size of one message in bytes.
    bytes: usize,
    /// Messages that were dropped and counted; what is missing beside them was replaced by a newer one.
    lost: u64,
}

/// Measures both.
pub(crate) fn run() -> Result<Section> {
    let broker = testkit::nats::Server::plain()?;
    let mut table = Table::new(&[
        "message",
        "per s",
        "transport",
        "bytes",
        "p50 ms",
        "p99 ms",
        "p99.9 ms",
        "max ms",
        "replaced",
        "lost",
    ]);
    for rate_hz in [BLOCK_RATE_HZ, HIGH_RATE_HZ] {
        let load = Load { rate_hz, messages: MESSAGES };
        compare("features", &broker.url(), load, payload::features, &mut table)?;
        compare("block of 256 samples", &broker.url(), load, payload::block, &mut table)?;
    }
    let intro = format!(
        "Delay from the instant at which a message should leave until its reader has decoded it. *NATS*: this \
         project's `bus` crate, MessagePack, through nats-server. *Socket*: the earlier design's transport, JSON \
         behind a 4-byte big-endian length on a Unix stream socket, without its 50 ms polling loop. \
         Features are a stream: one that the next overtakes before it is read is *replaced*, which is what the class promises. \
         Figures are medians of {ROUNDS} rounds of {MESSAGES} messages, the transports taking turns; *ratio* is NATS over socket."
    );
    Ok(Section::new("Transport").text(intro).table(table))
}

fn compare<T: Payload>(
    what: &str,
    url: &str,
    load: Load,
    make: fn(u64) -> T,
    table: &mut Table,
) -> Result<()> {
    let (mut nats, mut socket) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        nats.push(nats::round(url, load, make)?);
        socket.push(socket::round(load, make)?);
    }
    let (nats, socket) = (row(what, "NATS", load, &nats, table)?, row(what, "socket", load, &socket, table)?);
    let ratio = |a: f64, b: f64| format!("{:.1}x", a / b);
    table.row([
        what.to_owned(),
        format!("{:.0}", load.rate_hz),
        "*ratio*".to_owned(),
        String::new(),
        ratio(nats.p50, socket.p50),
        ratio(nats.p99, socket.p99),
        ratio(nats.p999, socket.p999),
        ratio(nats.max, socket.max),
    ]);
    Ok(())
}

fn row(what: &str, transport: &str, load: Load, rounds: &[Outcome], table: &mut Table) -> Result<Spread> {
    let spreads: Vec<Spread> = rounds.iter().map(|round| Spread::of(round.delays_ns.clone())).collect();
    let all = Spread::median_of(&spreads);
    ensure!(all.count > 0, "no message arrived through {transport}");
    let lost: u64 = rounds.iter().map(|round| round.lost).sum();
    let replaced = load.messages * rounds.len() as u64 - all.count as u64 - lost;
    let bytes = rounds.first().map_or(0, |round| round.bytes);
    let [p50, p99, p999, max] = ms(&all);
    let rate = format!("{:.0}", load.rate_hz);
    let [bytes, replaced, lost] = [bytes as u64, replaced, lost].map(|count| count.to_string());
    table.row([what, &rate, transport, &bytes, &p50, &p99, &p999, &max, &replaced, &lost]);
    Ok(all)
}

/// Calls `send` with the number and the intended instant of every message, at its instant or as soon after as it can.
fn open_loop(load: Load, mut send: impl FnMut(u64, i64) -> Result<()>) -> Result<()> {
    let start_ns = mono_ns() + LEAD_NS;
    for number in 0..load.messages {
        let due_ns = start_ns + (number as f64 * 1e9 / load.rate_hz) as i64;
        sleep_until_ns(due_ns);
        send(number, due_ns)?;
    }
    Ok(())
}

impl Load {
    /// When a reader gives up, CLOCK_MONOTONIC in nanoseconds, for a round that begins now.
    fn patience_ns(self) -> i64 {
        mono_ns() + LEAD_NS + (self.messages as f64 * 1e9 / self.rate_hz) as i64 + 1_000_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: Load = Load { rate_hz: 1_000.0, messages: 50 };

    #[test]
    fn both_transports_deliver_every_message() {
        let broker = testkit::nats::Server::plain().unwrap();
        let nats = nats::round(&broker.url(), QUICK, payload::block).unwrap();
        let socket = socket::round(QUICK, payload::block).unwrap();
        for (name, outcome) in [("nats", nats), ("socket", socket)] {
            assert_eq!((outcome.delays_ns.len(), outcome.lost), (50, 0), "{name}");
            assert!(outcome.delays_ns.iter().all(|ns| (0..1_000_000_000).contains(ns)), "{name}");
            assert!(outcome.bytes > 1_000, "{name}: {} bytes", outcome.bytes);
        }
    }

    #[test]
    fn a_stall_is_charged_to_every_message_that_it_held_up() {
        let mut late_ns = Vec::new();
        open_loop(QUICK, |number, due_ns| {
            if number == 10 {
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            late_ns.push(mono_ns() - due_ns);
            Ok(())
        })
        .unwrap();
        assert!(late_ns[10] >= 20_000_000 && late_ns[15] >= 14_000_000, "{late_ns:?}");
    }
}
