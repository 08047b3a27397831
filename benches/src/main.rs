//! Measures what the budgets of the project speak of, and prints figures beside them.
//!
//! | measurement | what |
//! |---|---|
//! | [`transport`] | the bus against length-prefixed JSON on a Unix socket |
//! | [`throughput`] | messages and bytes per second, and whether losses are counted |
//! | [`mapping`] | one OSC mapping against a plain field and a hand-written closure |
//! | [`beats`] | the beat clock against a bare timer |
//! | [`suite`] | tempo of synthetic rhythms, both engines |
//! | [`show`] | the whole program: capture to OSC, commands, deaths, load |
//! | [`live`] | beats through sound card, broker and OSC against those of the same file |
//!
//! Every figure is a median of several rounds, and what is compared runs side by side in one run. A
//! missed budget is printed as missed and is no failure of this program: machines differ.

mod arrivals;
mod beats;
mod live;
mod machine;
mod mapping;
mod messages;
mod platform;
mod report;
mod show;
mod stats;
mod suite;
mod throughput;
mod transport;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow};
use clap::{Parser, ValueEnum};
use tokio::signal::unix::{SignalKind, signal};

use crate::machine::Machine;
use crate::report::Section;

/// The page that `--write` renews.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/performance.md");

/// Latency, throughput and cost of vjbus, as figures.
#[derive(Debug, Parser)]
#[command(name = "vjbus-benches", max_term_width = 100)]
struct Cli {
    /// What to measure [default: everything]
    only: Vec<What>,
    /// Write docs/performance.md
    #[arg(long, conflicts_with = "only")]
    write: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    Show,
    Beats,
    Transport,
    Throughput,
    Mapping,
    Suite,
    Live,
}

fn main() -> Result<()> {
    let cli = Cli::parse();
    let folder = tempfile::Builder::new().prefix("vjbus-benches-").tempdir()?;
    // Whatever a measurement writes lies in there, so that there is one thing to remove.
    tempfile::env::override_temp_dir(folder.path())
        .map_err(|_| anyhow!("temporary folders lie elsewhere already"))?;
    clean_up_on_signal(folder.path().to_owned())?;
    let machine = Machine::read();
    let chosen = if cli.only.is_empty() { What::value_variants() } else { &cli.only };
    let mut sections = Vec::new();
    for what in chosen {
        let section = what.measure().with_context(|| format!("{what:?} could not be measured"))?;
        writeln!(std::io::stdout(), "{}", section.render())?;
        sections.push(section);
    }
    let machine = Section::new("Machine").table(machine.table());
    writeln!(std::io::stdout(), "{}", machine.render())?;
    if cli.write {
        let page = page(&machine, &sections);
        std::fs::write(Path::new(PAGE), page).context("docs/performance.md cannot be written")?;
    }
    Ok(())
}

impl What {
    fn measure(self) -> Result<Section> {
        match self {
            What::Show => show::run(),
            What::Beats => beats::run(),
            What::Transport => transport::run(),
            What::Throughput => throughput::run(),
            What::Mapping => mapping::run(),
            What::Suite => suite::run(),
            What::Live => live::run(),
        }
    }
}

fn page(machine: &Section, sections: &[Section]) -> String {
    let head = "# Performance\n\nFigures of one machine on one day, written by `just bench --write`; take your own with `just bench`. \
                Budgets are those of the project's design. `VJBUS_EVAL_DIR=FOLDER just bench live` plays annotated music of your own, \
                `just bench live` generated music. A figure without its machine means nothing:\n\n";
    let sections: Vec<String> = std::iter::once(machine).chain(sections).map(Section::render).collect();
    format!("{head}{}", sections.join("\n"))
}

/// What was started or written must not outlive this program, also when somebody loses patience.
fn clean_up_on_signal(folder: PathBuf) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut terminate = {
        let _inside = runtime.enter();
        signal(SignalKind::terminate())?
    };
    let wait = move || {
        runtime.block_on(async {
            tokio::select! {
                _interrupted = tokio::signal::ctrl_c() => {}
                _asked = terminate.recv() => {}
            }
        });
        testkit::leaks::reap(testkit::leaks::run_id());
        // What cannot be removed lies in the system's folder for such things, which is emptied now and then.
        let _left = std::fs::remove_dir_all(&folder);
        std::process::exit(130);
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait)?;
    Ok(())
}
