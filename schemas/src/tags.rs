//! What a track is about.

use std::collections::BTreeMap;

message! {
    /// Mood, themes and words for pictures.
    Song = "tags.song", State, Json, Player, valid 86400.0 {
        /// strongest mood
        mood: String,
        /// score of each mood, 0..1
        moods: BTreeMap<String, f32>,
        /// 0 calm .. 1 energetic
        energy: f32,
        /// -1 dark .. 1 bright
        valence: f32,
        /// what it is about
        themes: Vec<String>,
        /// words that matter
        keywords: Vec<String>,
        /// adjectives for visuals
        adjectives: Vec<String>,
        /// prompt for an image generator
        image_prompt: String,
        /// who tagged it
        source: String,
        /// 0..1
        confidence: f32,
    }
}
