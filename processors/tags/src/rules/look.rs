//! How a mood looks: adjectives, colours, and a prompt for an image generator.

use crate::moods::{Mood, Scores};
use crate::song::ADJECTIVES;

/// Energy below which pictures are slow, and above which they are fast.
const SLOW: f32 = 0.35;
const FAST: f32 = 0.65;

/// Hue of a mood in degrees, and adjectives for its pictures.
fn of(mood: Mood) -> (f32, [&'static str; 4]) {
    match mood {
        Mood::Dark => (265.0, ["shadowy", "smoky", "deep", "murky"]),
        Mood::Happy => (45.0, ["radiant", "playful", "vivid", "sunlit"]),
        Mood::Sad => (220.0, ["misty", "faded", "blue", "rain-soaked"]),
        Mood::Energetic => (320.0, ["electric", "neon", "kinetic", "sharp"]),
        Mood::Calm => (190.0, ["soft", "floating", "hazy", "still"]),
        Mood::Love => (345.0, ["warm", "glowing", "rosy", "close"]),
        Mood::Death => (280.0, ["ashen", "hollow", "spectral", "bleak"]),
        Mood::Romantic => (335.0, ["velvet", "candlelit", "tender", "blooming"]),
        Mood::Aggressive => (5.0, ["jagged", "burning", "fractured", "raw"]),
        Mood::Peaceful => (150.0, ["airy", "gentle", "green", "open"]),
        Mood::Nostalgic => (30.0, ["grainy", "sepia", "worn", "analogue"]),
        Mood::Uplifting => (55.0, ["soaring", "luminous", "wide", "golden"]),
    }
}

/// Adjectives: of the two strongest moods, and of the pace.
pub(crate) fn adjectives(scores: &Scores, energy: f32) -> Vec<String> {
    let [first, second, ..] = scores.ranked();
    let pace = match energy {
        e if e < SLOW => ["slow", "sparse"],
        e if e > FAST => ["fast", "strobing"],
        _ => ["flowing", "layered"],
    };
    let words = of(first).1.into_iter().chain(of(second).1.into_iter().take(2)).chain(pace);
    words.take(ADJECTIVES).map(String::from).collect()
}

/// Five colours: the mood's, its neighbour, the second mood's, a dark and a light one. Energy saturates, valence brightens.
pub(crate) fn palette(scores: &Scores, energy: f32, valence: f32) -> Vec<String> {
    let [first, second, ..] = scores.ranked();
    let (base, other) = (of(first).0, of(second).0);
    let saturation = 0.35 + 0.6 * energy;
    let lightness = 0.5 + 0.12 * valence;
    [
        (base, saturation, lightness),
        (base + 30.0, saturation, lightness),
        (other, saturation, lightness),
        (base, saturation * 0.6, 0.12),
        (base + 15.0, saturation * 0.5, 0.86),
    ]
    .map(|(hue, saturation, lightness)| hex(hue, saturation, lightness))
    .into()
}

/// A prompt: what it looks like, what it is about, what may be in it, and what suits a stage.
pub(crate) fn image_prompt(adjectives: &[String], themes: &[String], keywords: &[String]) -> String {
    let first = |words: &[String], count: usize| words.iter().take(count).cloned().collect::<Vec<_>>();
    let looks = first(adjectives, 4).join(", ");
    let about = match first(themes, 2) {
        themes if themes.is_empty() => "abstract shapes and light".to_owned(),
        themes => themes.join(" and "),
    };
    let inside = match first(keywords, 3) {
        keywords if keywords.is_empty() => String::new(),
        keywords => format!(", with {}", keywords.join(", ")),
    };
    format!("{looks} scene of {about}{inside}, stage visuals, dark background, high contrast, no text")
}

/// From hue in degrees, saturation and lightness 0..1 (HSL, CSS Color Module Level 4 section 7.1).
fn hex(hue: f32, saturation: f32, lightness: f32) -> String {
    let reach = saturation * lightness.min(1.0 - lightness);
    let channel = |n: f32| {
        let k = (n + hue.rem_euclid(360.0) / 30.0) % 12.0;
        let value = lightness - reach * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0);
        (value * 255.0).round().clamp(0.0, 255.0) as u8
    };
    format!("#{:02x}{:02x}{:02x}", channel(0.0), channel(8.0), channel(4.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_those_of_css() {
        assert_eq!(
            [hex(0.0, 1.0, 0.5), hex(120.0, 1.0, 0.5), hex(-120.0, 1.0, 0.5)],
            ["#ff0000", "#00ff00", "#0000ff"]
        );
        assert_eq!([hex(77.0, 0.0, 0.5), hex(45.0, 1.0, 1.0)], ["#808080", "#ffffff"]);
    }

    #[test]
    fn energy_and_mood_show() {
        let mut scores = Scores::default();
        scores.set(Mood::Aggressive, 0.9);
        scores.set(Mood::Dark, 0.5);
        let words = adjectives(&scores, 0.9);
        assert!(words.contains(&"jagged".to_owned()) && words.contains(&"strobing".to_owned()), "{words:?}");
        assert!(adjectives(&scores, 0.1).contains(&"slow".to_owned()));
        assert_eq!(palette(&scores, 0.9, -0.5).len(), 5);
        assert_ne!(palette(&scores, 0.9, -0.5), palette(&scores, 0.1, -0.5));
        let prompt = image_prompt(&words, &["night".into()], &[]);
        assert!(prompt.starts_with("jagged, burning, fractured, raw scene of night, stage"), "{prompt}");
    }
}
