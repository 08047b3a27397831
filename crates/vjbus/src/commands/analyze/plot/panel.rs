//! One band of the picture: names at the left, time from left to right.

use std::ops::Range;

use anyhow::{Context as _, Result};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::colours::INK;

/// The family under which the font is registered.
pub(super) const FONT: &str = "sans-serif";
/// Size of small print in pixels.
pub(super) const SMALL: i32 = 14;
/// Room for names at the left, and at the right, in pixels.
const LEFT: i32 = 96;
const RIGHT: i32 = 16;

/// A rectangle of the picture.
pub(super) type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;

/// A panel whose left edge is `span_s.start`, in seconds.
pub(super) struct Panel<'a> {
    names: Area<'a>,
    inside: Area<'a>,
    pub(super) span_s: Range<f64>,
}

impl<'a> Panel<'a> {
    pub(super) fn new(area: &Area<'a>, span_s: &Range<f64>) -> Panel<'a> {
        let (width, _) = area.dim_in_pixel();
        let (names, rest) = area.split_horizontally(LEFT);
        let (inside, _) = rest.split_horizontally(width as i32 - LEFT - RIGHT);
        Panel { names, inside, span_s: span_s.clone() }
    }

    /// Width and height inside in pixels.
    pub(super) fn size(&self) -> (i32, i32) {
        let (width, height) = self.inside.dim_in_pixel();
        (width as i32, height as i32)
    }

    /// Where a time lies, in pixels; `None` outside.
    pub(super) fn x(&self, time_s: f64) -> Option<i32> {
        let share = (time_s - self.span_s.start) / (self.span_s.end - self.span_s.start);
        (0.0..1.0).contains(&share).then(|| (share * f64::from(self.size().0)) as i32)
    }

    /// The pixels from the beginning to the end of a time, as far as it is inside.
    pub(super) fn part(&self, time_s: &Range<f64>) -> Option<(i32, i32)> {
        let outside = time_s.end <= self.span_s.start || time_s.start >= self.span_s.end;
        let (from, to) = (self.x(time_s.start).unwrap_or(0), self.x(time_s.end).unwrap_or(self.size().0));
        (!outside && from < to).then_some((from, to))
    }

    /// The time that a column of pixels shows.
    pub(super) fn time_s(&self, x: i32) -> Range<f64> {
        let column_s = (self.span_s.end - self.span_s.start) / f64::from(self.size().0);
        let begin = self.span_s.start + f64::from(x) * column_s;
        begin..begin + column_s
    }

    /// A name at the left, its middle `y` pixels from the top.
    pub(super) fn name(&self, y: i32, text: &str) -> Result<()> {
        let style = small(&INK).pos(Pos::new(HPos::Right, VPos::Center));
        Ok(self.names.draw_text(text, &style, (LEFT - 8, y))?)
    }

    /// Words inside, from `at` to the right.
    pub(super) fn text(&self, at: (i32, i32), text: &str, colour: &RGBColor) -> Result<()> {
        let style = small(colour).pos(Pos::new(HPos::Left, VPos::Center));
        Ok(self.inside.draw_text(text, &style, at)?)
    }

    /// A colour for each time and row, from the top; what has none stays as it is.
    pub(super) fn heat(&self, colour: impl Fn(&Range<f64>, i32) -> Option<RGBColor>) -> Result<()> {
        let (width, height) = self.size();
        let mut pixels = vec![u8::MAX; (3 * width * height) as usize];
        for x in 0..width {
            let time_s = self.time_s(x);
            for y in 0..height {
                let Some(RGBColor(r, g, b)) = colour(&time_s, y) else { break };
                let at = 3 * (y * width + x) as usize;
                pixels[at..at + 3].copy_from_slice(&[r, g, b]);
            }
        }
        let size = (width as u32, height as u32);
        let heat = BitMapElement::with_owned_buffer((0, 0), size, pixels).context("a panel has pixels")?;
        Ok(self.inside.draw(&heat)?)
    }

    /// A filled rectangle, from its top left to its bottom right.
    pub(super) fn fill(&self, from: (i32, i32), to: (i32, i32), style: impl Into<ShapeStyle>) -> Result<()> {
        Ok(self.inside.draw(&Rectangle::new([from, to], style.into().filled()))?)
    }

    /// A line from top to bottom at a time, if that is inside.
    pub(super) fn vertical(&self, time_s: f64, style: impl Into<ShapeStyle>) -> Result<()> {
        let Some(x) = self.x(time_s) else { return Ok(()) };
        self.line((x, 0), (x, self.size().1 - 1), style)
    }

    /// A straight line.
    pub(super) fn line(&self, from: (i32, i32), to: (i32, i32), style: impl Into<ShapeStyle>) -> Result<()> {
        Ok(self.inside.draw(&PathElement::new(vec![from, to], style.into()))?)
    }

    /// A dot around a point.
    pub(super) fn dot(&self, at: (i32, i32), radius: i32, style: impl Into<ShapeStyle>) -> Result<()> {
        Ok(self.inside.draw(&Circle::new(at, radius, style.into().filled()))?)
    }
}

/// Small print of a colour.
pub(super) fn small(colour: &RGBColor) -> TextStyle<'_> {
    TextStyle::from((FONT, SMALL).into_font()).color(colour)
}
