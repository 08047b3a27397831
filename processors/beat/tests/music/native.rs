//! What the ear that hears measures alone hears in another way, and what holds for it as well.

use beat::engine::EngineKind;
use signals::figures::Figures;
use signals::suite::{Scenario, TEMPI_BPM};
use signals::{changes, groove};

use crate::support::{RATE_HZ, Run, core_by, none};

/// At the fastest it counts half (`docs/ear.md`). A tempo that is right in time after all must leave the list.
#[test]
fn half_time_is_counted_as_it_is_written_but_for_the_fastest() {
    let open = [240.0];
    let faults = TEMPI_BPM.iter().filter_map(|bpm| {
        let signal = Scenario::HalfTime.signal(*bpm, RATE_HZ);
        let run = Run::by(EngineKind::Native, &signal);
        let figures = Figures::of(&signal, &run.considered(), &run.beats_s());
        (figures.pass() == open.contains(bpm)).then(|| format!("{}: {figures:?}", signal.name))
    });
    none(&faults.collect::<Vec<_>>());
}

#[test]
fn blocks_of_any_size_say_the_same() {
    let samples = changes::track(126.0, 20.0, 0.11, &groove::FOUR_ON_THE_FLOOR, RATE_HZ).samples;
    let said = |size: usize| {
        let (mut core, mut said) = (core_by(EngineKind::Native, RATE_HZ), Vec::new());
        for (n, block) in samples.chunks(size).enumerate() {
            core.process(block, (n * size) as u64, &mut said);
        }
        said
    };
    let whole = said(samples.len());
    assert!(whole.len() > 50);
    for size in [64, 170, 341, 1024] {
        assert!(said(size) == whole, "blocks of {size}");
    }
}
