//! What one mapping costs, beside a plain field and beside the same thing written by hand.

use std::hint::black_box;

use anyhow::{Result, anyhow};
use osc::mapping::{Fields, Mapping, Target};
use rosc::OscType;
use schemas::audio::Features;
use schemas::{Header, Message, Origin, wire};
use testkit::wait::mono_ns;

use crate::report::{Section, Table};
use crate::stats::median;

/// Rounds of each row.
const ROUNDS: usize = 9;
/// Repetitions of one round.
const REPEAT: u32 = 20_000;
/// Mappings of the shipped target `generic` that one features message feeds: seven bands and the level.
const PER_MESSAGE: u32 = 8;

/// The same value three ways.
const TARGET: &str = r#"
title = "Benchmark"
evidence = "unverified"
address = "127.0.0.1:9"
[[send]]
from = "audio.features"
osc = "/field"
args = [{ type = "f", field = "bands.bass" }]
[[send]]
from = "audio.features"
osc = "/range"
args = [{ type = "f", field = "bands.bass", range = [0, 1, -60, 0] }]
[[send]]
from = "audio.features"
osc = "/expr"
args = [{ type = "f", expr = "clamp(bands.bass * 60 - 60, -60, 0)" }]
[[send]]
from = "audio.features"
osc = "/when"
when = "kick > 0.5 and rms > 0.01"
args = [{ type = "f", expr = "clamp(bands.bass * 60 - 60, -60, 0)" }]
"#;

/// Measures it.
pub(crate) fn run() -> Result<Section> {
    let target = compiled()?;
    let bytes = message()?;
    let typed: Message<Features> = wire::decode(&bytes)?;
    let mut table = Table::new(&["what", "ns"]);
    let mut row = |what: &str, ns: f64| table.row([what, &format!("{ns:.0}")]);
    row("hand-written closure on the typed message", time(|| by_hand(black_box(&typed.body))));
    let fields = Fields::new(wire::decode_value(&bytes)?);
    for (name, what) in [
        ("/field", "plain field"),
        ("/range", "plain field with range"),
        ("/expr", "expression: product, difference, clamp"),
        ("/when", "the same expression behind a condition of two comparisons"),
    ] {
        let mapping = find(&target, name)?;
        row(what, time(|| evaluate(mapping, black_box(&fields))));
    }
    row("once per message: reading it as fields", time(|| decode(black_box(&bytes))));
    let expression = find(&target, "/expr")?;
    row(
        "once per message: reading it, and the first expression",
        time(|| Some(evaluate(expression, &decode(&bytes)?))),
    );
    row(
        "once per file: compiling these four mappings",
        time_of(REPEAT / 100, || Target::compile(black_box(TARGET)).ok()),
    );
    let intro = format!(
        "Nanoseconds, medians of {ROUNDS} rounds of {REPEAT}. A features message of a {}-byte payload is read once and feeds \
         all mappings of a target: with {PER_MESSAGE} mappings and 187.5 messages a second, 1,000 ns per mapping are {:.2} % of a core.",
        bytes.len(),
        f64::from(PER_MESSAGE) * 187.5 * 1e-6 * 100.0
    );
    Ok(Section::new("Mapping").text(intro).table(table))
}

fn compiled() -> Result<Target> {
    Target::compile(TARGET).map_err(|mistakes| anyhow!("the benchmark's own target is wrong: {mistakes:?}"))
}

fn find<'a>(target: &'a Target, address: &str) -> Result<&'a Mapping> {
    target.mappings.iter().find(|m| m.address == address).ok_or_else(|| anyhow!("{address} is not mapped"))
}

fn evaluate(mapping: &Mapping, fields: &Fields) -> Option<Vec<OscType>> {
    mapping.applies(fields).then(|| mapping.arguments(fields).ok()).flatten()
}

fn decode(bytes: &[u8]) -> Option<Fields> {
    wire::decode_value(bytes).ok().map(Fields::new)
}

/// What `/when` says, in Rust.
fn by_hand(features: &Features) -> Option<Vec<OscType>> {
    let applies = features.kick > 0.5 && features.rms > 0.01;
    let value = (f64::from(features.bands.bass) * 60.0 - 60.0).clamp(-60.0, 0.0);
    applies.then(|| vec![OscType::Float(value as f32)])
}

fn message() -> Result<Vec<u8>> {
    let origin =
        Origin { host: "stage-left".into(), instance: "features".into(), generation: 1_763_683_200_123 };
    let header = Header {
        v: schemas::header::VERSION,
        seq: 8_123,
        origin,
        boot: bus::time::boot_id().to_owned(),
        at: 1_763_683_260.512_345,
        at_mono_ns: 81_234_567_890_123,
        sent: 1_763_683_260.518,
        valid_s: None,
    };
    let body = Features {
        rms: 0.3,
        kick: 0.75,
        bands: schemas::audio::Bands { bass: 0.6, ..Default::default() },
        ..Default::default()
    };
    Ok(wire::encode(&header, &body)?)
}

fn time<T>(work: impl FnMut() -> T) -> f64 {
    time_of(REPEAT, work)
}

/// Nanoseconds of one call.
fn time_of<T>(repeat: u32, mut work: impl FnMut() -> T) -> f64 {
    let mut round = || {
        let begun_ns = mono_ns();
        for _ in 0..repeat {
            black_box(work());
        }
        (mono_ns() - begun_ns) as f64 / f64::from(repeat)
    };
    median((0..ROUNDS).map(|_| round()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_say_the_same() {
        let (target, bytes) = (compiled().unwrap(), message().unwrap());
        let typed: Message<Features> = wire::decode(&bytes).unwrap();
        let hand = by_hand(&typed.body).unwrap();
        let fields = Fields::new(wire::decode_value(&bytes).unwrap());
        for address in ["/range", "/expr", "/when"] {
            assert_eq!(evaluate(find(&target, address).unwrap(), &fields).unwrap(), hand, "{address}");
        }
        assert_eq!(evaluate(find(&target, "/field").unwrap(), &fields).unwrap(), [OscType::Float(0.6)]);
    }
}
