//! The whole program as it runs on the night: `vjbus up` with every shipped component, music from a
//! file, one OSC target, measured from outside.

mod commands;
mod deaths;
mod follow;
mod latency;
mod load;
mod running;

use anyhow::Result;

use crate::report::{Budgets, Section, Table};
pub(crate) use running::{Input, Show};

/// Measures it.
pub(crate) fn run() -> Result<Section> {
    let show = Show::start(Input::Music)?;
    let mut budgets = Budgets::new();
    let mut details = Table::new(&["what", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "values"]);
    // Before anybody else connects: a reader more is work more for the broker.
    let shares = load::measure(&show, &mut budgets)?;
    latency::measure(&show, &mut budgets, &mut details)?;
    commands::measure(&show, &mut budgets, &mut details)?;
    let deaths = deaths::measure(&show, &mut budgets)?;
    show.stop()?;
    let (budgets, missed) = budgets.into_table();
    let verdict =
        if missed == 0 { "All budgets are met.".to_owned() } else { format!("Budgets missed: {missed}.") };
    Ok(Section::new("The whole program")
        .text(INTRO)
        .table(budgets)
        .text(verdict)
        .table(details)
        .text("Processor time and memory of each process, and what hard deaths cost:")
        .table(shares)
        .table(deaths))
}

const INTRO: &str = "`vjbus up` with the shipped configuration: every component a process of its own, the project's demo track \
    played from a WAV file at 48 kHz in blocks of 256 frames, target `generic` on loopback. Arrival of datagrams is stamped by \
    the kernel. Features count from the capture of the first sample of their block, so 5.3 ms of each figure are the block itself. \
    Beats count from what the sink itself predicted, and once more from the instant that `beat.tick` announced: between the two \
    lies what the grid moved after the announcement. There are some 200 of them.";
