//! Where words are looked for on this machine, in their order. Blocking: for threads that may wait for a disk.

mod demo;
mod embedded;
mod files;

use std::path::Path;

use crate::document::Lyrics;
use crate::identity::Song;

/// A place on this machine that may have the words of a song. After these come the cache and LRCLIB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// The user's own folder.
    Folder,
    /// A file beside the track's own.
    Sidecar,
    /// Tags within the track's file.
    Embedded,
    /// The demo track's own words.
    Demo,
}

/// The sources in the order in which they are asked.
pub const ORDER: [Source; 4] = [Source::Folder, Source::Sidecar, Source::Embedded, Source::Demo];

/// A source that should have answered and could not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the folder {folder} of lyrics cannot be read ({why}): make it, or change `folder`")]
pub struct FolderError {
    folder: String,
    why: String,
}

impl Source {
    /// As it is called in `lyrics.document`.
    pub const fn name(self) -> &'static str {
        match self {
            Source::Folder => "folder",
            Source::Sidecar => "sidecar",
            Source::Embedded => "embedded",
            Source::Demo => "demo",
        }
    }

    /// All words that this source has for a song, the best first. What cannot be read is left out and logged.
    ///
    /// # Errors
    /// When the user's folder is not there.
    pub fn look(self, song: &Song, folder: Option<&Path>) -> Result<Vec<Lyrics>, FolderError> {
        match (self, folder, &song.path) {
            (Source::Folder, Some(folder), _) => files::in_folder(song, folder).map_err(|error| {
                FolderError { folder: folder.display().to_string(), why: error.kind().to_string() }
            }),
            (Source::Sidecar, _, Some(path)) => Ok(files::beside(path)),
            (Source::Embedded, _, Some(path)) => Ok(embedded::within(path)),
            (Source::Demo, ..) => Ok(demo::words(song)),
            _ => Ok(Vec::new()),
        }
    }
}
