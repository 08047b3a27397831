//! The layers of an arrangement, as a set of bits.

/// Bass drum.
pub(crate) const KICK: u8 = 1;
/// Snare, clap, rim.
pub(crate) const SNARE: u8 = 2;
/// Hats and cymbals.
pub(crate) const HATS: u8 = 4;
/// Shakers and hand drums.
pub(crate) const PERC: u8 = 8;
/// Bass.
pub(crate) const BASS: u8 = 16;
/// Chords, strums, arpeggios.
pub(crate) const COMP: u8 = 32;
/// Held chords.
pub(crate) const PAD: u8 = 64;
/// Melody.
pub(crate) const LEAD: u8 = 128;
/// All drums.
pub(crate) const DRUMS: u8 = KICK | SNARE | HATS | PERC;
/// All.
pub(crate) const ALL: u8 = 255;
/// What says where the beat is.
pub(crate) const RHYTHM: u8 = DRUMS | BASS | COMP;

/// Its place in tables, 0 to 7.
pub(crate) const fn index(layer: u8) -> usize {
    (layer.trailing_zeros() % 8) as usize
}

/// The layer of a drum by its letter in the patterns.
pub(crate) const fn of_drum(letter: u8) -> u8 {
    match letter {
        b'K' | b'G' => KICK,
        b'S' | b'C' | b'R' | b'B' => SNARE,
        b'h' | b'o' | b'r' | b'b' | b'y' | b'n' | b'p' => HATS,
        _ => PERC,
    }
}
