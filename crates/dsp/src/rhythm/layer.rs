//! A layer of a small network: weights that were trained elsewhere.

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
        if tensor.dtype() != Dtype::F32 || tensor.shape() != shape {
            let (found, wanted) = (tensor.shape().to_vec(), shape.to_vec());
            return Err(WeightsError::Shape { name: name.to_owned(), found, wanted });
        }
        let numbers: Vec<f32> = numbers(tensor.data()).collect();
        let finite = numbers.iter().all(|number| number.is_finite());
        finite.then_some(numbers).ok_or_else(|| WeightsError::NotFinite(name.to_owned()))
    }
}

/// 32-bit floats, little endian.
pub(super) fn numbers(bytes: &[u8]) -> impl Iterator<Item = f32> + '_ {
    bytes.chunks_exact(4).map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

/// The logistic function.
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
