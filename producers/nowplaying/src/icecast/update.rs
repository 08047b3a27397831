//! A metadata update: what the stream plays, told beside it.

use crate::encoding;
use crate::query;
use crate::text::Song;

/// Where Icecast 2 and its predecessors take them.
const PATHS: [&str; 4] = ["/admin/metadata", "/admin/metadata.xsl", "/admin/metadata.cgi", "/admin.cgi"];

/// An update that says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoUpdate {
    #[error("mode is missing or another than updinfo: send mode=updinfo")]
    Mode,
    #[error("song is missing: send song=Artist - Title, or artist= and title=")]
    Song,
}

/// Whether a path takes updates.
pub(crate) fn is_update(path: &str) -> bool {
    PATHS.contains(&path)
}

/// The song of an update; without a title nothing is playing.
pub(crate) fn read(fields: &[(Vec<u8>, Vec<u8>)]) -> Result<Song, NoUpdate> {
    let charset = query::value(fields, "charset").map(|charset| encoding::decode_as(charset, None));
    let text = |name| query::value(fields, name).map(|value| encoding::decode_as(value, charset.as_deref()));
    if text("mode").as_deref() != Some("updinfo") {
        return Err(NoUpdate::Mode);
    }
    match (text("artist"), text("title"), text("song")) {
        (artist, Some(title), _) if !title.trim().is_empty() => Ok(Song::of(artist.as_deref(), Some(&title))),
        // Where both come, `song` is the title alone to some senders and all of it to others.
        (artist, _, Some(song)) => Ok(Song::of(artist.as_deref(), Some(&song))),
        (artist, Some(title), None) => Ok(Song::of(artist.as_deref(), Some(&title))),
        (_, None, None) => Err(NoUpdate::Song),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn song(query: &str) -> Result<(Option<String>, Option<String>), NoUpdate> {
        read(&query::fields(query.as_bytes())).map(|song| (song.artist, song.title))
    }

    fn both(artist: &str, title: &str) -> Result<(Option<String>, Option<String>), NoUpdate> {
        Ok((Some(artist.to_owned()), Some(title.to_owned())))
    }

    #[test]
    fn song_or_artist_and_title() {
        assert_eq!(song("mode=updinfo&mount=/x&song=Ann+-+Blue+-+Live"), both("Ann", "Blue - Live"));
        assert_eq!(song("mode=updinfo&artist=Ann&title=Blue&mount=%2Fx"), both("Ann", "Blue"));
        assert_eq!(song("mode=updinfo&song=Ann+-+Blue&artist=Ann&title=Blue"), both("Ann", "Blue"));
        assert_eq!(song("mode=updinfo&song=Blue"), Ok((None, Some("Blue".into()))));
        assert_eq!(song("mode=updinfo&song="), Ok((None, None)));
        assert_eq!(song("mode=updinfo&artist=&title="), Ok((None, None)));
    }

    #[test]
    fn what_is_missing_is_said() {
        assert_eq!(song("song=x"), Err(NoUpdate::Mode));
        assert_eq!(song("mode=kill&song=x"), Err(NoUpdate::Mode));
        assert_eq!(song("mode=updinfo&mount=/x"), Err(NoUpdate::Song));
    }

    #[test]
    fn either_encoding_is_read() {
        assert_eq!(song("mode=updinfo&charset=UTF-8&song=Bj%C3%B6rk+-+J%C3%B3ga"), both("Björk", "Jóga"));
        assert_eq!(song("mode=updinfo&song=Bj%F6rk+-+J%F3ga"), both("Björk", "Jóga"));
        assert_eq!(song("mode=updinfo&charset=ISO-8859-1&song=Bj%F6rk+-+J%F3ga"), both("Björk", "Jóga"));
    }
}
