//! What is playing, from the tags of a file.

use std::collections::BTreeMap;
use std::path::Path;

use component::foreign::{self, NAME_CHARS};
use schemas::playback::{Provenance, Track};

/// Services of the tracks that this component publishes.
const FILE: &str = "file";
const DEMO: &str = "demo";

/// Tags of a file, as far as they were found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tags {
    pub(crate) artist: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) album: Option<String>,
}

/// The track of a file; without a title it is called after the file.
pub(crate) fn of_file(path: &Path, tags: &Tags, duration_s: Option<f64>) -> Track {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let path = std::path::absolute(path).unwrap_or_else(|_relative| path.to_path_buf());
    Track {
        artist: clean(&tags.artist),
        title: clean(&tags.title).or_else(|| clean(&stem)).or_else(|| Some("untitled".to_owned())),
        album: clean(&tags.album),
        duration_s,
        ids: BTreeMap::from([("path".to_owned(), path.to_string_lossy().into_owned())]),
        audible: None,
        provenance: Provenance { service: FILE.to_owned(), licence: String::new() },
    }
}

/// The track of the demo.
pub(crate) fn of_demo(title: &str, duration_s: f64) -> Track {
    Track {
        artist: Some(demo::ARTIST.to_owned()),
        title: Some(title.to_owned()),
        duration_s: Some(duration_s),
        provenance: Provenance { service: DEMO.to_owned(), licence: "GPL-3.0-or-later".to_owned() },
        ..Track::default()
    }
}

/// Whether an earlier generation of this component wrote it.
pub(crate) fn is_ours(track: &Track) -> bool {
    track.title.is_some() && matches!(track.provenance.service.as_str(), FILE | DEMO)
}

fn clean(text: &Option<String>) -> Option<String> {
    foreign::line(text.as_ref()?, NAME_CHARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_tags_is_called_after_itself() {
        let track = of_file(Path::new("/music/Some Song.flac"), &Tags::default(), Some(61.5));
        assert_eq!(track.title.as_deref(), Some("Some Song"));
        assert_eq!(track.ids["path"], "/music/Some Song.flac");
        assert_eq!(track.provenance.service, "file");
        assert!(is_ours(&track));
    }

    #[test]
    fn tags_are_foreign_text() {
        let tags = Tags {
            title: Some(format!("\u{1b}[2J{}", "x".repeat(1000))),
            artist: Some(" \n ".into()),
            album: None,
        };
        let track = of_file(Path::new("a.mp3"), &tags, None);
        assert_eq!(track.title.map(|t| t.chars().count()), Some(NAME_CHARS));
        assert_eq!(track.artist, None);
    }
}
