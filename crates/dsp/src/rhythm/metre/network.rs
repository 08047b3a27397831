//! What the music of a tatum is like, in the light of all tatums before: a small recurrent network.
//!
//! A layer of hyperbolic tangents, a gated recurrent unit (Cho et al., "Learning phrase representations
//! using RNN encoder–decoder", EMNLP 2014, with the reset gate after the product as PyTorch has it) and a
//! linear layer: about 52,000 weights, some 20 µs per tatum. It was trained on generated music
//! alone (`ear/`), through the forward algorithm that stands behind it ([`super::belief`]).

use crate::rhythm::layer::{Layer, numbers, sigmoid};
use crate::rhythm::measures::{MEASURES, Measures};
use crate::rhythm::metre::places::KINDS;

const NARROW: usize = 64;
/// Numbers that are remembered from tatum to tatum.
pub const STATE: usize = 96;
const GATES: usize = 3 * STATE;
const COUNT: usize = (MEASURES + 1) * NARROW + (NARROW + STATE + 2) * GATES + (STATE + 1) * KINDS + PRIOR;
/// Numbers of the forward algorithm that were trained with the network: see [`Prior`].
const PRIOR: usize = 6;
/// Written by `ear/metre/export.py`: 32-bit floats, little endian, in the order of [`Network::read`].
static BYTES: &[u8; 4 * COUNT] = include_bytes!("weights.f32");

/// What is likely before anything is heard, and how fast it comes back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prior {
    /// Share that is given back to the prior at each tatum, and more after one that came irregularly.
    pub(super) forget: [f32; 2],
    /// Weight of the usual tempo at each tatum.
    pub(super) pull: f32,
    /// The usual tempo and its spread in octaves.
    pub(super) usual_bpm: f32,
    pub(super) usual_octaves: f32,
    /// Log odds of three beats to the bar against four.
    pub(super) three: f32,
}

/// The network, and what it remembers.
#[derive(Clone)]
pub(super) struct Network {
    inner: Layer,
    input: Layer,
    recurrent: Layer,
    outer: Layer,
    prior: Prior,
    state: [f32; STATE],
}

impl Default for Network {
    fn default() -> Network {
        Network::read()
    }
}

impl Network {
    fn read() -> Network {
        let mut numbers = numbers(BYTES);
        let inner = Layer::read(MEASURES, NARROW, &mut numbers);
        let input = Layer::read(NARROW, GATES, &mut numbers);
        let recurrent = Layer::read(STATE, GATES, &mut numbers);
        let outer = Layer::read(STATE, KINDS, &mut numbers);
        let mut next = || numbers.next().unwrap_or_default();
        let prior = Prior {
            forget: [next(), next()],
            pull: next(),
            usual_bpm: next(),
            usual_octaves: next(),
            three: next(),
        };
        Network { inner, input, recurrent, outer, prior, state: [0.0; STATE] }
    }

    pub(super) fn prior(&self) -> Prior {
        self.prior
    }

    /// Takes the next tatum, and gives for each kind of place how much the music speaks for it, in nats.
    pub(super) fn hear(&mut self, measures: &Measures) -> [f32; KINDS] {
        let (mut narrow, mut input, mut recurrent) = ([0.0; NARROW], [0.0; GATES], [0.0; GATES]);
        self.inner.apply(measures, &mut narrow);
        narrow.iter_mut().for_each(|value| *value = value.tanh());
        self.input.apply(&narrow, &mut input);
        self.recurrent.apply(&self.state, &mut recurrent);
        for (n, state) in self.state.iter_mut().enumerate() {
            let reset = sigmoid(input[n] + recurrent[n]);
            let keep = sigmoid(input[STATE + n] + recurrent[STATE + n]);
            let new = (input[2 * STATE + n] + reset * recurrent[2 * STATE + n]).tanh();
            *state = (1.0 - keep) * new + keep * *state;
        }
        let mut out = [0.0; KINDS];
        self.outer.apply(&self.state, &mut out);
        out
    }

    /// What it remembers.
    pub(super) fn state(&self) -> &[f32; STATE] {
        &self.state
    }

    /// As if nothing had been heard.
    pub(super) fn reset(&mut self) {
        self.state = [0.0; STATE];
    }
}
