//! Every address of the target `generic`, with the types of the contract, as two foreign receivers decode them.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use testkit::osc::{Dump, PythonOsc};

use super::show;

/// Onsets of no drum are rare in the demo track: who misses the first waits a quarter of a minute for the next.
const LISTEN: Duration = Duration::from_secs(100);

/// Address and type tags.
const ADDRESSES: [(&str, &str); 23] = [
    ("/vj/bpm", "f"),
    ("/vj/beat", "i"),
    ("/vj/beat/trigger", "f"),
    ("/vj/beat/count", "i"),
    ("/vj/beat/phase", "f"),
    ("/vj/bar", "i"),
    ("/vj/mode", "s"),
    ("/vj/level/sub_bass", "f"),
    ("/vj/level/bass", "f"),
    ("/vj/level/low_mid", "f"),
    ("/vj/level/mid", "f"),
    ("/vj/level/high_mid", "f"),
    ("/vj/level/presence", "f"),
    ("/vj/level/air", "f"),
    ("/vj/level/rms", "f"),
    ("/vj/onset/other", "f"),
    ("/vj/source", "s"),
    ("/vj/section", "s"),
    ("/vj/energy", "f"),
    ("/vj/buildup", "f"),
    ("/vj/track/title", "s"),
    ("/vj/track/artist", "s"),
    ("/vj/spectrum", "ffffffffffffffffffffffffffffffff"),
];

#[test]
fn oscdump_decodes_every_address() -> Result<()> {
    let dump = Dump::start()?;
    let mut show = show("source = \"demo\"", dump.port())?;
    show.up()?;
    for (address, types) in ADDRESSES {
        let lines =
            dump.wait_for_count(LISTEN, address, 1).with_context(|| format!("{address}: {}", show.tail()))?;
        ensure!(lines[0].types == types, "{address} has types {} and not {types}", lines[0].types);
    }
    show.down()
}

#[test]
fn python_osc_decodes_every_address() -> Result<()> {
    let python = PythonOsc::start()?;
    let mut show = show("source = \"demo\"", python.port())?;
    show.up()?;
    for (address, types) in ADDRESSES {
        let messages = python
            .wait_for_count(LISTEN, address, 1)
            .with_context(|| format!("{address}: {}", show.tail()))?;
        let wanted: Vec<&str> = types
            .chars()
            .map(|t| match t {
                'f' => "float",
                'i' => "int",
                _ => "str",
            })
            .collect();
        ensure!(messages[0].types == wanted, "{address} has types {:?}", messages[0].types);
    }
    show.down()
}
