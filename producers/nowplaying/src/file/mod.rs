//! A text file in which another program keeps what it plays.
//!
//! It is looked at on a thread of its own, because a network drive may block for minutes, and polled, because network
//! drives and half of the file systems announce nothing. What is read is believed when it was read twice.

mod belief;

use component::foreign;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use schemas::playback::Track;

use crate::config::Line;
use crate::encoding;
use crate::report::{Outlet, Report, Way};
use crate::template::Template;
use crate::told::{Told, track};
use belief::{Belief, Look};

/// Time between two looks.
const POLL: Duration = Duration::from_millis(200);
/// A file that looks unchanged is read all the same at every so many-th look: some drives round its time.
const READ_ANYWAY: u32 = 10;
/// Largest file; a list of a whole night's titles has a tenth of it.
const MAX_BYTES: u64 = 1024 * 1024;
/// A file that was written longer ago says nothing about when its track began.
const FRESH: Duration = Duration::from_secs(6 * 3600);
/// Whoever names a file vouches for what is in it.
const OPERATOR: &str = "operator";

/// What is looked at, and how it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) path: PathBuf,
    pub(crate) template: Template,
    pub(crate) line: Line,
}

/// The thread; it ends soon after this is dropped.
#[derive(Debug)]
pub(crate) struct Follower {
    _stop: Sender<()>,
}

/// Starts it.
///
/// # Errors
/// When no thread can be had.
pub(crate) fn start(settings: Settings, outlet: Outlet) -> io::Result<Follower> {
    let (stop, stopped) = channel();
    let follow = move || follow(&settings, &outlet, &stopped);
    std::thread::Builder::new().name("nowplaying-file".into()).spawn(follow)?;
    Ok(Follower { _stop: stop })
}

fn follow(settings: &Settings, outlet: &Outlet, stopped: &Receiver<()>) {
    let mut eye = Eye { path: &settings.path, seen: None, skipped: 0 };
    let mut belief = Belief::default();
    loop {
        if let Some((look, age)) = eye.look(belief.is_settled())
            && let Some(look) = belief.see(look)
        {
            for report in reports(look, age, settings) {
                if outlet.blocking_send(report).is_err() {
                    return;
                }
            }
        }
        if stopped.recv_timeout(POLL) != Err(RecvTimeoutError::Timeout) {
            return;
        }
    }
}

/// What the component is to know of it.
fn reports(look: &Look, age: Duration, settings: &Settings) -> [Report; 2] {
    let path = settings.path.display();
    let shut = |why| Report::Shut { way: Way::File, why };
    let told = match look {
        Look::Text(bytes) => told(&encoding::decode(bytes), age, settings),
        Look::Missing | Look::Unreadable(_) | Look::TooLarge(_) => Told::nothing(),
    };
    let state = match look {
        Look::Text(_) => Report::Open { way: Way::File, at: None },
        Look::Missing => {
            shut(format!("file: there is no {path}: it is read as soon as another program writes it"))
        }
        Look::Unreadable(why) => {
            shut(format!("file: {path} cannot be read ({why}): check path and permissions"))
        }
        Look::TooLarge(size) => shut(format!(
            "file: {path} has {size} bytes, more than {MAX_BYTES}: name the file that holds what is playing"
        )),
    };
    [state, Report::Written(told)]
}

fn told(text: &str, age: Duration, settings: &Settings) -> Told {
    let told = written(text, &settings.template, settings.line);
    if told.is_none()
        && let Some(text) = foreign::line(text, 80)
    {
        tracing::info!(text, "nothing is playing: the file does not say what the template expects");
    }
    told.map_or_else(Told::nothing, |told| Told { age, ..told })
}

/// What the text of a file says by a template; `None` when it is not what the template describes.
pub(crate) fn written(text: &str, template: &Template, line: Line) -> Option<Told> {
    let reading = template.read(text, line == Line::Last)?;
    let track = Track { duration_s: reading.duration_s, ..track(reading.song, reading.album, OPERATOR) };
    Some(Told { position_s: reading.position_s, ..Told::playing(track) })
}

/// Looks at the file, and reads it only when it may have changed.
struct Eye<'a> {
    path: &'a Path,
    /// Time and size of the file when it was last read.
    seen: Option<(SystemTime, u64)>,
    skipped: u32,
}

impl Eye<'_> {
    /// What is there now, and how long ago it was written; `None` when it is what was there before.
    fn look(&mut self, settled: bool) -> Option<(Look, Duration)> {
        let found = match fs::metadata(self.path) {
            Ok(found) => found,
            Err(error) => {
                self.seen = None;
                return Some((Look::failed(&error), Duration::ZERO));
            }
        };
        let written = found.modified().unwrap_or(UNIX_EPOCH);
        let seen = Some((written, found.len()));
        if settled && self.seen == seen && self.skipped < READ_ANYWAY {
            self.skipped += 1;
            return None;
        }
        (self.seen, self.skipped) = (seen, 0);
        let look = match found.is_file() {
            true if found.len() > MAX_BYTES => Look::TooLarge(found.len()),
            true => read(self.path).unwrap_or_else(|error| Look::failed(&error)),
            // A pipe would block for ever.
            false => Look::Unreadable("it is no file".to_owned()),
        };
        Some((look, age(written)))
    }
}

fn read(path: &Path) -> io::Result<Look> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    let length = bytes.len() as u64;
    Ok(if length > MAX_BYTES { Look::TooLarge(length) } else { Look::Text(bytes) })
}

fn age(written: SystemTime) -> Duration {
    let written_s = written.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    let age = Duration::try_from_secs_f64(component::time::unix_s() - written_s).unwrap_or_default();
    if age <= FRESH { age } else { Duration::ZERO }
}

#[cfg(test)]
mod tests;
