//! Sound files by symphonia: frames without the encoder's delay and padding, from any position.

use std::fs::File;
use std::path::{Path, PathBuf};

use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, SeekMode, SeekTo, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::{MetadataOptions, StandardTag};
use symphonia::core::units::Time;

use crate::config::Mixing;
use crate::track::Tags;

/// Packets in a row that may be undecodable before the file is given up.
const BAD_PACKETS_MAX: u32 = 50;
/// After a seek, what a decoder needs to find its state again is decoded and thrown away: 0.2 s.
const PRE_ROLL_S: f64 = 0.2;

/// Why a file cannot be played.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FileError {
    /// Not there, or not permitted.
    #[error("cannot read the sound file {}: check the path and its permissions", path.display())]
    Unreadable {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    /// No format that we know, or damaged from the start.
    #[error("cannot play {}: it is no readable wav, flac, mp3 or ogg file", path.display())]
    Unplayable {
        path: PathBuf,
        #[source]
        source: Error,
    },
    /// A container without sound.
    #[error("cannot play {}: there is no sound in it", path.display())]
    NoSound { path: PathBuf },
    /// `channels` does not fit the file.
    #[error("cannot play {} as configured", path.display())]
    Channels {
        path: PathBuf,
        #[source]
        source: dsp::mix::NoSuchChannel,
    },
    /// It broke off on the way.
    #[error("{} cannot be read further", path.display())]
    Broken {
        path: PathBuf,
        #[source]
        source: Error,
    },
}

/// What was decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decoded {
    /// Frames, the first of which has this number.
    Frames(u64),
    /// The end.
    End,
}

/// An open file.
pub(crate) struct Decoder {
    path: PathBuf,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    mixing: Mixing,
    mixer: dsp::mix::Mixer,
    interleaved: Vec<f32>,
    track_id: u32,
    rate_hz: u32,
    channels: u32,
    frames: Option<u64>,
    /// Number of the next frame, and the first one that is wanted.
    next: u64,
    from: u64,
    bad: u64,
}

impl Decoder {
    /// Opens a file and decodes nothing yet.
    pub(crate) fn open(path: &Path, mixing: Mixing) -> Result<Decoder, FileError> {
        let unreadable = |source| FileError::Unreadable { path: path.to_owned(), source };
        let unplayable = |source| FileError::Unplayable { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        if !file.metadata().map_err(unreadable)?.is_file() {
            return Err(unreadable(std::io::Error::other("it is not a regular file")));
        }
        let stream = MediaSourceStream::new(Box::new(file), Default::default());
        let mut hint = Hint::new();
        if let Some(extension) = path.extension().and_then(|e| e.to_str()) {
            hint.with_extension(extension);
        }
        let probe = symphonia::default::get_probe();
        let format = probe
            .probe(&hint, stream, FormatOptions::default(), MetadataOptions::default())
            .map_err(unplayable)?;
        let silent = || FileError::NoSound { path: path.to_owned() };
        let track = format.default_track(TrackType::Audio).ok_or_else(silent)?;
        let params = track.codec_params.as_ref().and_then(|params| params.audio()).ok_or_else(silent)?;
        let (rate_hz, channels) = (params.sample_rate, params.channels.as_ref().map(|c| c.count()));
        let (Some(rate_hz), Some(channels @ 1..)) = (rate_hz.filter(|rate| *rate > 0), channels) else {
            return Err(silent());
        };
        // Trims the encoder's delay and padding.
        let options = AudioDecoderOptions::default().gapless(true);
        let decoder =
            symphonia::default::get_codecs().make_audio_decoder(params, &options).map_err(unplayable)?;
        let mixer = mixing
            .mixer(channels, rate_hz)
            .map_err(|source| FileError::Channels { path: path.to_owned(), source })?;
        Ok(Decoder {
            path: path.to_owned(),
            track_id: track.id,
            frames: length(track, rate_hz),
            format,
            decoder,
            mixing,
            mixer,
            interleaved: Vec::new(),
            rate_hz,
            channels: channels as u32,
            next: 0,
            from: 0,
            bad: 0,
        })
    }

    /// Sample rate in Hz.
    pub(crate) fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Channels of the file.
    pub(crate) fn channels(&self) -> u32 {
        self.channels
    }

    /// Length in seconds, where the file says.
    pub(crate) fn duration_s(&self) -> Option<f64> {
        self.frames.map(|frames| frames as f64 / f64::from(self.rate_hz))
    }

    /// Pieces that could not be decoded since the last question.
    pub(crate) fn take_bad(&mut self) -> u64 {
        std::mem::take(&mut self.bad)
    }

    /// Artist, title and album.
    pub(crate) fn tags(&mut self) -> Tags {
        let mut tags = Tags::default();
        let mut metadata = self.format.metadata();
        let Some(revision) = metadata.skip_to_latest() else { return tags };
        let of_track = revision.per_track.iter().flat_map(|track| &track.metadata.tags);
        for tag in revision.media.tags.iter().chain(of_track) {
            let (place, text) = match &tag.std {
                Some(StandardTag::Artist(text)) => (&mut tags.artist, text),
                Some(StandardTag::TrackTitle(text)) => (&mut tags.title, text),
                Some(StandardTag::Album(text)) => (&mut tags.album, text),
                _ => continue,
            };
            place.get_or_insert_with(|| text.to_string());
        }
        tags
    }

    /// Appends the next piece, mixed to mono, to `out`.
    pub(crate) fn next(&mut self, out: &mut Vec<f32>) -> Result<Decoded, FileError> {
        let mut bad = 0;
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track_id => packet,
                Ok(Some(_)) => continue,
                // A second stream after the first, or a file that was cut short: what there was has been played.
                Ok(None) | Err(Error::ResetRequired) => return Ok(Decoded::End),
                Err(Error::IoError(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                    return Ok(Decoded::End);
                }
                Err(source) => return Err(self.broken(source)),
            };
            let before = out.len();
            match self.decode(&packet, out) {
                Ok(()) if out.len() > before => {
                    return Ok(Decoded::Frames(self.next - (out.len() - before) as u64));
                }
                Ok(()) => {}
                Err(source) if bad >= BAD_PACKETS_MAX => return Err(self.broken(source)),
                Err(Error::DecodeError(_) | Error::IoError(_)) => {
                    (bad, self.bad) = (bad + 1, self.bad + 1);
                }
                Err(source) => return Err(self.broken(source)),
            }
        }
    }

