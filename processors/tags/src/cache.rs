//! What models said before, by track, prompt and model, in the state directory.
//!
//! Hits are for ever: the name of a file is a digest of everything that was asked except what is measured, which
//! wins over the model anyway. A file that cannot be read, or is no answer, is a miss and is written anew. Of very many
//! the oldest go.

use std::io;
use std::path::{Path, PathBuf};

use schemas::lyrics::Document;
use sha2::{Digest as _, Sha256};
use tokio::io::AsyncReadExt as _;

use crate::answer::{self, Guess};
use crate::facts::Facts;
use crate::prompt;

/// Folder below the state directory.
const FOLDER: &str = "tags";
/// Longest file that is read, in bytes: a bounded answer is far shorter.
const LONGEST: u64 = 64 * 1024;
/// Answers that are kept, at some 2 kB each.
const MAX_ANSWERS: usize = 20_000;

/// One question to one model.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key(String);

impl Key {
    /// The key of a track with these words, for the model of this identity.
    pub(crate) fn of(model: &str, facts: &Facts, lyrics: Option<&Document>) -> Key {
        let mut digest = Sha256::new();
        let mut add = |part: &str| {
            // With its length in front, so that no two lists of parts are one text.
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        };
        let name = |text: &Option<String>| text.as_deref().unwrap_or_default().trim().to_lowercase();
        add(&prompt::VERSION.to_string());
        add(model);
        [&facts.artist, &facts.title, &facts.album].into_iter().for_each(|text| add(&name(text)));
        add(&facts.duration_s.map_or(String::new(), |s| format!("{s:.0}")));
        lyrics.iter().flat_map(|document| &document.lines).for_each(|line| add(&line.text));
        Key(data_encoding::HEXLOWER.encode(&digest.finalize()))
    }
}

/// The folder of answers.
#[derive(Debug, Clone)]
pub(crate) struct Cache {
    folder: PathBuf,
    most: usize,
}

impl Cache {
    /// The cache in a state directory. Nothing is made until something is kept.
    pub(crate) fn in_folder(state_dir: &Path) -> Cache {
        Cache { folder: state_dir.join(FOLDER), most: MAX_ANSWERS }
    }

    /// What was answered to this question; a broken file is a miss.
    pub(crate) async fn get(&self, key: &Key) -> Option<Guess> {
        let file = tokio::fs::File::open(self.path(key)).await.ok()?;
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).await.ok()?;
        answer::read(&text).ok()
    }

    /// Keeps an answer, whole or not at all. One that cannot be kept is asked for again another time.
    pub(crate) async fn put(&self, key: &Key, guess: &Guess) {
        if let Err(error) = self.write(key, guess).await {
            tracing::warn!(%error, folder = %self.folder.display(), "an answer is not kept: check the folder");
        }
    }

    async fn write(&self, key: &Key, guess: &Guess) -> io::Result<()> {
        tokio::fs::create_dir_all(&self.folder).await?;
        let text = serde_json::to_vec(guess)?;
        let new = self.folder.join(format!("{}.{}.new", key.0, std::process::id()));
        tokio::fs::write(&new, text).await?;
        tokio::fs::rename(&new, self.path(key)).await?;
        let Cache { folder, most } = self.clone();
        let trimmed = tokio::task::spawn_blocking(move || component::kept::trim(&folder, most, |_| false));
        trimmed.await.map_err(io::Error::other)?.map(|_gone| ())
    }

    fn path(&self, key: &Key) -> PathBuf {
        self.folder.join(format!("{}.json", key.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::tests::good;
    use crate::rules::tests::document;

    fn named(title: &str) -> Facts {
        Facts { artist: Some("A".into()), title: Some(title.into()), ..Facts::default() }
    }

    #[test]
    fn a_key_is_the_question_without_what_is_measured() {
        let key = |model, facts: &Facts| Key::of(model, facts, None);
        let song = named("Song");
        assert_eq!(
            key("m", &song),
            key("m", &Facts { energy: Some(1.0), bpm: Some(120.0), ..named(" song") })
        );
        assert_ne!(key("m", &song), key("n", &song));
        assert_ne!(key("m", &song), key("m", &named("Song!")));
        assert_ne!(key("m", &song), key("m", &Facts { album: Some("Live".into()), ..named("Song") }));
        assert_ne!(key("m", &song), Key::of("m", &song, Some(&document(&["word"]))));
        let (ab, c) = (
            Facts { artist: Some("ab".into()), ..named("c") },
            Facts { artist: Some("a".into()), ..named("bc") },
        );
        assert_ne!(key("m", &ab), key("m", &c));
    }

    #[tokio::test]
    async fn answers_are_kept_and_a_broken_file_is_a_miss() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::in_folder(&dir.path().join("new"));
        let key = Key::of("m", &named("Song"), None);
        assert_eq!(cache.get(&key).await, None);
        let guess = answer::read(&good().to_string()).unwrap();
        cache.put(&key, &guess).await;
        assert_eq!(cache.get(&key).await.as_ref(), Some(&guess));
        assert_eq!(std::fs::read_dir(&cache.folder).unwrap().count(), 1, "nothing half written is left");
        for broken in [&b"{\"moods\": {\"da"[..], b"\xff\xfe\x00", b"", b"[]"] {
            std::fs::write(cache.path(&key), broken).unwrap();
            assert_eq!(cache.get(&key).await, None);
        }
        cache.put(&key, &guess).await;
        assert_eq!(cache.get(&key).await, Some(guess));
    }

    #[tokio::test]
    async fn of_too_many_answers_the_oldest_go() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache { most: 2, ..Cache::in_folder(dir.path()) };
        let guess = answer::read(&good().to_string()).unwrap();
        let keys = ["a", "b", "c"].map(|title| Key::of("m", &named(title), None));
        for (written_s, key) in (1..).zip(&keys) {
            cache.put(key, &guess).await;
            let file = std::fs::File::options().append(true).open(cache.path(key)).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(written_s))
                .unwrap();
        }
        assert_eq!(cache.get(&keys[0]).await, None);
        assert!(cache.get(&keys[1]).await.is_some() && cache.get(&keys[2]).await.is_some());
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_made_costs_only_the_answer() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let (cache, key) = (Cache::in_folder(file.path()), Key::of("m", &named("Song"), None));
        cache.put(&key, &answer::read(&good().to_string()).unwrap()).await;
        assert_eq!(cache.get(&key).await, None);
    }
}
