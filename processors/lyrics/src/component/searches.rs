//! The lookups under way: one for each song that some player has loaded, however many players have it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::cache::Cache;
use crate::config::Config;
use crate::identity::Song;
use crate::lookup::{Answer, Finder, News};

/// News that may wait; a lookup with more of them waits itself.
const QUEUE: usize = 64;

pub(super) struct Searches {
    finder: Finder,
    news: mpsc::Receiver<News>,
    searches: HashMap<Song, Search>,
    tickets: u64,
    ended: u64,
}

struct Search {
    ticket: u64,
    task: JoinHandle<()>,
    answer: Option<Answer>,
    /// The song's own offset, where it was set since the search began.
    offset_ms: Option<f64>,
}

impl Drop for Search {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Searches {
    pub(super) fn new(config: &Config, state_dir: &Path) -> Result<Searches, fetch::BaseUrlError> {
        let (sender, news) = mpsc::channel(QUEUE);
        let finder = Finder::of(config, state_dir, sender)?;
        Ok(Searches { finder, news, searches: HashMap::new(), tickets: 0, ended: 0 })
    }

    pub(super) fn len(&self) -> usize {
        self.searches.len()
    }

    pub(super) fn cache(&self) -> &Arc<Cache> {
        &self.finder.cache
    }

    /// The next news of any lookup. Cancel-safe.
    pub(super) async fn news(&mut self) -> Option<News> {
        self.news.recv().await
    }

    /// What is known of a song's words; if nothing is, it is looked for.
    pub(super) fn want(&mut self, song: &Song) -> Option<Answer> {
        if let Some(search) = self.searches.get(song) {
            return search.answer.clone();
        }
        self.tickets += 1;
        let task = tokio::spawn(self.finder.clone().find(song.clone(), self.tickets));
        self.searches
            .insert(song.clone(), Search { ticket: self.tickets, task, answer: None, offset_ms: None });
        None
    }

    /// Ends the lookups of all songs but these.
    pub(super) fn keep<'a>(&mut self, songs: impl Iterator<Item = &'a Song>) {
        let wanted: std::collections::HashSet<&Song> = songs.collect();
        self.end(|song| !wanted.contains(song));
    }

    /// Forgets what is known of the songs that are meant.
    pub(super) fn forget(&mut self, meant: impl Fn(&Song) -> bool) {
        self.end(meant);
    }

    /// Takes an answer; gives it with its song, or `None` when that is no longer wanted.
    pub(super) fn answered(&mut self, ticket: u64, mut answer: Answer) -> Option<(Song, Answer)> {
        let (song, search) = self.searches.iter_mut().find(|(_, search)| search.ticket == ticket)?;
        answer.offset_ms = search.offset_ms.unwrap_or(answer.offset_ms);
        search.answer = Some(answer.clone());
        Some((song.clone(), answer))
    }

    /// The song's own offset has changed: answers that come for it say so too.
    pub(super) fn set_offset_ms(&mut self, song: &Song, offset_ms: f64) {
        for (_, search) in self.searches.iter_mut().filter(|(known, _)| known.id == song.id) {
            search.offset_ms = Some(offset_ms);
            if let Some(answer) = &mut search.answer {
                answer.offset_ms = offset_ms;
            }
        }
    }

    /// How many lookups were given up on the way since this was last asked.
    pub(super) fn take_ended(&mut self) -> u64 {
        std::mem::take(&mut self.ended)
    }

    fn end(&mut self, over: impl Fn(&Song) -> bool) {
        let ended = &mut self.ended;
        self.searches.retain(|song, search| {
            let stays = !over(song);
            *ended += u64::from(!stays && !search.task.is_finished());
            stays
        });
    }
}

#[cfg(test)]
mod tests {
    use schemas::playback::Track;

    use super::*;

    fn song(title: &str) -> Song {
        Song::of(&Track { title: Some(title.to_owned()), ..Track::default() }).unwrap()
    }

    fn nothing() -> Answer {
        Answer { words: None, done: true, offset_ms: 0.0 }
    }

    #[tokio::test]
    async fn an_answer_for_a_song_that_nobody_has_any_more_is_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let config = Config { lrclib: String::new(), ..Config::default() };
        let mut searches = Searches::new(&config, dir.path()).unwrap();
        assert_eq!(searches.want(&song("a")), None);
        assert_eq!(searches.want(&song("a")), None, "two players, one search");
        assert_eq!((searches.len(), searches.tickets), (1, 1));
        let b = song("b");
        searches.keep(std::iter::once(&b));
        assert_eq!(searches.want(&b), None);
        assert_eq!((searches.answered(1, nothing()), searches.take_ended()), (None, 1));
        searches.set_offset_ms(&b, 40.0);
        let known = Answer { offset_ms: 40.0, ..nothing() };
        assert_eq!(searches.answered(2, nothing()), Some((song("b"), known.clone())));
        assert_eq!(searches.want(&b), Some(known));
    }
}
