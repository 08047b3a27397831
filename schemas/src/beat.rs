//! When it happens: onsets, the beat grid and the room's clock.

choice! {
    /// What an onset sounds like.
    OnsetKind {
        /// bass drum
        Kick = "kick",
        /// snare or clap
        Snare = "snare",
        /// hi-hat or cymbal
        Hat = "hat",
        /// anything else
        Other = "other",
    }
}

message! {
    /// The start of a sound.
    Onset = "beat.onset", Event, Json, Source {
        /// kick, snare, hat or other
        kind: OnsetKind,
        /// 0..1
        strength: f32,
        /// onsets of this kind since the processor started: a reader that missed one sees the jump
        count: u64,
    }
}

choice! {
    /// How the grid knows what it says.
    Mode {
        /// sound, but no beat found yet: no ticks
        Searching = "searching",
        /// the beat is found and followed
        Locked = "locked",
        /// input or processor gone: the grid runs on
        Held = "held",
        /// tempo and phase are the operator's
        Tapped = "tapped",
        /// the input is alive and silent: no ticks
        Silence = "silence",
    }
}

message! {
    /// The beat grid: from it any reader computes where in the bar any instant lies. `at` is the instant of beat `index`.
    Grid = "beat.grid", State, Json, Source, valid 300.0 {
        /// tempo in beats per minute
        bpm: f64,
        /// absolute number of the beat at `at`; never goes back
        index: i64,
        /// its number in the bar, from 1; null when the bar is not known
        beat: Option<u32>,
        /// beats per bar; null when not known
        beats_per_bar: Option<u32>,
        /// number of the bar, from 1; null when not known
        bar: Option<i64>,
        /// 0..1
        confidence: f32,
        /// confidence of `beat`, 0..1
        downbeat_confidence: f32,
        /// searching, locked, held, tapped or silence
        mode: Mode,
    }
}

message! {
    /// One beat, announced about 100 ms ahead of `at`, once, and never withdrawn.
    Tick = "beat.tick", Event, Json, Source {
        /// absolute number of the beat
        index: i64,
        /// its number in the bar, from 1, or null
        beat: Option<u32>,
        /// number of the bar, or null
        bar: Option<i64>,
        /// tempo in beats per minute
        bpm: f64,
        /// 0..1
        confidence: f32,
    }
}

message! {
    /// Which source is the room's clock.
    Active = "beat.active", State, Json, Global, valid 86400.0 {
        /// the chosen source; null when none is usable
        source: Option<String>,
        /// why it was chosen
        why: String,
        /// since when, in Unix seconds
        since: f64,
    }
}
