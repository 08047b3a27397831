//! Follows a file that a child writes, line by line, and stamps each line when it is read.
//!
//! Polling a file adds up to a millisecond or two to a stamp. A pipe would be quicker, but it can fill
//! up, and it breaks under a child that outlives its reader. Exact arrival times are the
//! business of [`Receiver`](crate::osc::Receiver).

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::wait::mono_ns;

/// How often the end of the file is looked at.
const POLL_MS: u64 = 1;

/// The thread that follows; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Follower {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Follower {
    /// Calls `each` with the stamp (CLOCK_MONOTONIC, ns) and text of every complete line, from the first on.
    pub(crate) fn start(file: &Path, each: impl FnMut(i64, &str) + Send + 'static) -> Result<Follower> {
        let reader =
            BufReader::new(File::open(file).with_context(|| format!("{} cannot be read", file.display()))?);
        let stop = Arc::<AtomicBool>::default();
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("follow".into())
            .spawn(move || follow(reader, each, &stopped))?;
        Ok(Follower { stop, thread: Some(thread) })
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let panicked = thread.join().is_err();
            debug_assert!(!panicked, "the follower's thread panicked");
        }
    }
}

fn follow(mut reader: BufReader<File>, mut each: impl FnMut(i64, &str), stop: &AtomicBool) {
    let mut line = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let Ok(read) = reader.read_until(b'\n', &mut line) else { return };
        if line.last() == Some(&b'\n') {
            each(mono_ns(), String::from_utf8_lossy(&line).trim_end());
            line.clear();
        } else if read == 0 {
            std::thread::sleep(Duration::from_millis(POLL_MS));
        }
    }
}
