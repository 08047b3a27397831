//! The twelve moods, and a score for each.

use std::collections::BTreeMap;

/// One of the twelve moods, in the order in which a tie is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mood {
    /// shadows, the uncanny
    Dark,
    /// joy
    Happy,
    /// sorrow
    Sad,
    /// drive, movement
    Energetic,
    /// rest, slowness
    Calm,
    /// love of a person
    Love,
    /// dying and the dead
    Death,
    /// courtship, tenderness, desire
    Romantic,
    /// anger, violence
    Aggressive,
    /// harmony with the world
    Peaceful,
    /// longing for what was
    Nostalgic,
    /// hope, courage
    Uplifting,
}

impl Mood {
    /// All twelve.
    pub const ALL: [Mood; 12] = [
        Mood::Dark,
        Mood::Happy,
        Mood::Sad,
        Mood::Energetic,
        Mood::Calm,
        Mood::Love,
        Mood::Death,
        Mood::Romantic,
        Mood::Aggressive,
        Mood::Peaceful,
        Mood::Nostalgic,
        Mood::Uplifting,
    ];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Mood::Dark => "dark",
            Mood::Happy => "happy",
            Mood::Sad => "sad",
            Mood::Energetic => "energetic",
            Mood::Calm => "calm",
            Mood::Love => "love",
            Mood::Death => "death",
            Mood::Romantic => "romantic",
            Mood::Aggressive => "aggressive",
            Mood::Peaceful => "peaceful",
            Mood::Nostalgic => "nostalgic",
            Mood::Uplifting => "uplifting",
        }
    }

    /// The mood of this name, whatever its case.
    pub(crate) fn named(name: &str) -> Option<Mood> {
        Mood::ALL.into_iter().find(|mood| mood.name().eq_ignore_ascii_case(name.trim()))
    }
}

/// A score 0..1 for each mood.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Scores([f32; 12]);

impl Scores {
    /// The score of one mood.
    pub(crate) fn get(&self, mood: Mood) -> f32 {
        self.0[mood as usize]
    }

    /// Sets one score, forced into 0..1; what is no number is 0.
    pub(crate) fn set(&mut self, mood: Mood, score: f32) {
        self.0[mood as usize] = if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.0 };
    }

    /// Raises a score towards 1 by this share of what is missing.
    pub(crate) fn raise(&mut self, mood: Mood, share: f32) {
        let score = self.get(mood);
        self.set(mood, score + (1.0 - score) * share);
    }

    /// Lowers a score by this share of itself.
    pub(crate) fn lower(&mut self, mood: Mood, share: f32) {
        self.set(mood, self.get(mood) * (1.0 - share));
    }

    /// All moods, the strongest first; equal ones in the order of [`Mood::ALL`].
    pub(crate) fn ranked(&self) -> [Mood; 12] {
        let mut ranked = Mood::ALL;
        ranked.sort_by(|a, b| self.get(*b).total_cmp(&self.get(*a)));
        ranked
    }

    /// As they stand on the wire.
    pub(crate) fn map(&self) -> BTreeMap<String, f32> {
        Mood::ALL.iter().map(|mood| (mood.name().to_owned(), self.get(*mood))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_always_a_number_from_0_to_1() {
        let mut scores = Scores::default();
        for (given, kept) in [(2.0, 1.0), (-1.0, 0.0), (f32::NAN, 0.0), (f32::INFINITY, 0.0), (0.25, 0.25)] {
            scores.set(Mood::Dark, given);
            assert_eq!(scores.get(Mood::Dark), kept, "{given}");
        }
    }

    #[test]
    fn the_strongest_comes_first_and_ties_have_an_order() {
        let mut scores = Scores::default();
        scores.set(Mood::Uplifting, 0.75);
        scores.set(Mood::Sad, 0.5);
        assert_eq!(scores.ranked()[..3], [Mood::Uplifting, Mood::Sad, Mood::Dark]);
        assert_eq!((scores.map().len(), scores.map()["sad"]), (12, 0.5));
    }

    #[test]
    fn every_name_is_found_again() {
        assert!(Mood::ALL.iter().all(|mood| Mood::named(mood.name()) == Some(*mood)));
        assert_eq!((Mood::named(" Dark "), Mood::named("gloomy")), (Some(Mood::Dark), None));
    }
}
