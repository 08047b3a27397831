//! The beats that the core of the beat processor says of a piece when nothing lies between them.

use anyhow::{Context as _, Result};
use beat::Config;
use beat::core::Core;
use beat::engine::EngineKind;
use beat::tracker::Event;
use signals::Signal;

/// Frames per block, as the show has them.
const BLOCK: usize = 256;

/// Instants at which a receiver would have had each beat, in seconds of the piece.
pub(super) fn beats_s(piece: &Signal) -> Result<Vec<f64>> {
    let mut core = Core::new(EngineKind::default(), piece.rate_hz, Config::default().settings())
        .with_context(|| format!("{} at {} Hz", piece.name, piece.rate_hz))?;
    let mut out = Vec::new();
    for (n, block) in piece.samples.chunks(BLOCK).enumerate() {
        core.process(block, (n * BLOCK) as u64, &mut out);
    }
    let ticks = out.iter().filter(|said| matches!(said.event, Event::Tick(_)));
    Ok(ticks.map(|tick| tick.at_s.max(tick.heard_s)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use signals::changes::track;
    use signals::groove::FOUR_ON_THE_FLOOR;
    use signals::measure::f_between;

    #[test]
    fn house_is_heard() {
        let house = track(124.0, 20.0, 0.1, &FOUR_ON_THE_FLOOR, 44_100);
        let f = f_between(&house, &beats_s(&house).unwrap(), 10.0, 20.0);
        assert!(f > 0.9, "{f}");
    }
}
