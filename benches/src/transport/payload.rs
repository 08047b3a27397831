//! Messages as a show has them: numbers with all their digits, so that text codecs pay for each.

use schemas::audio::{Bands, Block, Features};

/// Features of block `number`.
pub(super) fn features(number: u64) -> Features {
    let value = |n: u64| noise(number * 31 + n);
    Features {
        rms: value(0),
        peak: value(1),
        loudness: -14.0 - value(2),
        bands: Bands {
            sub_bass: value(3),
            bass: value(4),
            low_mid: value(5),
            mid: value(6),
            high_mid: value(7),
            presence: value(8),
            air: value(9),
        },
        fast: value(10),
        slow: value(11),
        intensity: value(12),
        centroid: 4_000.0 * value(13),
        rolloff: 9_000.0 * value(14),
        flatness: value(15),
        flux: value(16),
        kick: value(17),
        snare: value(18),
        hat: value(19),
    }
}

/// Samples of block `number`.
pub(super) fn block(number: u64) -> Block {
    let first = number * 256;
    let samples = (first..first + 256).map(|n| noise(n) * 2.0 - 1.0).collect();
    Block { rate: 48_000, index: first, samples, demo: false }
}

/// 0..1 from a number, evenly spread: the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
fn noise(number: u64) -> f32 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z >> 40) as f32 / (1u64 << 24) as f32
}
