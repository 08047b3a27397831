//! The colours of the picture.

use plotters::style::RGBColor;
use schemas::beat::{Mode, OnsetKind};

/// Text, axes, and what is faint.
pub(super) const INK: RGBColor = RGBColor(40, 40, 48);
pub(super) const FAINT: RGBColor = RGBColor(205, 205, 212);
/// Ground of the picture and of what is dark.
pub(super) const PAPER: RGBColor = RGBColor(255, 255, 255);
/// Beats and downbeats over the dark of a heat map.
pub(super) const BEAT: RGBColor = RGBColor(255, 255, 255);
pub(super) const DOWNBEAT: RGBColor = RGBColor(90, 235, 255);
/// Boundaries of sections, and the tempo that was said.
pub(super) const BOUNDARY: RGBColor = RGBColor(230, 40, 150);
pub(super) const SAID: RGBColor = RGBColor(110, 255, 120);
/// The activations that are kept, in their order.
pub(super) const ACTIVATIONS: [RGBColor; 3] =
    [RGBColor(70, 95, 150), RGBColor(190, 70, 50), RGBColor(60, 135, 85)];

/// Tints of sections, by their letter.
const SECTIONS: [RGBColor; 6] = [
    RGBColor(198, 219, 239),
    RGBColor(253, 224, 178),
    RGBColor(204, 232, 203),
    RGBColor(240, 205, 225),
    RGBColor(220, 214, 240),
    RGBColor(232, 226, 204),
];

/// From nothing to everything, dark to bright at even steps of lightness: black, violet, red, orange, pale.
const HEAT: [RGBColor; 6] = [
    RGBColor(6, 5, 20),
    RGBColor(62, 22, 108),
    RGBColor(135, 40, 125),
    RGBColor(212, 72, 92),
    RGBColor(252, 150, 95),
    RGBColor(252, 250, 200),
];

/// Colour of a value 0..1 in a heat map.
pub(super) fn heat(value: f32) -> RGBColor {
    let place = value.clamp(0.0, 1.0) * (HEAT.len() - 1) as f32;
    let below = (place as usize).min(HEAT.len() - 2);
    let (a, b, share) = (HEAT[below], HEAT[below + 1], place - below as f32);
    let mix = |a: u8, b: u8| (f32::from(a) + share * (f32::from(b) - f32::from(a))).round() as u8;
    RGBColor(mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

/// Colour of a mode of the grid.
pub(super) fn mode(mode: Mode) -> RGBColor {
    match mode {
        Mode::Searching => RGBColor(235, 180, 60),
        Mode::Locked => RGBColor(70, 165, 90),
        Mode::Held => RGBColor(120, 120, 215),
        Mode::Tapped => RGBColor(60, 160, 200),
        Mode::Silence => RGBColor(170, 170, 175),
    }
}

/// Colour of an onset.
pub(super) fn onset(kind: OnsetKind) -> RGBColor {
    match kind {
        OnsetKind::Kick => RGBColor(190, 60, 45),
        OnsetKind::Snare => RGBColor(45, 105, 180),
        OnsetKind::Hat => RGBColor(200, 150, 20),
        OnsetKind::Other => RGBColor(110, 110, 120),
    }
}

/// Tint of a section: equal letters, equal tints.
pub(super) fn section(label: &str) -> RGBColor {
    let number = label.bytes().fold(0usize, |sum, byte| sum + usize::from(byte)) + SECTIONS.len();
    SECTIONS[(number - usize::from(b'A') % SECTIONS.len()) % SECTIONS.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heat_rises_and_letters_keep_their_tint() {
        let lightness = |value: f32| {
            let RGBColor(r, g, b) = heat(value);
            u32::from(r) + u32::from(g) + u32::from(b)
        };
        assert!((0..20).all(|i| lightness(i as f32 / 20.0) < lightness((i + 1) as f32 / 20.0)));
        assert_eq!(section("A"), SECTIONS[0]);
        assert_eq!(section("B"), SECTIONS[1]);
        assert_eq!(section("G"), section("A"));
    }
}
