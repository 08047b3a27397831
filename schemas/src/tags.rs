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
        /// who tagged it: `rules`, or the model that did
        source: String,
        /// colours that suit it, as `#rrggbb`
        #[serde(default)]
        palette: Vec<String>,
        /// the words of its refrain, line by line
        #[serde(default)]
        refrain_lines: Vec<String>,
        /// why no model tagged it, or what else there is to know; empty when all is well
        #[serde(default)]
        note: String,
        /// identity of the track that this is about, as in `lyrics.document`
        #[serde(default)]
        track_id: String,
        /// 0..1
        confidence: f32,
    }
}
