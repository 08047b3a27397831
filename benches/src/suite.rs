//! The suite of steady tempi: is the tempo right, and how soon, at every one of them.

use anyhow::{Context as _, Result};
use beat::Config;
use beat::core::Core;
use beat::engine::EngineKind;
use beat::tracker::{Emitted, Event};
use schemas::beat::Mode;
use signals::Signal;
use signals::figures::Figures;
use signals::measure::Said;
use signals::suite::{Scenario, TEMPI_BPM};

use crate::report::{Section, Table};

/// Sample rate in Hz, and frames per block.
const RATE_HZ: u32 = 44_100;
const BLOCK: usize = 256;
/// The engines that are compared.
const ENGINES: [EngineKind; 3] = [EngineKind::Native, EngineKind::Learned, EngineKind::Aubio];

/// Measures it.
pub(crate) fn run() -> Result<Section> {
    let intro = "Synthetic rhythms at eight tempi. A cell shows the seconds to the first right tempo (within 2 %); in bold, the \
                 tempo said last of those that are not right for 95 % of the time after 4 s, or are first right later than that. While it \
                 searches, a grid says the tempo that it considers; that counts too. “Range set”: with the operator's `min_bpm` and `max_bpm` \
                 half an octave to either side, for rhythms that sound the same as others at half the tempo. F is the mean over \
                 the tempi of the beats after 4 s, within 70 ms.";
    let mut section = Section::new("Steady tempi").text(intro);
    for engine in ENGINES {
        let (table, right) = table_of(engine)?;
        let all = Scenario::ALL.len() * TEMPI_BPM.len();
        section = section.text(format!("Engine {engine:?}: {right} of {all}.")).table(table);
    }
    Ok(section)
}

fn table_of(engine: EngineKind) -> Result<(Table, usize)> {
    let tempi = TEMPI_BPM.map(|bpm| format!("{bpm:.0}"));
    let head: Vec<&str> =
        std::iter::once("rhythm").chain(tempi.iter().map(String::as_str)).chain(["F"]).collect();
    let (mut table, mut right) = (Table::new(&head), 0);
    for scenario in Scenario::ALL {
        let figures = TEMPI_BPM
            .iter()
            .map(|bpm| figures(engine, &scenario.signal(*bpm, RATE_HZ), &Config::default()))
            .collect::<Result<Vec<_>>>()?;
        right += figures.iter().filter(|figures| figures.pass()).count();
        row(&mut table, scenario.name(), &figures);
    }
    for scenario in [Scenario::HalfTime, Scenario::NoiseFloor] {
        let heard = |bpm: &f64| figures(engine, &scenario.signal(*bpm, RATE_HZ), &around(*bpm));
        let figures = TEMPI_BPM.iter().map(heard).collect::<Result<Vec<_>>>()?;
        row(&mut table, &format!("{}, range set", scenario.name()), &figures);
    }
    Ok((table, right))
}

fn row(table: &mut Table, name: &str, figures: &[Figures]) {
    let f = figures.iter().map(|figures| figures.f).sum::<f64>() / figures.len() as f64;
    let cells = figures.iter().map(cell);
    table.row(std::iter::once(name.to_owned()).chain(cells).chain([format!("{f:.2}")]));
}

/// What an operator sets who knows the tempo roughly: half an octave to either side.
fn around(bpm: f64) -> Config {
    Config { min_bpm: bpm / 1.42, max_bpm: bpm * 1.42, ..Config::default() }
}

fn cell(figures: &Figures) -> String {
    match (figures.pass(), figures.first_right_s, figures.bpm) {
        (true, Some(first_s), _) => format!("{first_s:.1} s"),
        (_, _, Some(bpm)) => format!("**{bpm:.0}**"),
        (_, _, None) => "**none**".to_owned(),
    }
}

fn figures(engine: EngineKind, signal: &Signal, config: &Config) -> Result<Figures> {
    let mut core = Core::new(engine, signal.rate_hz, config.settings())
        .with_context(|| format!("{engine:?} at {} Hz", signal.rate_hz))?;
    let mut out = Vec::new();
    for (n, block) in signal.samples.chunks(BLOCK).enumerate() {
        core.process(block, (n * BLOCK) as u64, &mut out);
    }
    let ticks = out.iter().filter(|said| matches!(said.event, Event::Tick(_)));
    let beats_s: Vec<f64> = ticks.map(|said| said.at_s).collect();
    let tempi: Vec<Said> = out.iter().filter_map(tempo).collect();
    Ok(Figures::of(signal, &tempi, &beats_s))
}

/// The tempo of a grid that runs, or is considered.
fn tempo(said: &Emitted) -> Option<Said> {
    match &said.event {
        Event::Grid(grid) if grid.mode != Mode::Silence && grid.bpm > 0.0 => {
            Some(Said { heard_s: said.heard_s, bpm: grid.bpm })
        }
        _ => None,
    }
}
