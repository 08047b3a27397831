//! A layer of a small network: weights that were trained elsewhere and come with the program.

/// Weights by row, and a bias for each.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Layer {
    /// Reads the weights, row by row, and then the biases.
    pub(super) fn read(inputs: usize, outputs: usize, numbers: &mut impl Iterator<Item = f32>) -> Layer {
        Layer { weights: numbers.take(inputs * outputs).collect(), bias: numbers.take(outputs).collect() }
    }

    /// The weighted sums of `inputs`.
    pub(super) fn apply(&self, inputs: &[f32], out: &mut [f32]) {
        let rows = self.weights.chunks_exact(inputs.len());
        for ((out, row), bias) in out.iter_mut().zip(rows).zip(&self.bias) {
            *out = bias + row.iter().zip(inputs).map(|(weight, input)| weight * input).sum::<f32>();
        }
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
