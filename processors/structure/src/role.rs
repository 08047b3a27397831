//! What a section does in its piece, where that is clear.

/// Energy below which the end of a piece is near, once it has had its full sections.
const OUTRO_ENERGY: f32 = 0.35;
/// Sections before one can be the last.
const OUTRO_SECTIONS: usize = 5;
/// Energy of a section that carries the song without its full force.
const VERSE_ENERGY: std::ops::Range<f32> = 0.3..0.8;

/// What is known of a section when it begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Signs {
    /// Sections before it.
    pub(crate) before: usize,
    /// It began with a drop.
    pub(crate) dropped: bool,
    /// It began with a break, or the low end is away.
    pub(crate) away: bool,
    /// Tension rises.
    pub(crate) rising: bool,
    /// Energy, 0..1.
    pub(crate) energy: f32,
    /// A section before it was fuller than it.
    pub(crate) fuller_before: bool,
}

/// intro, verse, build-up, drop, break, outro, or nothing.
pub(crate) fn role(signs: &Signs) -> Option<&'static str> {
    if signs.before == 0 {
        Some("intro")
    } else if signs.dropped {
        Some("drop")
    } else if signs.rising {
        Some("build-up")
    } else if signs.away {
        Some("break")
    } else if signs.before >= OUTRO_SECTIONS && signs.energy < OUTRO_ENERGY && signs.fuller_before {
        Some("outro")
    } else if VERSE_ENERGY.contains(&signs.energy) {
        Some("verse")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Signs =
        Signs { before: 3, dropped: false, away: false, rising: false, energy: 0.9, fuller_before: true };

    #[test]
    fn a_role_is_given_where_a_sign_is_clear_and_only_there() {
        assert_eq!(role(&Signs { before: 0, ..PLAIN }), Some("intro"));
        assert_eq!(role(&Signs { dropped: true, rising: true, ..PLAIN }), Some("drop"));
        assert_eq!(role(&Signs { rising: true, away: true, ..PLAIN }), Some("build-up"));
        assert_eq!(role(&Signs { away: true, energy: 0.5, ..PLAIN }), Some("break"));
        assert_eq!(role(&Signs { before: 6, energy: 0.2, ..PLAIN }), Some("outro"));
        assert_eq!(role(&Signs { energy: 0.5, ..PLAIN }), Some("verse"));
        assert_eq!(role(&PLAIN), None);
    }
}
