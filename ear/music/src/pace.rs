//! Half-time and double-time: the drums slow down or hurry for a section while the beat goes on.
//!
//! Bands and producers do so from verse to chorus; what tells the tempo then is what was played before.

use crate::{drums::Line, layer, random::Random};

/// Tempi in BPM above which drums may fall to half-time, and below which they may go into double-time.
const HALF_FROM: f64 = 85.0;
const DOUBLE_TO: f64 = 160.0;

/// These lines at half or double their pace; none where the tempo does not ask for it or there is no backbeat.
pub(crate) fn changed(lines: &[Line], bpm: f64, random: &mut Random) -> Option<Vec<Line>> {
    let backbeat = lines.iter().any(|line| layer::of_drum(line.0) == layer::SNARE);
    let slower = if bpm > DOUBLE_TO { true } else { bpm >= HALF_FROM && random.chance(0.5) };
    let hats_too = random.chance(0.3);
    backbeat.then(|| {
        let pace = |line: &Line| match layer::of_drum(line.0) {
            layer::KICK | layer::SNARE => {
                if slower {
                    halved(&line.1)
                } else {
                    doubled(&line.1)
                }
            }
            _ if hats_too => {
                if slower {
                    halved(&line.1)
                } else {
                    doubled(&line.1)
                }
            }
            _ => line.1.clone(),
        };
        lines.iter().map(|line| (line.0, pace(line))).collect()
    })
}

/// Twice as long.
fn halved(pattern: &[u8]) -> Vec<u8> {
    pattern.iter().flat_map(|step| [*step, b'.']).collect()
}

/// Half as long; of two steps that become one, what is played in either.
fn doubled(pattern: &[u8]) -> Vec<u8> {
    let twice = [pattern, pattern].concat();
    twice[..2 * pattern.len()].chunks(2).map(|pair| if pair[0] == b'.' { pair[1] } else { pair[0] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backbeat_falls_to_the_third_beat_or_between_the_beats() {
        assert_eq!(halved(b"....x..."), b"........x.......");
        assert_eq!(doubled(b"....x..."), b"..x...x.");
        assert_eq!(doubled(b"x..x"), b"xxxx");
    }

    #[test]
    fn without_a_backbeat_nothing_changes() {
        let kicks = [(b'K', b"x...".to_vec())];
        assert!((0..20).all(|seed| changed(&kicks, 120.0, &mut Random::new(seed)).is_none()));
    }

    #[test]
    fn fast_drums_only_slow_down() {
        let lines = [(b'S', b"....x...".to_vec())];
        for seed in 0..20 {
            let Some(slow) = changed(&lines, 190.0, &mut Random::new(seed)) else {
                panic!("a backbeat is there")
            };
            assert_eq!(slow[0].1, b"........x.......");
        }
    }
}
