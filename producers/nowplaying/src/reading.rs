//! What each way in makes of foreign bytes, without the way: no socket, no file, no clock.

use schemas::playback::Track;

use crate::config::Line;
use crate::icecast::comments;
use crate::icecast::head::Head;
use crate::icecast::route::{Route, Welcome, route};
use crate::icecast::session::{Body, ICECAST};
use crate::template::Template;
use crate::told::{Told, track};
use crate::{encoding, file, http};

/// What was told of a player.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it plays; without a title nothing.
    pub track: Track,
    /// Seconds from the start of the track, where that was told.
    pub position_s: Option<f64>,
    /// Seconds of track per second.
    pub rate: f64,
}

impl From<Told> for Reading {
    fn from(told: Told) -> Reading {
        Reading { track: told.track, position_s: told.position_s, rate: told.rate }
    }
}

/// Reads the body of a `POST /nowplaying`.
///
/// # Errors
/// What would be right, as the sender is told.
pub fn post(content_type: Option<&str>, body: &[u8]) -> Result<Reading, String> {
    let read = http::post::read(content_type, body);
    read.map(|(told, _ignored)| told.into()).map_err(|wrong| wrong.to_string())
}

/// Reads a text file by a template; `None` when nothing is playing.
///
/// # Errors
/// When the template cannot be used.
pub fn text_file(template: &str, bytes: &[u8], line: Line) -> Result<Option<Reading>, String> {
    let template = Template::parse(template).map_err(|error| error.to_string())?;
    Ok(file::written(&encoding::decode(bytes), &template, line).map(Reading::from))
}

/// Reads a request to the Icecast mount, by a client that knows the `password`: the track of a metadata update, and
/// those in the stream that follows the head of a source client's.
pub fn icecast(bytes: &[u8], password: &str) -> Vec<Track> {
    let Ok(Some((head, length))) = Head::read(bytes) else { return Vec::new() };
    match route(&head, password) {
        Route::Source(welcome) => stream(&bytes[length..], welcome),
        Route::Update(song) => vec![track(song, None, ICECAST)],
        Route::Answer(..) => Vec::new(),
    }
}

fn stream(bytes: &[u8], welcome: Welcome) -> Vec<Track> {
    let told = Body::new(welcome).take(bytes).unwrap_or_default();
    told.into_iter().map(|told| told.track).collect()
}

/// Reads a packet of comments out of an Ogg stream (Vorbis or Opus); `None` when it names no track.
pub fn ogg_comments(packet: &[u8]) -> Option<Track> {
    comments::read(packet).map(|comments| track(comments.song, comments.album, ICECAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_reads_its_own_form() {
        let posted = post(Some("application/json"), br#"{"title": "Blue", "position_s": 3, "rate": 0.5}"#);
        let posted = posted.unwrap();
        assert_eq!((posted.position_s, posted.rate), (Some(3.0), 0.5));
        let line = text_file("{artist} - {title}", b"Ann - Bl\xfce", Line::First).unwrap().unwrap();
        assert_eq!(line.track.title.as_deref(), Some("Blüe"));
        let update = b"GET /admin/metadata?pass=x&mode=updinfo&song=Ann+-+Blue HTTP/1.0\r\n\r\n";
        assert_eq!(icecast(update, "x")[0].artist.as_deref(), Some("Ann"));
        assert!(icecast(update, "another").is_empty());
    }

    #[test]
    fn what_cannot_be_read_says_what_would_be_right() {
        assert!(post(None, b"{").unwrap_err().contains("no JSON"));
        assert!(text_file("{artist}", b"", Line::Last).unwrap_err().contains("{title}"));
    }
}
