//! One song: listened to, looked up, tagged.

use std::path::{Path, PathBuf};

use lyrics::identity::Song as Identity;
use lyrics::lookup::{About, Finder, News};
use schemas::lyrics::Document;
use schemas::playback::Track;
use schemas::tags::Song;
use serde::de::DeserializeOwned;
use tags::{Facts, Service};
use tokio::sync::mpsc;

use super::listen::{Heard, listen};
use crate::config::Config;
use crate::failure::Failure;

/// News of a search that may wait.
const QUEUE: usize = 16;

/// What is known of a song before the show.
#[derive(Debug, Default)]
pub(super) struct Prepared {
    /// Its file.
    pub(super) file: PathBuf,
    /// Why it cannot be played; the rest is empty then.
    pub(super) unreadable: Option<String>,
    /// What the file says of itself.
    pub(super) track: Track,
    /// What was heard.
    pub(super) heard: Heard,
    /// Its words, where there are any.
    pub(super) words: Option<Document>,
    /// Its tags.
    pub(super) tags: Option<Song>,
    /// What is in the way: a network or a model that is away.
    pub(super) troubles: Vec<String>,
}

/// Prepares songs as the instances of a configuration would on stage.
pub(super) struct Preparer {
    finder: Finder,
    tags: tags::Config,
    state_dir: PathBuf,
}

impl Preparer {
    /// With the settings of the instances of lyrics and tags, else their defaults.
    pub(super) fn of(config: &Config) -> Result<Preparer, Failure> {
        let lyrics: lyrics::Config = settings(config, "processors/lyrics")?;
        // Each search gets a channel of its own; this one only fills the place.
        let (news, _) = mpsc::channel(QUEUE);
        let finder = Finder::of(&lyrics, &config.state_dir, news).map_err(Failure::usage)?;
        Ok(Preparer {
            finder,
            tags: settings(config, "processors/tags")?,
            state_dir: config.state_dir.clone(),
        })
    }

    /// Listens, then looks for words, then tags.
    pub(super) async fn prepare(&self, file: &Path) -> Prepared {
        let mut song = Prepared { file: file.to_owned(), ..Prepared::default() };
        let path = file.to_owned();
        let listened = tokio::task::spawn_blocking(move || listen(&path)).await;
        match listened.unwrap_or_else(|_broken| Err("its contents broke the decoder".to_owned())) {
            Ok((track, heard)) => (song.track, song.heard) = (track, heard),
            Err(reason) => {
                song.unreadable = Some(reason);
                return song;
            }
        }
        self.look_up(&mut song).await;
        self.tag(&mut song).await;
        song
    }

    async fn look_up(&self, song: &mut Prepared) {
        let Some(identity) = Identity::of(&song.track) else { return };
        let (sender, mut news) = mpsc::channel(QUEUE);
        let finder = Finder { news: sender, ..self.finder.clone() };
        let search = tokio::spawn(finder.find(identity.clone(), 0));
        while let Some(news) = news.recv().await {
            match news {
                News::Answer { answer, .. } => {
                    song.words = answer.words.map(|words| words.document(&identity.id));
                    if answer.done {
                        break;
                    }
                }
                News::Trouble { reason: None, .. } => {}
                News::Trouble { about, reason: Some(reason) } => {
                    song.troubles.push(reason);
                    // On stage it would be asked again; here the next song waits.
                    if about == About::Network {
                        break;
                    }
                }
            }
        }
        search.abort();
    }

    async fn tag(&self, song: &mut Prepared) {
        let Heard { bpm, key, energy, curve } = song.heard.clone();
        let facts = Facts { bpm, key, energy, energy_curve: curve, ..Facts::of_track(&song.track) };
        let words = song.words.as_ref();
        let tags = match self.tags.provider {
            Service::Rules => tags::of(&facts, words),
            _ => match tags::by_model(&self.tags, &self.state_dir, &facts, words).await {
                Ok(tags) => tags,
                Err(failure) => {
                    song.troubles.push(failure.to_string());
                    tags::of(&facts, words)
                }
            },
        };
        song.tags = Some(tags);
    }
}

/// The settings of the first instance of a component; its defaults where there is none.
fn settings<T: DeserializeOwned + Default>(config: &Config, component: &str) -> Result<T, Failure> {
    let instance = config.instances.values().find(|instance| instance.component == component);
    let read = instance.map(|instance| serde_json::from_value(instance.config.clone()));
    read.transpose().map(Option::unwrap_or_default).map_err(Failure::usage)
}
