//! The words of a track, on time.

record! {
    /// One word with its instant.
    Word {
        /// seconds from the start of the track
        at_s: f64,
        /// the word
        text: String,
    }
}

record! {
    /// One line of a document.
    DocumentLine {
        /// seconds from the start of the track
        at_s: f64,
        /// the line
        text: String,
        /// its words, where they are timed
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<Vec<Word>>,
        /// whether it belongs to a refrain
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refrain: Option<bool>,
        /// of a refrain line: which occurrence of the refrain it is in, from 1
        #[serde(default, skip_serializing_if = "Option::is_none")]
        occurrence: Option<u32>,
        /// its words that matter, at most three
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        keywords: Vec<String>,
    }
}

message! {
    /// All words of a track.
    Document = "lyrics.document", State, Json, Player, valid 86400.0 {
        /// identity of the track that they belong to
        track_id: String,
        /// where they come from
        source: String,
        /// whether the lines are timed
        synced: bool,
        /// the lines in order
        lines: Vec<DocumentLine>,
    }
}

message! {
    /// The line that is sung now.
    Line = "lyrics.line", State, Json, Player, valid 600.0 {
        /// number of the line, from 0; -1 before the first
        index: i64,
        /// the line
        text: String,
        /// the line after it
        next: String,
        /// seconds until then, or null
        next_in_s: Option<f64>,
        /// whether it belongs to a refrain
        refrain: bool,
        /// its words that matter, at most three
        #[serde(default)]
        keywords: Vec<String>,
    }
}

message! {
    /// The word that is sung now.
    SungWord = "lyrics.word", Event, Json, Player {
        /// number of its line, from 0
        line: i64,
        /// number of the word in the line, from 0
        index: i64,
        /// the word
        text: String,
    }
}
