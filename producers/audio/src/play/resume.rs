//! Where a restarted player goes on.

use std::path::{Path, PathBuf};

use component::time::{boot_id, mono_ns};
use serde::{Deserialize, Serialize};

/// Time between two notes of the position.
const EVERY_NS: i64 = 1_000_000_000;
/// An older note is of another show: the track begins at its start.
const FRESH_NS: i64 = 60_000_000_000;

/// Notes the position of one player in a file, once per second, and reads it back.
#[derive(Debug)]
pub(crate) struct Bookmark {
    file: PathBuf,
    what: String,
    noted_ns: i64,
    position_s: f64,
    warned: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Note {
    what: String,
    position_s: f64,
    boot: String,
    at_mono_ns: i64,
}

impl Bookmark {
    /// The bookmark of `instance` for the programme `what` (a path, or the demo).
    pub(crate) fn new(state_dir: &Path, instance: &str, what: &str) -> Bookmark {
        let file = state_dir.join(format!("position-{instance}.json"));
        Bookmark { file, what: what.to_owned(), noted_ns: i64::MIN, position_s: 0.0, warned: false }
    }

    /// Where to begin: at the noted position if it is of this programme, this boot and this show.
    pub(crate) fn resume_s(&self) -> f64 {
        self.read().filter(|note| self.fits(note, mono_ns())).map_or(0.0, |note| note.position_s)
    }

    /// The last position that was passed, in seconds.
    pub(crate) fn position_s(&self) -> f64 {
        self.position_s
    }

    /// The player is at a position; it is noted now and then.
    pub(crate) fn pass(&mut self, position_s: f64, now_ns: i64) {
        self.position_s = position_s;
        if now_ns < self.noted_ns.saturating_add(EVERY_NS) {
            return;
        }
        self.noted_ns = now_ns;
        let note =
            Note { what: self.what.clone(), position_s, boot: boot_id().to_owned(), at_mono_ns: now_ns };
        if let Err(error) = self.write(&note)
            && !std::mem::replace(&mut self.warned, true)
        {
            tracing::warn!(file = %self.file.display(), %error, "the position is not noted: a restart will begin at the start");
        }
    }

    fn fits(&self, note: &Note, now_ns: i64) -> bool {
        let fresh = (0..FRESH_NS).contains(&(now_ns - note.at_mono_ns));
        note.what == self.what
            && note.boot == boot_id()
            && fresh
            && note.position_s.is_finite()
            && note.position_s >= 0.0
    }

    fn read(&self) -> Option<Note> {
        serde_json::from_slice(&std::fs::read(&self.file).ok()?).ok()
    }

    // Renamed into place: a reader sees the old note or the new one, never half of one.
    fn write(&self, note: &Note) -> std::io::Result<()> {
        let new = self.file.with_extension("new");
        std::fs::write(&new, serde_json::to_vec(note)?)?;
        std::fs::rename(new, &self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_restart_goes_on_where_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let mut bookmark = Bookmark::new(dir.path(), "audio", "/music/a.ogg");
        assert_eq!(bookmark.resume_s(), 0.0);
        let now = mono_ns();
        bookmark.pass(12.5, now);
        bookmark.pass(12.6, now + 100_000_000);
        assert_eq!(
            Bookmark::new(dir.path(), "audio", "/music/a.ogg").resume_s(),
            12.5,
            "noted once per second"
        );
        assert_eq!(Bookmark::new(dir.path(), "audio", "/music/b.ogg").resume_s(), 0.0, "another file");
        assert_eq!(Bookmark::new(dir.path(), "deck", "/music/a.ogg").resume_s(), 0.0, "another player");
    }

    #[test]
    fn a_note_of_another_show_is_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let mut bookmark = Bookmark::new(dir.path(), "audio", "a");
        bookmark.pass(12.5, mono_ns() - FRESH_NS - 1);
        assert_eq!(bookmark.resume_s(), 0.0);
        std::fs::write(dir.path().join("position-audio.json"), b"{half").unwrap();
        assert_eq!(bookmark.resume_s(), 0.0);
    }
}
