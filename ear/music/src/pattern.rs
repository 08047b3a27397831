//! The characters that patterns are written in.
//!
//! | drums | | tones | |
//! |---|---|---|---|
//! | `X` `x` `o` `g` | accent, normal, soft, ghost | `r` `R` | root; accented |
//! | `?` `%` | in half, in a fifth of cases | `3` `5` `8` | third, fifth, octave above the root |
//! | `d` `t` `q` | two, three, four in the step | `w` | walking: a neighbour or chord tone |
//! | `R` | one to four | `x` `X` `u` | chord; accented; soft |
//! | | | `a` | next note of the arpeggio |
//! | | | `m` | palm-muted root |
//! | `.` | nothing | `?` `_` `.` | chord or root in half of cases; held on; rest |

use crate::random::Random;

/// What a drum does in one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Stroke {
    /// 0..1.
    pub(crate) gain: f64,
    /// Evenly over the step.
    pub(crate) hits: u32,
}

/// What this character asks of a drum; a character that may be silent is drawn here.
pub(crate) fn stroke(character: u8, random: &mut Random) -> Option<Stroke> {
    let (gain, hits, chance) = match character {
        b'X' => (1.0, 1, 1.0),
        b'x' => (0.8, 1, 1.0),
        b'o' => (0.5, 1, 1.0),
        b'g' => (0.22, 1, 0.8),
        b'?' => (0.6, 1, 0.5),
        b'%' => (0.6, 1, 0.2),
        b'd' => (0.65, 2, 1.0),
        b't' => (0.6, 3, 1.0),
        b'q' => (0.55, 4, 1.0),
        b'R' => (0.65, [1, 1, 2, 3, 4, 2][random.below(6)], 1.0),
        _ => return None,
    };
    random.chance(chance).then_some(Stroke { gain, hits })
}

/// The character of this step; patterns repeat.
pub(crate) fn at(pattern: &[u8], step: usize) -> u8 {
    if pattern.is_empty() { b'.' } else { pattern[step % pattern.len()] }
}

/// Steps that what begins at `step` lasts: itself and the `_` after it.
pub(crate) fn held(pattern: &[u8], step: usize) -> usize {
    1 + (1..pattern.len()).take_while(|more| at(pattern, step + more) == b'_').count()
}

/// The lines of a groove: letter and pattern.
pub(crate) fn lines(text: &'static str) -> impl Iterator<Item = (u8, &'static [u8])> {
    text.split_whitespace().filter_map(|line| {
        let (letter, pattern) = line.split_once(':')?;
        Some((*letter.as_bytes().first()?, pattern.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_lengths() {
        let all: Vec<_> = lines("K:x... h:..x.").collect();
        assert_eq!(all, [(b'K', b"x...".as_slice()), (b'h', b"..x.".as_slice())]);
        assert_eq!(held(b"r__.r.", 0), 3);
        assert_eq!(held(b"r__.r.", 4), 1);
        assert_eq!(at(b"r..", 3), b'r');
    }
}
