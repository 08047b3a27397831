//! Which source is believed, and what is told meanwhile.

use schemas::playback::Track;
use serde_json::json;
use tempfile::TempDir;
use testkit::web::{Reply, Server};

use super::*;

struct Desk {
    dir: TempDir,
    finder: Finder,
    news: mpsc::Receiver<News>,
    song: Song,
}

/// A song with a folder of lyrics, a place for a sidecar, and a server that answers this.
fn desk(server: Option<&Server>) -> Desk {
    let dir = tempfile::tempdir().unwrap();
    let (sender, news) = mpsc::channel(64);
    let folder = dir.path().join("folder");
    std::fs::create_dir(&folder).unwrap();
    let client = server.map(|server| fetch::Client::new(&server.url(), crate::lrclib::LIMITS).unwrap());
    let finder = Finder {
        folder: Some(folder),
        cache: Arc::new(Cache::new(dir.path().join("cache"))),
        lrclib: client.map(|client| Arc::new(Lrclib::new(client))),
        news: sender,
    };
    let mut track = Track { artist: Some("A".into()), title: Some("B".into()), ..Track::default() };
    track.ids.insert("path".into(), dir.path().join("b.mp3").display().to_string());
    let song = Song::of(&track).unwrap();
    Desk { dir, finder, news, song }
}

impl Desk {
    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.dir.path().join(file), text).unwrap();
    }

    /// Looks, and gives all that was told: of each answer its source, and whether it is the last word.
    async fn look(&mut self) -> (Vec<(Option<String>, bool)>, Vec<(About, bool)>) {
        self.finder.clone().find(self.song.clone(), 1).await;
        let (mut answers, mut troubles) = (Vec::new(), Vec::new());
        while let Ok(news) = self.news.try_recv() {
            match news {
                News::Answer { answer, .. } => {
                    answers.push((answer.words.map(|words| words.source.clone()), answer.done));
                }
                News::Trouble { about, reason } => troubles.push((about, reason.is_some())),
            }
        }
        (answers, troubles)
    }
}

fn lrclib(synced: &str, plain: &str) -> Server {
    let record = json!({ "id": 1, "syncedLyrics": synced, "plainLyrics": plain }).to_string();
    Server::start(move |_| Reply::json(200, &record)).unwrap()
}

fn says(source: &str, done: bool) -> (Option<String>, bool) {
    (Some(source.to_owned()), done)
}

#[tokio::test]
async fn timed_words_win_in_the_order_of_the_sources() {
    let mut desk = desk(None);
    assert_eq!(desk.look().await.0, [(None, true)]);
    desk.write("folder/a - b.lrc", "only plain");
    assert_eq!(desk.look().await.0, [says("folder", true)]);
    desk.write("b.lrc", "[00:01.00]timed");
    assert_eq!(desk.look().await.0, [says("sidecar", true)]);
    desk.write("folder/a - b.lrc", "[00:01.00]timed too");
    assert_eq!(desk.look().await.0, [says("folder", true)]);
}

#[tokio::test]
async fn untimed_words_are_shown_until_there_are_timed_ones() {
    let server = lrclib("[00:01.00]la", "la");
    let mut desk = desk(Some(&server));
    desk.write("b.lrc", "only plain");
    assert_eq!(desk.look().await.0, [says("sidecar", false), says("lrclib", true)]);
    assert_eq!(desk.look().await.0, [says("lrclib", true)], "it is kept");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn own_untimed_words_stay_when_the_network_has_no_better() {
    let server = lrclib("", "la");
    let mut desk = desk(Some(&server));
    desk.write("b.lrc", "only plain");
    assert_eq!(desk.look().await.0, [says("sidecar", false), says("sidecar", true)]);
}

#[tokio::test]
async fn a_miss_is_remembered_and_a_veto_too() {
    let server = Server::start(|request| match request.target().starts_with("/api/search") {
        true => Reply::json(200, "[]"),
        false => Reply::json(404, "{}"),
    })
    .unwrap();
    let mut desk = desk(Some(&server));
    assert_eq!(desk.look().await.0, [(None, false), (None, true)]);
    let asked = server.requests().len();
    assert_eq!((desk.look().await.0, server.requests().len()), (vec![(None, true)], asked));

    let words = Lyrics::from_text("[00:01.00]wrong").unwrap();
    desk.write("b.lrc", "[00:01.00]wrong");
    desk.finder.cache.change(&desk.song, |entry| entry.veto(&words.digest())).unwrap();
    assert_eq!(desk.look().await.0.last(), Some(&(None, true)));
    desk.write("b.lrc", "[00:01.00]right");
    assert_eq!(desk.look().await.0, [says("sidecar", true)], "a file that was mended is another");
}

#[tokio::test]
async fn what_is_wrong_is_told_and_words_are_shown_all_the_same() {
    let server = lrclib("[00:01.00]la", "");
    let mut desk = desk(Some(&server));
    desk.write("cache", "a file where a folder should be");
    std::fs::remove_dir(desk.dir.path().join("folder")).unwrap();
    let (answers, troubles) = desk.look().await;
    assert_eq!(answers.last(), Some(&says("lrclib", true)));
    assert_eq!(troubles, [(About::Folder, true), (About::Network, false), (About::Cache, true)]);
}
