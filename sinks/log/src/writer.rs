//! The file: lines from a bounded queue, written and rotated by a thread of their own, because a
//! full or slow disk may hold whoever writes to it.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

// A minute of an ordinary show: a disk that is stuck for longer loses lines, counted.
const QUEUE_LINES: usize = 4096;

/// The writing end. Dropping it writes what is queued and ends the thread.
#[derive(Debug)]
pub(crate) struct Writer {
    path: PathBuf,
    shared: Arc<Shared>,
    queue: Option<SyncSender<String>>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    lost: AtomicU64,
    trouble: Mutex<Option<String>>,
}

impl Writer {
    pub(crate) fn start(path: PathBuf, max_bytes: u64, max_files: usize) -> io::Result<Writer> {
        let (queue, lines) = sync_channel(QUEUE_LINES);
        let shared = Arc::<Shared>::default();
        let (its_path, its_shared) = (path.clone(), Arc::clone(&shared));
        let work =
            move || Rotating { path: its_path, max_bytes, max_files, open: None }.work(&lines, &its_shared);
        let thread = std::thread::Builder::new().name("log-writer".to_owned()).spawn(work)?;
        Ok(Writer { path, shared, queue: Some(queue), thread: Some(thread) })
    }

    /// Queues a line; never waits.
    pub(crate) fn write(&self, line: String) {
        if self.queue.as_ref().is_none_or(|queue| queue.try_send(line).is_err()) {
            self.shared.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Lines that are not in the file.
    pub(crate) fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::Relaxed)
    }

    /// Why lines are being lost now, if they are.
    pub(crate) fn trouble(&self) -> Option<String> {
        self.shared.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(Err(_)) = self.thread.take().map(JoinHandle::join) {
            tracing::error!(path = %self.path.display(), "the thread that writes the log had panicked");
        }
    }
}

/// `events.jsonl`, and older ones as `events.jsonl.1`, `.2` and so on.
struct Rotating {
    path: PathBuf,
    max_bytes: u64,
    max_files: usize,
    open: Option<(File, u64)>,
}

impl Rotating {
    fn work(mut self, lines: &Receiver<String>, shared: &Shared) {
        for line in lines {
            let outcome = self.write(&line);
            let trouble = outcome.err().map(|error| {
                shared.lost.fetch_add(1, Ordering::Relaxed);
                format!("{} cannot be written: {error}; lines are lost until it can", self.path.display())
            });
            *shared.trouble.lock().unwrap_or_else(PoisonError::into_inner) = trouble;
        }
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        let length = line.len() as u64 + 1;
        if self.open.as_ref().is_some_and(|(_, size)| *size > 0 && *size + length > self.max_bytes) {
            self.open = None;
            self.rotate()?;
        }
        let (mut file, size) = match self.open.take() {
            Some(open) => open,
            None => self.open()?,
        };
        match file.write_all(format!("{line}\n").as_bytes()) {
            Ok(()) => self.open = Some((file, size + length)),
            Err(error) => {
                // Half a line would spoil the next one. A device has no length to set, and no need of it.
                let _whole = file.set_len(size);
                return Err(error);
            }
        }
        Ok(())
    }

    fn open(&self) -> io::Result<(File, u64)> {
        let file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        let size = file.metadata()?.len();
        Ok((file, size))
    }

    fn rotate(&self) -> io::Result<()> {
        let older = |number: usize| PathBuf::from(format!("{}.{number}", self.path.display()));
        for number in (1..self.max_files.saturating_sub(1)).rev() {
            if older(number).exists() {
                std::fs::rename(older(number), older(number + 1))?;
            }
        }
        if self.max_files > 1 {
            std::fs::rename(&self.path, older(1))
        } else {
            std::fs::remove_file(&self.path)
        }
    }
}
