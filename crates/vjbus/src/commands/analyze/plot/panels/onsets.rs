//! Onsets by kind: a lane for each, a dot for each stroke, larger when it is stronger.

use anyhow::Result;
use schemas::beat::OnsetKind;

use super::super::colours::{self, FAINT, INK};
use super::super::notes::Notes;
use super::super::panel::Panel;
use super::{beats, boundaries, frame};

/// Lanes from the top.
const LANES: [(OnsetKind, &str); 4] = [
    (OnsetKind::Hat, "hat"),
    (OnsetKind::Snare, "snare"),
    (OnsetKind::Kick, "kick"),
    (OnsetKind::Other, "other"),
];
/// Radius in pixels of the weakest stroke, and what the strongest adds to it.
const DOT: f32 = 1.5;
const DOT_MORE: f32 = 4.0;

pub(in super::super) fn draw(panel: &Panel<'_>, notes: &Notes) -> Result<()> {
    let (width, height) = panel.size();
    let lane = height / LANES.len() as i32;
    beats(panel, notes)?;
    boundaries(panel, notes)?;
    for (n, (kind, name)) in LANES.into_iter().enumerate() {
        let y = lane * n as i32 + lane / 2;
        panel.name(y, name)?;
        panel.line((0, y), (width - 1, y), FAINT)?;
        for onset in notes.onsets.iter().filter(|onset| onset.kind == kind) {
            let radius = (DOT + DOT_MORE * onset.strength.clamp(0.0, 1.0)).round() as i32;
            if let Some(x) = panel.x(onset.at_s) {
                panel.dot((x, y), radius, colours::onset(kind))?;
            }
        }
    }
    frame(panel, &INK)
}
