//! What the music of a tatum is like, in the light of all tatums before: a small recurrent network.
//!
//! A layer of hyperbolic tangents looks at the patch, a second one at what that saw and at the measures; a gated
//! recurrent unit (Cho et al., "Learning phrase representations using RNN encoder–decoder", EMNLP 2014, with
//! the reset gate after the product as PyTorch has it) and a linear layer follow: about 68,000 weights, some
//! 25 µs per tatum. Several of them, which were trained apart on generated music alone (`ear/`), through the
//! forward algorithm that stands behind them ([`super::belief`]), speak as one: where they disagree, none is
//! sure. One that was trained without patches has no first layer.

use crate::rhythm::layer::{Layer, Tensors, sigmoid};
use crate::rhythm::measures::{MEASURES, Measures};
use crate::rhythm::metre::places::KINDS;
use crate::rhythm::patch::{PATCH, Patch};
use crate::rhythm::weights::WeightsError;

const SEEN: usize = 64;
const HEARD: usize = MEASURES + SEEN;
const NARROW: usize = 64;
/// Numbers that are remembered from tatum to tatum.
pub const STATE: usize = 96;
const GATES: usize = 3 * STATE;

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
#[derive(Debug, Clone)]
pub(in crate::rhythm) struct Network {
    members: Vec<Member>,
    prior: Prior,
}

/// A network, and what it remembers.
#[derive(Debug, Clone)]
struct Member {
    look: Option<Layer>,
    inner: Layer,
    input: Layer,
    recurrent: Layer,
    // scaled by the share of this network
    outer: Layer,
    state: [f32; STATE],
}

impl Network {
    /// Networks `metre.0`, `metre.1` and so on, one at least, and `metre.prior`.
    pub(in crate::rhythm) fn read(tensors: &Tensors<'_>) -> Result<Network, WeightsError> {
        let more = |number: &usize| *number == 0 || tensors.has(&format!("metre.{number}.inner.weight"));
        let members = (0..).take_while(more).map(|number| Member::read(tensors, &format!("metre.{number}")));
        let members = members.collect::<Result<_, _>>()?;
        let numbers = tensors.numbers("metre.prior", &[6])?;
        let [slow, fast, pull, usual_bpm, usual_octaves, three] = std::array::from_fn(|n| numbers[n]);
        let prior = Prior { forget: [slow, fast], pull, usual_bpm, usual_octaves, three };
        Ok(Network { members, prior })
    }

    pub(super) fn prior(&self) -> Prior {
        self.prior
    }

    /// Takes the next tatum, and gives for each kind of place how much the music speaks for it, in nats.
    pub(super) fn hear(&mut self, measures: &Measures, patch: &Patch) -> [f32; KINDS] {
        let mut sum = [0.0; KINDS];
        for member in &mut self.members {
            let said = member.hear(measures, patch);
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
    fn read(tensors: &Tensors<'_>, name: &str) -> Result<Member, WeightsError> {
        let layer = |part: &str, inputs, outputs| tensors.layer(&format!("{name}.{part}"), inputs, outputs);
        let sees = tensors.has(&format!("{name}.look.weight"));
        Ok(Member {
            look: if sees { Some(layer("look", PATCH, SEEN)?) } else { None },
            inner: layer("inner", if sees { HEARD } else { MEASURES }, NARROW)?,
            input: layer("input", NARROW, GATES)?,
            recurrent: layer("recurrent", STATE, GATES)?,
            outer: layer("outer", STATE, KINDS)?,
            state: [0.0; STATE],
        })
    }

    fn hear(&mut self, measures: &Measures, patch: &Patch) -> [f32; KINDS] {
        let (mut narrow, mut out) = ([0.0; NARROW], [0.0; KINDS]);
        match &self.look {
            Some(look) => self.inner.apply(&seen(look, measures, patch), &mut narrow),
            None => self.inner.apply(measures, &mut narrow),
        }
        narrow.iter_mut().for_each(|value| *value = value.tanh());
        self.remember(&narrow);
        self.outer.apply(&self.state, &mut out);
        out
    }

    fn remember(&mut self, narrow: &[f32; NARROW]) {
        let (mut input, mut recurrent) = ([0.0; GATES], [0.0; GATES]);
        self.input.apply(narrow, &mut input);
        self.recurrent.apply(&self.state, &mut recurrent);
        for (n, state) in self.state.iter_mut().enumerate() {
            let reset = sigmoid(input[n] + recurrent[n]);
            let keep = sigmoid(input[STATE + n] + recurrent[STATE + n]);
            let new = (input[2 * STATE + n] + reset * recurrent[2 * STATE + n]).tanh();
            *state = (1.0 - keep) * new + keep * *state;
        }
    }
}

// The measures, and what the first layer makes of the patch.
fn seen(look: &Layer, measures: &Measures, patch: &Patch) -> [f32; HEARD] {
    let mut heard = [0.0; HEARD];
    let (known, seen) = heard.split_at_mut(MEASURES);
    known.copy_from_slice(measures);
    look.apply(patch, seen);
    seen.iter_mut().for_each(|value| *value = value.tanh());
    heard
}
