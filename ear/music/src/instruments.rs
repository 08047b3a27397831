//! What a song is played with.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What sounds.
#[derive(Debug, Clone)]
pub enum Instruments {
    /// The generator's own synthesis.
    Own,
    /// The samples of a sound font, by General MIDI's numbers.
    SoundFont(SoundFont),
}

/// A sound font in memory.
#[derive(Clone)]
pub struct SoundFont(pub(crate) Arc<rustysynth::SoundFont>);

/// A sound font that cannot be played from.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// There is no such file, or it cannot be read.
    #[error("{}: cannot be read", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is something else, or compressed.
    #[error("{}: this is no sound font in SoundFont 2 format (.sf2)", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: rustysynth::SoundFontError,
    },
}

impl SoundFont {
    /// Reads a file in SoundFont 2 format, wholly into memory.
    ///
    /// # Errors
    /// When the file cannot be read or is of another format.
    pub fn open(path: &Path) -> Result<SoundFont, FontError> {
        let file =
            File::open(path).map_err(|source| FontError::Unreadable { path: path.to_owned(), source })?;
        let font = rustysynth::SoundFont::new(&mut BufReader::new(file))
            .map_err(|source| FontError::Format { path: path.to_owned(), source })?;
        Ok(SoundFont(Arc::new(font)))
    }
}

impl std::fmt::Debug for SoundFont {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SoundFont").field(&self.0.get_info().get_bank_name()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sound_font_is_named_with_the_reason() {
        let missing = SoundFont::open(Path::new("no such.sf2")).unwrap_err();
        assert!(
            matches!(missing, FontError::Unreadable { .. }) && missing.to_string().contains("no such.sf2")
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.sf2");
        std::fs::write(&path, "RIFFwords").unwrap();
        let other = SoundFont::open(&path).unwrap_err();
        assert!(matches!(other, FontError::Format { .. }) && other.to_string().contains(".sf2"), "{other}");
    }
}
