//! How strongly something begins, as vjbus's own engines hear it: all bands, low ones, change of harmony.

use anyhow::Result;

use super::super::colours::{ACTIVATIONS, FAINT, INK};
use super::super::notes::Notes;
use super::super::panel::Panel;
use super::super::trace::{KEPT, Trace};
use super::{beats, boundaries, frame};

/// Names of the activations, in the order of [`KEPT`].
const NAMES: [&str; KEPT.len()] = ["onsets", "low onsets", "harmony"];
/// Space between two curves in pixels.
const APART: i32 = 4;

pub(in super::super) fn draw(panel: &Panel<'_>, trace: &Trace, notes: &Notes) -> Result<()> {
    let (width, height) = panel.size();
    let lane = height / NAMES.len() as i32;
    beats(panel, notes)?;
    for (which, name) in NAMES.into_iter().enumerate() {
        let floor = lane * (which as i32 + 1) - 1;
        panel.name(floor - lane / 2, name)?;
        for x in 0..width {
            let Some(value) = trace.activation(which, &panel.time_s(x)) else { break };
            let top = floor - (value * (lane - APART) as f32) as i32;
            panel.line((x, top), (x, floor), ACTIVATIONS[which])?;
        }
        panel.line((0, floor), (width - 1, floor), FAINT)?;
    }
    boundaries(panel, notes)?;
    frame(panel, &INK)
}
