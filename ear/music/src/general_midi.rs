//! Numbers of General MIDI level 1 (MIDI Manufacturers Association, 1991), counted from 0, and of the drum
//! sets that Roland's GS added: which of them may stand for a sound of the generator.

use crate::{random::Random, sound::Tone, style::KitKind};

/// An instrument of this family.
pub(crate) fn program(tone: Tone, random: &mut Random) -> i32 {
    random.pick(programs(tone), 0)
}

fn programs(tone: Tone) -> &'static [i32] {
    match tone {
        Tone::Sub | Tone::SawBass | Tone::SquareBass | Tone::Acid | Tone::Reese => &[38, 39, 87],
        Tone::FmBass => &[36, 37, 38],
        Tone::Finger => &[33, 33, 34, 35],
        Tone::Upright => &[32],
        Tone::Tuba => &[58, 57],
        Tone::Piano => &[0, 0, 0, 1, 2, 3],
        Tone::EPiano => &[4, 5],
        Tone::Organ => &[16, 17, 18, 19],
        Tone::Stab => &[62, 63, 81, 90, 55],
        Tone::Guitar => &[25, 25, 27, 26],
        Tone::Nylon => &[24],
        Tone::Power => &[29, 30],
        Tone::Muted => &[28],
        Tone::Accordion => &[21, 22, 23],
        Tone::Harpsichord => &[6, 7],
        Tone::Chip | Tone::Square => &[80],
        Tone::Marimba => &[11, 12, 13],
        Tone::Harp => &[46, 15, 107],
        Tone::Pad => &[88, 89, 90, 91, 94, 95],
        Tone::Strings => &[48, 49, 50, 44],
        Tone::Choir => &[52, 53, 54],
        Tone::SuperSaw => &[81, 90, 50],
        Tone::SawLead => &[81, 84, 86],
        // No set has a singer: what carries a melody in files of this kind.
        Tone::Voice => &[53, 54, 65, 66, 71, 73, 85, 22],
        Tone::Bell => &[9, 10, 14, 98],
        Tone::Flute => &[72, 73, 74, 75],
        Tone::Brass => &[56, 57, 60, 61],
        Tone::Pluck => &[45, 104, 105, 106],
        Tone::Pizzicato => &[45],
        Tone::Violin => &[40, 41, 42, 110],
    }
}

/// A drum set of this kind.
pub(crate) fn drum_set(kind: KitKind, random: &mut Random) -> i32 {
    let sets: &[i32] = match kind {
        KitKind::Eight => &[25, 25, 24],
        KitKind::Nine => &[24, 25, 16],
        KitKind::Acoustic => &[0, 0, 8],
        KitKind::Metal | KitKind::Hard => &[16, 0],
        KitKind::Soft => &[40, 32],
        KitKind::Chip => &[24],
    };
    random.pick(sets, 0)
}

/// The key of each letter of the drum patterns.
pub(crate) fn drum_key(letter: u8) -> i32 {
    match letter {
        b'K' => 36,
        b'G' => 41,
        b'S' | b'B' => 38,
        b'C' => 39,
        b'R' => 37,
        b'h' => 42,
        b'p' => 44,
        b'o' => 46,
        b'r' => 51,
        b'b' => 53,
        b'y' => 49,
        b't' => 54,
        b'L' => 45,
        b'T' => 48,
        b'c' => 63,
        b'q' => 62,
        b'w' => 56,
        b'k' => 75,
        b'g' => 69,
        b'm' => 77,
        b'M' => 76,
        // shaken and scraped noise
        _ => 70,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::LETTERS;

    #[test]
    fn every_drum_has_a_key_of_the_map() {
        assert!(LETTERS.iter().all(|letter| (35..=81).contains(&drum_key(*letter))));
        let mut random = Random::new(1);
        assert!((0..50).all(|_| (24..=25).contains(&drum_set(KitKind::Eight, &mut random))));
        assert!((0..50).all(|_| (0..=3).contains(&program(Tone::Piano, &mut random))));
    }
}
