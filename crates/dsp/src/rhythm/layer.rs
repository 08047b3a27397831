//! A layer of a small network: weights that were trained elsewhere.

use half::f16;
use safetensors::{Dtype, SafeTensors};

use crate::rhythm::weights::WeightsError;

/// Weights by row, and a bias for each.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Layer {
    /// The weighted sums of `inputs`.
    pub(super) fn apply(&self, inputs: &[f32], out: &mut [f32]) {
        let rows = self.weights.chunks_exact(inputs.len());
        for ((out, row), bias) in out.iter_mut().zip(rows).zip(&self.bias) {
            *out = bias + row.iter().zip(inputs).map(|(weight, input)| weight * input).sum::<f32>();
        }
    }
}

/// Tensors of a file, by name.
pub(super) struct Tensors<'a>(SafeTensors<'a>);

impl<'a> Tensors<'a> {
    /// The contents of a file.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Tensors<'a>, WeightsError> {
        SafeTensors::deserialize(bytes).map(Tensors).map_err(WeightsError::Unreadable)
    }

    /// Whether there is one of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.tensor(name).is_ok()
    }

    /// The layer `name`: its weights, a row for each output, and its biases.
    pub(super) fn layer(&self, name: &str, inputs: usize, outputs: usize) -> Result<Layer, WeightsError> {
        Ok(Layer {
            weights: self.numbers(&format!("{name}.weight"), &[outputs, inputs])?,
            bias: self.numbers(&format!("{name}.bias"), &[outputs])?,
        })
    }

    /// The tensor `name`, row by row.
    pub(super) fn numbers(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, WeightsError> {
        let tensor = self.0.tensor(name).map_err(|_| WeightsError::Missing(name.to_owned()))?;
        let numbers = numbers(tensor.dtype(), tensor.data()).filter(|_| tensor.shape() == shape);
        let numbers = numbers.ok_or_else(|| {
            let (found, wanted) = (tensor.shape().to_vec(), shape.to_vec());
            WeightsError::Shape { name: name.to_owned(), found, wanted }
        })?;
        let finite = numbers.iter().all(|number| number.is_finite());
        finite.then_some(numbers).ok_or_else(|| WeightsError::NotFinite(name.to_owned()))
    }
}

// Floats of 16 or 32 bits, little endian.
fn numbers(kind: Dtype, bytes: &[u8]) -> Option<Vec<f32>> {
    match kind {
        Dtype::F16 => {
            let halves = bytes.chunks_exact(2).map(|bytes| f16::from_le_bytes([bytes[0], bytes[1]]));
            Some(halves.map(f32::from).collect())
        }
        Dtype::F32 => {
            let whole = bytes.chunks_exact(4);
            Some(whole.map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])).collect())
        }
        _ => None,
    }
}

/// The logistic function.
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
