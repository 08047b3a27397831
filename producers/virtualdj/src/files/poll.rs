//! Looks at the disk again and again, on a thread of its own: a network drive may take its time.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender as StopSender, channel};
use std::time::{Duration, UNIX_EPOCH};

use component::time;
use tokio::sync::mpsc::Sender;

use super::places;
use super::text::Encoding;
use super::watch::{Change, Found, Watch};

/// So much of the end of a file is read: a whole evening has less.
const TAIL_BYTES: u64 = 64 * 1024;

/// What the files have to tell.
#[derive(Debug)]
pub(crate) enum Report {
    /// Another track is on air, or none.
    Changed(Change),
    /// The file that is read by now, or that there is none.
    Reading(Option<PathBuf>),
    /// The configured file cannot be read: which, and why.
    Unreadable(String),
}

/// What the thread is told at its start.
#[derive(Debug, Clone)]
pub(crate) struct Orders {
    /// The only file that counts, if one is configured.
    pub(crate) only: Option<PathBuf>,
    /// Time between two looks.
    pub(crate) interval: Duration,
    /// Age of an entry that plays no more.
    pub(crate) forget_s: f64,
}

/// The running thread; ends when this is dropped, at the latest when the disk answers.
#[derive(Debug)]
pub(crate) struct Poller {
    _stop: StopSender<()>,
}

impl Poller {
    /// Begins to look. Reports go through `wrap` into `reports`.
    ///
    /// # Errors
    /// When no thread can be had.
    pub(crate) fn start<R: Send + 'static>(
        orders: Orders,
        reports: Sender<R>,
        wrap: fn(Report) -> R,
    ) -> io::Result<Poller> {
        let (stop, stopped) = channel();
        std::thread::Builder::new().name("virtualdj-files".into()).spawn(move || {
            let mut eye = Eye { watch: Watch::new(orders.forget_s), orders, reading: None, trouble: None };
            // Nobody sends: the channel ends when the poller is dropped.
            while eye.look(|report| reports.blocking_send(wrap(report)).is_ok())
                && stopped.recv_timeout(eye.orders.interval) == Err(RecvTimeoutError::Timeout)
            {}
        })?;
        Ok(Poller { _stop: stop })
    }
}

struct Eye {
    orders: Orders,
    watch: Watch,
    reading: Option<Option<PathBuf>>,
    trouble: Option<String>,
}

impl Eye {
    /// One look. False when nobody wants to know any more.
    fn look(&mut self, mut tell: impl FnMut(Report) -> bool) -> bool {
        let (path, found) = match self.read() {
            Ok((path, found)) => (Some(path), Some(found)),
            Err(trouble) => {
                if trouble != self.trouble {
                    self.trouble.clone_from(&trouble);
                    if let Some(trouble) = trouble
                        && !tell(Report::Unreadable(trouble))
                    {
                        return false;
                    }
                }
                (None, None)
            }
        };
        if found.is_some() {
            self.trouble = None;
        }
        if self.reading.as_ref() != Some(&path) {
            self.reading = Some(path.clone());
            // Without a configured file, its absence is no trouble; with one, it was told above.
            if (path.is_some() || self.orders.only.is_none()) && !tell(Report::Reading(path)) {
                return false;
            }
        }
        let now = time::mono_ns() as f64 / 1e9;
        self.watch.look(found.as_ref(), now).is_none_or(|change| tell(Report::Changed(change)))
    }

    // The newest of the places that can be read; the trouble is told of a configured file only.
    fn read(&self) -> Result<(PathBuf, Found), Option<String>> {
        if let Some(only) = &self.orders.only {
            let found = tail(only).map_err(|error| Some(format!("{}: {error}", only.display())))?;
            return Ok((only.clone(), found));
        }
        let found = places::here().into_iter().filter_map(|path| tail(&path).ok().map(|found| (path, found)));
        found.min_by(|(_, a), (_, b)| a.age_s.total_cmp(&b.age_s)).ok_or(None)
    }
}

/// The end of a file and its age.
fn tail(path: &Path) -> io::Result<Found> {
    let mut file = File::open(path)?;
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(io::Error::other("is no file"));
    }
    let mut head = [0; 2];
    let head_len = file.read(&mut head)?;
    let encoding = Encoding::of(&head[..head_len]);
    // An even place, for the sake of UTF-16.
    let start = about.len().saturating_sub(TAIL_BYTES) & !1;
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(TAIL_BYTES + 1).read_to_end(&mut bytes)?;
    let written_s = about.modified()?.duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64());
    Ok(Found { text: encoding.read(&bytes), age_s: time::unix_s() - written_s })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eye(path: &Path) -> Eye {
        let orders = Orders { only: Some(path.to_owned()), interval: Duration::ZERO, forget_s: 1200.0 };
        Eye { watch: Watch::new(1200.0), orders, reading: None, trouble: None }
    }

    fn look(eye: &mut Eye) -> Vec<String> {
        let mut told = Vec::new();
        eye.look(|report| {
            told.push(match report {
                Report::Changed(Change::Playing { entry, .. }) => entry.title,
                Report::Changed(Change::Nothing) => "nothing".into(),
                Report::Reading(path) => format!("reading {}", path.is_some()),
                Report::Unreadable(_) => "unreadable".into(),
            });
            true
        });
        told
    }

    #[test]
    fn a_file_that_appears_grows_and_goes_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tracklist.txt");
        let mut eye = eye(&path);
        assert_eq!(look(&mut eye), ["unreadable"]);
        assert!(look(&mut eye).is_empty(), "told once");
        std::fs::write(&path, "22:50 : A - Caf\u{e9}\n").unwrap();
        assert_eq!(look(&mut eye), ["reading true", "Caf\u{e9}"]);
        std::fs::write(&path, b"22:50 : A - Caf\xe9\n22:53 : C - D\n").unwrap();
        assert_eq!(look(&mut eye), ["D"], "in another encoding");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(look(&mut eye), ["unreadable"]);
        assert_eq!(look(&mut eye), ["nothing"]);
    }

    #[test]
    fn of_a_long_file_the_end_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("tracklist.txt");
        let lines: String = (0..9999).map(|n| format!("22:50 : \u{e9} - {n}\n")).collect();
        std::fs::write(&path, lines).unwrap();
        assert_eq!(look(&mut eye(&path)), ["reading true", "9998"]);
    }
}
