//! A picture of what was heard, so that a user sees why the beats fall where they do.
//!
//! [`trace`] runs the first layers of vjbus's own engines over the samples and keeps what they make of them;
//! [`notes`] keeps what the cores said; `picture` lays out both over time, a row of panels per minute.

mod colours;
mod notes;
mod panel;
mod panels;
mod picture;
mod trace;

use std::path::Path;

use self::notes::Notes;
use self::trace::Trace;
use super::lines::Line;
use crate::failure::{Failure, Outcome};

/// Collects what is to be drawn.
pub(super) struct Plot {
    trace: Trace,
    notes: Notes,
}

impl Plot {
    /// A picture of sound at `rate_hz`, which the cores have accepted.
    pub(super) fn new(rate_hz: u32) -> Plot {
        Plot { trace: Trace::new(rate_hz), notes: Notes::default() }
    }

    /// Takes the next samples and what was said of them.
    pub(super) fn hear(&mut self, samples: &[f32], said: &[Line]) {
        self.trace.hear(samples);
        self.notes.take(said);
    }

    /// Writes the picture of the file called `name`.
    pub(super) fn draw(&self, to: &Path, name: &str, engine: &str) -> Outcome {
        if self.trace.is_cut() {
            let minutes = trace::MOST_S / 60;
            tracing::warn!("the picture shows the first {minutes} minutes of {name}");
        }
        picture::draw(to, &self.notes.title(name, engine), &self.trace, &self.notes)
            .map_err(|e| Failure::internal(format!("{} cannot be written: {e:#}", to.display())))
    }
}
