//! What each measure of a tatum says for each kind of place in a bar, in nats.
//!
//! Fitted by maximising the forward probability of the true place, on recordings and rendered scores with
//! known beats and bars and on generated rhythms, with a penalty on the squares of the weights. A musician would put the signs
//! the same way: the bar begins where the harmony and the bass change and the bass sounds; the beats
//! between carry the snare drum; nothing much is new half-way between beats.

use crate::rhythm::tatum::MEASURES;

/// Rows: the kinds of places; columns: the measures, as [`crate::rhythm::tatum::Measures`] lists them.
pub(super) const WEIGHTS: [[f32; MEASURES]; 6] = [
    [
        -0.067, -0.051, -0.033, 0.071, 0.055, 0.117, -0.188, 0.241, 0.342, -0.035, 0.060, 0.079, 0.013,
        0.128, 0.203,
    ],
    [
        -0.026, -0.128, -0.049, 0.065, -0.203, -0.083, -0.145, 0.059, -0.282, 0.211, -0.033, 0.005, -0.125,
        0.161, 0.045,
    ],
    [
        0.004, -0.174, 0.047, 0.091, 0.024, 0.000, 0.026, -0.245, -0.201, 0.014, -0.035, -0.012, -0.003,
        -0.140, 0.144,
    ],
    [
        -0.044, 0.040, -0.028, -0.132, -0.038, -0.057, 0.087, -0.056, 0.034, 0.011, -0.034, -0.095, -0.017,
        0.051, -0.114,
    ],
    [
        -0.042, -0.036, -0.105, -0.021, -0.020, -0.065, 0.068, -0.072, 0.062, -0.129, 0.007, -0.019, 0.092,
        -0.171, -0.103,
    ],
    [
        -0.004, -0.003, -0.000, -0.004, 0.001, 0.001, 0.003, 0.001, -0.000, -0.000, -0.001, -0.000, 0.000,
        -0.000, 0.004,
    ],
];

/// Rows: one, two, four tatums to the beat; columns: the kinds of places.
pub(super) const BIAS: [[f32; 6]; 3] = [
    [-0.082, 0.208, -0.033, 0.000, 0.000, -3.439],
    [-0.396, 0.532, -0.039, 0.000, 0.000, -6.889],
    [-0.193, 0.665, -0.130, 0.000, 0.000, -4.915],
];
