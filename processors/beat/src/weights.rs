//! The file that an ear of the user's own comes in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use dsp::rhythm::weights::{Weights, WeightsError};

/// Reads a file of weights.
///
/// # Errors
/// When it cannot be read, or holds no ear of this version.
pub fn read(path: &Path) -> Result<Arc<Weights>, FileError> {
    let bytes = std::fs::read(path).map_err(|source| FileError::Unread { path: path.into(), source })?;
    let weights = Weights::read(&bytes).map_err(|source| FileError::Unfit { path: path.into(), source })?;
    Ok(Arc::new(weights))
}

/// A file that gives no ear.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It cannot be read.
    #[error("weights {}: cannot be read", path.display())]
    Unread {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// What it holds cannot be used.
    #[error("weights {}: not used", path.display())]
    Unfit {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        #[source]
        source: WeightsError,
    },
}
