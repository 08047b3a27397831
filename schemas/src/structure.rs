//! Where in the piece we are: sections, their progress, build-ups and drops.

message! {
    /// A section begins; `at` is the boundary.
    Section = "structure.section", State, Json, Source, valid 1800.0 {
        /// letter that repeats when the section repeats
        label: String,
        /// intro, verse, build-up, drop, break or outro, where it is clear
        role: Option<String>,
        /// 0..1
        confidence: f32,
    }
}

message! {
    /// How far the section has come.
    Progress = "structure.progress", Stream, Json, Source {
        /// bars since it began
        bars_in: f32,
        /// its expected length in bars, or null
        expected_bars: Option<u32>,
        /// beats until the next one is expected, or null
        next_in_beats: Option<i64>,
        /// progress of a build-up, 0..1
        buildup: f32,
        /// energy of the section, 0..1
        energy: f32,
    }
}

choice! {
    /// A moment of the structure.
    EventKind {
        /// tension begins to rise
        Buildup = "buildup",
        /// it is released, on this downbeat
        Drop = "drop",
        /// the drums leave
        Break = "break",
    }
}

message! {
    /// A build-up, drop or break happens at `at`.
    Event = "structure.event", Event, Json, Source {
        /// buildup, drop or break
        kind: EventKind,
        /// 0..1
        strength: f32,
    }
}
