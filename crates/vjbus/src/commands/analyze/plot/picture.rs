//! The layout: a title, then a row of panels for each minute.

use std::ops::Range;
use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use schemas::beat::Mode;

use super::colours::{self, INK, PAPER};
use super::notes::Notes;
use super::panel::{Area, FONT, Panel, small};
use super::panels::{activations, onsets, spectrogram, strips, tempo};
use super::trace::Trace;

/// Size of a picture of one row in pixels; each further minute adds [`ROW`].
const WIDTH: u32 = 1800;
const TITLE: i32 = 48;
const ROW: i32 = 952;
/// Width of the legend at the right of the title.
const LEGEND: i32 = 640;
/// What a row shows at most, in seconds.
const ROW_S: f64 = 60.0;
/// A row shows at least this much, so that a file of nothing has a picture too.
const LEAST_S: f64 = 1.0;
/// Lower edges of the panels of a row: sections and events, grid, spectrogram, onsets, activations, tempo; time is
/// below.
const EDGES: [i32; 6] = [52, 88, 404, 508, 692, 912];
/// Space above each panel.
const GAP: i32 = 8;

/// Draws it.
pub(super) fn draw(to: &Path, title: &str, trace: &Trace, notes: &Notes) -> Result<()> {
    register_font(FONT, FontStyle::Normal, dejavu::sans::regular())
        .map_err(|_| anyhow!("the font cannot be read"))?;
    let spans = spans(trace.length_s());
    let height = TITLE + ROW * spans.len() as i32;
    let root = BitMapBackend::new(to, (WIDTH, height as u32)).into_drawing_area();
    root.fill(&PAPER)?;
    let (head, mut rest) = root.split_vertically(TITLE);
    heading(&head, title)?;
    for span in &spans {
        let (area, below) = rest.split_vertically(ROW);
        row(&area, span, trace, notes)?;
        rest = below;
    }
    Ok(root.present()?)
}

/// What each row shows: a minute; a sound that is shorter fills the width.
fn spans(length_s: f64) -> Vec<Range<f64>> {
    let rows = (length_s / ROW_S).ceil().max(1.0) as usize;
    let row_s = length_s.clamp(LEAST_S, ROW_S);
    (0..rows).map(|n| n as f64 * ROW_S..n as f64 * ROW_S + row_s).collect()
}

fn heading(area: &Area<'_>, title: &str) -> Result<()> {
    area.draw_text(title, &TextStyle::from((FONT, 24).into_font()).color(&INK), (16, 14))?;
    let modes = [Mode::Searching, Mode::Locked, Mode::Held, Mode::Tapped, Mode::Silence];
    let names = ["searching", "locked", "held", "tapped", "silence"];
    let left = WIDTH as i32 - LEGEND;
    for (n, (mode, name)) in modes.into_iter().zip(names).enumerate() {
        let x = left + 100 * n as i32;
        area.draw(&Rectangle::new([(x, 8), (x + 12, 20)], colours::mode(mode).filled()))?;
        area.draw_text(name, &small(&INK), (x + 18, 7))?;
    }
    let lines = "lines: white beats, blue downbeats, pink sections; green dots: the tempo that was said";
    Ok(area.draw_text(lines, &small(&INK), (left, 27))?)
}

fn row(area: &Area<'_>, span: &Range<f64>, trace: &Trace, notes: &Notes) -> Result<()> {
    let bands = area.split_by_breakpoints(&[] as &[i32], EDGES);
    let panels: Vec<Panel<'_>> =
        bands.iter().map(|band| Panel::new(&band.margin(GAP, 0, 0, 0), span)).collect();
    if let [sections, grid, sound, strokes, begins, tempi, time] = &panels[..] {
        strips::sections(sections, trace.length_s(), notes)?;
        strips::grid(grid, trace.length_s(), notes)?;
        spectrogram::draw(sound, trace, notes)?;
        onsets::draw(strokes, notes)?;
        activations::draw(begins, trace, notes)?;
        tempo::draw(tempi, trace, notes)?;
        strips::time(time)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_minute_and_short_sounds_fill_it() {
        assert_eq!(spans(0.0), [0.0..1.0]);
        assert_eq!(spans(40.0), [0.0..40.0]);
        assert_eq!(spans(60.0), [0.0..60.0]);
        assert_eq!(spans(60.5), [0.0..60.0, 60.0..120.0]);
    }
}
