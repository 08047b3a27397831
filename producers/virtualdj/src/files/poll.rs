//! Looks at the disk again and again, on a thread of its own: a network drive may take its time.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{RecvTimeoutError, Sender as StopSender, channel};
use std::time::Duration;

use component::time;
use tokio::sync::mpsc::Sender;

use super::found::Found;
use super::watch::{Change, Watch};
use super::{choose, history, places, tail};

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
    /// The only file that counts, or the folder with the only ones, if one is configured.
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

    // The newest of the places that can be read; the trouble is told of what is configured only.
    fn read(&self) -> Result<(PathBuf, Found), Option<String>> {
        let places = match &self.orders.only {
            Some(folder) if folder.is_dir() => places::below(folder),
            Some(file) => {
                let found = tail::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
                return Ok((file.clone(), found));
            }
            None => places::here(),
        };
        let places = history::beside(places).into_iter();
        let found = places.filter_map(|path| tail::read(&path).ok().map(|found| (path, found)));
        choose::newest(found.collect()).ok_or_else(|| {
            let folder = self.orders.only.as_ref()?;
            Some(format!("{}: VirtualDJ has written no history there", folder.display()))
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write as _;
    use std::path::Path;

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
        fs::write(&path, "22:50 : A - Caf\u{e9}\n").unwrap();
        assert_eq!(look(&mut eye), ["reading true", "Caf\u{e9}"]);
        fs::write(&path, b"22:50 : A - Caf\xe9\n22:53 : C - D\n").unwrap();
        assert_eq!(look(&mut eye), ["D"], "in another encoding");
        fs::remove_file(&path).unwrap();
        assert_eq!(look(&mut eye), ["unreadable"]);
        assert_eq!(look(&mut eye), ["nothing"]);
    }

    fn append(path: &Path, text: &str) {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn in_a_folder_the_history_of_the_evening_is_followed() {
        let dir = tempfile::tempdir().unwrap();
        let mut eye = eye(dir.path());
        assert_eq!(look(&mut eye), ["unreadable"]);
        let (history, log) = (dir.path().join("2026-11-26.m3u"), dir.path().join("tracklist.txt"));
        append(&history, "#EXTVDJ:<time>22:50</time><artist>A</artist><title>B</title>\r\n/b.mp3\r\n");
        append(&log, "22:50 : A - B\r\n");
        assert_eq!(look(&mut eye), ["reading true", "B"]);
        append(&log, "22:53 : C - D\r\n");
        assert!(look(&mut eye).is_empty(), "the history is about to tell more");
        append(&history, "#EXTVDJ:<time>22:53</time><artist>C</artist><tit");
        assert!(look(&mut eye).is_empty(), "half a line");
        append(&history, "le>D</title><songlength>200</songlength>\r\n");
        assert!(look(&mut eye).is_empty(), "half an entry");
        append(&history, "C:\\d.mp3\r\n");
        assert_eq!(look(&mut eye), ["D"]);
        assert!(look(&mut eye).is_empty());
        append(&dir.path().join("2026-11-27.m3u"), "#EXTVDJ:<title>E</title>\r\n/e.mp3\r\n");
        assert_eq!(look(&mut eye), ["reading true", "E"], "the next day");
    }
}
