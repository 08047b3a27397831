//! What is known about each song, one small file each: words for ever, misses for a while, vetoes, an offset.
//!
//! Blocking: for threads that may wait for a disk. A file that cannot be read is forgotten and removed. Of very many
//! the oldest go, but never what an operator has said.

use std::fs;
use std::io;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::config::check_offset;
use crate::document::MAX_BYTES;
use crate::identity::Song;

/// How long a song that has no words is not asked for again, in seconds: after each miss longer.
///
/// LRCLIB looks for what it was asked for, so that a later question may have an answer.
pub const MISS_S: [f64; 4] = [3_600.0, 6.0 * 3_600.0, 86_400.0, 7.0 * 86_400.0];
/// Version of the files.
const VERSION: u32 = 1;
/// Most vetoes that are remembered of a song; the oldest go.
const MAX_VETOES: usize = 32;
/// Songs that are kept, at some 4 kB each.
const MAX_SONGS: usize = 20_000;
/// Words, vetoes and what JSON adds.
const MAX_FILE_BYTES: u64 = 2 * MAX_BYTES as u64 + 64 * 1024;

/// What is known about one song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Entry {
    version: u32,
    track_id: String,
    /// Words from the network.
    pub words: Option<Words>,
    /// That it has none.
    pub miss: Option<Miss>,
    /// Digests of lyrics that are not of this song, an operator says.
    pub vetoes: Vec<String>,
    /// Moves its words, in milliseconds: positive is later.
    pub offset_ms: f64,
}

/// Words that were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// Where.
    pub source: String,
    /// As they came; empty for an instrumental.
    pub text: String,
}

/// Nobody has words for it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Miss {
    /// How often that was so.
    pub count: u32,
    /// When to ask again, in Unix seconds.
    pub until_s: f64,
}

impl Default for Entry {
    fn default() -> Entry {
        Entry {
            version: VERSION,
            track_id: String::new(),
            words: None,
            miss: None,
            vetoes: Vec::new(),
            offset_ms: 0.0,
        }
    }
}

impl Entry {
    /// Notes that nobody has words for it, at this Unix time in seconds.
    pub fn missed(&mut self, now_s: f64) {
        let count = self.miss.map_or(0, |miss| miss.count);
        let wait_s = MISS_S[(count as usize).min(MISS_S.len() - 1)];
        self.miss = Some(Miss { count: count.saturating_add(1), until_s: now_s + wait_s });
    }

    /// Whether it need not be asked for yet, at this Unix time in seconds.
    pub fn is_missing(&self, now_s: f64) -> bool {
        // A clock that was wrong when this was written must not make it last.
        let longest_s = MISS_S[MISS_S.len() - 1];
        self.miss.is_some_and(|miss| now_s < miss.until_s && miss.until_s - now_s <= longest_s)
    }

    /// Notes that lyrics of this digest are not of this song: it is looked for anew.
    pub fn veto(&mut self, digest: &str) {
        if !self.vetoes.iter().any(|veto| veto == digest) {
            self.vetoes.push(digest.to_owned());
        }
        let spare = self.vetoes.len().saturating_sub(MAX_VETOES);
        self.vetoes.drain(..spare);
        (self.words, self.miss) = (None, None);
    }

    /// Whether an operator had a say in it.
    fn is_by_hand(&self) -> bool {
        !self.vetoes.is_empty() || self.offset_ms != 0.0
    }

    fn is_of(&self, song: &Song) -> bool {
        self.version == VERSION && self.track_id == song.id && check_offset(self.offset_ms).is_ok()
    }
}

/// The folder.
#[derive(Debug)]
pub struct Cache {
    dir: PathBuf,
    most: usize,
    writing: Mutex<()>,
    written: AtomicU64,
}

impl Cache {
    /// The cache in a folder, which is made when something is kept.
    pub fn new(dir: PathBuf) -> Cache {
        Cache { dir, most: MAX_SONGS, writing: Mutex::new(()), written: AtomicU64::new(0) }
    }

    /// Where it is.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// What is known about a song. A damaged file is removed.
    pub fn entry(&self, song: &Song) -> Entry {
        let path = self.path(song);
        let known = match read(&path) {
            Ok(entry) if entry.is_of(song) => return entry,
            Ok(_foreign) => io::ErrorKind::InvalidData,
            Err(error) => error.kind(),
        };
        if matches!(known, io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) {
            tracing::warn!(file = %path.display(), "a damaged file of kept lyrics is removed");
            // What cannot be removed is overwritten when there is something to keep.
            let _removed = fs::remove_file(&path);
        }
        Entry { track_id: song.id.clone(), ..Entry::default() }
    }

    /// Changes what is known about a song; gives it back as it is now.
    ///
    /// # Errors
    /// When it cannot be written; what was there before is untouched.
    pub fn change(&self, song: &Song, change: impl FnOnce(&mut Entry)) -> io::Result<Entry> {
        let _one_at_a_time = self.lock();
        let mut entry = self.entry(song);
        change(&mut entry);
        self.write(&self.path(song), &entry)?;
        self.trim();
        Ok(entry)
    }

