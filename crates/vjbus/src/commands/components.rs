//! `vjbus components`: what this build can do.

use std::io::Write as _;

use component::Entry;
use schemas::{Topic, subject};

use crate::failure::Outcome;

/// Prints each with what it reads, writes and obeys.
pub(crate) fn run(registry: &[Entry]) -> Outcome {
    let mut out = std::io::stdout().lock();
    for entry in registry {
        let spec = &entry.spec;
        writeln!(out, "{}\n  {}", console::style(spec.name).bold(), spec.about)?;
        writeln!(out, "  reads   {}", topics(spec.reads))?;
        writeln!(out, "  writes  {}", topics(spec.writes))?;
        for verb in spec.verbs {
            writeln!(out, "  {:<26} {}", format!("{} {}", verb.name, verb.args), verb.about)?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn topics(topics: &[&Topic]) -> String {
    match topics {
        [] => "nothing".into(),
        topics => topics.iter().map(|t| subject::wildcard(t)).collect::<Vec<_>>().join(" "),
    }
}
