//! From capture to the datagram, and from a beat's announced instant to its datagram.
//!
//! The datagram does not say which block it comes from, but its level is a number of 24 bits that the
//! features message of that block holds too, bit for bit.

use std::collections::HashMap;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Result, anyhow, ensure};
use bus::{Bus, Inbox};
use rosc::OscType;
use schemas::audio::Features;
use schemas::beat::{Grid, Tick};
use schemas::{Name, Payload as _};
use testkit::wait::mono_ns;

use super::follow::{News, predicted};
use super::running::Show;
use crate::arrivals::Arrival;
use crate::beats;
use crate::messages::{Sent, decode};
use crate::report::{Budgets, Table, in_ms, ms};
use crate::stats::Spread;

/// How long the show is watched: some 200 beats, so that their p99 is not simply the latest.
const WINDOW: Duration = Duration::from_secs(100);
/// Oldest block that a datagram may stem from: the loudness of a loop comes round again.
const OLDEST_NS: i64 = 1_000_000_000;
/// Shortest time after which the beat must have been found for there to be enough of them.
const BEATS_MIN: usize = 20;
/// Blocks of 256 frames a second at 48 kHz.
const BLOCK_RATE_HZ: f64 = 187.5;
/// Budgets.
const FEATURES_P99_NS: f64 = 12e6;
const TARGET_RATE_HZ: f64 = 60.0;

/// What the bus said.
#[derive(Debug, Default)]
struct Said {
    /// Level and capture of each block.
    blocks: Vec<(f32, i64)>,
    /// Number and announced instant of each beat.
    ticks: Vec<(i64, i64)>,
    /// Every grid.
    grids: Vec<News>,
}

/// Watches both ends for a while.
pub(super) fn measure(show: &Show, budgets: &mut Budgets, details: &mut Table) -> Result<()> {
    let bus = show.viewer()?;
    let reader = listen(show, bus)?;
    show.target.take();
    let bare = std::thread::Builder::new().name("bench-floor".into()).spawn(|| beats::floor(WINDOW))?;
    let said = reader.join().map_err(|_| anyhow!("the reader panicked"))?;
    let bare = bare.join().map_err(|_| anyhow!("the timer panicked"))??;
    let sent = decode(&show.target.take());
    features(&said, &sent, budgets, details)?;
    beat(&said, &sent, &bare, budgets, details)?;
    row("the same of a bare timer in the same run", &bare, details);
    rates(&said, &sent, budgets);
    Ok(())
}

fn features(said: &Said, sent: &[Sent], budgets: &mut Budgets, details: &mut Table) -> Result<()> {
    let matched = features_delays(&said.blocks, sent);
    ensure!(
        !matched.delays_ns.is_empty(),
        "no /vj/level/rms of {} messages fits a block of {}",
        sent.len(),
        said.blocks.len()
    );
    let spread = Spread::of(matched.delays_ns);
    row("features: capture of the block to datagram", &spread, details);
    row("features: end of the block to datagram", &spread.earlier_by(1e9 / BLOCK_RATE_HZ), details);
    let figure = format!("{} ({} without a match)", in_ms(spread.p99), matched.unmatched);
    budgets.add("capture to OSC datagram, features, p99", figure, "≤ 12 ms", spread.p99 <= FEATURES_P99_NS);
    Ok(())
}

fn beat(said: &Said, sent: &[Sent], bare: &Spread, budgets: &mut Budgets, details: &mut Table) -> Result<()> {
    let meant_ns = beat_errors(&predicted(&said.grids, mono_ns()), sent);
    let announced_ns = beat_errors(&said.ticks, sent);
    let (beats, ticks) = (announced_ns.len(), said.ticks.len());
    ensure!(beats >= BEATS_MIN, "only {beats} beats of {ticks} that were announced arrived");
    let mut add = |what: &str, errors_ns: &[i64], more: String| {
        let spread = Spread::of(errors_ns.iter().map(|ns| ns.abs()).collect());
        row(&format!("beat: datagram off {what}"), &spread, details);
        let met = beats::on_time(spread.p99, bare.p99);
        let figure = format!("{} ({more})", in_ms(spread.p99));
        budgets.add(
            &format!("beat datagram against {what}, p99"),
            figure,
            "≤ 2 ms, or bare timer + 1 ms",
            met,
        );
    };
    add("the sink's prediction", &meant_ns, format!("bare timer {}", in_ms(bare.p99)));
    add("the announced tick", &announced_ns, format!("{beats} of {ticks} announced beats"));
    Ok(())
}

fn rates(said: &Said, sent: &[Sent], budgets: &mut Budgets) {
    let blocks_hz = said.blocks.len() as f64 / WINDOW.as_secs_f64();
    let sent_hz = sent.iter().filter(|m| m.address == RMS).count() as f64 / WINDOW.as_secs_f64();
    let met = blocks_hz > 0.99 * BLOCK_RATE_HZ;
    budgets.add("features on the bus", format!("{blocks_hz:.1} a second"), "block rate, 187.5", met);
    let met = sent_hz > 0.95 * TARGET_RATE_HZ;
    budgets.add("features at the target", format!("{sent_hz:.1} a second"), "60 by default", met);
}