    fn trim(&self) {
        let by_hand = |path: &Path| read(path).is_ok_and(|entry| entry.is_by_hand());
        if let Err(error) = component::kept::trim(&self.dir, self.most, by_hand) {
            tracing::warn!(%error, folder = %self.dir.display(), "kept lyrics cannot be counted: check the folder");
        }
    }

    fn lock(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, song: &Song) -> PathBuf {
        self.dir.join(format!("{}.json", song.key()))
    }

    // A new file in the place of the old: whoever reads sees one or the other, also after a crash.
    fn write(&self, path: &Path, entry: &Entry) -> io::Result<()> {
        fs::create_dir_all(&self.dir)?;
        let number = self.written.fetch_add(1, Ordering::Relaxed);
        let fresh = path.with_extension(format!("{}-{number}.new", std::process::id()));
        let written = fs::File::create(&fresh).and_then(|mut file| {
            file.write_all(&serde_json::to_vec(entry)?)?;
            file.sync_all()
        });
        let moved = written.and_then(|()| fs::rename(&fresh, path));
        if moved.is_err() {
            let _removed = fs::remove_file(&fresh);
        }
        moved
    }
}

fn read(path: &Path) -> io::Result<Entry> {
    if fs::metadata(path)?.len() > MAX_FILE_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    Ok(serde_json::from_slice(&fs::read(path)?)?)
}

#[cfg(test)]
mod tests {
    use schemas::playback::Track;

    use super::*;

    fn song(title: &str) -> Song {
        Song::of(&Track { title: Some(title.to_owned()), ..Track::default() }).unwrap()
    }

    fn words(text: &str) -> Option<Words> {
        Some(Words { source: "lrclib".into(), text: text.into() })
    }

    #[test]
    fn words_are_kept_for_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let at = dir.path().join("state/lyrics");
        Cache::new(at.clone()).change(&song("a"), |entry| entry.words = words("la")).unwrap();
        let again = Cache::new(at.clone());
        assert_eq!(again.entry(&song("a")).words, words("la"));
        assert_eq!(again.entry(&song("b")).words, None);
        assert_eq!(fs::read_dir(at).unwrap().count(), 1, "nothing half written is left");
    }

    #[test]
    fn misses_last_longer_each_time_and_a_wrong_clock_does_not_hold_them() {
        let mut entry = Entry::default();
        let mut now_s = 1e9;
        for wait_s in MISS_S.into_iter().chain([MISS_S[3]]) {
            entry.missed(now_s);
            assert!(entry.is_missing(now_s + wait_s - 1.0) && !entry.is_missing(now_s + wait_s + 1.0));
            now_s += wait_s;
        }
        assert!(!entry.is_missing(0.0));
    }

    #[test]
    fn a_veto_forgets_the_words_and_is_remembered() {
        let mut entry = Entry { words: words("la"), ..Entry::default() };
        entry.missed(1.0);
        (0..40).for_each(|n| entry.veto(&n.to_string()));
        entry.veto("39");
        assert_eq!((entry.words, entry.miss, entry.vetoes.len()), (None, None, MAX_VETOES));
        assert_eq!(entry.vetoes.last().map(String::as_str), Some("39"));
    }

    #[test]
    fn a_damaged_file_is_a_miss_and_removed() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(dir.path().to_owned());
        let path = cache.path(&song("a"));
        let other = serde_json::to_vec(&cache.entry(&song("b"))).unwrap();
        let huge = vec![b' '; MAX_FILE_BYTES as usize + 1];
        for bytes in [&b"{\"version\":1,\"wor"[..], b"\xff\x00", b"[]", &other, &huge] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(cache.entry(&song("a")).words, None);
            assert!(!path.exists());
        }
    }

    #[test]
    fn of_too_many_the_oldest_go_but_never_what_an_operator_said() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache { most: 4, ..Cache::new(dir.path().to_owned()) };
        let keep = |title: &str, change: fn(&mut Entry)| {
            cache.change(&song(title), change).unwrap();
            let file = fs::File::options().append(true).open(cache.path(&song(title))).unwrap();
            let written = std::time::Duration::from_secs(title.parse().unwrap());
            file.set_modified(std::time::SystemTime::UNIX_EPOCH + written).unwrap();
        };
        keep("0", |entry| entry.offset_ms = 40.0);
        keep("1", |entry| entry.veto("x"));
        ["2", "3", "4", "5"].iter().for_each(|title| keep(title, |entry| entry.words = words("la")));
        let words_of = |title| cache.entry(&song(title)).words;
        assert_eq!([words_of("2"), words_of("3")], [None, None]);
        assert_eq!([words_of("4"), words_of("5")], [words("la"), words("la")]);
        assert_eq!(cache.entry(&song("0")).offset_ms, 40.0);
        assert_eq!(cache.entry(&song("1")).vetoes, ["x"]);
    }

    #[test]
    fn what_cannot_be_written_is_an_error_and_harms_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("file");
        fs::write(&file, "x").unwrap();
        let cache = Cache::new(file);
        assert!(cache.change(&song("a"), |entry| entry.offset_ms = 5.0).is_err());
        assert_eq!(cache.entry(&song("a")).offset_ms, 0.0);
    }
}
