//! What the music of a tatum is like, in the light of all tatums before: a small recurrent network.
//!
//! A layer of hyperbolic tangents, a gated recurrent unit (Cho et al., "Learning phrase representations
//! using RNN encoder–decoder", EMNLP 2014, with the reset gate after the product as PyTorch has it) and a
//! linear layer: about 52,000 weights, some 20 µs per tatum. Two of them, which were trained apart on generated
//! music alone (`ear/`), through the forward algorithm that stands behind them ([`super::belief`]), speak as
//! one: where they disagree, neither is sure.

use crate::rhythm::layer::{Layer, numbers, sigmoid};
use crate::rhythm::measures::{MEASURES, Measures};
use crate::rhythm::metre::places::KINDS;

const NARROW: usize = 64;
/// Numbers that are remembered from tatum to tatum.
pub const STATE: usize = 96;
const GATES: usize = 3 * STATE;
/// Networks that are added up; the share of each is in its last layer.
const MEMBERS: usize = 2;
const EACH: usize = (MEASURES + 1) * NARROW + (NARROW + STATE + 2) * GATES + (STATE + 1) * KINDS;
const COUNT: usize = MEMBERS * EACH + PRIOR;
/// Numbers of the forward algorithm that were trained with the network: see [`Prior`].
const PRIOR: usize = 6;
/// Written by `ear/metre/export.py`: 32-bit floats, little endian, in the order of [`Network::read`], and of [`Member::read`].
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

/// The networks, and what is usual.
#[derive(Clone)]
pub(super) struct Network {
    members: [Member; MEMBERS],
    prior: Prior,
}

/// A network, and what it remembers.
#[derive(Clone)]
struct Member {
    inner: Layer,
    input: Layer,
    recurrent: Layer,
    outer: Layer,
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
        let members = std::array::from_fn(|_| Member::read(&mut numbers));
        let mut next = || numbers.next().unwrap_or_default();
        let prior = Prior {
            forget: [next(), next()],
            pull: next(),
            usual_bpm: next(),
            usual_octaves: next(),
            three: next(),
        };
        Network { members, prior }
    }

    pub(super) fn prior(&self) -> Prior {
        self.prior
    }

    /// Takes the next tatum, and gives for each kind of place how much the music speaks for it, in nats.
    pub(super) fn hear(&mut self, measures: &Measures) -> [f32; KINDS] {
        let mut sum = [0.0; KINDS];
        for member in &mut self.members {
            let said = member.hear(measures);
            sum.iter_mut().zip(said).for_each(|(sum, said)| *sum += said);
        }
        sum
    }

    /// What the first of them remembers; it was also asked whether there is a beat at all.
    pub(super) fn state(&self) -> &[f32; STATE] {
        &self.members[0].state
    }

    /// As if nothing had been heard.
    pub(super) fn reset(&mut self) {
        self.members.iter_mut().for_each(|member| member.state = [0.0; STATE]);
    }
}

impl Member {
    fn read(numbers: &mut impl Iterator<Item = f32>) -> Member {
        Member {
            inner: Layer::read(MEASURES, NARROW, numbers),
            input: Layer::read(NARROW, GATES, numbers),
            recurrent: Layer::read(STATE, GATES, numbers),
            outer: Layer::read(STATE, KINDS, numbers),
            state: [0.0; STATE],
        }
    }

    fn hear(&mut self, measures: &Measures) -> [f32; KINDS] {
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
}