fn row(what: &str, spread: &Spread, details: &mut Table) {
    let [p50, p99, p999, max] = ms(spread);
    details.row([what.to_owned(), p50, p99, p999, max, spread.count.to_string()]);
}

const RMS: &str = "/vj/level/rms";
const COUNT: &str = "/vj/beat/count";

/// Listens on a thread of its own until the window is over.
fn listen(show: &Show, bus: Bus) -> Result<JoinHandle<Said>> {
    let inbox = show.runtime.block_on(async {
        let mut inbox = bus.inbox();
        inbox.subscribe(Features::TOPIC, Some(&Name::main())).await;
        inbox.subscribe(Tick::TOPIC, Some(&Name::room())).await;
        inbox.subscribe(Grid::TOPIC, Some(&Name::room())).await;
        bus.flush(Duration::from_secs(1)).await;
        inbox
    });
    let handle = show.runtime.handle().clone();
    let read = move || handle.block_on(read(&inbox));
    Ok(std::thread::Builder::new().name("bench-read".into()).spawn(read)?)
}

async fn read(inbox: &Inbox) -> Said {
    let (mut said, until_ns) = (Said::default(), mono_ns() + WINDOW.as_nanos() as i64);
    loop {
        let left = Duration::from_nanos(u64::try_from(until_ns - mono_ns()).unwrap_or(0));
        let Ok(delivery) = tokio::time::timeout(left, inbox.next()).await else { return said };
        let at_ns = delivery.header.at_mono_ns;
        if delivery.subject.topic() == Grid::TOPIC {
            said.grids.extend(News::of(&delivery));
        } else if let (true, Ok(tick)) = (delivery.subject.topic() == Tick::TOPIC, delivery.decode::<Tick>())
        {
            said.ticks.push((tick.body.index, at_ns));
        } else if let Ok(features) = delivery.decode::<Features>() {
            said.blocks.push((features.body.rms, at_ns));
        }
    }
}

/// When levels arrived.
pub(super) fn levels(arrivals: &[Arrival]) -> Vec<i64> {
    decode(arrivals)
        .into_iter()
        .filter(|message| message.address == RMS)
        .map(|message| message.at_ns)
        .collect()
}

#[derive(Debug, Default, PartialEq)]
struct Matched {
    delays_ns: Vec<i64>,
    /// Datagrams that fit no block, or several.
    unmatched: usize,
}

fn features_delays(blocks: &[(f32, i64)], sent: &[Sent]) -> Matched {
    let mut captured = HashMap::<u32, Vec<i64>>::new();
    for (rms, at_ns) in blocks {
        captured.entry(rms.to_bits()).or_default().push(*at_ns);
    }
    let mut matched = Matched::default();
    for message in sent.iter().filter(|message| message.address == RMS) {
        let [OscType::Float(rms)] = message.args[..] else { continue };
        let delays = captured.get(&rms.to_bits()).into_iter().flatten().map(|at_ns| message.at_ns - at_ns);
        match delays.filter(|ns| (0..OLDEST_NS).contains(ns)).collect::<Vec<_>>()[..] {
            [delay_ns] => matched.delays_ns.push(delay_ns),
            _ => matched.unmatched += 1,
        }
    }
    matched
}

/// Arrival minus expected instant of every beat whose number was expected.
fn beat_errors(expected: &[(i64, i64)], sent: &[Sent]) -> Vec<i64> {
    let expected: HashMap<i64, i64> = expected.iter().copied().collect();
    let error = |message: &Sent| match message.args[..] {
        [OscType::Int(index)] => Some(message.at_ns - expected.get(&i64::from(index))?),
        _ => None,
    };
    sent.iter().filter(|message| message.address == COUNT).filter_map(error).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(at_ns: i64, address: &str, arg: OscType) -> Sent {
        Sent { at_ns, address: address.into(), args: vec![arg] }
    }

    #[test]
    fn a_level_is_matched_bit_for_bit_and_never_guessed() {
        let blocks = [(0.1, 1_000), (0.2, 2_000), (0.3, 3_000), (0.3, 3_500)];
        let messages = [
            sent(1_700, RMS, OscType::Float(0.1)),
            sent(2_900, RMS, OscType::Float(0.2)),
            sent(3_900, RMS, OscType::Float(0.3)),
            sent(4_000, RMS, OscType::Float(0.100_000_01)),
            sent(4_000, "/vj/level/bass", OscType::Float(0.1)),
        ];
        assert_eq!(features_delays(&blocks, &messages), Matched { delays_ns: vec![700, 900], unmatched: 2 });
    }

    #[test]
    fn a_beat_is_matched_by_its_number() {
        let messages = [
            sent(1_040, COUNT, OscType::Int(7)),
            sent(1_990, COUNT, OscType::Int(8)),
            sent(5, COUNT, OscType::Int(99)),
        ];
        assert_eq!(beat_errors(&[(7, 1_000), (8, 2_000)], &messages), [40, -10]);
    }
}
