//! What the cores said, as far as it is drawn.

use schemas::beat::{Mode, OnsetKind};
use schemas::structure::EventKind;

use crate::commands::analyze::lines::{Line, Said};

/// A beat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beat {
    pub(super) at_s: f64,
    pub(super) downbeat: bool,
    pub(super) bpm: f64,
}

/// An onset.
#[derive(Debug, Clone, Copy)]
pub(super) struct Onset {
    pub(super) at_s: f64,
    pub(super) kind: OnsetKind,
    pub(super) strength: f32,
}

/// From when on the grid was in this mode, and how sure of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grid {
    pub(super) heard_s: f64,
    pub(super) mode: Mode,
    pub(super) confidence: f32,
}

/// Where a section begins.
#[derive(Debug, Clone)]
pub(super) struct Section {
    pub(super) at_s: f64,
    pub(super) label: String,
    pub(super) role: Option<String>,
}

/// A build-up, drop or break.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    pub(super) at_s: f64,
    pub(super) kind: EventKind,
}

/// Everything, each kind in the order in which it was said.
#[derive(Debug, Default)]
pub(super) struct Notes {
    pub(super) beats: Vec<Beat>,
    pub(super) onsets: Vec<Onset>,
    pub(super) grids: Vec<Grid>,
    pub(super) sections: Vec<Section>,
    pub(super) moments: Vec<Moment>,
    key: Option<String>,
}

impl Notes {
    pub(super) fn take(&mut self, said: &[Line]) {
        for Line { t_s, at_s, said } in said {
            let at_s = *at_s;
            match said {
                Said::Tick(tick) => {
                    self.beats.push(Beat { at_s, downbeat: tick.beat == Some(1), bpm: tick.bpm });
                }
                Said::Onset(onset) => {
                    self.onsets.push(Onset { at_s, kind: onset.kind, strength: onset.strength });
                }
                Said::Grid(grid) => {
                    let (mode, confidence) = (grid.mode, grid.confidence);
                    self.grids.push(Grid { heard_s: *t_s, mode, confidence });
                }
                Said::Section(section) => {
                    let (label, role) = (section.label.clone(), section.role.clone());
                    self.sections.push(Section { at_s, label, role });
                }
                Said::Moment(moment) => self.moments.push(Moment { at_s, kind: moment.kind }),
                Said::Key(key) => self.key = Some(key.key.clone()),
                Said::Pitch(_) | Said::Progress(_) | Said::Features(_) | Said::Spectrum(_) => {}
            }
        }
    }

    /// The line above the picture: name, tempo of most beats, last key, engine.
    pub(super) fn title(&self, name: &str, engine: &str) -> String {
        let tempo = self.bpm().map_or("no beat".to_owned(), |bpm| format!("{bpm:.1} BPM"));
        let key = self.key.as_ref().map_or(String::new(), |key| format!(", {key}"));
        format!("{name}: {tempo}{key} (engine {engine})")
    }

    /// Median tempo of the beats.
    fn bpm(&self) -> Option<f64> {
        let mut tempi: Vec<f64> = self.beats.iter().map(|beat| beat.bpm).collect();
        tempi.sort_by(f64::total_cmp);
        tempi.get(tempi.len() / 2).copied()
    }
}
