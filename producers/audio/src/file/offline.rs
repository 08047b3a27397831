//! A sound file as fast as it can be read: for analysis without a show.

use std::path::Path;

use schemas::playback::Track;

use crate::config::{Config, Mixing};
use crate::file::decode::{Decoded, Decoder};
use crate::track;

/// An open sound file, mixed to mono as a live show would hear it.
pub struct SoundFile {
    decoder: Decoder,
}

/// Why a file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct SoundFileError(#[from] crate::file::decode::FileError);

impl SoundFile {
    /// Opens a wav, flac, mp3 or ogg file.
    ///
    /// # Errors
    /// When it is not there or no sound file.
    pub fn open(path: &Path) -> Result<SoundFile, SoundFileError> {
        let mixing: Mixing = Config::default().mixing();
        Ok(SoundFile { decoder: Decoder::open(path, mixing)? })
    }

    /// Sample rate in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.decoder.rate_hz()
    }

    /// Length in seconds, where the file says.
    pub fn duration_s(&self) -> Option<f64> {
        self.decoder.duration_s()
    }

    /// The track that a live show would announce for it; `path` is where it lies.
    pub fn track(&mut self, path: &Path) -> Track {
        track::of_file(path, &self.decoder.tags(), self.decoder.duration_s())
    }

    /// Appends the next samples to `out`; false at the end.
    ///
    /// # Errors
    /// When the file breaks off.
    pub fn read(&mut self, out: &mut Vec<f32>) -> Result<bool, SoundFileError> {
        Ok(matches!(self.decoder.next(out)?, Decoded::Frames(_)))
    }
}
