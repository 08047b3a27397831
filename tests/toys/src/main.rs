//! vjbus with two components from outside its tree: nothing in the frame had to change for them.
//!
//! `toys/pulse` publishes numbered onsets; `toys/echo` answers each. Both hang, stall, crash, degrade and
//! work long on command, so that tests can see what the frame makes of it.

mod echo;
mod mischief;
mod pulse;

use component::Entry;

const TOYS: [Entry; 2] = [Entry::of::<pulse::Pulse>(), Entry::of::<echo::Echo>()];

fn main() -> std::process::ExitCode {
    let all: Vec<Entry> = vjbus::registry::REGISTRY.iter().copied().chain(TOYS).collect();
    vjbus::main(all.leak())
}
