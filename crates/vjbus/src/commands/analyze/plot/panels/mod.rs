//! The panels of a row, each in its own way, all over the same time.

pub(super) mod activations;
pub(super) mod onsets;
pub(super) mod spectrogram;
pub(super) mod strips;
pub(super) mod tempo;

use anyhow::Result;
use plotters::style::{Color as _, RGBColor};

use super::colours::{BOUNDARY, INK};
use super::notes::Notes;
use super::panel::Panel;

/// Beats as thin lines and downbeats as stronger ones, over something bright.
fn beats(panel: &Panel<'_>, notes: &Notes) -> Result<()> {
    for beat in &notes.beats {
        let strength = if beat.downbeat { 0.55 } else { 0.18 };
        panel.vertical(beat.at_s, INK.mix(strength))?;
    }
    Ok(())
}

/// Boundaries of sections.
fn boundaries(panel: &Panel<'_>, notes: &Notes) -> Result<()> {
    for section in &notes.sections {
        panel.vertical(section.at_s, BOUNDARY.stroke_width(2))?;
    }
    Ok(())
}

/// A frame around the panel, drawn last.
fn frame(panel: &Panel<'_>, colour: &RGBColor) -> Result<()> {
    let (right, bottom) = (panel.size().0 - 1, panel.size().1 - 1);
    panel.line((0, bottom), (right, bottom), *colour)?;
    panel.line((0, 0), (0, bottom), *colour)
}
