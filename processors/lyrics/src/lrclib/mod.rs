//! LRCLIB (`https://lrclib.net/docs`), or a server of its kind.
//!
//! `/api/get` by artist, title, album and length; again without the album, which must match when it is sent; then
//! `/api/search`, of whose answers the likeliest is taken. One question at a time, 300 ms apart, as it asks of
//! its clients; when it is in trouble, ever longer apart, and never sooner than it says in `Retry-After`.

mod pace;
mod rank;

use std::time::Duration;

use serde::Deserialize;

use crate::cache::Words;
use crate::document::{Lyrics, MAX_BYTES};
use crate::identity::Song;
use pace::Pace;

/// It has been seen to take ten seconds for an answer.
pub const LIMITS: fetch::Limits =
    fetch::Limits { time: Duration::from_secs(15), connect: Duration::from_secs(5), bytes: 4 * MAX_BYTES };
/// What its answers are called in `lyrics.document`.
pub const SOURCE: &str = "lrclib";
/// Lengths that it takes, in seconds.
const DURATIONS_S: std::ops::RangeInclusive<u32> = 1..=3600;

/// One record of an answer, as far as it is used.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Record {
    id: Option<i64>,
    track_name: Option<String>,
    artist_name: Option<String>,
    duration: Option<f64>,
    instrumental: Option<bool>,
    plain_lyrics: Option<String>,
    synced_lyrics: Option<String>,
}

impl Record {
    /// Its words, timed ones first; empty for an instrumental, `None` when it has none.
    fn words(self) -> Option<Words> {
        let instrumental = self.instrumental.unwrap_or(false).then(String::new);
        let written = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let text = written(self.synced_lyrics).or(written(self.plain_lyrics)).or(instrumental)?;
        Some(Words { source: SOURCE.to_owned(), text })
    }
}

/// Asks a server of this kind, politely.
#[derive(Debug)]
pub struct Lrclib {
    client: fetch::Client,
    pace: tokio::sync::Mutex<Pace>,
}

impl Lrclib {
    /// Asks by this client.
    pub fn new(client: fetch::Client) -> Lrclib {
        Lrclib { client, pace: tokio::sync::Mutex::new(Pace::default()) }
    }

    /// The words of a song that `fits`; `None` when the server has none.
    ///
    /// # Errors
    /// When the server gives no proper answer. The next question waits as long as is right; so it may be asked
    /// again at once.
    pub async fn words(
        &self,
        song: &Song,
        fits: impl Fn(&Lyrics) -> bool,
    ) -> Result<Option<Words>, fetch::Error> {
        for with_album in [true, false] {
            let Some(query) = exact(song, with_album) else { continue };
            let found: Option<Record> = self.ask("api/get", &query).await?;
            if let Some(words) = found.and_then(Record::words).filter(|words| is_usable(words, &fits)) {
                return Ok(Some(words));
            }
        }
        let mut query = vec![("track_name", rank::undecorated(&song.title).to_owned())];
        query.extend(song.artist.clone().map(|artist| ("artist_name", artist)));
        let found: Vec<Record> = self.ask("api/search", &query).await?.unwrap_or_default();
        Ok(likeliest(song, found, fits))
    }

    /// Asks one question when it is time; `None` when there is no such thing.
    async fn ask<T: serde::de::DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&'static str, String)],
    ) -> Result<Option<T>, fetch::Error> {
        let mut pace = self.pace.lock().await;
        tokio::time::sleep_until(pace.next()).await;
        // Also when this question is given up on the way, the next keeps its distance.
        pace.asked(tokio::time::Instant::now());
        let query: Vec<(&str, &str)> = query.iter().map(|(key, value)| (*key, value.as_str())).collect();
        let answer = self.client.get(path, &query).send().await.and_then(|answer| answer.json());
        pace.answered(tokio::time::Instant::now(), answer.as_ref().err());
        match answer {
            Ok(found) => Ok(Some(found)),
            Err(fetch::Error::Missing { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The words of the record that is most likely this song, among those that `fits`; `None` when none is.
pub fn likeliest(song: &Song, found: Vec<Record>, fits: impl Fn(&Lyrics) -> bool) -> Option<Words> {
    let ranked = rank::best_first(song, found);
    ranked.into_iter().filter_map(Record::words).find(|words| is_usable(words, &fits))
}

fn is_usable(words: &Words, fits: &impl Fn(&Lyrics) -> bool) -> bool {
    words.text.is_empty() || Lyrics::from_text(&words.text).is_ok_and(|lyrics| fits(&lyrics))
}

/// The question of `/api/get`; `None` without an artist, and without an album where that is asked for.
fn exact(song: &Song, with_album: bool) -> Option<Vec<(&'static str, String)>> {
    let mut query = vec![("artist_name", song.artist.clone()?), ("track_name", song.title.clone())];
    if with_album {
        query.push(("album_name", song.album.clone()?));
    }
    if let Some(seconds) = song.duration_s.filter(|s| DURATIONS_S.contains(s)) {
        query.push(("duration", seconds.to_string()));
    }
    Some(query)
}

#[cfg(test)]
mod tests;