    /// Goes to a position. Frames come from exactly there on; beyond the end there are none.
    pub(crate) fn seek(&mut self, position_s: f64) -> Result<(), FileError> {
        let target = (position_s.max(0.0) * f64::from(self.rate_hz)).round() as u64;
        let start_s = (position_s - PRE_ROLL_S).max(0.0);
        let sought = Time::try_from_secs_f64(start_s).map(|time| {
            self.format.seek(SeekMode::Accurate, SeekTo::Time { time, track_id: Some(self.track_id) })
        });
        match sought {
            Some(Ok(_)) => {
                self.decoder.reset();
                // The packets say where we are.
                self.next = u64::MAX;
            }
            _ if target < self.next => *self = Decoder::open(&self.path, self.mixing)?,
            _ => {}
        }
        self.from = target;
        Ok(())
    }

    fn decode(&mut self, packet: &symphonia::core::packet::Packet, out: &mut Vec<f32>) -> Result<(), Error> {
        let decoded = self.decoder.decode(packet)?;
        let channels = decoded.spec().channels().count();
        decoded.copy_to_vec_interleaved(&mut self.interleaved);
        if channels != self.channels as usize || decoded.spec().rate() != self.rate_hz {
            return Err(Error::Unsupported("a change of rate or channels"));
        }
        let frames = (self.interleaved.len() / channels) as u64;
        // After a seek the first packet may only prime the decoder and give nothing.
        if self.next == u64::MAX && frames > 0 {
            self.next = self.first_frame(packet);
        }
        if frames == 0 {
            return Ok(());
        }
        let skip = self.from.saturating_sub(self.next).min(frames);
        self.next += frames;
        self.mixer.mix(&self.interleaved[skip as usize * channels..], out);
        Ok(())
    }

    /// Number of the first frame of a packet, counted without the encoder's delay.
    fn first_frame(&self, packet: &symphonia::core::packet::Packet) -> u64 {
        let track = self.format.tracks().iter().find(|track| track.id == self.track_id);
        let time = track.and_then(|track| track.time_base).and_then(|base| base.calc_time(packet.pts));
        time.map_or(0, |time| (time.as_secs_f64().max(0.0) * f64::from(self.rate_hz)).round() as u64)
    }

    fn broken(&self, source: Error) -> FileError {
        FileError::Broken { path: self.path.clone(), source }
    }
}

fn length(track: &Track, rate_hz: u32) -> Option<u64> {
    track.num_frames.or_else(|| {
        let time = track.time_base?.calc_duration(track.duration?)?;
        Some((time.as_secs_f64() * f64::from(rate_hz)).round() as u64)
    })
}
