//! What is heard: blocks of samples, and the numbers taken from them.

message! {
    /// Samples of one source, mono, re-blocked to a fixed size.
    Block = "audio.block", Samples, MsgPack, Source {
        /// sample rate in Hz
        rate: u32,
        /// number of the first sample since the source started; a jump is a gap
        index: u64,
        /// mono samples, full scale ±1
        samples: Vec<f32>,
        /// true when the sound is the built-in demo and nobody's show
        #[serde(default)]
        demo: bool,
    }
}

record! {
    /// Level of each of seven bands, 0..1.
    #[derive(Default)]
    Bands {
        /// 20-60 Hz
        sub_bass: f32,
        /// 60-250 Hz
        bass: f32,
        /// 250-500 Hz
        low_mid: f32,
        /// 500-2000 Hz
        mid: f32,
        /// 2-4 kHz
        high_mid: f32,
        /// 4-6 kHz
        presence: f32,
        /// 6-20 kHz
        air: f32,
    }
}

message! {
    /// Levels, bands and envelopes of one source, once per block; `at` is the first sample of the block.
    #[derive(Default)]
    Features = "audio.features", Stream, MsgPack, Source {
        /// root mean square of the block, 0..1 of full scale
        rms: f32,
        /// largest magnitude of the block, 0..1 of full scale
        peak: f32,
        /// momentary loudness in LUFS (ITU-R BS.1770, 400 ms), -70 in silence
        loudness: f32,
        /// level of each band, 0..1, normalised slowly so that loud music keeps its shape
        bands: Bands,
        /// level with an attack of 5 ms and a decay of 150 ms, 0..1
        fast: f32,
        /// level with an attack of 0.3 s and a decay of 2 s, 0..1
        slow: f32,
        /// slow mood of energy, brightness and density, 0..1
        intensity: f32,
        /// spectral centroid in Hz, 0 in silence
        centroid: f32,
        /// frequency below which 85 % of the energy lies, in Hz
        rolloff: f32,
        /// spectral flatness, 0 a tone, 1 noise
        flatness: f32,
        /// half-wave rectified spectral flux, 0..1
        flux: f32,
        /// kick pulse: 1 at the onset, decaying
        kick: f32,
        /// snare pulse: 1 at the onset, decaying
        snare: f32,
        /// hi-hat pulse: 1 at the onset, decaying
        hat: f32,
    }
}

message! {
    /// Spectrum for display: 32 log-spaced bars from 40 Hz to 16 kHz.
    Spectrum = "audio.spectrum", Stream, MsgPack, Source {
        /// level of each bar, 0..1
        bars: Vec<f32>,
        /// held peak of each bar, 0..1, falling slowly
        peaks: Vec<f32>,
    }
}

message! {
    /// Pitch of the strongest voice.
    Pitch = "audio.pitch", Stream, Json, Source {
        /// fundamental in Hz, null when there is none
        hz: Option<f32>,
        /// 0..1
        confidence: f32,
    }
}

message! {
    /// Musical key.
    Key = "audio.key", State, Json, Source, valid 600.0 {
        /// tonic and mode, e.g. `A:min`; tonics C Db D Eb E F Gb G Ab A Bb B
        key: String,
        /// 0..1
        confidence: f32,
    }
}

choice! {
    /// Where samples come from.
    InputKind {
        /// a capture device
        Device = "device",
        /// a sound file
        File = "file",
        /// the built-in demo track
        Demo = "demo",
    }
}

choice! {
    /// How an input is doing.
    InputState {
        /// sound arrives
        Live = "live",
        /// samples arrive and are silent
        Silent = "silent",
        /// no samples arrive: the device is gone
        Lost = "lost",
        /// the device is back, or is being opened
        Recovering = "recovering",
    }
}

message! {
    /// What a source listens to and how it is doing.
    Input = "audio.input", State, Json, Source, valid 86400.0 {
        /// device, file or demo
        kind: InputKind,
        /// name of the device, or of the file
        device: String,
        /// sample rate in Hz, 0 while unknown
        rate: u32,
        /// channels of the device
        channels: u32,
        /// live, silent, lost or recovering
        state: InputState,
        /// true when the sound is the built-in demo
        demo: bool,
        /// why it is in this state, empty when all is well
        #[serde(default)]
        reason: String,
    }
}
