//! What an ear has learned: the networks of the metre and of the confidence, as a file.
//!
//! The file is one of [safetensors](https://github.com/huggingface/safetensors), written by `ear/metre/export.py`.
//! Two come with the program; a show may bring its own.

use crate::rhythm::confidence::Confidence;
use crate::rhythm::layer::Tensors;
use crate::rhythm::metre::Network;

/// An ear has less than a million bytes: a file that is larger than this is none.
const LARGEST_BYTES: usize = 4 << 20;
static LEARNED: &[u8] = include_bytes!("weights/learned.safetensors");
static NATIVE: &[u8] = include_bytes!("weights/native.safetensors");

/// The networks of one ear. They belong together: the confidence sees what the metre remembers.
#[derive(Debug, Clone)]
pub struct Weights {
    pub(super) network: Network,
    pub(super) confidence: Confidence,
}

impl Weights {
    /// The ear that hears what the music sounds like at each half-beat ([`crate::rhythm::patch`]) beside what it
    /// does there ([`crate::rhythm::measures`]). The networks of [`Weights::native`] have half the say in it.
    ///
    /// # Errors
    /// Never, unless the program was built from other weights than its tests have seen.
    pub fn learned() -> Result<Weights, WeightsError> {
        Weights::read(LEARNED)
    }

    /// The ear that hears what the music does, and nothing else.
    ///
    /// # Errors
    /// As for [`Weights::learned`].
    pub fn native() -> Result<Weights, WeightsError> {
        Weights::read(NATIVE)
    }

    /// The contents of a file.
    ///
    /// # Errors
    /// When it is no file of tensors, when one is missing or has another shape than this program needs, or when
    /// a weight is no number.
    pub fn read(bytes: &[u8]) -> Result<Weights, WeightsError> {
        if bytes.len() > LARGEST_BYTES {
            return Err(WeightsError::TooLarge(bytes.len()));
        }
        let tensors = Tensors::read(bytes)?;
        Ok(Weights { network: Network::read(&tensors)?, confidence: Confidence::read(&tensors)? })
    }
}

/// Weights that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum WeightsError {
    /// Another kind of file, or half of one.
    #[error("this is no safetensors file: write one with ear/metre/export.py")]
    Unreadable(#[source] safetensors::SafeTensorError),
    /// So many bytes.
    #[error("{0} bytes are no ear: one has less than a million")]
    TooLarge(usize),
    /// A tensor is not there.
    #[error("tensor {0} is missing: export it again with this version's ear/metre/export.py")]
    Missing(String),
    /// A tensor is of another network.
    #[error(
        "tensor {name} is {found:?}, this version needs floats of 16 or 32 bits {wanted:?}: train with its ear/metre/train.py"
    )]
    Shape {
        /// Its name.
        name: String,
        /// Rows and columns that are there.
        found: Vec<usize>,
        /// Rows and columns that are needed.
        wanted: Vec<usize>,
    },
    /// Training went astray.
    #[error("tensor {0} has a weight that is no number: the training diverged, train again")]
    NotFinite(String),
}

#[cfg(test)]
mod tests;
