//! How soon a command is answered while the show plays.

use anyhow::{Context as _, Result, ensure};
use schemas::Name;
use serde_json::Value;
use testkit::wait::mono_ns;

use super::running::Show;
use crate::report::{Budgets, Table, in_ms, ms};
use crate::stats::Spread;

/// Commands to each instance.
const COMMANDS: usize = 200;
/// A verb that every component has, and that changes nothing.
const VERB: &str = "get_state";
/// Budget.
const P99_NS: f64 = 20e6;

/// Asks every instance, one command after the other.
pub(super) fn measure(show: &Show, budgets: &mut Budgets, details: &mut Table) -> Result<()> {
    let bus = show.operator()?;
    let names: Vec<Name> = show.instances().iter().map(|r| Name::new(&*r.key)).collect::<Result<_, _>>()?;
    let mut round_trips_ns = Vec::with_capacity(names.len() * COMMANDS);
    for name in &names {
        for _ in 0..COMMANDS {
            let begun_ns = mono_ns();
            let reply = show.runtime.block_on(bus.request(name, VERB, &Value::Null));
            round_trips_ns.push(mono_ns() - begun_ns);
            let reply = reply.with_context(|| format!("{name} does not answer"))?;
            ensure!(reply.ok, "{name} refuses {VERB}: {:?}", reply.error);
        }
    }
    let spread = Spread::of(round_trips_ns);
    let [p50, p99, p999, max] = ms(&spread);
    details.row([
        format!("command: {VERB} of every instance, there and back"),
        p50,
        p99,
        p999,
        max,
        spread.count.to_string(),
    ]);
    budgets.add("command answered, p99", in_ms(spread.p99), "< 20 ms", spread.p99 < P99_NS);
    Ok(())
}
