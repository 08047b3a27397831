//! Looks for the words of one song: on this machine, in the cache, at LRCLIB.
//!
//! The first timed words win; untimed ones are shown meanwhile, and stay when nobody has better. A lookup whose
//! task is aborted ends where it waits, also in the middle of a question to the network.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use component::time;
use tokio::sync::mpsc;

use crate::cache::{Cache, Entry, Words};
use crate::config::Config;
use crate::document::Lyrics;
use crate::identity::Song;
use crate::lrclib::Lrclib;
use crate::prepare::Prepared;
use crate::sources::ORDER;

/// What a lookup tells.
#[derive(Debug)]
pub enum News {
    /// What is known of a song's words now.
    Answer {
        /// The lookup.
        ticket: u64,
        /// What it found.
        answer: Answer,
    },
    /// Something that is looked into works again, or does not.
    Trouble {
        /// What.
        about: About,
        /// What is wrong, and what to do; `None` when all is well.
        reason: Option<String>,
    },
}

/// What is known of a song's words.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The words, if there are any.
    pub words: Option<Arc<Prepared>>,
    /// Whether that is the last word.
    pub done: bool,
    /// The song's own offset in milliseconds: positive is later.
    pub offset_ms: f64,
}

/// What may be in trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// The user's folder.
    Folder,
    /// The folder of what is kept.
    Cache,
    /// LRCLIB.
    Network,
}

/// Looks for words.
#[derive(Debug, Clone)]
pub struct Finder {
    /// The user's folder.
    pub folder: Option<PathBuf>,
    /// What is kept.
    pub cache: Arc<Cache>,
    /// The network; `None` when it is switched off.
    pub lrclib: Option<Arc<Lrclib>>,
    /// Who is told.
    pub news: mpsc::Sender<News>,
}

#[derive(Default)]
struct Here {
    best: Option<Arc<Prepared>>,
    entry: Entry,
    trouble: Option<String>,
}

impl Finder {
    /// The finder of a configuration, which keeps what it finds in `state_dir` unless told otherwise.
    ///
    /// # Errors
    /// When the base URL of LRCLIB cannot be used.
    pub fn of(
        config: &Config,
        state_dir: &Path,
        news: mpsc::Sender<News>,
    ) -> Result<Finder, fetch::BaseUrlError> {
        let dir = config.cache_dir.clone().unwrap_or_else(|| state_dir.join("lyrics"));
        Ok(Finder {
            folder: config.folder.clone(),
            cache: Arc::new(Cache::new(dir)),
            lrclib: config.client()?.map(|client| Arc::new(Lrclib::new(client))),
            news,
        })
    }

    /// Looks for the words of a song until all is known of them.
    pub async fn find(self, song: Song, ticket: u64) {
        let song = Arc::new(song);
        let Here { best, entry, trouble } = self.here(&song).await;
        if self.folder.is_some() {
            self.tell(About::Folder, trouble).await;
        }
        let known = best.as_ref().is_some_and(|words| words.synced)
            || entry.words.is_some()
            || entry.is_missing(time::unix_s())
            || song.demo;
        let lrclib = self.lrclib.clone().filter(|_| !known);
        let answer = |words: Option<Arc<Prepared>>, done| Answer { words, done, offset_ms: entry.offset_ms };
        self.say(ticket, answer(best.clone(), lrclib.is_none())).await;
        if let Some(lrclib) = lrclib {
            let found = self.ask(&lrclib, &song, &entry).await;
            let better = found.filter(|found| found.synced || best.is_none());
            self.say(ticket, answer(better.or(best), true)).await;
        }
    }

    async fn here(&self, song: &Arc<Song>) -> Here {
        let (song, cache, folder) = (Arc::clone(song), Arc::clone(&self.cache), self.folder.clone());
        let looked = tokio::task::spawn_blocking(move || {
            let entry = cache.entry(&song);
            let (best, trouble) = best_here(&song, folder.as_deref(), &entry);
            Here { best: best.map(Arc::new), entry, trouble }
        });
        // A file that breaks its reader is as good as none.
        looked
            .await
            .inspect_err(|error| tracing::error!(%error, "the search for lyrics broke"))
            .unwrap_or_default()
    }

    /// Asks until there is an answer; how soon, its pace says. The answer is kept.
    async fn ask(&self, lrclib: &Lrclib, song: &Arc<Song>, entry: &Entry) -> Option<Arc<Prepared>> {
        let found = loop {
            match lrclib.words(song, |lyrics| fits(entry, lyrics)).await {
                Ok(found) => break found,
                Err(error) => {
                    let reason = format!(
                        "no lyrics from the network: {error}; own files and kept lyrics go on, and it is asked again"
                    );
                    self.tell(About::Network, Some(reason)).await;
                }
            }
        };
        self.tell(About::Network, None).await;
        self.keep(song, found).await
    }

    async fn keep(&self, song: &Arc<Song>, found: Option<Words>) -> Option<Arc<Prepared>> {
        let (song, cache) = (Arc::clone(song), Arc::clone(&self.cache));
        let kept = tokio::task::spawn_blocking(move || {
            let written = cache.change(&song, |entry| match &found {
                Some(words) => (entry.words, entry.miss) = (Some(words.clone()), None),
                None => entry.missed(time::unix_s()),
            });
            let words = found.as_ref().and_then(|words| Some(Prepared::new(&words.source, read(words)?)));
            (words.map(Arc::new), written.err().map(|error| unwritable(&cache, &error)))
        });
        let (words, trouble) = kept.await.ok()?;
        self.tell(About::Cache, trouble).await;
        words
    }

    async fn say(&self, ticket: u64, answer: Answer) {
        // Nobody listens any more when the process is ending.
        let _ending = self.news.send(News::Answer { ticket, answer }).await;
    }

    async fn tell(&self, about: About, reason: Option<String>) {
        let _ending = self.news.send(News::Trouble { about, reason }).await;
    }
}

/// What to say when the cache cannot be written.
pub(crate) fn unwritable(cache: &Cache, error: &std::io::Error) -> String {
    format!(
        "found lyrics cannot be kept in {} ({error}): is it writable, and the disk not full?",
        cache.dir().display()
    )
}

/// The first timed words on this machine, else the first untimed ones, and what is wrong with the user's folder.
fn best_here(song: &Song, folder: Option<&Path>, entry: &Entry) -> (Option<Prepared>, Option<String>) {
    let (mut untimed, mut trouble) = (None, None);
    for source in ORDER {
        let found = source.look(song, folder).unwrap_or_else(|error| {
            trouble = Some(error.to_string());
            Vec::new()
        });
        for lyrics in found.into_iter().filter(|lyrics| fits(entry, lyrics)) {
            if lyrics.synced {
                return (Some(Prepared::new(source.name(), lyrics)), trouble);
            }
            untimed.get_or_insert((source.name().to_owned(), lyrics));
        }
    }
    let kept = entry.words.as_ref().and_then(|words| Some((words.source.clone(), read(words)?)));
    let kept = kept.filter(|(_, lyrics)| fits(entry, lyrics) && (lyrics.synced || untimed.is_none()));
    (kept.or(untimed).map(|(source, lyrics)| Prepared::new(&source, lyrics)), trouble)
}

/// Kept words; an instrumental has no lines.
fn read(words: &Words) -> Option<Lyrics> {
    if words.text.is_empty() { Some(Lyrics::default()) } else { Lyrics::from_text(&words.text).ok() }
}

fn fits(entry: &Entry, lyrics: &Lyrics) -> bool {
    entry.vetoes.is_empty() || !entry.vetoes.contains(&lyrics.digest())
}

#[cfg(test)]
mod tests;
