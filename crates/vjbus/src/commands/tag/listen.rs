//! Tempo, key and energy of a file, by the cores of a live show.

use std::path::Path;

use audio::SoundFile;
use beat::engine::EngineKind;
use schemas::playback::Track;
use tags::Measured;

use crate::commands::analyze::cores::Cores;
use crate::commands::analyze::lines::{Line, Said};

/// What was heard of a file.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Heard {
    /// Middle tempo of its beats, in BPM.
    pub(super) bpm: Option<f64>,
    /// The key said last.
    pub(super) key: Option<String>,
    /// Mean energy, 0..1.
    pub(super) energy: Option<f32>,
    /// Its course, at most 32 equal parts.
    pub(super) curve: Vec<f32>,
}

/// What the file says of itself, and what is heard of it. Takes some seconds of a core: not for a loop.
///
/// # Errors
/// When it cannot be played, in words.
pub(super) fn listen(file: &Path) -> Result<(Track, Heard), String> {
    let mut sound = SoundFile::open(file).map_err(|error| crate::chain(&error))?;
    let track = sound.track(file);
    let unfit = |failure| format!("{failure:?}");
    let mut cores = Cores::new(sound.rate_hz(), EngineKind::default(), true).map_err(unfit)?;
    let (mut samples, mut said, mut ear) = (Vec::new(), Vec::new(), Ear::default());
    loop {
        samples.clear();
        let more = sound.read(&mut samples).map_err(|error| crate::chain(&error))?;
        cores.process(&samples, &mut said);
        if !more {
            cores.finish(&mut said);
        }
        said.drain(..).for_each(|line| ear.hear(line));
        if !more {
            return Ok((track, ear.heard()));
        }
    }
}

#[derive(Default)]
struct Ear {
    tempi: Vec<f64>,
    key: Option<String>,
    measured: Measured,
}

impl Ear {
    fn hear(&mut self, line: Line) {
        match line.said {
            Said::Tick(tick) => self.tempi.push(tick.bpm),
            Said::Key(key) => self.key = Some(key.key),
            Said::Features(features) => self.measured.hear(line.at_s, &features),
            _ => {}
        }
    }

    fn heard(mut self) -> Heard {
        self.tempi.sort_by(f64::total_cmp);
        Heard {
            bpm: self.tempi.get(self.tempi.len() / 2).copied(),
            key: self.key,
            energy: self.measured.energy(),
            curve: self.measured.curve().to_vec(),
        }
    }
}
