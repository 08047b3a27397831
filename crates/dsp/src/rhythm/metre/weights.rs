//! What each measure of a tatum says for each kind of place in a bar, in nats.
//!
//! Fitted by maximising the forward probability of the true place, on recordings and rendered scores with
//! known beats and bars and on generated rhythms, with a penalty on the squares of the weights. A musician would put the signs
//! the same way: the bar begins where the harmony and the bass change and the bass sounds; the beats
//! between carry the snare drum; nothing much is new half-way between beats.

use crate::rhythm::measures::MEASURES;

/// Rows: the kinds of places; columns: the measures, as [`crate::rhythm::measures::Measures`] lists them.
pub(super) const WEIGHTS: [[f32; MEASURES]; 6] = [
    [
        -0.083, 0.029, 0.141, 0.024, 0.117, 0.222, -0.330, 0.398, 0.542, -0.171, 0.147, 0.237, 0.215, 0.097,
        0.246,
    ],
    [
        0.094, -0.250, -0.042, 0.174, -0.342, -0.137, -0.248, 0.073, -0.410, 0.443, -0.191, -0.035, -0.159,
        0.028, 0.034,
    ],
    [
        -0.095, -0.243, 0.212, 0.131, 0.069, 0.017, -0.019, -0.426, -0.266, -0.051, -0.111, 0.096, 0.037,
        -0.263, 0.215,
    ],
    [
        -0.040, 0.089, -0.064, -0.195, -0.050, -0.074, 0.150, -0.047, 0.003, 0.009, -0.075, -0.190, 0.044,
        0.080, -0.205,
    ],
    [
        -0.109, -0.047, -0.134, -0.029, -0.001, -0.061, 0.081, 0.016, 0.042, -0.117, -0.008, -0.238, 0.075,
        -0.289, -0.058,
    ],
    [
        -0.005, -0.004, -0.000, -0.005, 0.001, 0.001, 0.004, 0.001, -0.000, -0.000, -0.001, -0.000, 0.000,
        -0.000, 0.006,
    ],
];

/// Rows: one, two, four tatums to the beat; columns: the kinds of places.
pub(super) const BIAS: [[f32; 6]; 3] = [
    [-0.193, 0.259, -0.043, 0.000, 0.000, -4.549],
    [-0.590, 0.719, -0.058, 0.000, 0.000, -9.111],
    [-0.342, 1.211, -0.154, 0.000, 0.000, -8.097],
];
