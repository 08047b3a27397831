//! Thin strips: sections and their events, the mode of the grid, and the time.

use anyhow::Result;
use schemas::structure::EventKind;

use super::super::colours::{self, BOUNDARY, FAINT, INK};
use super::super::notes::{Notes, Section};
use super::super::panel::Panel;

/// Height in pixels of a grid without confidence.
const LEAST: i32 = 5;
/// A second is named every so many, in the finest of these steps that leaves room for the names.
const STEPS_S: [f64; 4] = [1.0, 2.0, 5.0, 10.0];
/// Room for the name of a second, in pixels.
const NAME: f64 = 60.0;

/// Sections as boxes, tinted by their letter; below them build-ups, drops and breaks at their instant.
pub(in super::super) fn sections(panel: &Panel<'_>, length_s: f64, notes: &Notes) -> Result<()> {
    let half = panel.size().1 / 2;
    panel.name(half / 2, "section")?;
    panel.name(half + half / 2, "event")?;
    for (n, section) in notes.sections.iter().enumerate() {
        let end_s = notes.sections.get(n + 1).map_or(length_s, |next| next.at_s);
        let Some((from, to)) = panel.part(&(section.at_s..end_s)) else { continue };
        panel.fill((from, 0), (to - 1, half - 1), colours::section(&section.label))?;
        panel.text((from + 6, half / 2), &words(section), &INK)?;
        panel.vertical(section.at_s, BOUNDARY)?;
    }
    for moment in &notes.moments {
        if let Some(x) = panel.x(moment.at_s) {
            panel.fill((x, half + 1), (x + 3, 2 * half - 2), INK)?;
            panel.text((x + 8, half + half / 2), name(moment.kind), &INK)?;
        }
    }
    Ok(())
}

/// The mode of the grid as colour, its confidence as height.
pub(in super::super) fn grid(panel: &Panel<'_>, length_s: f64, notes: &Notes) -> Result<()> {
    let (width, height) = panel.size();
    panel.name(height / 2, "grid")?;
    for (n, grid) in notes.grids.iter().enumerate() {
        let end_s = notes.grids.get(n + 1).map_or(length_s, |next| next.heard_s);
        let Some((from, to)) = panel.part(&(grid.heard_s..end_s)) else { continue };
        let top = ((1.0 - grid.confidence.clamp(0.0, 1.0)) * (height - LEAST) as f32) as i32;
        panel.fill((from, top), (to, height - 1), colours::mode(grid.mode))?;
    }
    panel.line((0, 0), (width - 1, 0), FAINT)
}

/// The time below, in minutes and seconds.
pub(in super::super) fn time(panel: &Panel<'_>) -> Result<()> {
    let (width, _) = panel.size();
    let span_s = panel.span_s.end - panel.span_s.start;
    let finest_s = NAME * span_s / f64::from(width);
    let step_s = STEPS_S.into_iter().find(|step| *step >= finest_s).unwrap_or(STEPS_S[STEPS_S.len() - 1]);
    let mut time_s = (panel.span_s.start / step_s).ceil() * step_s;
    while let Some(x) = panel.x(time_s) {
        panel.line((x, 0), (x, 4), INK)?;
        let name = format!("{}:{:02}", time_s as u32 / 60, time_s as u32 % 60);
        panel.text((x + 4, 10), &name, &INK)?;
        time_s += step_s;
    }
    Ok(())
}

fn words(section: &Section) -> String {
    match &section.role {
        Some(role) => format!("{} {role}", section.label),
        None => section.label.clone(),
    }
}

fn name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Buildup => "build-up",
        EventKind::Drop => "drop",
        EventKind::Break => "break",
    }
}
