//! The sound itself: the log spectrum of the frames, the beats over it.

use anyhow::Result;
use plotters::style::Color as _;

use super::super::colours::{self, BEAT, DOWNBEAT};
use super::super::notes::Notes;
use super::super::panel::Panel;
use super::super::trace::Trace;
use super::{boundaries, frame};

/// Share of the loudest value that is shown as the brightest.
const BRIGHTEST: f32 = 0.85;
/// Frequencies that are named.
const NAMED_HZ: [(f32, &str); 6] = [
    (50.0, "50 Hz"),
    (150.0, "150 Hz"),
    (500.0, "500 Hz"),
    (1500.0, "1.5 kHz"),
    (5000.0, "5 kHz"),
    (15_000.0, "15 kHz"),
];

pub(in super::super) fn draw(panel: &Panel<'_>, trace: &Trace, notes: &Notes) -> Result<()> {
    let centres = trace.centres_hz();
    let height = panel.size().1;
    let full = (BRIGHTEST * trace.loudest_of_all()).max(f32::MIN_POSITIVE);
    let band_of = |y: i32| (height - 1 - y) as usize * centres.len() / height.max(1) as usize;
    panel.heat(|time_s, y| {
        let value = trace.spectrum(band_of(y), time_s)?;
        Some(colours::heat(value / full))
    })?;
    for beat in &notes.beats {
        if beat.downbeat {
            panel.vertical(beat.at_s, DOWNBEAT.stroke_width(2))?;
        } else {
            panel.vertical(beat.at_s, BEAT.mix(0.4))?;
        }
    }
    boundaries(panel, notes)?;
    for (hz, name) in NAMED_HZ {
        if centres.last().is_some_and(|top| *top >= hz) {
            let below = centres.partition_point(|centre| *centre < hz);
            panel.name(height - 1 - below as i32 * height / centres.len() as i32, name)?;
        }
    }
    frame(panel, &colours::INK)
}
